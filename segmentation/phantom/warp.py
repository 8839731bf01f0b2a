"""The phantom at true speed: one drawn picture, warped by the deformation of the tissue."""

from __future__ import annotations

import cv2
import numpy as np

from segmentation.phantom.clip import Phantom
from segmentation.phantom.projection import converted
from segmentation.phantom.survey import placed
from segmentation.results import FloatArray, Picture

_ACROSS_MM, _DOWN_MM = 1.5, 0.35  # of the grid that carries the deformation; fasciae are thin
_ROUNDS = 10


class WarpedPhantom:
    """Pictures of a phantom at any time, milliseconds each, after one drawn picture.

    Speckle goes with the tissue but does not change with it, and shadows bend with it: good to show and to
    practise on, while accuracy is judged on drawn clips.
    """

    def __init__(self, phantom: Phantom) -> None:
        self.phantom = phantom
        projection, scanner = phantom.projection, phantom.plan.scanner
        beyond = projection.maps(scanner.range_step_mm, beyond=True)
        self._texture = converted(phantom.beam_grey(0.0), beyond, phantom.plan.soften_px)
        self._outside = projection.maps(scanner.range_step_mm)[0] < 0
        self._screen = phantom.screen(np.zeros_like(self._texture))
        self._noise = _noise(self._texture.shape, phantom.plan.seed)
        self._lay_grid()
        self._start = self._displaced(0.0)

    def picture(self, t_s: float) -> Picture:
        """Return the ``(H, W)`` screen at a time."""
        x, z = self._origin(t_s)
        points = self.phantom.projection.to_px(x, z)
        size = self.phantom.projection.size_px
        maps = [_stretched(points[..., k], size) for k in (0, 1)]
        bmode = cv2.remap(self._texture, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        noise = self._noise[round(t_s * 1e4) % len(self._noise)]
        bmode = cv2.add(bmode, noise, dtype=cv2.CV_8U)
        bmode[self._outside] = 0
        screen = self._screen.copy()
        screen[self.phantom.roi.slices] = bmode
        return screen

    def _lay_grid(self) -> None:
        p = self.phantom.projection
        columns = max(2, round(p.size_px[0] * p.calibration.x_mm_per_px / _ACROSS_MM))
        rows = max(2, round(p.size_px[1] * p.calibration.y_mm_per_px / _DOWN_MM))
        # the middle of each cell, as cv2.resize lays its pixels
        x_px = (np.arange(columns) + 0.5) * p.size_px[0] / columns - 0.5
        y_px = (np.arange(rows) + 0.5) * p.size_px[1] / rows - 0.5
        self._x, self._z = np.meshgrid(p.x_mm(x_px), p.z_mm(y_px))
        self._motion = self.phantom.plan.anatomy.motion(
            self.phantom.plan.probe, self._x.ravel(), self._z.ravel()
        )

    def _displaced(self, t_s: float) -> tuple[FloatArray, FloatArray]:
        """Return how far the grid's points, given at rest, have gone."""
        drift = self.phantom.plan.disturbances.drift.at(t_s)
        x, z = placed(*self._motion(t_s), drift)
        return x.reshape(self._x.shape) - self._x, z.reshape(self._z.shape) - self._z

    def _origin(self, t_s: float) -> tuple[FloatArray, FloatArray]:
        """Return where the texture shows the tissue that is now at the grid's points."""
        dx, dz = self._displaced(t_s)
        x, z = self._x - dx, self._z - dz
        for _ in range(_ROUNDS):
            x, z = self._x - self._at(dx, x, z), self._z - self._at(dz, x, z)
        return x + self._at(self._start[0], x, z), z + self._at(self._start[1], x, z)

    def _at(self, field: FloatArray, x: FloatArray, z: FloatArray) -> FloatArray:
        column = (x - self._x[0, 0]) / (self._x[0, 1] - self._x[0, 0])
        row = (z - self._z[0, 0]) / (self._z[1, 0] - self._z[0, 0])
        # Half the time of a picture with NumPy, the same to 3e-5 mm, and other threads may work meanwhile.
        maps = column.astype(np.float32), row.astype(np.float32)
        found = cv2.remap(field.astype(np.float32), *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, float)


def _stretched(coarse: FloatArray, size_px: tuple[int, int]) -> cv2.typing.MatLike:
    return cv2.resize(coarse.astype(np.float32), size_px, interpolation=cv2.INTER_LINEAR)


def _noise(shape: tuple[int, ...], seed: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int16]]]:
    rng = np.random.default_rng((seed, 11))
    return [rng.integers(-2, 3, shape, dtype=np.int16) for _ in range(7)]
