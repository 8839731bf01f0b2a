"""A value over time: means over spans of pictures, and an even grid on which plateaus can be looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from segmentation.results import FloatArray

BoolArray = npt.NDArray[np.bool_]

STEP_S = 0.05  # of the even grid; finer than a picture at 20 Hz
SECOND = 21  # grid points of one second, both ends counted
SHORTEST = 10  # grid points below which nothing is called steady: half a second
_GAP_S = 0.25  # farther than this from a picture, the grid says nan
_MEDIAN = 7  # grid points: takes out single wrong pictures
_MEAN = 5  # grid points: takes out what is faster than a muscle


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends counted."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s

    def holds(self, t_s: FloatArray) -> BoolArray:
        """Which of these times lie inside; ``nan`` never does."""
        found: BoolArray = (t_s >= self.start_s - 1e-9) & (t_s <= self.end_s + 1e-9)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One value, frame by frame. All arrays are ``(N,)``."""

    t_s: FloatArray  # nan where the source has no time stamps
    values: FloatArray  # nan where not measured
    new_picture: BoolArray  # a repeated picture is no new observation
    ok: BoolArray  # status ok

    def without(self, spans: Sequence[Span]) -> Trace:
        """Return the trace with nothing measured in these spans."""
        values = np.where(inside(self.t_s, spans), np.nan, self.values)
        return Trace(self.t_s, values, self.new_picture, self.ok)


@dataclass(frozen=True, slots=True)
class Level:
    """The mean of a value over pictures. ``nan`` where there was none; the spread needs two."""

    mean: float
    sd: float
    n: int


def inside(t_s: FloatArray, spans: Sequence[Span]) -> BoolArray:
    """Return which times lie in any of the spans, ``(N,)``."""
    found: BoolArray = np.zeros(len(t_s), bool)
    for span in spans:
        np.logical_or(found, span.holds(t_s), out=found)
    return found


def level(trace: Trace, spans: Sequence[Span] | None) -> Level:
    """Return mean and spread over the new pictures in the spans.

    Parameters
    ----------
    trace : Trace
        The value over time.
    spans : sequence of Span or None
        Where to look; None for the whole trace, time stamps or not.

    Returns
    -------
    Level
        Mean, standard deviation (n - 1) and number of pictures with a value.

    Examples
    --------
    >>> import numpy as np
    >>> yes = np.ones(4, bool)
    >>> trace = Trace(np.arange(4.0), np.array([1.0, 3.0, np.nan, 9.0]), yes, yes)
    >>> level(trace, [Span(0.0, 2.0)])
    Level(mean=2.0, sd=1.4142135623730951, n=2)
    """
    counted = trace.new_picture & np.isfinite(trace.values)
    if spans is not None:
        counted &= inside(trace.t_s, spans)
    values = trace.values[counted]
    if not len(values):
        return Level(nan, nan, 0)
    return Level(float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else nan, len(values))


def even_grid(t_s: FloatArray) -> FloatArray:
    """Return times ``STEP_S`` apart from the first to the last time stamp; empty without time stamps."""
    known = t_s[np.isfinite(t_s)]
    if not len(known):
        return np.empty(0)
    start, end = float(known.min()), float(known.max())
    grid: FloatArray = start + STEP_S * np.arange(int((end - start) / STEP_S + 1e-6) + 1, dtype=float)
    return grid


def on_grid(grid_s: FloatArray, trace: Trace) -> FloatArray:
    """Return the trace at the times of the grid, ``(G,)``, between pictures along a line; ``nan`` in gaps."""
    seen = trace.new_picture & np.isfinite(trace.values) & np.isfinite(trace.t_s)
    t_s, first = np.unique(trace.t_s[seen], return_index=True)
    if not len(t_s):
        return np.full(len(grid_s), np.nan)
    filled = np.interp(grid_s, t_s, trace.values[seen][first])
    return np.where(_distance(grid_s, t_s) <= _GAP_S, filled, np.nan)


def smoothed(row: FloatArray) -> FloatArray:
    """Return the row without single wrong pictures: median of 0.35 s, mean of 0.25 s, ``nan`` where it is.

    Only for finding when something happens. Values are always means over the pictures themselves.
    """
    known = np.isfinite(row)
    if not known.any():
        return row
    at = np.arange(len(row))
    filled = ndimage.median_filter(np.interp(at, at[known], row[known]), _MEDIAN, mode="nearest")
    filled = ndimage.uniform_filter1d(filled, _MEAN, mode="nearest")
    return np.where(known, filled, np.nan)


def rolling(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of every ``n`` neighbours, each ``(G - n + 1,)``.

    ``nan`` where fewer than 8 in 10 of them are known.
    """
    known = np.isfinite(values)
    centre = float(values[known].mean()) if known.any() else 0.0  # keeps the sums of squares exact
    shifted = np.where(known, values - centre, 0.0)
    count = _sums(known.astype(float), n)
    enough = count >= 0.8 * n
    count = np.maximum(count, 1.0)
    mean = _sums(shifted, n) / count
    variance = np.maximum(_sums(shifted**2, n) / count - mean**2, 0.0)
    return np.where(enough, mean + centre, np.nan), np.where(enough, np.sqrt(variance), np.nan)


def steadiest(grid_s: FloatArray, rows: Sequence[FloatArray], within: BoolArray) -> Span | None:
    """Return the second in which the rows together vary least.

    Parameters
    ----------
    grid_s : (G,) array
        Times of the even grid.
    rows : sequence of (G,) arrays
        Values not smoothed, each divided by a scale of its own so that rows may be summed.
    within : (G,) bool array
        Where to look: one unbroken stretch.

    Returns
    -------
    Span or None
        One second; the whole stretch where it is shorter; None below half a second or without values.
    """
    at = np.flatnonzero(within)
    if len(at) < SHORTEST:
        return None
    n = min(SECOND, len(at))
    spread = np.stack([rolling(row[at[0] : at[-1] + 1], n)[1] for row in rows])
    known = np.isfinite(spread)
    # A second seen in every row goes before a second in which one of them was lost.
    missing = (~known).sum(axis=0) - int((~known).all(axis=1).sum())
    score = np.where(known, spread**2, 0.0).sum(axis=0) + 1e6 * missing
    score[~known.any(axis=0)] = np.inf
    best = int(np.argmin(score))
    if not np.isfinite(score[best]):
        return None
    return Span(float(grid_s[at[0] + best]), float(grid_s[at[0] + best + n - 1]))


def _sums(values: FloatArray, n: int) -> FloatArray:
    if len(values) < n:
        return np.empty(0)
    total = np.concatenate([[0.0], np.cumsum(values)])
    sums: FloatArray = total[n:] - total[:-n]
    return sums


def _distance(grid_s: FloatArray, t_s: FloatArray) -> FloatArray:
    """Seconds from each grid point to the nearest picture."""
    after = np.clip(np.searchsorted(t_s, grid_s), 0, len(t_s) - 1)
    before = np.maximum(after - 1, 0)
    return np.minimum(np.abs(t_s[after] - grid_s), np.abs(grid_s - t_s[before]))
