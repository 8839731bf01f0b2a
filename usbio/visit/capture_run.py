"""A resting capture while it runs."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from segmentation.captures import outlier
from segmentation.results import Side
from segmentation.summary import NO_FIGURE
from segmentation.traces import Level
from usbio.texts import Text
from usbio.visit.capturing import CAPTURE_S, LEAST_S, PRESSED_AFTER_S, capture, ripe
from usbio.visit.effects import Cue, Say, TakeStill
from usbio.visit.facts import (
    CaptureTaken,
    Troubled,
)
from usbio.visit.progress import (
    captures,
    next_trial,
)
from usbio.visit.readiness import keep_lights, ready
from usbio.visit.seconds import flush
from usbio.visit.state import Running, Turn

_LOOK_EVERY_S = 1.0


def begin_capture(turn: Turn) -> None:
    """Begin the next resting capture."""
    if not ready(turn):
        return
    keep_lights(turn)
    state = turn.state
    turn.change(
        running=Running(next_trial(state), state.at_s), seen=(), timelines=(), pending=(), offered=None
    )


def go_on_capturing(turn: Turn, running: Running) -> None:
    """End a capture once it is marked, an end of expiration was seen in it, or its time is over."""
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


def _level(taken: CaptureTaken, side: Side, muscle: str, quantity: str) -> Level:
    for one in taken.levels:
        if (one.side, one.muscle, one.quantity) == (side, muscle, quantity):
            return Level(one.mean, one.sd, one.n_pictures)
    return Level(nan, nan, 0)
