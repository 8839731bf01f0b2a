"""Rest and contraction in time: one engine for the live window and for clips.

It is a pure function of the traces so far. Live, it is called again on the ring buffer a few times a second
(a minute of one side costs about 5 ms); a contraction that is still going on is the last repetition, with
``complete`` False.

All traces of one picture share one timing. In the lateral abdominal wall the leading muscle, transversus,
sets it for both obliques, so that a share is taken from three thicknesses of the same moment. In a two-sided
picture both sides were given the same cue: a repetition is where either side leaves rest, and each side is
then judged by its own trace. A side that does not respond is thus seen beside the one that does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmentation.contractions import Stretch, excursions, stretch_of
from segmentation.resting_level import Rest, resting_level
from segmentation.results import FloatArray, Muscle
from segmentation.timing import Mark, Repetition, Timing
from segmentation.traces import (
    STEP_S,
    BoolArray,
    Span,
    Trace,
    even_grid,
    inside,
    on_grid,
    smoothed,
    steadiest,
)
from segmentation.views import ViewName

_BRIDGED_S = 2.0  # a longer gap is not guessed across


def smallest_change(view: ViewName, muscle: Muscle) -> float:
    """Return the least change, as a fraction of rest, that is looked upon as a contraction.

    Transversus changes by some percent with every breath; the others hardly do.

    Parameters
    ----------
    view : str
        Name of the view.
    muscle : str
        Name of the muscle.

    Returns
    -------
    float
        Fraction of rest, above 0.

    Examples
    --------
    >>> smallest_change("tra", "tra"), smallest_change("lm-thickness", "lm")
    (0.1, 0.04)
    """
    return 0.10 if view == "tra" or muscle in ("tra", "io", "eo") else 0.04


def breathing_change(muscle: Muscle) -> float:
    """Return the largest change, as a fraction of rest, that a breath alone may make of a muscle.

    Transversus is thickest at full expiration and thinnest at full inspiration [1]_; a change no larger than
    this is not called its contraction, however sure it is. The error within the trial holds the breath too,
    but only as far as the breath was seen at rest.

    Parameters
    ----------
    muscle : str
        Name of the muscle.

    Returns
    -------
    float
        Fraction of rest; 0 for a muscle that the breath hardly changes.

    References
    ----------
    .. [1] Amerijckx C et al. (2020).

    Examples
    --------
    >>> breathing_change("tra"), breathing_change("lm")
    (0.1, 0.0)
    """
    return 0.10 if muscle == "tra" else 0.0


def swells(view: ViewName) -> bool:
    """Return whether contraction is known to thicken what this view measures. An area may grow or shrink.

    Parameters
    ----------
    view : str
        Name of the view.

    Returns
    -------
    bool

    Examples
    --------
    >>> swells("lm-thickness"), swells("lm-csa")
    (True, False)
    """
    return view in ("tra", "lm-thickness")


def find_repetitions(
    leads: Sequence[Trace], *, least: float, swells: bool, marks: Sequence[Mark] = ()
) -> Timing:
    """Find rest and contractions, or take them where they are marked.

    Parameters
    ----------
    leads : sequence of Trace
        The leading trace of every side in the picture, all with the same times.
    least : float
        Least change called a contraction, as a fraction of rest; see `smallest_change`.
    swells : bool
        True for a muscle that thickens as it contracts; see `swells`.
    marks : sequence of Mark
        What the operator marked. Marked rest and marked contractions replace what would be found; what is
        marked as artefact is left out of everything.

    Returns
    -------
    Timing
        Repetitions in order of time, and the rules in words.

    Raises
    ------
    ValueError
        If there is no trace.

    Examples
    --------
    >>> import numpy as np
    >>> t_s = np.arange(0.0, 8.0, 0.04)
    >>> mm = np.where((t_s > 3.0) & (t_s < 5.0), 4.5, 3.0)
    >>> yes = np.ones(len(t_s), bool)
    >>> found = find_repetitions([Trace(t_s, mm, yes, yes)], least=0.1, swells=True)
    >>> [(round(r.hold.start_s), round(r.hold.end_s)) for r in found.repetitions]
    [(3, 5)]
    """
    if not leads:
        raise ValueError("repetitions need at least one leading trace, came none")
    grid_s = even_grid(leads[0].t_s)
    if not len(grid_s):
        rule = "no time stamps: mean over all pictures"
        return Timing((), None, tuple(marks), rule, "no time stamps: none can be found")
    found = _Search(grid_s, leads, tuple(marks), least, swells)
    repetitions = found.repetitions()
    return Timing(
        repetitions, found.rest_of_clip(repetitions), tuple(marks), found.rest_rule, found.contracted_rule
    )


class _Search:
    """One run over the traces: smoothed rows, their resting levels, and what follows from them."""

    def __init__(
        self, grid_s: FloatArray, leads: Sequence[Trace], marks: tuple[Mark, ...], least: float, swells: bool
    ) -> None:
        self._grid_s = grid_s
        self._marked = {kind: [m.span for m in marks if m.kind == kind] for kind in ("rest", "contraction")}
        artefacts = [m.span for m in marks if m.kind == "artefact"]
        rows = [on_grid(grid_s, lead.without(artefacts)) for lead in leads]
        levels = [self._level(smoothed(row), least, swells) for row in rows]
        seen = [(row, rest) for row, rest in zip(rows, levels, strict=True) if rest is not None]
        artefact = inside(grid_s, artefacts)  # short ones are bridged by the grid, and would look steadiest
        self._rows = [np.where(artefact, np.nan, row / rest.threshold) for row, rest in seen]
        self._deviation = _largest([rest.deviation(smoothed(row)) for row, rest in seen], len(grid_s))
        self._rest_marked = bool(np.any(inside(grid_s, self._marked["rest"]) & np.isfinite(self._deviation)))
        self.rest_rule = (
            f"mean over {_counted(len(self._marked['rest']), 'marked rest interval')}"
            if self._rest_marked
            else "mean of the steadiest second before the contraction begins, after it where none is before"
        )
        self.contracted_rule = (
            "mean of the steadiest second inside the hold of the "
            + ("marked" if self._marked["contraction"] else "found")
            + " contraction, or of the whole hold where that is shorter"
        )

    def _level(self, row: FloatArray, least: float, swells: bool) -> Rest | None:
        marked = inside(self._grid_s, self._marked["rest"]) if self._marked["rest"] else None
        level = resting_level(row, smallest_change=least, swells=swells, marked=marked)
        if level is None and marked is not None:  # nothing could be measured in what was marked
            return resting_level(row, smallest_change=least, swells=swells)
        return level

    def repetitions(self) -> tuple[Repetition, ...]:
        stretches = self._stretches()
        made = []
        for k, stretch in enumerate(stretches):
            before = stretches[k - 1].offset if k else -1
            after = stretches[k + 1].onset if k + 1 < len(stretches) else len(self._grid_s)
            made.append(self._repetition(k + 1, stretch, before, after))
        return tuple(made)

    def _stretches(self) -> list[Stretch]:
        if self._marked["contraction"]:
            spans = sorted(self._marked["contraction"], key=lambda span: span.start_s)
            return [found for span in spans if (found := self._marked_stretch(span)) is not None]
        away = excursions(self._deviation)
        ends = [-1, *(last for _, last in away)]
        starts = [*(first for first, _ in away[1:]), len(self._grid_s)]
        return [
            stretch_of(self._deviation, first, last, ends[k] + 1, starts[k] - 1)
            for k, (first, last) in enumerate(away)
        ]

    def _marked_stretch(self, span: Span) -> Stretch | None:
        at = np.flatnonzero(span.holds(self._grid_s) & np.isfinite(self._deviation))
        if not len(at):
            return None
        first, last = int(at[0]), int(at[-1])
        if np.nanmax(self._deviation[first : last + 1]) <= 1.0:  # no contraction to find the hold of
            return Stretch(first, first, last, last, True)
        inner = stretch_of(self._deviation, first, last, first, last)
        return Stretch(first, inner.hold_start, inner.hold_end, last, True)

    def _repetition(self, number: int, stretch: Stretch, before: int, after: int) -> Repetition:
        contracted = steadiest(
            self._grid_s, self._rows, self._between(stretch.hold_start, stretch.hold_end + 1)
        )
        return Repetition(
            number,
            self._rest_of(stretch, before, after),
            self._span(stretch.onset, stretch.offset),
            self._span(stretch.hold_start, stretch.hold_end),
            contracted,
            stretch.complete,
        )

    def _rest_of(self, stretch: Stretch, before: int, after: int) -> tuple[Span, ...]:
        if self._rest_marked:
            return tuple(self._marked["rest"])
        for first, last in ((before + 1, stretch.onset), (stretch.offset + 1, after)):
            span = steadiest(self._grid_s, self._rows, self._between(first, last))
            if span is not None:
                return (span,)
        return ()

    def rest_of_clip(self, repetitions: Sequence[Repetition]) -> tuple[Span, ...]:
        """Where rest is taken in a clip without a contraction; else the rests of its repetitions."""
        if repetitions:
            return tuple(dict.fromkeys(span for repetition in repetitions for span in repetition.rest))
        if self._rest_marked:
            return tuple(self._marked["rest"])
        if not self._rows:
            self.rest_rule = "nothing could be measured"
            return ()
        span = steadiest(self._grid_s, self._rows, np.ones(len(self._grid_s), bool))
        if span is not None:
            self.rest_rule = "no contraction found: mean of the steadiest second of the clip"
            return (span,)
        self.rest_rule = "clip shorter than half a second: mean over all its pictures"
        return (self._span(0, len(self._grid_s) - 1),)

    def _span(self, first: int, last: int) -> Span:
        return Span(float(self._grid_s[first]), float(self._grid_s[last]))

    def _between(self, first: int, last: int) -> BoolArray:
        """Grid points from first up to, and without, last."""
        at = np.arange(len(self._grid_s))
        found: BoolArray = (at >= first) & (at < last)
        return found


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _largest(deviations: list[FloatArray], n: int) -> FloatArray:
    """The deviation of whichever side is farther from rest; nan only where no side was seen."""
    if not deviations:
        return np.full(n, np.nan)
    largest: FloatArray = np.fmax.reduce([_bridged(deviation) for deviation in deviations])
    return largest


def _bridged(deviation: FloatArray) -> FloatArray:
    """Short gaps filled, or the quiet side would speak for the other as soon as that is lost."""
    known = np.flatnonzero(np.isfinite(deviation))
    at = np.arange(len(deviation))
    after = np.searchsorted(known, at)
    inner = (after > 0) & (after < len(known))
    gap = np.full(len(deviation), len(deviation))
    gap[inner] = known[after[inner]] - known[after[inner] - 1]
    filled = np.interp(at, known, deviation[known])
    return np.where(np.isfinite(deviation) | (gap * STEP_S <= _BRIDGED_S), filled, np.nan)
