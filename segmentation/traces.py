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
    """Return which times lie in any of the spans.

    Parameters
    ----------
    t_s : (N,) array
        Times in s; ``nan`` lies in none.
    spans : sequence of Span
        Stretches of time, both ends counted.

    Returns
    -------
    (N,) bool array

    Examples
    --------
    >>> inside(np.array([0.0, 1.0, 2.0, np.nan]), [Span(0.5, 1.0), Span(3.0, 4.0)]).tolist()
    [False, True, False, False]
    """
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
    """Return times ``STEP_S`` (0.05 s) apart from the first to the last time stamp.

    Parameters
    ----------
    t_s : (N,) array
        Time stamps in s, ``nan`` where there are none.

    Returns
    -------
    (G,) array
        In s; empty without time stamps.

    Examples
    --------
    >>> even_grid(np.array([2.0, 2.03, np.nan, 2.11])).round(2).tolist()
    [2.0, 2.05, 2.1]
    """
    known = t_s[np.isfinite(t_s)]
    if not len(known):
        return np.empty(0)
    start, end = float(known.min()), float(known.max())
    grid: FloatArray = start + STEP_S * np.arange(int((end - start) / STEP_S + 1e-6) + 1, dtype=float)
    return grid


def on_grid(grid_s: FloatArray, trace: Trace) -> FloatArray:
    """Return the trace at the times of the grid, between pictures along a line.

    Parameters
    ----------
    grid_s : (G,) array
        From `even_grid`, in s.
    trace : Trace
        The value over time; repeated pictures are passed over.

    Returns
    -------
    (G,) array
        In the unit of the trace; ``nan`` farther than 0.25 s from any picture with a value.

    Examples
    --------
    >>> yes = np.ones(3, bool)
    >>> trace = Trace(np.array([0.0, 0.2, 1.0]), np.array([3.0, 4.0, 4.0]), yes, yes)
    >>> on_grid(np.array([0.1, 0.6, 0.8]), trace).round(2).tolist()
    [3.5, nan, 4.0]
    """
    seen = trace.new_picture & np.isfinite(trace.values) & np.isfinite(trace.t_s)
    t_s, first = np.unique(trace.t_s[seen], return_index=True)
    if not len(t_s):
        return np.full(len(grid_s), np.nan)
    filled = np.interp(grid_s, t_s, trace.values[seen][first])
    return np.where(_distance(grid_s, t_s) <= _GAP_S, filled, np.nan)


def smoothed(row: FloatArray) -> FloatArray:
    """Return the row without single wrong pictures: median of 0.35 s, then mean of 0.25 s.

    Only for finding when something happens. Values are always means over the pictures themselves.

    Parameters
    ----------
    row : (G,) array
        Values on the even grid, ``nan`` in gaps.

    Returns
    -------
    (G,) array
        ``nan`` where the row is.

    Examples
    --------
    >>> row = np.full(20, 3.0)
    >>> row[10], row[0] = 9.0, np.nan
    >>> smoothed(row)[[0, 1, 10]].tolist()
    [nan, 3.0, 3.0]
    """
    known = np.isfinite(row)
    if not known.any():
        return row
    at = np.arange(len(row))
    filled = ndimage.median_filter(np.interp(at, at[known], row[known]), _MEDIAN, mode="nearest")
    filled = ndimage.uniform_filter1d(filled, _MEAN, mode="nearest")
    return np.where(known, filled, np.nan)


def rolling(values: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of every ``n`` neighbours.

    Parameters
    ----------
    values : (G,) array
        Values on the even grid, ``nan`` in gaps.
    n : int
        How many neighbours.

    Returns
    -------
    mean, sd : (G - n + 1,) arrays
        ``nan`` where fewer than 8 in 10 of the neighbours are known; empty where there are fewer than ``n``.

    Examples
    --------
    >>> mean, sd = rolling(np.array([1.0, 3.0, 3.0, np.nan, np.nan]), 2)
    >>> mean.tolist(), sd.tolist()
    ([2.0, 3.0, nan, nan], [1.0, 0.0, nan, nan])
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

    Examples
    --------
    >>> grid_s = np.arange(0.0, 4.0, STEP_S)
    >>> row = np.where(grid_s < 2.0, np.sin(9.0 * grid_s), 1.0)
    >>> span = steadiest(grid_s, [row], np.ones(len(grid_s), bool))
    >>> round(span.start_s, 2), round(span.end_s, 2)
    (2.0, 3.0)
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
