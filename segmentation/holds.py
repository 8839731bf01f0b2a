"""A hold: how long a value stayed in its target band, and whether TrA worked without IO."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from segmentation.indices import Z95
from segmentation.results import FloatArray
from segmentation.traces import STEP_S, BoolArray, Span, Trace, on_grid, smoothed
from segmentation.trials import Trial, enough_seen

_LONGEST_GAP_S = 0.5  # between two pictures; what was in a longer one nobody knows

Joining = Literal["alone", "io_joins", ""]
"""``alone``: TrA contracted, IO stayed below its limit; ``io_joins``: IO went above; empty: not decidable."""


@dataclass(frozen=True, slots=True)
class TimeInBand:
    """A stretch of time shared out. What is in none of the three was seen outside the band."""

    inside_s: float
    longest_s: float  # without a break; what is not known breaks it
    unknown_s: float


def time_in_band(trace: Trace, span: Span, low: float, high: float) -> TimeInBand:
    """Return how long a value stayed in a band.

    On even steps of about 0.05 s, so that it does not matter how fast pictures come, and after
    `segmentation.traces.smoothed`, or single wrong pictures would break every hold. Only pictures with status
    ok are looked at. What lies between two of them that are more than half a second apart is not known, and
    so is what lies more than 0.25 s before the first or after the last.

    Parameters
    ----------
    trace : Trace
        A value over time.
    span : Span
        Where to look.
    low, high : float
        The band in the unit of the trace, both ends counted; either may be infinite.

    Returns
    -------
    TimeInBand
        In s.

    Raises
    ------
    ValueError
        If the span runs backwards, or the band is empty or ``nan``.

    Examples
    --------
    >>> t_s = np.arange(0.0, 10.0, 0.04)
    >>> yes = np.ones(len(t_s), bool)
    >>> mm = np.where((t_s > 2.0) & (t_s < 7.0), 4.5, 3.0)
    >>> mm[(t_s > 4.0) & (t_s < 5.0)] = np.nan
    >>> found = time_in_band(Trace(t_s, mm, yes, yes), Span(1.0, 9.0), 4.0, 5.0)
    >>> round(found.inside_s), round(found.longest_s), round(found.unknown_s)
    (4, 2, 1)
    """
    if not span.duration_s >= 0:
        raise ValueError(f"expected a span that runs forwards, came {span}")
    if not low <= high:
        raise ValueError(f"expected low to be at most high, came {low} and {high}")
    n = max(1, round(span.duration_s / STEP_S))
    step_s = span.duration_s / n
    grid_s: FloatArray = span.start_s + step_s * (np.arange(n, dtype=float) + 0.5)
    values = _known_values(grid_s, trace)
    inside = (values >= low) & (values <= high)
    known = int(np.isfinite(values).sum())
    return TimeInBand(int(inside.sum()) * step_s, _longest(inside) * step_s, (n - known) * step_s)


def joining(tra: Trial, io: Trial, limit_percent: float) -> Joining:
    """Return whether TrA worked alone or IO joined in, where the band of IO's change allows to say so.

    Parameters
    ----------
    tra, io : Trial
        Thickness of both in one repetition.
    limit_percent : float
        How much IO may thicken, in percent of its rest.

    Returns
    -------
    str
        "alone" where TrA contracted and the upper end of IO's 95 % band lies below the limit; "io_joins"
        where TrA contracted and the lower end lies above it; else, and where IO was hardly seen, "".

    Raises
    ------
    ValueError
        If the two are not thicknesses of one repetition.

    References
    ----------
    .. [1] Weir JP (2005). doi:10.1519/15184.1: the band of one value against a line

    Examples
    --------
    >>> from segmentation.timing import Repetition
    >>> from segmentation.traces import Level
    >>> one = Repetition(1, (), Span(3.0, 6.0), Span(3.5, 5.5), Span(4.0, 5.0), True)
    >>> def trial(rest_mm, contracted_mm, decision="contracted", se=0.1):
    ...     levels = Level(rest_mm, 0.05, 25), Level(contracted_mm, 0.05, 25)
    ...     return Trial("thickness_mm", one, *levels, decision, 2.0, 50, 1.0, se)
    >>> tra = trial(3.0, 4.5)
    >>> [joining(tra, trial(9.0, mm, "not_contracted"), 10.0) for mm in (9.2, 9.9, 10.8)]
    ['alone', '', 'io_joins']
    """
    if (tra.quantity, io.quantity) != ("thickness_mm", "thickness_mm"):
        raise ValueError(f"expected two thicknesses, came {tra.quantity} and {io.quantity}")
    if tra.repetition != io.repetition:
        raise ValueError(f"expected one repetition, came {tra.repetition.number} and {io.repetition.number}")
    if tra.decision != "contracted" or not enough_seen(io.rest, io.contracted, io.ok_fraction):
        return ""
    change = io.difference / io.rest.mean * 100.0  # its own decision does not matter: the band does
    band = Z95 * io.change_se / io.rest.mean * 100.0
    if change + band < limit_percent:
        return "alone"
    return "io_joins" if change - band > limit_percent else ""


def _known_values(grid_s: FloatArray, trace: Trace) -> FloatArray:
    good = Trace(trace.t_s, np.where(trace.ok, trace.values, np.nan), trace.new_picture, trace.ok)
    values = smoothed(on_grid(grid_s, good))
    seen_s = np.unique(trace.t_s[trace.new_picture & np.isfinite(good.values) & np.isfinite(trace.t_s)])
    after = np.searchsorted(seen_s, grid_s)
    between = (after > 0) & (after < len(seen_s))
    gap = np.zeros(len(grid_s))
    gap[between] = seen_s[after[between]] - seen_s[after[between] - 1]
    return np.where(gap <= _LONGEST_GAP_S, values, np.nan)


def _longest(inside: BoolArray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]])))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0
