"""The axis that a clip's columns stand on: seconds, or frames where the source has no time."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
import numpy.typing as npt

from segmentation.results import FloatArray

_GAP_S = 0.25  # a longer silence stays blank instead of being bridged
_GAP_STEPS = 3.0  # but a slow clip has columns farther apart
_LONE_S = 0.04  # a single picture is shown as this long


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Start of each column on an axis, and how long one lasts that nothing follows."""

    name: str
    starts: FloatArray  # (N,) nan: the column has no place
    step: float

    @property
    def low(self) -> float:
        """Where the axis begins."""
        return float(np.nanmin(self.starts))

    @property
    def high(self) -> float:
        """Where the axis ends."""
        return float(np.nanmax(self.starts)) + self.step

    def x_px(self, value: float, width_px: int) -> float:
        """Where a value stands on a picture of this width."""
        return (value - self.low) / (self.high - self.low) * width_px

    def columns(self, width_px: int) -> npt.NDArray[np.int64]:
        """Which column each pixel shows; -1 where none does."""
        placed = np.flatnonzero(np.isfinite(self.starts))
        order = placed[np.argsort(self.starts[placed], kind="stable")]
        starts = self.starts[order]
        at = self.low + (np.arange(width_px) + 0.5) / width_px * (self.high - self.low)
        k = np.searchsorted(starts, at, side="right") - 1
        after = np.append(starts[1:], starts[-1] + self.step)
        longest = max(_GAP_S if self.in_seconds else 0.0, _GAP_STEPS * self.step)
        ends = np.where(after - starts <= longest, after, starts + self.step)
        return np.where(at < ends[k], order[k], -1)

    @property
    def in_seconds(self) -> bool:
        """False where frames are counted."""
        return self.name.startswith("time")


def axis_of(t_s: FloatArray, frame: FloatArray) -> Axis:
    """Return the time axis of columns; of a source without times that of its frames."""
    if np.isfinite(t_s).any():
        return Axis("time, s", t_s, _usual_step(t_s, _LONE_S))
    return Axis("frame (the clip has no time stamps)", frame, _usual_step(frame, 1.0))


def _usual_step(starts: FloatArray, lone: float) -> float:
    steps = np.diff(np.unique(starts[np.isfinite(starts)]))
    return float(np.median(steps)) if len(steps) else lone


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from low to high, at most so many, by steps of 1, 2 or 5."""
    least = (high - low) / max(most, 1)
    power = 10.0 ** floor(log10(least))
    step = next(power * k for k in (1, 2, 5, 10, 20) if power * k >= least * (1 - 1e-9))
    return [step * k for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
