"""What each key does at each stage of a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import isfinite, nan

from usbio.texts import Text
from usbio.visit.caliper import check_caliper
from usbio.visit.capture_run import begin_capture, offer_outlier
from usbio.visit.effects import ConfirmBorders, Propose, Say, TurnTo
from usbio.visit.facts import (
    BordersConfirmed,
    FunctionNoted,
    PainMoment,
    PainNoted,
    PlaceCompared,
    Remarked,
    RepetitionJudged,
    StageTurned,
    VisitEnded,
    Withdrawn,
)
from usbio.visit.inputs import Action, Entered, Pressed
from usbio.visit.progress import BLOCKS, block_of, current_set, missing, set_full
from usbio.visit.readiness import confirmed, unconfirmed
from usbio.visit.record import Trial
from usbio.visit.repetition_run import begin_set, set_targets
from usbio.visit.running import break_off, mark_breath
from usbio.visit.state import Turn

STOPPED = "visit.why.stopped"
_MEASURED = ("captures", "repetitions")


def press(turn: Turn, pressed: Pressed) -> None:
    """Do what a key asks for; where it makes no sense now, say why."""
    if turn.state.over:
        return
    _ACTIONS[pressed.action](turn)


def enter(turn: Turn, entered: Entered) -> None:
    """Take what was typed or chosen."""
    state, at_s = turn.state, turn.state.at_s
    if entered.field == "remark":
        turn.keep(Remarked(at_s, entered.words))
    elif entered.field == "function":
        turn.keep(FunctionNoted(at_s, entered.words, _score(entered.value)))
    elif entered.field == "caliper":
        check_caliper(turn, entered.words)
    elif entered.field == "pain":
        _enter_pain(turn, _score(entered.value))
    elif state.record.proposed is not None:
        override = entered.words if entered.field == "override" else ""
        if entered.field == "override" and not override.strip():
            turn.ask(Say(Text("visit.needs.reason")))
            return
        turn.keep(replace(state.record.proposed, at_s=at_s, accepted=not override, override=override))
        if override:
            turn.ask(Propose())  # pain holds nothing back any more


def turn_stage(turn: Turn) -> None:
    """Go on to the next stage."""
    state = turn.state
    following = state.record.stage + 1
    if following >= len(state.plan.stages):
        return
    stage = state.plan.stages[following]
    set_targets(turn)
    turn.keep(StageTurned(state.at_s, following, stage.step, stage.site))
    turn.change(offered=None, confirming=False, compared=None)
    if stage.site != state.live_site:
        turn.change(down_s=nan)
        turn.ask(TurnTo(stage.site))
    if stage.step == "closing":
        turn.ask(Propose())
    if stage.step == "done":
        turn.keep(VisitEnded(state.at_s, "finished"))


def settle_borders(turn: Turn) -> None:
    """Once somebody stands by borders that were asked for, note it; the stage that asks for them is over."""
    state = turn.state
    at_borders = state.stage.step == "borders" and state.live_site == state.site
    if (at_borders or state.confirming) and confirmed(state):
        turn.keep(BordersConfirmed(state.at_s, state.site, state.at_s - state.down_s))
        turn.change(confirming=False)
        if at_borders:
            turn_stage(turn)


def _next(turn: Turn) -> None:
    state = turn.state
    if state.running is not None:
        turn.ask(Say(Text("visit.key.runs")))
        return
    lacking = missing(state)
    if state.stage.step == "place":
        _settle_place(turn)
    elif state.stage.step == "borders" or (lacking in _MEASURED and unconfirmed(state)):
        _confirm(turn)  # also after the visit was broken off, or the picture was set up anew
    elif lacking == "captures":
        begin_capture(turn)
    elif lacking == "repetitions":
        begin_set(turn)
    elif lacking:
        turn.ask(Say(Text(f"visit.needs.{lacking}")))
    else:
        turn_stage(turn)


def _start(turn: Turn) -> None:
    if turn.state.running is not None:
        break_off(turn, STOPPED)
    else:
        _next(turn)


def _confirm(turn: Turn) -> None:
    turn.change(confirming=True)
    turn.ask(ConfirmBorders())


def _settle_place(turn: Turn) -> None:
    state = turn.state
    first = state.record.begun.number == 1
    found = state.compared or PlaceCompared(state.at_s, state.site, "first" if first else "not_compared")
    turn.keep(replace(found, at_s=state.at_s, site=state.site))
    turn_stage(turn)


def _repeat(turn: Turn) -> None:
    """Take the capture that lies apart again, else the newest; or the newest repetition."""
    state = turn.state
    if state.running is not None:
        turn.ask(Say(Text("visit.key.runs")))
        return
    offered = state.offered
    for trial in reversed(_own(turn)):
        if offered is None or trial.trial == offered:
            turn.keep(Withdrawn(state.at_s, trial.trial, trial.at_s))
            break
    _next(turn)


def _undo(turn: Turn) -> None:
    own = _own(turn)
    if turn.state.running is not None or not own:
        turn.ask(Say(Text("visit.key.nothing_to_undo")))
        return
    turn.keep(Withdrawn(turn.state.at_s, own[-1].trial, own[-1].at_s))
    turn.ask(Say(Text("visit.key.undone")))
    offer_outlier(turn)


def _redo(turn: Turn) -> None:
    state = turn.state
    block = block_of(state) or "rest"
    taken = {one.trial for one in _own(turn)}
    gone = [
        one
        for one in state.record.withdrawn
        if one.trial.site == state.site and one.trial.block == block and one.trial not in taken
    ]
    if state.running is not None or not gone:
        turn.ask(Say(Text("visit.key.nothing_to_redo")))
        return
    turn.keep(replace(gone[-1], at_s=state.at_s, restored=True))
    turn.ask(Say(Text("visit.key.redone")))
    offer_outlier(turn)


def _choose_feedback(turn: Turn) -> None:
    turn.change(chosen=not turn.state.chosen)


def _skip(turn: Turn) -> None:
    break_off(turn, STOPPED)
    turn_stage(turn)


def _end(turn: Turn) -> None:
    break_off(turn, STOPPED)
    turn.keep(VisitEnded(turn.state.at_s, "stopped"))


def _enter_pain(turn: Turn, score: float) -> None:
    state = turn.state
    step, number = state.stage.step, current_set(state)
    moment: PainMoment
    if step == "training":
        moment = "after_set" if set_full(state, number) else "before_set"
        turn.keep(PainNoted(state.at_s, moment, number, score, state.site))
    else:
        moment = "end" if step == "closing" else "start"
        turn.keep(PainNoted(state.at_s, moment, 0, score))


def _own(turn: Turn) -> tuple[Trial, ...]:
    """Captures, or repetitions, of this stage that stand and count."""
    state = turn.state
    block = block_of(state) or "rest"
    if state.stage.step not in ("rest", *BLOCKS):
        return ()
    return tuple(
        one
        for one in state.record.standing
        if one.trial.site == state.site
        and one.trial.block == block
        and not (isinstance(one, RepetitionJudged) and one.outcome == "broken")
    )


def _score(value: float) -> float:
    """A score from 0 to 10, or nan where it was asked and not told."""
    if isfinite(value) and not 0.0 <= value <= 10.0:
        raise ValueError(f"a score is 0 to 10, came {value}")
    return value


_ACTIONS: dict[Action, Callable[[Turn], None]] = {
    "next": _next,
    "start": _start,
    "confirm": _confirm,
    "repeat": _repeat,
    "undo": _undo,
    "redo": _redo,
    "breath": mark_breath,
    "feedback": _choose_feedback,
    "skip": _skip,
    "end": _end,
}
