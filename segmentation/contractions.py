"""Contractions in a deviation from rest: where each begins, holds and ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.results import FloatArray
from segmentation.traces import SHORTEST

_BACK = 0.4  # of the peak: below, the contraction is over
_AGAIN = 0.7  # thresholds above the last trough: above, the next one begins
_HOLDS = 0.8  # of the plateau: above, the contraction is held
_NEAR = 0.7  # of the upper quartile: where the plateau is looked for
_LEAVES = 0.2  # of the plateau: where the contraction begins and ends


@dataclass(frozen=True, slots=True)
class Stretch:
    """One contraction as indices into the grid, ends counted."""

    onset: int
    hold_start: int
    hold_end: int
    offset: int
    complete: bool  # False where the trace ends before the contraction does


def excursions(deviation: FloatArray) -> list[tuple[int, int]]:
    """Return first and last index of every stretch away from rest.

    A stretch begins above 1 threshold and ends below 0.4 of its peak, so that neither a fading hold nor a
    muscle that does not quite return to rest misleads the count.

    Parameters
    ----------
    deviation : (G,) array
        Distance from rest in thresholds; ``nan`` in gaps, which are passed over.

    Returns
    -------
    list of (int, int)
        Both counted, in order; none shorter than half a second.

    Examples
    --------
    >>> import numpy as np
    >>> flat, up = np.zeros(20), np.full(20, 4.0)
    >>> excursions(np.concatenate([flat, up, flat, 0.5 * up, flat]))
    [(20, 39), (60, 79)]
    """
    found: list[tuple[int, int]] = []
    start, last, peak, trough = -1, -1, 0.0, 0.0
    for i in np.flatnonzero(np.isfinite(deviation)):
        d = float(deviation[i])
        if start < 0:
            trough = min(trough, d)
            if d > max(1.0, trough + _AGAIN):
                start, peak = int(i), d
        elif d < max(0.5, _BACK * peak):
            found.append((start, last))
            start, trough = -1, d
        peak, last = max(peak, d), int(i)
    if start >= 0:
        found.append((start, last))
    return [(a, b) for a, b in found if b - a + 1 >= SHORTEST]


def stretch_of(deviation: FloatArray, first: int, last: int, low: int, high: int) -> Stretch:
    """Return onset, hold and offset of one excursion.

    The hold is where the deviation stays above 0.8 of the plateau; onset and offset are where it passes 0.2.

    Parameters
    ----------
    deviation : (G,) array
        Distance from rest.
    first, last : int
        The excursion.
    low, high : int
        How far onset and offset may lie: the neighbours, or the ends of the trace.

    Returns
    -------
    Stretch
        Not complete where the deviation does not come back before ``high``.

    Examples
    --------
    >>> import numpy as np
    >>> rise = np.linspace(0.0, 4.0, 11)
    >>> deviation = np.concatenate([np.zeros(10), rise, np.full(20, 4.0), rise[::-1], np.zeros(10)])
    >>> found = stretch_of(deviation, 13, 47, 0, 61)
    >>> found.onset, found.hold_start, found.hold_end, found.offset
    (13, 18, 43, 48)
    """
    plateau = plateau_of(deviation[first : last + 1])
    held = first + np.flatnonzero(deviation[first : last + 1] >= _HOLDS * plateau)
    leaves = max(_LEAVES * plateau, min(0.5 * plateau, 0.4))
    quiet_before = np.flatnonzero(deviation[low:first] <= leaves)
    quiet_after = np.flatnonzero(deviation[last + 1 : high + 1] <= leaves)
    onset = low + int(quiet_before[-1]) + 1 if len(quiet_before) else low
    offset = last + int(quiet_after[0]) if len(quiet_after) else high
    return Stretch(onset, int(held[0]), int(held[-1]), offset, bool(len(quiet_after)))


def plateau_of(deviation: FloatArray) -> float:
    """Return the level a contraction is held at: the median of what lies near its upper quartile.

    Parameters
    ----------
    deviation : (N,) array
        Distance from rest during the contraction, in any unit; ``nan`` in gaps, but not throughout.

    Returns
    -------
    float
        In the unit of ``deviation``; the way up and down does not count.

    Examples
    --------
    >>> import numpy as np
    >>> plateau_of(np.array([0.5, 1.5, 4.0, 4.0, np.nan, 4.0, 4.0, 2.0]))
    4.0
    """
    known = deviation[np.isfinite(deviation)]
    return float(np.median(known[known >= _NEAR * np.quantile(known, 0.75)]))
