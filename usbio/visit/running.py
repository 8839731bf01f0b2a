"""What runs: a capture or a repetition. What time does to it, what ends it before its time."""

from __future__ import annotations

from dataclasses import replace

from usbio.texts import Text
from usbio.visit.breath import LOOK_BACK_S
from usbio.visit.capture_run import go_on_capturing
from usbio.visit.effects import Say
from usbio.visit.facts import (
    Troubled,
)
from usbio.visit.inputs import Seen
from usbio.visit.judging import broken
from usbio.visit.levels import in_target_s
from usbio.visit.readiness import SILENT_S
from usbio.visit.repetition_run import go_on_repeating
from usbio.visit.seconds import flush, take_rows
from usbio.visit.state import Turn

_SOURCE_LOST = "visit.why.source_lost"
_SAID = {_SOURCE_LOST: "visit.trouble.source_lost"}


def go_on(turn: Turn) -> None:
    """Do what time brings: cues, the end of what runs, and that no pictures come."""
    running = turn.state.running
    if running is None:
        return
    if turn.state.silent_s > SILENT_S:
        break_off(turn, _SOURCE_LOST)
    elif running.timeline is None:
        go_on_capturing(turn, running)
    else:
        go_on_repeating(turn, running)


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
