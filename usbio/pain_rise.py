"""Whether pain rose during the last visit, or from visit to visit."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from usbio.mastery import VisitOutcome
from usbio.protocol import Protocol
from usbio.texts import Text

_ROUNDING = 1e-9


def pain_rise(protocol: Protocol, run: Sequence[VisitOutcome]) -> Text | None:
    """Say the largest rise over a set or a visit since the last training; None below the limit."""
    rises = _rises(run)
    if not rises or max(rises)[0] < protocol.progression.pain_rise.value - _ROUNDING:
        return None
    _, before, after = max(rises)
    return Text("visit.progress.pain_rose", before=before, after=after)


def pain_told(run: Sequence[VisitOutcome]) -> bool:
    """Return whether pain was told before and after anything since the last training."""
    return bool(_rises(run))


def pain_over_visits(protocol: Protocol, run: Sequence[VisitOutcome]) -> Text | None:
    """Say where a visit began with more pain than the first one with this protocol; None where it did not."""
    starts = [outcome.pain_at_start for outcome in run if isfinite(outcome.pain_at_start)]
    if len(starts) < 2 or starts[-1] - starts[0] < protocol.progression.pain_rise.value - _ROUNDING:
        return None
    return Text("visit.progress.worse", before=starts[0], after=starts[-1])


def _rises(run: Sequence[VisitOutcome]) -> list[tuple[float, float, float]]:
    """How much, from, to; of the visit with the newest training and what came after it."""
    trained = [number for number, outcome in enumerate(run) if outcome.trained]
    newest = run[trained[-1] if trained else 0 :]
    pairs = [pair for outcome in newest for pair in outcome.pains]
    return [
        (one.after - one.before, one.before, one.after) for one in pairs if isfinite(one.after - one.before)
    ]
