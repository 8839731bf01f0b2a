"""The probe: where its beams run, and how its pulse and beam spread an echo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.results import FloatArray

SOUND_MM_PER_US = 1.54


@dataclass(frozen=True, slots=True)
class Probe:
    """A linear array (``radius_mm`` 0) or a curved one.

    Tissue coordinates: x to the right, z down, (0, 0) the middle of the face.
    """

    centre_mhz: float = 9.0
    bandwidth: float = 0.6  # share of the centre frequency at -6 dB, there and back
    aperture_mm: float = 50.0  # width of the field of a linear array
    radius_mm: float = 0.0
    opening_deg: float = 60.0  # of the sector of a curved array
    beams: int = 256
    focus_mm: float = 25.0
    width_at_focus_mm: float = 0.3  # standard deviation of the beam there
    rayleigh_mm: float = 22.0  # distance from the focus where the beam is wider by root two
    looks_deg: tuple[float, ...] = (-9.0, 0.0, 9.0)  # angles compounded into one picture
    slice_width_mm: float = 1.2

    @property
    def curved(self) -> bool:
        """True for a curved array."""
        return self.radius_mm > 0

    @property
    def rise_mm(self) -> float:
        """How much higher the ends of the face lie than its middle."""
        return (
            float(self.radius_mm * (1.0 - np.cos(np.deg2rad(self.opening_deg / 2.0)))) if self.curved else 0.0
        )

    def half_width_mm(self, depth_mm: float) -> float:
        """Return half the width of the field at its deepest."""
        if not self.curved:
            return self.aperture_mm / 2.0
        return float((self.radius_mm + depth_mm) * np.sin(np.deg2rad(self.opening_deg / 2.0)))

    @property
    def pulse_mm(self) -> float:
        """Standard deviation of the pulse's envelope in depth."""
        spread_mhz = self.bandwidth * self.centre_mhz / 2.3548
        return SOUND_MM_PER_US / 2.0 / (2.0 * np.pi * spread_mhz)

    @property
    def bloom_mm(self) -> float:
        """How far before a band its brightness begins on the screen, measured on the phantom's own pictures.

        The truth of a border is where its brightness begins, for that is what people trace; tissue is painted
        this far behind it.
        """
        return self.pulse_mm

    @property
    def wave_number_per_mm(self) -> float:
        """Phase of an echo per mm of depth, there and back."""
        return 4.0 * np.pi * self.centre_mhz / SOUND_MM_PER_US

    @property
    def beam_step(self) -> float:
        """Distance between beams: mm for a linear array, rad for a curved one."""
        extent = np.deg2rad(self.opening_deg) if self.curved else self.aperture_mm
        return float(extent / (self.beams - 1))

    def beam_and_range(self, x_mm: FloatArray, z_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the fractional beam number and the distance from the face of points in tissue."""
        middle = (self.beams - 1) / 2.0
        if not self.curved:
            return x_mm / self.beam_step + middle, z_mm
        below = z_mm + self.radius_mm
        return np.arctan2(x_mm, below) / self.beam_step + middle, np.hypot(x_mm, below) - self.radius_mm

    def beam_width_mm(self, range_mm: FloatArray) -> FloatArray:
        """Return the standard deviation of the beam at distances from the face."""
        return self.width_at_focus_mm * np.sqrt(1.0 + ((range_mm - self.focus_mm) / self.rayleigh_mm) ** 2)

    def beam_width(self, range_mm: FloatArray) -> FloatArray:
        """Return the same in numbers of beams."""
        return self.beam_width_mm(range_mm) / self.beam_spacing_mm(range_mm)

    def beam_spacing_mm(self, range_mm: FloatArray) -> FloatArray:
        """Return the distance between neighbouring beams in mm."""
        arc = self.radius_mm + range_mm if self.curved else np.ones_like(range_mm)
        return np.asarray(self.beam_step * arc)


LINEAR = Probe()
CURVED = Probe(
    centre_mhz=4.5,
    bandwidth=0.65,
    radius_mm=60.0,
    opening_deg=56.0,
    focus_mm=35.0,
    width_at_focus_mm=0.45,
    rayleigh_mm=30.0,
    looks_deg=(-8.0, 0.0, 8.0),
)


def face_mm(probe: Probe, x_mm: FloatArray) -> FloatArray:
    """Return the depth of the probe's face: 0 for a linear array, rising to both sides of a curved one.

    Parameters
    ----------
    probe : Probe
        Linear or curved.
    x_mm : (N,) array
        Sideways from the middle of the face.

    Returns
    -------
    (N,) array
        z in mm, 0 in the middle and never below the skin there.

    Examples
    --------
    >>> face_mm(CURVED, np.array([-20.0, 0.0, 20.0])).round(2).tolist()
    [-3.43, 0.0, -3.43]
    """
    if not probe.curved:
        return np.zeros_like(x_mm)
    return np.sqrt(np.maximum(probe.radius_mm**2 - x_mm**2, 0.0)) - probe.radius_mm
