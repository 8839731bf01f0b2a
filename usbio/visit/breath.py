"""The breath as a visit sees it: at rest, and whether it went on in a hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segmentation.breathing import Breathing, breathed_during, end_expiration, expiration_sign, find_breaths
from segmentation.results import Muscle, Side
from segmentation.traces import Span
from usbio.frame_log import FrameLog
from usbio.visit.facts import Breath

LOOK_BACK_S = 16.0
"""So much of rest is looked at."""
# Every value that is looked at is one more chance of seeing a breath that is none.
_SHOWS: dict[Muscle, str] = {"tra": "thickness_mm", "io": "thickness_mm", "lm": "subcutaneous_mm"}
Shown = tuple[Side, Muscle, str]


@dataclass(frozen=True, slots=True)
class RestBreath:
    """The breath at rest, and in which value it shows."""

    shown: Shown
    breathing: Breathing


def rest_breath(found: Sequence[FrameLog]) -> RestBreath | None:
    """Return the breath of a stretch of rest; None where it is not seen."""
    for log in found:
        values = [(side, muscle, _SHOWS[muscle]) for side, muscle in log.muscles if muscle in _SHOWS]
        traces = [log.trace((side, muscle), quantity) for side, muscle, quantity in values]
        signs = [expiration_sign(muscle, quantity) for _, muscle, quantity in values]
        breathing = find_breaths(traces, signs)
        if breathing.seen:
            return RestBreath(values[breathing.trace], breathing)
    return None


def relaxed_end(found: Sequence[FrameLog], within: Span, rest: RestBreath | None) -> Span | None:
    """Return the last relaxed end of an expiration inside a capture; None where none is seen."""
    if rest is None:
        return None
    side, muscle, quantity = rest.shown
    for log in found:
        if (side, muscle) in log.muscles:
            span = end_expiration(log.trace((side, muscle), quantity), rest.breathing)
            if span is not None and span.start_s >= within.start_s and span.end_s <= within.end_s:
                return span
    return None


def breath_in(found: Sequence[FrameLog], hold: Span, rest: RestBreath | None) -> Breath:
    """Say whether the breath went on in a hold, as far as it was seen at rest."""
    if rest is None:
        return "not_decidable"
    side, muscle, quantity = rest.shown
    for log in found:
        if (side, muscle) in log.muscles:
            return breathed_during(log.trace((side, muscle), quantity), hold, rest.breathing)
    return "not_decidable"
