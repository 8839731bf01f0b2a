"""A resting capture: which stretch of it is averaged, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmentation.results import QUANTITIES, Muscle, Side
from segmentation.summary import unit_of
from segmentation.traces import Span, Trace, even_grid, inside, level, on_grid, steadiest
from segmentation.views import VIEWS
from usbio.frame_log import FrameLog
from usbio.visit.breath import RestBreath, relaxed_end, rest_breath
from usbio.visit.facts import Breath, CaptureTaken, LevelOf, TrialName
from usbio.visit.inputs import Seen
from usbio.visit.seen_log import logs

CAPTURE_S, LEAST_S = 12.0, 4.0
"""Three breaths of most people at rest; it ends as soon as a relaxed end of expiration was seen in it."""
_BEFORE_S, PRESSED_AFTER_S = 0.6, 0.4  # about a key pressed at the end of expiration
_LEAST_PICTURES = 3
_LEAST_OK = 0.5


def capture(
    trial: TrialName,
    seen: Sequence[Seen],
    before: Sequence[Seen],
    pressed_s: Sequence[float],
    at_s: float,
    replaced: bool,
) -> tuple[CaptureTaken | None, RestBreath | None]:
    """Return what a capture comes to, None where nothing in it can be stood by, and the breath at rest.

    ``before`` is what was seen at rest just before it, with the probe in its place: the breath is in both.
    """
    found = logs(seen, trial.site.sides)
    view = VIEWS[trial.site.view]
    leads = {
        key[0]: log.trace(key, view.quantity)
        for log in found
        for key in log.muscles
        if key[1] == view.muscles[0]
    }
    whole = logs((*before, *seen), trial.site.sides)
    breath_seen = rest_breath(whole)
    end = relaxed_end(whole, _span(seen), breath_seen)
    chosen = _stretch(list(leads.values()), pressed_s, end)
    if chosen is None:
        return None, breath_seen
    span, breath = chosen
    levels = tuple(row for log in found for row in _levels(log, span))
    lead = [row for row in levels if (row.muscle, row.quantity) == (view.muscles[0], view.quantity)]
    sound = {row.side for row in lead if row.n_pictures >= _LEAST_PICTURES and row.ok_fraction >= _LEAST_OK}
    if sound != set(trial.site.sides):
        return None, breath_seen
    taken = CaptureTaken(at_s, trial, span.start_s, span.end_s, breath, replaced, levels)
    return taken, breath_seen


def ripe(seen: Sequence[Seen], before: Sequence[Seen], sides: Sequence[Side]) -> bool:
    """Return whether a relaxed end of expiration was seen in a capture that still runs."""
    whole = logs((*before, *seen), sides)
    return relaxed_end(whole, _span(seen), rest_breath(whole)) is not None


def _span(seen: Sequence[Seen]) -> Span:
    return Span(seen[0].at_s, seen[-1].at_s) if seen else Span(0.0, 0.0)


def _stretch(
    leads: Sequence[Trace], pressed_s: Sequence[float], end: Span | None
) -> tuple[Span, Breath] | None:
    """Where rest is taken: at a marked end of expiration, else a seen one, else where it is steadiest."""
    for at_s in reversed(pressed_s):
        span = Span(at_s - _BEFORE_S, at_s + PRESSED_AFTER_S)
        if all(_pictures(trace, span) >= _LEAST_PICTURES for trace in leads):
            return span, "marked"
    if end is not None and all(_pictures(trace, end) >= _LEAST_PICTURES for trace in leads):
        return end, "end_expiration"
    for trace in leads[:1]:
        grid_s = even_grid(trace.t_s)
        if not len(grid_s):
            continue
        rows = [on_grid(grid_s, one) for one in leads]
        span_found = steadiest(grid_s, rows, np.ones(len(grid_s), bool))
        if span_found is not None:
            return span_found, "not_seen"
    return None


def _pictures(trace: Trace, span: Span) -> int:
    return int((trace.new_picture & np.isfinite(trace.values) & inside(trace.t_s, [span])).sum())


def _levels(log: FrameLog, span: Span) -> list[LevelOf]:
    rows = []
    for side, muscle in log.muscles:
        for quantity in QUANTITIES:
            trace = log.trace((side, muscle), quantity)
            found = level(trace, [span])
            if found.n:
                rows.append(_row(side, muscle, quantity, trace, span))
    return rows


def _row(side: Side, muscle: Muscle, quantity: str, trace: Trace, span: Span) -> LevelOf:
    found = level(trace, [span])
    counted = trace.new_picture & inside(trace.t_s, [span])
    ok = float((trace.ok & np.isfinite(trace.values))[counted].mean()) if counted.any() else 0.0
    return LevelOf(side, muscle, quantity, unit_of(quantity), found.mean, found.sd, found.n, ok)
