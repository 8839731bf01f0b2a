"""A capture or repetition while it runs: what begins it, what time does to it, what ends it."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan
from typing import get_args

import numpy as np

from segmentation.captures import outlier
from segmentation.results import Side
from segmentation.summary import NO_FIGURE
from segmentation.traces import Level
from usbio.schedule import NONE, feedback
from usbio.target import UnaidedChange, target_from
from usbio.texts import Text
from usbio.visit.breath import LOOK_BACK_S, breath_in
from usbio.visit.capturing import CAPTURE_S, LEAST_S, PRESSED_AFTER_S, capture, ripe
from usbio.visit.effects import Cue, Say, Sound, TakeStill
from usbio.visit.facts import (
    CaptureTaken,
    Checked,
    Light,
    RepetitionJudged,
    SetBegun,
    TargetSet,
    Troubled,
)
from usbio.visit.inputs import Seen, stood_by
from usbio.visit.judging import Asked, broken, judge
from usbio.visit.levels import in_target_s
from usbio.visit.progress import (
    block_of,
    captures,
    counted,
    current_set,
    next_trial,
    repetitions_wanted,
    set_full,
    sets_wanted,
)
from usbio.visit.seconds import flush, take_rows
from usbio.visit.seen_log import logs
from usbio.visit.state import Running, Turn, VisitState
from usbio.visit.targets import target_of
from usbio.visit.timeline import CuePhase, timeline

SILENT_S = 1.0
"""A source that gives no picture for so long breaks off what runs."""
_SOURCE_LOST = "visit.why.source_lost"
_SAID = {_SOURCE_LOST: "visit.trouble.source_lost"}
_REST_S = 1.5  # before the cue: the patient's picture begins at this mean
_LEAST_PICTURES = 5
_LOOK_EVERY_S = 1.0
_SETTLE_S = 0.5  # after the hold: the last pictures of it are still being measured
_SOUNDS: dict[CuePhase, Sound] = {"contract": "cue", "hold": "hold", "relax": "relax"}


def begin_capture(turn: Turn) -> None:
    """Begin the next resting capture."""
    if not _ready(turn):
        return
    _check(turn)
    state = turn.state
    turn.change(
        running=Running(next_trial(state), state.at_s), seen=(), timelines=(), pending=(), offered=None
    )


def begin_set(turn: Turn) -> None:
    """Begin this stage's set, or go on with it, with its next repetition."""
    if not _ready(turn):
        return
    _check(turn)
    state = turn.state
    block = block_of(state)
    assert block is not None
    turn.keep(SetBegun(state.at_s, block, state.site, current_set(state)))
    turn.change(seen=(), timelines=(), pending=())
    _begin_repetition(turn, state.at_s)


def go_on(turn: Turn) -> None:
    """Do what time brings: cues, the end of what runs, and that no pictures come."""
    running = turn.state.running
    if running is None:
        return
    if turn.state.silent_s > SILENT_S:
        break_off(turn, _SOURCE_LOST)
    elif running.timeline is None:
        _go_on_capturing(turn, running)
    else:
        _go_on_repeating(turn, running)


def take(turn: Turn, seen: Seen) -> None:
    """Take a picture into what runs."""
    if not any(m.side in turn.state.site.sides for m in seen.measured):
        return
    if turn.state.running is None:
        _rest(turn, seen)
    else:
        held_s = turn.state.running.held_s + in_target_s(turn.state, seen)
        turn.change(seen=(*turn.state.seen, seen), running=replace(turn.state.running, held_s=held_s))
        take_rows(turn, seen)


def _rest(turn: Turn, seen: Seen) -> None:
    """Before a capture the breath is watched."""
    if turn.state.stage.step == "rest":
        since_s = seen.at_s - LOOK_BACK_S
        kept = tuple(one for one in turn.state.resting if one.at_s >= since_s)
        turn.change(resting=(*kept, seen))


def break_off(turn: Turn, reason: str) -> None:
    """End what runs before its time: nothing of it counts, what was seen of it is kept."""
    state, running = turn.state, turn.state.running
    if running is None:
        return
    flush(turn)
    if running.judged:
        turn.change(timelines=())
    elif running.timeline is not None:
        turn.keep(broken(running.trial, running.timeline, running.feedback, reason, state.at_s))
    else:
        turn.keep(Troubled(state.at_s, reason))
    turn.change(running=None, seen=(), timelines=())
    turn.ask(Say(Text(_SAID.get(reason, reason))))


def mark_breath(turn: Turn) -> None:
    """At rest this is the end of an expiration; in a repetition the breath is held."""
    running = turn.state.running
    if running is None:
        return
    if running.timeline is None:
        turn.change(running=replace(running, pressed_s=(*running.pressed_s, turn.state.at_s)))
    else:
        turn.change(running=replace(running, breath="held"))


def offer_outlier(turn: Turn) -> None:
    """Where all captures are taken and one lies apart, offer it for repetition."""
    state = turn.state
    taken = captures(state)
    turn.change(offered=None)
    if len(taken) < state.plan.protocol.dose.rest_captures.value:
        return
    key = state.part.muscle, state.part.quantity
    sem = state.plan.errors.get(key, NO_FIGURE).sem
    for side in state.site.sides:
        levels = [_level(one, side, *key) for one in taken]
        if (odd := outlier(levels, sem=sem)) is not None:
            turn.change(offered=taken[odd].trial)
            turn.ask(Say(Text("visit.do.outlier", number=taken[odd].trial.number)))


def _ready(turn: Turn) -> bool:
    """Say why nothing can begin, or True."""
    state = turn.state
    if state.silent_s > SILENT_S:
        turn.ask(Say(Text("visit.trouble.no_picture")))
        return False
    if not confirmed(state):
        turn.ask(Say(Text("visit.why.unconfirmed")))
        return False
    return True


def confirmed(state: VisitState) -> bool:
    """Return whether somebody stands by the borders of every side of this site, as they are now."""
    sides = {
        m.side
        for one in state.newest
        for m in one.measured
        if m.muscle == state.part.muscle and m.status.carries_value and stood_by(m)
    }
    return set(state.site.sides) <= sides


def unconfirmed(state: VisitState) -> bool:
    """Return whether borders are seen that nobody stands by yet."""
    return (
        state.silent_s <= SILENT_S
        and not confirmed(state)
        and any(
            m.status.carries_value and not stood_by(m)
            for one in state.newest
            for m in one.measured
            if m.side in state.site.sides
        )
    )


def _check(turn: Turn) -> None:
    """Keep how the three lights stand now."""
    state = turn.state
    now = {one.light: one for one in state.lights}
    for light in get_args(Light):
        lit = now.get(light)
        verdict, reason = (lit.verdict, lit.reason) if lit is not None else ("not_checked", "")
        turn.keep(Checked(state.at_s, state.site, light, verdict, reason))


def _go_on_capturing(turn: Turn, running: Running) -> None:
    state = turn.state
    marked_s = running.pressed_s[-1] if running.pressed_s else None
    marked = marked_s is not None and state.at_s >= marked_s + PRESSED_AFTER_S
    over = state.at_s >= running.began_s + CAPTURE_S
    if not (marked or over or _ripe(turn, running)):
        return
    flush(turn)
    seen, before = state.seen, state.resting
    found, breath = capture(running.trial, seen, before, running.pressed_s, state.at_s, state.lifted)
    turn.change(running=None, seen=(), resting=(), rest_breath=breath or state.rest_breath)
    if found is None:
        turn.keep(Troubled(state.at_s, "visit.why.few_pictures"))
        turn.ask(Say(Text("visit.why.few_pictures")))
        return
    turn.keep(found)
    turn.ask(TakeStill(running.trial))
    turn.ask(Cue("end"))
    turn.change(lifted=False)
    offer_outlier(turn)


def _ripe(turn: Turn, running: Running) -> bool:
    """Look once a second whether a relaxed end of expiration was seen."""
    state = turn.state
    if state.at_s < max(running.began_s + LEAST_S, running.looked_s + _LOOK_EVERY_S):
        return False
    turn.change(running=replace(running, looked_s=state.at_s))
    return ripe(state.seen, state.resting, state.site.sides)


def _go_on_repeating(turn: Turn, running: Running) -> None:
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
    turn.change(running=None, timelines=(*turn.state.timelines, plan))
    if set_full(turn.state, running.trial.set_number):
        turn.ask(Cue("end"))
        turn.change(seen=(), timelines=())
        _set_targets(turn)
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


def _set_targets(turn: Turn) -> None:
    """After the test before training: what this patient is asked to reach."""
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


def _level(taken: CaptureTaken, side: Side, muscle: str, quantity: str) -> Level:
    for one in taken.levels:
        if (one.side, one.muscle, one.quantity) == (side, muscle, quantity):
            return Level(one.mean, one.sd, one.n_pictures)
    return Level(nan, nan, 0)
