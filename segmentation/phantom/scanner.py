"""From scatterers to grey levels along beams: echoes, envelope, noise, compression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy import fft

from segmentation.phantom.probe import Probe
from segmentation.results import FloatArray

Complex = npt.NDArray[np.complex64]
_MARGIN = 12  # beams computed beyond either side, so that the borders get their neighbours' echoes


@dataclass(frozen=True, slots=True)
class Scanner:
    """The settings of the machine."""

    depth_mm: float = 45.0
    dynamic_range_db: float = 62.0
    gain_db: float = 0.0
    gamma: float = 1.15  # above 1 darkens the middle greys
    noise_db: float = -66.0  # electronic noise at the face, against a full-white echo
    noise_growth_db_per_cm: float = 2.0  # the depth gain raises the noise
    loss_db_per_cm: float = 1.0  # attenuation that the depth gain leaves over
    range_step_mm: float = 0.045


ORDINARY_SETTINGS = Scanner()


@dataclass(frozen=True, slots=True, eq=False)
class Shadow:
    """Something that sound does not pass: a line in tissue and how much is lost behind it."""

    x_mm: FloatArray
    z_mm: FloatArray
    loss_db: float = 40.0


class Beamformer:
    """The grid of beams and distances of a probe and a scanner, and all that stays the same on it."""

    def __init__(self, probe: Probe, scanner: Scanner, per_mm2: float) -> None:
        self.probe, self.scanner = probe, scanner
        self.range_mm = (
            np.arange(float(round(scanner.depth_mm / scanner.range_step_mm) + 8)) * scanner.range_step_mm
        )
        self.columns = probe.beams + 2 * _MARGIN
        self._axial = self._pulse()
        self._lateral = self._beam_spectrum()
        cell_mm2 = scanner.range_step_mm * probe.beam_spacing_mm(self.range_mm)
        self._norm = (1.0 / np.sqrt(per_mm2 * cell_mm2)).astype(np.float32)[:, None]

    def echoes(self, x_mm: FloatArray, z_mm: FloatArray, strength: FloatArray) -> FloatArray:
        """Return the envelope ``(ranges, columns)``: 1 for tissue of amplitude 1, looks averaged."""
        beam, distance = self.probe.beam_and_range(x_mm, z_mm)
        column, row = beam + _MARGIN, distance / self.scanner.range_step_mm
        keep = (column >= 0) & (column < self.columns - 1) & (row >= 0) & (row < len(self.range_mm) - 1)
        column, row, strength = column[keep], row[keep], strength[keep]
        across_mm = (column - self.columns / 2.0) * self.probe.beam_step * (self.probe.radius_mm or 1.0)
        corners = _corners(column, row, self.columns)
        total = np.zeros((len(self.range_mm), self.columns), np.float32)
        for look in np.deg2rad(self.probe.looks_deg):
            phase = self.probe.wave_number_per_mm * (
                distance[keep] * np.cos(look) + across_mm * np.sin(look) / 2.0
            )
            total += np.abs(self._spread(self._strewn(corners, strength, phase)))
        return np.asarray(total / len(self.probe.looks_deg) * self._norm, dtype=float)

    def shade(self, shadows: tuple[Shadow, ...]) -> FloatArray:
        """Return the factor ``(ranges, columns)`` that is left of the echoes behind shadows."""
        loss_db = np.zeros((len(self.range_mm), self.columns), np.float32)
        for shadow in shadows:
            first_mm = self._first_hit(shadow)
            behind = np.clip((self.range_mm[:, None] - first_mm[None, :] - 0.4) / 1.2, 0.0, 1.0)
            loss_db = np.maximum(loss_db, shadow.loss_db * behind.astype(np.float32))
        soft = 0.7 * float(np.mean(self.probe.beam_width(self.range_mm)))
        return 10.0 ** (cv2.GaussianBlur(loss_db, (0, 0), sigmaX=max(soft, 0.6), sigmaY=0.6) / -20.0).astype(
            float
        )

    def contact(self, loss_db: FloatArray) -> FloatArray:
        """Return the factor of beams ``(beams,)`` that touch the skin badly."""
        return np.asarray(10.0 ** (-np.pad(loss_db, _MARGIN, mode="edge")[None, :] / 20.0))

    def grey(self, envelope: FloatArray, gain_db: float, rng: np.random.Generator) -> FloatArray:
        """Add noise, apply gain, compress: grey 0 to 255 over ``(ranges, beams)``."""
        s = self.scanner
        cm = self.range_mm[:, None] / 10.0
        noise = 10.0 ** ((s.noise_db + s.noise_growth_db_per_cm * cm) / 20.0)
        echo = envelope * 10.0 ** (-s.loss_db_per_cm * cm / 20.0)
        total = np.hypot(echo, noise * rng.rayleigh(0.8, echo.shape))
        level_db = 20.0 * np.log10(total + 1e-9) + s.gain_db + gain_db
        share = np.clip(1.0 + level_db / s.dynamic_range_db, 0.0, 1.0)
        return np.asarray(255.0 * share[:, _MARGIN:-_MARGIN] ** s.gamma)

    def _first_hit(self, shadow: Shadow) -> FloatArray:
        beam, distance = self.probe.beam_and_range(shadow.x_mm, shadow.z_mm)
        first = np.full(self.columns, np.inf)
        column = np.round(beam + _MARGIN).astype(int)
        inside = (column >= 0) & (column < self.columns)
        np.minimum.at(first, column[inside], distance[inside])
        return np.asarray(np.minimum(first, 1e4))

    def _strewn(
        self, corners: list[tuple[npt.NDArray[np.int64], FloatArray]], strength: FloatArray, phase: FloatArray
    ) -> Complex:
        real, imaginary = strength * np.cos(phase), strength * np.sin(phase)
        size = len(self.range_mm) * self.columns
        out = np.zeros(size, np.complex64)
        for cell, share in corners:
            out.real += np.bincount(cell, share * real, size)
            out.imag += np.bincount(cell, share * imaginary, size)
        return out.reshape(len(self.range_mm), self.columns)

    def _spread(self, strewn: Complex) -> Complex:
        parts = strewn.view(np.float32).reshape(*strewn.shape, 2)
        pulsed = cv2.filter2D(parts, -1, self._axial, borderType=cv2.BORDER_CONSTANT)
        line = np.ascontiguousarray(pulsed).view(np.complex64)[..., 0]
        return np.asarray(fft.ifft(fft.fft(line, axis=1) * self._lateral, axis=1), dtype=np.complex64)

    def _pulse(self) -> npt.NDArray[np.float32]:
        sigma = self.probe.pulse_mm / self.scanner.range_step_mm
        half = int(4 * sigma) + 1
        kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)
        return np.asarray(kernel / np.sqrt((kernel**2).sum()), dtype=np.float32)[:, None]

    def _beam_spectrum(self) -> npt.NDArray[np.float32]:
        sigma = self.probe.beam_width(self.range_mm)[:, None]
        frequency = fft.fftfreq(self.columns)[None, :]
        spectrum = np.exp(-2.0 * (np.pi * sigma * frequency) ** 2)
        return np.asarray(spectrum / np.sqrt((spectrum**2).mean(axis=1, keepdims=True)), dtype=np.float32)


def _corners(
    column: FloatArray, row: FloatArray, columns: int
) -> list[tuple[npt.NDArray[np.int64], FloatArray]]:
    """Return the four grid cells round each point, flat, with the share each gets."""
    c0, r0 = column.astype(np.int64), row.astype(np.int64)
    c, r = column - c0, row - r0
    cell = r0 * columns + c0
    return [
        (cell, (1 - c) * (1 - r)),
        (cell + 1, c * (1 - r)),
        (cell + columns, (1 - c) * r),
        (cell + columns + 1, c * r),
    ]
