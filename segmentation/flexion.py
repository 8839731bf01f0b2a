"""Thickness through forward bending: the start, the way down, the end range, the way up.

Experimental. Whether thickness at the end of the range falls back to that of the start is told from the
scatter of pictures within the trial, in plain numbers; what it means is not said.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, isfinite, sqrt
from typing import Literal

from segmentation.indices import Z95
from segmentation.timing import Repetition
from segmentation.traces import Level, Span, Trace, level

BendPhase = Literal["start", "way_down", "end_range", "way_up"]
LEAST_PICTURES = 5
LEAST_ERROR = 0.01  # of rest: following is never better than that
_LEAST_S = 0.5
_TRIMMED = 0.25  # of the end range at either end: there the trunk still moves


@dataclass(frozen=True, slots=True)
class Bend:
    """One forward bending and back."""

    number: int  # from 1
    phases: dict[BendPhase, tuple[Span, Level]]
    change_mm: float  # end range - start; nan: not known
    band_mm: float  # from the scatter of the two, see `trial_band`
    words: str


def bends(repetitions: tuple[Repetition, ...], thickness: Trace) -> list[Bend]:
    """Return every bend: two contractions each, the way down and the way up, end range between them.

    Parameters
    ----------
    repetitions : tuple of Repetition
        Marked or found, in order of time; the first of two is the way down.
    thickness : Trace
        Of the muscle, mm.

    Returns
    -------
    list of Bend
        Empty where there are not two contractions.

    Examples
    --------
    Thicker on both ways, back at the end of the range to within the scatter of 0.1 mm.

    >>> import numpy as np
    >>> t_s = np.arange(0.0, 12.0, 0.05)
    >>> moving = ((t_s > 2) & (t_s < 4)) | ((t_s > 7) & (t_s < 9))
    >>> mm = 25.0 + 3.0 * moving + np.random.default_rng(1).normal(0.0, 0.1, len(t_s))
    >>> yes = np.ones(len(t_s), bool)
    >>> def way(number, start_s, end_s):
    ...     at = Span(start_s, end_s)
    ...     return Repetition(number, (Span(0.5, 1.5),), at, at, at, True)
    >>> (bend,) = bends((way(1, 2.0, 4.0), way(2, 7.0, 9.0)), Trace(t_s, mm, yes, yes))
    >>> bend.words
    'end range is within the band of the start: it falls back'
    >>> {phase: round(found.mean) for phase, (_, found) in bend.phases.items()}
    {'start': 25, 'way_down': 28, 'end_range': 25, 'way_up': 28}
    """
    pairs = zip(repetitions[0::2], repetitions[1::2], strict=False)
    return [_bend(k, down, up, thickness) for k, (down, up) in enumerate(pairs, 1)]


def trial_band(rest: Level, other: Level, least_error: float = 0.0) -> float:
    """Return what two levels of one trial must differ by to be told apart.

    Parameters
    ----------
    rest, other : Level
        With the scatter of their pictures. Pictures near each other share their error, so that many of them
        do not make the band narrower.
    least_error : float
        Error of one level below which nothing is believed, in its unit.

    Returns
    -------
    float
        Plus or minus: 1.96 x the two scatters, or errors, together; nan where one is not known.

    Examples
    --------
    >>> round(trial_band(Level(25.0, 0.3, 25), Level(26.0, 0.4, 25)), 2)
    0.98
    >>> round(trial_band(Level(25.0, 0.0, 25), Level(26.0, 0.0, 25), least_error=0.25), 2)
    0.69
    """
    return Z95 * max(hypot(rest.sd, other.sd), sqrt(2.0) * least_error)


def _bend(number: int, down: Repetition, up: Repetition, thickness: Trace) -> Bend:
    gap_s = up.contraction.start_s - down.contraction.end_s
    trimmed = _TRIMMED * gap_s
    spans: dict[BendPhase, Span] = {"way_down": down.contraction, "way_up": up.contraction}
    if down.rest:
        spans["start"] = Span(down.rest[0].start_s, down.rest[-1].end_s)
    if gap_s * (1 - 2 * _TRIMMED) >= _LEAST_S:
        spans["end_range"] = Span(down.contraction.end_s + trimmed, up.contraction.start_s - trimmed)
    order: tuple[BendPhase, ...] = ("start", "way_down", "end_range", "way_up")
    phases = {
        name: (spans[name], level(thickness, down.rest if name == "start" else [spans[name]]))
        for name in order
        if name in spans
    }
    if "end_range" not in phases:
        return Bend(number, phases, *_UNKNOWN, "not decidable: the end range is shorter than a second")
    if "start" not in phases:
        return Bend(number, phases, *_UNKNOWN, "not decidable: no rest before the way down")
    return Bend(number, phases, *_compared(phases["start"][1], phases["end_range"][1]))


_UNKNOWN = (float("nan"), float("nan"))


def _compared(start: Level, end: Level) -> tuple[float, float, str]:
    change, band = end.mean - start.mean, trial_band(start, end, LEAST_ERROR * start.mean)
    if min(start.n, end.n) < LEAST_PICTURES or not isfinite(band):
        return change, band, "not decidable: too few pictures with a value"
    if abs(change) <= band:
        return change, band, "end range is within the band of the start: it falls back"
    if change > 0:
        return change, band, "end range is above the start by more than the band: it does not fall back"
    return change, band, "end range is below the start by more than the band"
