"""What is known of a phantom frame: sizes, borders and effort of every muscle."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from segmentation.results import FloatArray, Muscle, Picture, Side


@dataclass(frozen=True, slots=True, eq=False)
class MuscleTruth:
    """One muscle in one frame. Borders are ``(N, 2)`` arrays of (x, y) in pixels of the whole frame."""

    side: Side
    muscle: Muscle
    activation: float
    thickness_mm: float = nan  # perpendicular, inner edge to inner edge, mean over the station
    vertical_mm: float = nan  # the same straight down
    area_cm2: float = nan
    slide_mm: float = nan
    border_px: FloatArray | None = None
    superficial_px: FloatArray | None = None
    deep_px: FloatArray | None = None
    caliper_px: FloatArray | None = None  # (2, 2), superficial end first
    junction_px: tuple[float, float] | None = None  # anterior end of the muscle


@dataclass(frozen=True, slots=True, eq=False)
class FrameTruth:
    """Every muscle of one frame, in the order of the view."""

    muscles: tuple[MuscleTruth, ...]

    def of(self, side: Side, muscle: Muscle) -> MuscleTruth:
        """Return the truth of one muscle of one side."""
        for one in self.muscles:
            if (one.side, one.muscle) == (side, muscle):
                return one
        raise ValueError(
            f"expected one of {[(m.side, m.muscle) for m in self.muscles]}, came {side} {muscle}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class PhantomFrame:
    """A picture of the phantom and what is true in it."""

    index: int
    t_s: float
    picture: Picture  # (H, W)
    truth: FrameTruth


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Two inner edges over the same x, all in mm of the picture."""

    x_mm: FloatArray
    superficial_mm: FloatArray
    deep_mm: FloatArray

    def vertical_mm(self, low_mm: float, high_mm: float) -> float:
        """Return the mean distance straight down between two x."""
        x = np.linspace(low_mm, high_mm, 201)
        return float(np.mean(self._deep(x) - self._superficial(x)))

    def perpendicular_mm(self, low_mm: float, high_mm: float) -> float:
        """Return the mean distance across the middle line between two x.

        At each x the line that stands square on the middle between the edges is cut with both edges,
        each taken as straight there.
        """
        x = np.linspace(low_mm, high_mm, 201)
        upper, lower = self._superficial(x), self._deep(x)
        slope_upper, slope_lower = np.gradient(upper, x), np.gradient(lower, x)
        slope = (slope_upper + slope_lower) / 2.0
        half = (lower - upper) / 2.0 * np.sqrt(1.0 + slope**2)
        return float(np.mean(half / (1.0 + slope * slope_upper) + half / (1.0 + slope * slope_lower)))

    def _superficial(self, x: FloatArray) -> FloatArray:
        return np.interp(x, self.x_mm, self.superficial_mm)

    def _deep(self, x: FloatArray) -> FloatArray:
        return np.interp(x, self.x_mm, self.deep_mm)
