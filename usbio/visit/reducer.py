"""A visit as a reducer: a state, something that happens, and what follows. Free of window, clock and disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import isnan, nan

from segmentation.results import Status
from usbio.texts import Text
from usbio.visit.effects import Effect, Say
from usbio.visit.facts import Fact, VisitBegun
from usbio.visit.inputs import Compared, Entered, Input, Lit, Pressed, Seen, Tick, Told, Turned, worst_status
from usbio.visit.keys import enter, press, settle_borders
from usbio.visit.record import begin_record, record_of
from usbio.visit.running import go_on, take
from usbio.visit.state import Turn, VisitPlan, VisitState

_OFF = (Status.LOST, Status.NO_BORDER)


def begin_visit(plan: VisitPlan, begun: VisitBegun) -> VisitState:
    """Return a visit at its first stage."""
    return VisitState(plan, begin_record(begun))


def resume_visit(plan: VisitPlan, facts: Iterable[Fact]) -> VisitState:
    """Return a visit where its facts leave it: what ran when it was broken off begins anew."""
    record = record_of(facts)
    if record is None:
        raise ValueError("these facts begin no visit")
    return VisitState(plan, record, at_s=record.at_s)


def step(state: VisitState, heard: Input) -> tuple[VisitState, tuple[Effect, ...]]:
    """Take what happened; return the state after it, and what is asked for in this order."""
    turn = Turn(replace(state, at_s=max(state.at_s, heard.at_s)))
    match heard:
        case Seen():
            _see(turn, heard)
        case Pressed():
            press(turn, heard)
        case Entered():
            enter(turn, heard)
        case Lit():
            others = tuple(one for one in state.lights if one.light != heard.light)
            turn.change(lights=(*others, heard))
        case Compared():
            turn.change(compared=heard.found)
        case Turned():
            turn.change(
                live_site=heard.site, newest=(), resting=(), rest_breath=None, lifted=True, down_s=nan
            )
        case Told():
            turn.keep(heard.proposed)
        case Tick():
            pass
    if not turn.state.over:
        go_on(turn)
        settle_borders(turn)
    return turn.state, tuple(turn.effects)


def _see(turn: Turn, seen: Seen) -> None:
    state = turn.state
    others = tuple(one for one in state.newest if one.source != seen.source)
    turn.change(newest=(*others, seen))
    if not any(m.side in state.site.sides for m in seen.measured):
        return
    if worst_status(seen, state.site.sides, state.part.muscle) in _OFF:
        turn.change(lifted=True, down_s=nan, resting=())
        if state.confirming:
            turn.change(confirming=False)
            turn.ask(Say(Text("visit.trouble.lost")))
    elif isnan(state.down_s):
        turn.change(down_s=seen.at_s)
    take(turn, seen)
