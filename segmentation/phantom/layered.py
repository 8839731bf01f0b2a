"""Tissue in layers: boundaries over x, and points that keep their place between two of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from segmentation.results import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Boundaries at one moment, the skin first; every layer moves sideways as its two boundaries do."""

    x_mm: FloatArray  # (N,), evenly spaced
    depth_mm: FloatArray  # (boundaries, N), never decreasing downwards
    shift_mm: FloatArray  # (boundaries,)

    def at(self, boundary: FloatArray, x_mm: FloatArray) -> FloatArray:
        """Return the depth of boundaries, by number, at x."""
        step = self.x_mm[1] - self.x_mm[0]
        place = np.clip((x_mm - self.x_mm[0]) / step, 0.0, len(self.x_mm) - 1.001)
        left = place.astype(np.int64)
        share = place - left
        row = np.asarray(boundary, dtype=np.int64)
        return np.asarray(self.depth_mm[row, left] * (1.0 - share) + self.depth_mm[row, left + 1] * share)


class LayeredMotion:
    """Moves points with the layers they lie in.

    Parameters
    ----------
    layers : callable
        Boundaries over x at a time, or at rest, without shift, for None.
    x_mm, z_mm : (N,) array
        The points at rest, in the picture.
    sign : int
        -1 where the picture is the mirror of the layers' x.
    """

    def __init__(
        self,
        layers: Callable[[FloatArray, float | None], Layers],
        x_mm: FloatArray,
        z_mm: FloatArray,
        sign: int = 1,
    ) -> None:
        self._layers, self._x, self._sign = layers, sign * x_mm, sign
        reach = np.abs(x_mm).max() + 15.0
        self._grid = np.arange(-reach, reach, 0.2)
        rest = layers(self._grid, None)
        depths = np.stack([rest.at(np.full(len(x_mm), k), self._x) for k in range(len(rest.depth_mm))])
        self._layer = np.clip((z_mm[None, :] >= depths).sum(axis=0) - 1, 0, len(depths) - 2)
        upper = np.take_along_axis(depths, self._layer[None, :], 0)[0]
        lower = np.take_along_axis(depths, self._layer[None, :] + 1, 0)[0]
        self._share = (z_mm - upper) / np.maximum(lower - upper, 1e-6)

    def __call__(self, t_s: float) -> tuple[FloatArray, FloatArray]:
        """Return x and z of every point at a time."""
        now = self._layers(self._grid, t_s)
        shift = now.shift_mm
        x = self._x + shift[self._layer] * (1.0 - self._share) + shift[self._layer + 1] * self._share
        upper, lower = now.at(self._layer, x), now.at(self._layer + 1, x)
        return self._sign * x, upper + self._share * (lower - upper)
