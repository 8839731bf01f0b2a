"""Drawing a phantom scene: numbers from ranges, and what every view has in common."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segmentation.geometry import Calibration
from segmentation.phantom.activation import Activation, Contraction
from segmentation.phantom.anatomy import Anatomy
from segmentation.phantom.clip import ClipPlan
from segmentation.phantom.disturbance import Breathing, Disturbances, Drift, GainStep, LostContact
from segmentation.phantom.looks import ScreenLook
from segmentation.phantom.probe import Probe
from segmentation.phantom.projection import Projection
from segmentation.phantom.ranges import Ranges
from segmentation.phantom.scanner import Scanner
from segmentation.phantom.substance import MUSCLE, PLAIN_FASCIA, FasciaLook, Substance


@dataclass(frozen=True, slots=True)
class Scene:
    """The chance of one clip: every call draws the next number."""

    rng: np.random.Generator
    ranges: Ranges
    seconds: float

    def draw(self, name: str) -> float:
        """Return a number from the range of that name."""
        low, high = getattr(self.ranges, name)
        return float(self.rng.uniform(low, high))

    def either(self, name: str) -> float:
        """Draw, to one side or the other."""
        return self.draw(name) * float(self.rng.choice((-1.0, 1.0)))

    def near(self, value: float, share: float) -> float:
        """Return a number no further from a value than a share of it."""
        return float(value * self.rng.uniform(1.0 - share, 1.0 + share))

    def activation(self) -> Activation:
        """Return contractions held for about 1.5 s with about as much rest before each; two fit into 8 s."""
        start, effort, out = self.near(1.5, 0.05), self.draw("effort"), []
        while start + 2.5 <= self.seconds:
            rise, hold, release = self.near(0.4, 0.1), self.near(1.55, 0.04), self.near(0.4, 0.1)
            strength = min(1.0, self.near(effort, 0.05))
            out.append(Contraction(start, rise, hold, release, strength))
            start = out[-1].end_s + self.near(1.35, 0.05)
        return Activation(tuple(out))

    def muscle(self) -> Substance:
        """Return muscle of some texture."""
        return replace(MUSCLE, grain_db=self.draw("grain_db"), patches_db=self.draw("patches_db"))

    def fascia(self, base: FasciaLook = PLAIN_FASCIA) -> FasciaLook:
        """Return a fascia, fainter by chance."""
        return replace(base.fainter(self.draw("fascia_fainter_db")), fade_db=self.draw("fascia_fade_db"))

    def breathing(self) -> Breathing:
        """Return a breath of some depth and pace."""
        lift = self.draw("breath_mm")
        return Breathing(
            self.draw("breath_period_s"), lift, 0.5 * lift, 0.06 * lift, float(self.rng.random())
        )

    def disturbances(self) -> Disturbances:
        """Return what goes wrong."""
        r, rng = self.ranges, self.rng
        drift = Drift(
            self.either("drift_mm"),
            0.4 * self.either("drift_mm"),
            self.either("tilt_deg"),
            self.either("plane_mm"),
            self.draw("tremor_mm"),
            max(self.seconds, 4.0),
        )
        lost: tuple[LostContact, ...] = ()
        if rng.random() < r.lost_contact_chance:
            start, place = float(rng.uniform(0.5, self.seconds)), float(rng.choice((-0.1, 0.85)))
            lost = (LostContact(start, start + 1.5, place, place + self.near(0.25, 0.2)),)
        steps: tuple[GainStep, ...] = ()
        if rng.random() < r.gain_step_chance:
            steps = (GainStep(float(rng.uniform(1.0, self.seconds)), float(rng.uniform(-4.0, 4.0))),)
        return Disturbances(drift, lost, steps, self.draw("fade_db"), int(rng.choice(r.repeat_pictures)))

    def plan(self, anatomy: Anatomy, probe: Probe, depth_mm: float, seed: int, fps: float | None) -> ClipPlan:
        """Return the whole plan: anatomy, machine, screen and disturbances."""
        probe = replace(probe, centre_mhz=probe.centre_mhz * self.draw("frequency"))
        scanner = Scanner(
            depth_mm=depth_mm,
            dynamic_range_db=self.draw("dynamic_range_db"),
            gain_db=self.draw("gain_db"),
            gamma=self.draw("gamma"),
            noise_db=self.draw("noise_db"),
            range_step_mm=0.08 if probe.curved else 0.045,
        )
        look = self.ranges.looks[self.rng.integers(len(self.ranges.looks))]
        return ClipPlan(
            anatomy,
            probe,
            scanner,
            fitting_calibration(probe, depth_mm, look),
            look,
            self.disturbances(),
            fps=float(self.rng.choice(self.ranges.fps)) if fps is None else fps,
            seconds=self.seconds,
            seed=seed,
        )


def fitting_calibration(
    probe: Probe, depth_mm: float, look: ScreenLook, size_px: tuple[int, int] = (800, 600)
) -> Calibration:
    """Return the spacing with which the picture leaves room for ruler and notes.

    Parameters
    ----------
    probe : Probe
        Its field is the picture's width.
    depth_mm : float
        Depth of the picture.
    look : ScreenLook
        The screen round it.
    size_px : (int, int)
        Width and height of the screen.

    Returns
    -------
    Calibration
        Square pixels.

    Examples
    --------
    >>> from segmentation.phantom.looks import PLAIN_CART
    >>> from segmentation.phantom.probe import LINEAR
    >>> spacing = fitting_calibration(LINEAR, 45.0, PLAIN_CART)
    >>> bool(45.0 / spacing.y_mm_per_px < 600), bool(LINEAR.aperture_mm / spacing.x_mm_per_px < 800)
    (True, True)
    """
    unit = Projection.fitting(probe, depth_mm, Calibration(0.01, 0.01))
    width_mm, height_mm = unit.size_px[0] * 0.01, unit.size_px[1] * 0.01
    room_x = size_px[0] - 2 * max(56, look.ruler_gap_px + 46)
    room_y = size_px[1] - look.header_px - 34
    spacing = max(width_mm / room_x, height_mm / room_y)
    return Calibration(round(spacing, 4), round(spacing, 4))
