"""How far a stage is: what of it stands, and what is missing."""

from __future__ import annotations

from typing import Literal

from usbio.visit.facts import Block, CaptureTaken, RepetitionJudged, TrialName
from usbio.visit.state import VisitState

BLOCKS: dict[str, Block] = {
    "pretest": "pretest",
    "retention": "retention",
    "training": "training",
    "posttest": "posttest",
}
"""Stages that consist of repetitions."""
Missing = Literal["", "captures", "repetitions", "pain_before", "pain_after", "pain_end", "decision"]


def block_of(state: VisitState) -> Block | None:
    """Return the block of repetitions of this stage; None where it has none."""
    return BLOCKS.get(state.stage.step)


def captures(state: VisitState) -> tuple[CaptureTaken, ...]:
    """Return the captures of this site that stand."""
    return state.record.captures(state.site)


def counted(state: VisitState, set_number: int) -> tuple[RepetitionJudged, ...]:
    """Return the repetitions of a set of this stage that came to an end and stand."""
    block = block_of(state)
    found = state.record.repetitions(block, state.site, set_number) if block is not None else ()
    return tuple(one for one in found if one.outcome != "broken")


def sets_wanted(state: VisitState) -> int:
    """Return how many sets this stage has."""
    return state.plan.protocol.dose.sets.value if state.stage.step == "training" else 1


def repetitions_wanted(state: VisitState) -> int:
    """Return how many repetitions a set of this stage has."""
    dose = state.plan.protocol.dose
    return (dose.repetitions if state.stage.step == "training" else dose.test_repetitions).value


def set_full(state: VisitState, set_number: int) -> bool:
    """Return whether a set has all its repetitions."""
    return len(counted(state, set_number)) >= repetitions_wanted(state)


def current_set(state: VisitState) -> int:
    """Return the set that is on, from 1; the last one once all are done."""
    for number in range(1, sets_wanted(state) + 1):
        if not _set_over(state, number):
            return number
    return sets_wanted(state)


def missing(state: VisitState) -> Missing:
    """Return what this stage still needs before the visit can go on; "" where nothing."""
    step, record = state.stage.step, state.record
    if step == "rest":
        wanted = state.plan.protocol.dose.rest_captures.value
        return "captures" if len(captures(state)) < wanted else ""
    if step == "closing":
        if record.pain("end") is None:
            return "pain_end"
        return "decision" if record.proposed is not None and record.proposed.accepted is None else ""
    if block_of(state) is None:
        return ""
    number = current_set(state)
    if step == "training" and record.pain("before_set", state.site, number) is None:
        return "pain_before"
    if not set_full(state, number):
        return "repetitions"
    after = record.pain("after_set", state.site, number)
    return "pain_after" if step == "training" and after is None else ""


def next_trial(state: VisitState) -> TrialName:
    """Return the name of the capture or repetition that comes next."""
    block, number = block_of(state), current_set(state)
    if block is None:
        taken = {one.trial.number for one in captures(state)}
        return TrialName("rest", state.site, 1, _first_free(taken))
    taken = {one.trial.number for one in counted(state, number)}
    return TrialName(block, state.site, number, _first_free(taken))


def repetition_of(state: VisitState) -> tuple[int, int]:
    """Return which repetition of how many is on."""
    done, wanted = len(counted(state, current_set(state))), repetitions_wanted(state)
    return min(done + 1, wanted), wanted


def _set_over(state: VisitState, number: int) -> bool:
    told = state.stage.step != "training" or state.record.pain("after_set", state.site, number) is not None
    return set_full(state, number) and told


def _first_free(taken: set[int]) -> int:
    return next(number for number in range(1, len(taken) + 2) if number not in taken)
