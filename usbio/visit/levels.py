"""How far a muscle is now from its rest to its target: what is shown, steadied over some pictures."""

from __future__ import annotations

from math import isfinite, nan

import numpy as np

from segmentation.indices import percent_change
from segmentation.results import Side
from usbio.visit.facts import TargetSet
from usbio.visit.inputs import Seen, stood_by
from usbio.visit.state import VisitState
from usbio.visit.targets import target_of

MEAN_OF = 5
"""Pictures; a mean over n pictures is (n - 1) / 2 pictures late."""
_LOOK_BACK = 20  # pictures of all sources among which those of a side are looked for
_LONGEST_S = 0.5  # between two pictures: what was in a longer gap nobody knows


def value_of(state: VisitState, seen: Seen, side: Side) -> float:
    """Return the leading value of a side in a picture; nan where it cannot be stood by."""
    found = seen.of(side, state.part.muscle)
    if found is None or not (found.status.carries_value and stood_by(found)):
        return nan
    return float(getattr(found, state.part.quantity))


def change_now(state: VisitState, side: Side) -> float:
    """Return the change from the rest before this repetition's cue in percent; nan where it is not known."""
    running = state.running
    rest = running.rests.get(side, nan) if running is not None else nan
    shown = [one for one in state.seen[-_LOOK_BACK:] if any(m.side == side for m in one.measured)][-MEAN_OF:]
    values = [value_of(state, one, side) for one in shown]
    if not values or not isfinite(values[-1]):
        return nan
    return percent_change(rest, float(np.nanmean(values))) if rest > 0 else nan


def centre_percent(target: TargetSet) -> float:
    """Return the middle of a target: level 1 of what the patient sees."""
    return (target.low_percent + target.high_percent) / 2.0


def in_target_s(state: VisitState, seen: Seen) -> float:
    """Return by how much a picture lets the time in the target grow: all sides have to be there."""
    running = state.running
    if running is None or running.timeline is None or seen.source != _leading_source(state):
        return 0.0
    before = next((one for one in reversed(state.seen[-_LOOK_BACK:]) if one.source == seen.source), None)
    if before is None or running.timeline.phase(seen.at_s) not in ("contract", "hold"):
        return 0.0
    gap_s = seen.at_s - before.at_s
    inside = all(_inside(state, side, _newest_value(state, seen, side)) for side in state.site.sides)
    return gap_s if inside and gap_s <= _LONGEST_S else 0.0


def _leading_source(state: VisitState) -> int:
    """Of two sources one counts the time, the other is looked at."""
    return min((one.source for one in state.newest), default=0)


def _newest_value(state: VisitState, seen: Seen, side: Side) -> float:
    shown = (seen, *(one for one in state.newest if one.source != seen.source))
    of_side = [one for one in shown if any(m.side == side for m in one.measured)]
    return value_of(state, of_side[0], side) if of_side else nan


def _inside(state: VisitState, side: Side, value: float) -> bool:
    running = state.running
    assert running is not None
    target = target_of(state, side, running.trial.block)
    rest = running.rests.get(side, nan)
    if target is None or not (rest > 0 and isfinite(value)):
        return False
    return target.low_percent <= percent_change(rest, value) <= target.high_percent
