"""A repetition while it runs: its cues, its judgement, and what follows."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan

import numpy as np

from segmentation.results import Side
from usbio.schedule import NONE, feedback
from usbio.target import UnaidedChange, target_from
from usbio.visit.breath import breath_in
from usbio.visit.effects import Cue, Sound
from usbio.visit.facts import (
    RepetitionJudged,
    SetBegun,
    TargetSet,
)
from usbio.visit.inputs import stood_by
from usbio.visit.judging import Asked, judge
from usbio.visit.progress import (
    block_of,
    counted,
    current_set,
    next_trial,
    repetitions_wanted,
    set_full,
    sets_wanted,
)
from usbio.visit.readiness import keep_lights, ready
from usbio.visit.seconds import flush
from usbio.visit.seen_log import logs
from usbio.visit.state import Running, Turn, VisitState
from usbio.visit.targets import target_of
from usbio.visit.timeline import CuePhase, timeline

_REST_S = 1.5  # before the cue: the patient's picture begins at this mean
_LEAST_PICTURES = 5
LOOK_BACK_S = 120.0
"""So much of a set is looked at beside a repetition, as in the live window: a long set costs no more."""
_SETTLE_S = 0.5  # after the hold: the last pictures of it are still being measured
_SOUNDS: dict[CuePhase, Sound] = {"contract": "cue", "hold": "hold", "relax": "relax"}


def begin_set(turn: Turn) -> None:
    """Begin this stage's set, or go on with it, with its next repetition."""
    if not ready(turn):
        return
    keep_lights(turn)
    state = turn.state
    block = block_of(state)
    assert block is not None
    turn.keep(SetBegun(state.at_s, block, state.site, current_set(state)))
    turn.change(seen=(), timelines=(), pending=())
    _begin_repetition(turn, state.at_s)


def go_on_repeating(turn: Turn, running: Running) -> None:
    """Sound the cues, judge once the hold is over, and go on with the next once it has relaxed."""
    state, plan = turn.state, running.timeline
    assert plan is not None
    if state.at_s >= plan.cue_s and not running.rests:
        running = replace(running, rests=_rests(state, plan.cue_s))
        turn.change(running=running)
    phase = plan.phase(state.at_s)
    if phase != running.phase:
        running = replace(running, phase=phase)
        turn.change(running=running)
        if phase in _SOUNDS:
            turn.ask(Cue(_SOUNDS[phase]))
    if not running.judged and state.at_s >= plan.hold_end_s + _SETTLE_S:
        running = _judge(turn, running)
    if phase == "over":
        _end_repetition(turn, running)


def _begin_repetition(turn: Turn, at_s: float) -> None:
    state = turn.state
    name = next_trial(state)
    allowed = NONE
    if name.block == "training":
        wanted = repetitions_wanted(state)
        nth = (name.set_number - 1) * wanted + name.number
        allowed = feedback(state.plan.protocol.schedule, nth, sets_wanted(state) * wanted, state.chosen)
    run = Running(name, at_s, timeline(at_s, state.plan.protocol.dose), allowed)
    turn.change(running=run, chosen=False)


def _judge(turn: Turn, running: Running) -> Running:
    """Say what came of the repetition as soon as its hold is over, so that relaxing shows it."""
    state, plan = turn.state, running.timeline
    assert plan is not None
    asked, breath = asked_of(state, running), running.breath
    if breath == "not_decidable":  # nobody said so
        breath = breath_in(logs(state.seen, state.site.sides), plan.hold, state.rest_breath)
    found = judge(running.trial, asked, state.seen, state.timelines, plan, breath, state.at_s)
    turn.keep(found)
    judged = replace(running, judged=True)
    turn.change(running=judged)
    return judged


def _end_repetition(turn: Turn, running: Running) -> None:
    plan = running.timeline
    assert plan is not None
    flush(turn)
    since_s = plan.end_s - LOOK_BACK_S
    turn.change(
        running=None,
        timelines=tuple(one for one in (*turn.state.timelines, plan) if one.began_s >= since_s),
        seen=tuple(one for one in turn.state.seen if one.at_s >= since_s),
    )
    if set_full(turn.state, running.trial.set_number):
        turn.ask(Cue("end"))
        turn.change(seen=(), timelines=())
    else:
        _begin_repetition(turn, plan.end_s)


def asked_of(state: VisitState, running: Running) -> Asked:
    """Return what a repetition is held to."""
    protocol = state.plan.protocol
    targets: dict[Side, TargetSet] = {}
    for side in state.site.sides:
        found = target_of(state, side, running.trial.block)
        if found is not None:
            targets[side] = found
    criterion = protocol.criterion.hold_share.value
    breathing = protocol.breath.required_in_hold
    return Asked(state.part, targets, criterion, breathing, running.feedback)


def set_targets(turn: Turn) -> None:
    """Where the test before training is left, however that came: what this patient is asked to reach."""
    state = turn.state
    if block_of(state) not in ("pretest", "retention"):
        return
    for side in state.site.sides:
        target = target_from(_changes(counted(state, 1), state, side), state.part)
        turn.keep(
            TargetSet(
                state.at_s,
                state.site,
                side,
                target.low_percent,
                target.high_percent,
                target.ceiling_percent,
                nan if target.io_limit_percent is None else target.io_limit_percent,
                target.source.code,
            )
        )


def _changes(found: tuple[RepetitionJudged, ...], state: VisitState, side: Side) -> list[UnaidedChange]:
    key = side, state.part.muscle, state.part.quantity
    return [
        UnaidedChange(r.decision, r.change_percent, r.change_se / r.rest_value * 100.0)
        for one in found
        for r in one.results
        if (r.side, r.muscle, r.quantity) == key and r.rest_value > 0
    ]


def _rests(state: VisitState, cue_s: float) -> dict[Side, float]:
    """The mean of the leading muscle of each side just before the cue; nan where it was not seen well."""
    rests: dict[Side, float] = {}
    for side in state.site.sides:
        values = [
            getattr(m, state.part.quantity)
            for one in state.seen
            if cue_s - _REST_S <= one.at_s <= cue_s
            and (m := one.of(side, state.part.muscle)) is not None
            and m.status.carries_value
            and stood_by(m)
        ]
        known = [value for value in values if isfinite(value)]
        rests[side] = float(np.mean(known)) if len(known) >= _LEAST_PICTURES else nan
    return rests
