"""The last minutes of every measured value, bounded, for traces on the screen."""

from __future__ import annotations

import threading
from math import inf, isnan, nan
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from segmentation.results import QUANTITIES, FloatArray, Measurement, Muscle, Side, Status
from segmentation.traces import Trace
from usbio.sample import Sample

Key: TypeAlias = tuple[Side, Muscle]
COLUMNS = (*QUANTITIES, "quality", "ok")
CAPACITY = 6000  # 200 s at 30 pictures a second
_AWAY_S = 1.0  # a device that gave no picture for so long leaves a gap in the traces


class History:
    """A ring buffer of values per side and muscle; a sink of the pipeline, read by the window.

    Written by the measure thread, read by any: what is handed out is a copy. A new run empties it.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, came {capacity}")
        self._lock = threading.Lock()
        self._t_s = np.full(capacity, nan)
        self._new = np.zeros(capacity, dtype=np.bool_)
        self._values: dict[Key, FloatArray] = {}
        self._written = 0
        self._run = 0
        self._last = (0, nan)  # number and time of the newest picture

    def __call__(self, sample: Sample) -> None:
        """Keep the values of one sample; a frame that could not be measured leaves a gap."""
        with self._lock:
            if sample.run != self._run:
                self._forget(sample.run)
            t_s = float(sample.frame.index) if isnan(sample.frame.t_s) else sample.frame.t_s
            index, before_s = self._last
            if sample.frame.index > index + 1 and t_s - before_s > _AWAY_S:
                self._next_row((before_s + t_s) / 2)
            row = self._next_row(t_s)
            self._last = sample.frame.index, t_s
            self._new[row] = sample.result is not None and sample.result.new_picture
            for m in sample.result.measurements if sample.result else ():
                self._table((m.side, m.muscle))[row] = _row(m)

    def _next_row(self, t_s: float) -> int:
        """Begin a row without values, and return which."""
        row = self._written % len(self._t_s)
        self._t_s[row], self._new[row] = t_s, False
        for table in self._values.values():
            table[row] = nan
        self._written += 1
        return row

    def trace(
        self, side: Side, muscle: Muscle, column: str, last_s: float = inf
    ) -> tuple[FloatArray, FloatArray]:
        """Return times in s and values of the last seconds in order of coming; nan where there was none."""
        with self._lock:
            recent = self._recent(last_s)
            return self._t_s[recent], self._column(side, muscle, column)[recent]

    def as_trace(self, side: Side, muscle: Muscle, column: str, last_s: float = inf) -> Trace:
        """Return one value of the last seconds in the form in which rest and contraction are looked for."""
        with self._lock:
            order = self._recent(last_s)
            values = self._column(side, muscle, column)[order]
            ok = self._column(side, muscle, "ok")[order] == 1.0
            return Trace(self._t_s[order], values, self._new[order], ok)

    def recent_mean(self, side: Side, muscle: Muscle, column: str, n: int = 5) -> float:
        """Return the mean over the last n frames, for numbers that hold still; nan if the last is nan."""
        with self._lock:
            last = self._column(side, muscle, column)[self._order()[-n:]]
            return float(np.nanmean(last)) if len(last) and np.isfinite(last[-1]) else nan

    @property
    def keys(self) -> tuple[Key, ...]:
        """Sides and muscles that were measured so far."""
        with self._lock:
            return tuple(self._values)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._forget(self._run)

    def _forget(self, run: int) -> None:
        self._run, self._written, self._last = run, 0, (0, nan)
        self._values.clear()
        self._t_s[:] = nan

    def _column(self, side: Side, muscle: Muscle, column: str) -> FloatArray:
        table = self._values.get((side, muscle))
        return np.full(len(self._t_s), nan) if table is None else table[:, COLUMNS.index(column)]

    def _order(self) -> npt.NDArray[np.intp]:
        n, capacity = self._written, len(self._t_s)
        if n <= capacity:
            return np.arange(n)
        return (np.arange(capacity) + n) % capacity

    def _recent(self, last_s: float) -> npt.NDArray[np.intp]:
        order = self._order()
        t_s = self._t_s[order]
        return order[t_s >= t_s[-1] - last_s] if len(order) and last_s < inf else order

    def _table(self, key: Key) -> FloatArray:
        if key not in self._values:
            self._values[key] = np.full((len(self._t_s), len(COLUMNS)), nan)
        return self._values[key]


def _row(m: Measurement) -> list[float]:
    return [*(float(getattr(m, column)) for column in COLUMNS[:-1]), float(m.status is Status.OK)]
