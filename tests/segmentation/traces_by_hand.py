"""Traces with known rest, contraction, breathing, noise and gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmentation.results import FloatArray
from segmentation.traces import Trace


def times(duration_s: float, hz: float = 25.0) -> FloatArray:
    return np.arange(round(duration_s * hz)) / hz


def effort(t_s: FloatArray, holds: Sequence[tuple[float, float, float]], ramp_s: float = 0.3) -> FloatArray:
    """Sum of trapezoids: (start of the hold, end of the hold, height)."""
    total = np.zeros(len(t_s))
    for start, end, height in holds:
        total += height * np.interp(t_s, [start - ramp_s, start, end, end + ramp_s], [0.0, 1.0, 1.0, 0.0])
    return total


def breathing(t_s: FloatArray, period_s: float = 4.0) -> FloatArray:
    return np.sin(2.0 * np.pi * t_s / period_s)


def trace(t_s: FloatArray, values: FloatArray, new_picture: FloatArray | None = None) -> Trace:
    yes = np.ones(len(t_s), bool)
    new = yes if new_picture is None else new_picture.astype(bool)
    return Trace(t_s, np.asarray(values, float), new, yes)
