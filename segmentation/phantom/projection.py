"""Scan conversion: from beams to the pixels of the B-mode picture, and from tissue to pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Calibration
from segmentation.phantom.probe import Probe
from segmentation.results import FloatArray, Picture

Maps = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Projection:
    """Where tissue lies in the B-mode picture; the middle of the probe's face is at ``face_px``."""

    probe: Probe
    depth_mm: float
    calibration: Calibration
    size_px: tuple[int, int]  # width, height of the B-mode picture
    face_px: tuple[float, float]

    @classmethod
    def fitting(cls, probe: Probe, depth_mm: float, calibration: Calibration) -> Projection:
        """Return the projection of the smallest picture that holds the whole field."""
        half, rise = probe.half_width_mm(depth_mm), probe.rise_mm
        width = int(np.ceil(2 * half / calibration.x_mm_per_px))
        height = int(np.ceil((depth_mm + rise) / calibration.y_mm_per_px))
        return cls(
            probe, depth_mm, calibration, (width, height), ((width - 1) / 2.0, rise / calibration.y_mm_per_px)
        )

    def to_px(self, x_mm: FloatArray, z_mm: FloatArray) -> FloatArray:
        """Return ``(N, 2)`` pixels of the B-mode picture for points in front of the probe."""
        return np.stack([self.x_px(x_mm), self.face_px[1] + z_mm / self.calibration.y_mm_per_px], axis=-1)

    def x_px(self, x_mm: FloatArray) -> FloatArray:
        """Return the column of x."""
        return self.face_px[0] + x_mm / self.calibration.x_mm_per_px

    def x_mm(self, x_px: FloatArray) -> FloatArray:
        """Return the x of columns."""
        return (x_px - self.face_px[0]) * self.calibration.x_mm_per_px

    def z_mm(self, y_px: FloatArray) -> FloatArray:
        """Return the depth of rows below the middle of the face."""
        return (y_px - self.face_px[1]) * self.calibration.y_mm_per_px

    def shows(self, points_px: FloatArray) -> npt.NDArray[np.bool_]:
        """Return for points ``(N, 2)`` of the B-mode picture whether they lie in the field."""
        beam, distance = self.probe.beam_and_range(self.x_mm(points_px[:, 0]), self.z_mm(points_px[:, 1]))
        return (beam > -0.5) & (beam < self.probe.beams - 0.5) & (distance >= 0) & (distance <= self.depth_mm)

    def maps(self, range_step_mm: float, beyond: bool = False) -> Maps:
        """Return for every pixel the beam and the row of the beam grid, as `cv2.remap` takes them.

        Outside the field the beam is negative; with ``beyond`` the outermost echoes go on there.
        """
        column, row = np.meshgrid(np.arange(float(self.size_px[0])), np.arange(float(self.size_px[1])))
        beam, distance = self.probe.beam_and_range(self.x_mm(column), self.z_mm(row))
        outside = (
            (distance > self.depth_mm) | (distance < 0) | (beam < -0.5) | (beam > self.probe.beams - 0.5)
        )
        beam = np.clip(beam, 0.0, self.probe.beams - 1.0)
        if beyond:
            distance = np.clip(distance, 0.0, self.depth_mm)
        else:
            beam = np.where(outside, -10.0, beam)
        return beam.astype(np.float32), (distance / range_step_mm).astype(np.float32)


def converted(grey: FloatArray, maps: Maps, soften_px: float) -> Picture:
    """Return the B-mode picture of a grid of beams; black outside the field.

    Parameters
    ----------
    grey : (ranges, beams) array
        0 to 255.
    maps : two (h, w) float32 arrays
        From `Projection.maps`.
    soften_px : float
        Standard deviation of the smoothing that a machine gives its picture; 0: none.

    Returns
    -------
    (h, w) uint8 array

    Examples
    --------
    A fan, down its middle and in two corners:

    >>> from segmentation.phantom.probe import CURVED
    >>> fan = Projection.fitting(CURVED, 40.0, Calibration(0.5, 0.5))
    >>> picture = converted(np.full((401, CURVED.beams), 120.0), fan.maps(0.1), 0.0)
    >>> picture[::40, picture.shape[1] // 2].tolist(), int(picture[0, 0]), int(picture[-1, 0])
    ([0, 120, 120], 0, 0)
    """
    picture = cv2.remap(
        grey.astype(np.float32), *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    )
    if soften_px > 0:
        field = maps[0] >= 0
        picture = np.where(field, cv2.GaussianBlur(picture, (0, 0), soften_px), 0.0)
    return np.asarray(np.clip(np.round(picture), 0, 255), dtype=np.uint8)
