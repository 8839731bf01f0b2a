"""What the patient sees of a visit at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Literal

from segmentation.results import Side, Status
from usbio.patient_scene import (
    CuePhase,
    IoState,
    Outcome,
    PatientScene,
    PatientShape,
    PatientWords,
    PictureKind,
)
from usbio.patient_words import patient_words
from usbio.protocol import Cue
from usbio.texts import Text, Texts
from usbio.visit.facts import RepetitionJudged, TargetSet
from usbio.visit.inputs import worst_status
from usbio.visit.levels import centre_percent, change_now
from usbio.visit.progress import block_of, counted, current_set, missing, repetition_of, repetitions_wanted
from usbio.visit.readiness import SILENT_S, confirmed
from usbio.visit.state import Running, VisitState
from usbio.visit.targets import target_of

_CUES: dict[CuePhase, Cue] = {"count_in": "rest", "contract": "contract", "hold": "hold", "relax": "relax"}
_HINTS = {
    Status.LOST: "patient.hint.probe_back",
    Status.NO_BORDER: "patient.hint.probe_back",
    Status.CLIPPED: "patient.hint.probe_back",
    Status.MOVED: "patient.hint.hold_still",
    Status.FROZEN: "patient.hint.no_picture",
    Status.LOW_QUALITY: "patient.hint.picture",
    Status.SHADOW: "patient.hint.picture",
    Status.IMPLAUSIBLE: "patient.hint.picture",
}
_IO: dict[str, IoState] = {"alone": "quiet", "joining": "joining", "not_decidable": "unsure", "": ""}


@dataclass(frozen=True, slots=True)
class PatientChoice:
    """How the patient wants to see it."""

    picture: PictureKind = "balance"
    shown: Literal["one", "both"] = "both"


def patient_scene(state: VisitState, texts: Texts, choice: PatientChoice | None = None) -> PatientScene:
    """Return what the patient's screen shows; without feedback it is dark but for the cue and its clock."""
    choice = choice or PatientChoice()
    words = patient_words(texts)
    running = state.running
    if running is None:
        return _between(state, texts, choice, words)
    if running.timeline is None:
        return PatientScene("idle", True, _protocol_cue(state, texts, "rest"), words=words)
    return _repetition(state, running, texts, choice, words)


def hint_of(state: VisitState) -> Text | None:
    """Say what keeps a value from being shown; None where it can be stood by."""
    if state.silent_s > SILENT_S:
        return Text("patient.hint.no_picture")
    if not confirmed(state) and not _off(state):
        return Text("patient.borders")
    status = _status(state)
    return Text(_HINTS[status]) if status in _HINTS else None


def _repetition(
    state: VisitState, running: Running, texts: Texts, choice: PatientChoice, words: PatientWords
) -> PatientScene:
    plan = running.timeline
    assert plan is not None
    cued = plan.phase(state.at_s)
    phase: CuePhase = "relax" if cued == "over" else cued
    last = _last(state, running) if running.judged else None
    passed = last.outcome == "passed" if last is not None else None
    after = running.judged and running.feedback.tells_after(passed)
    during = running.feedback.during
    shapes = during and not running.feedback.only_outside
    number, of = running.trial.number, repetitions_wanted(state)
    targets = {side: target_of(state, side, running.trial.block) for side in state.site.sides}
    known = [one for one in targets.values() if one is not None]
    cue = _nudge(state, texts, targets, phase) if during and not shapes else ""
    dark = not (during or after) or not known
    last = last if after else None
    hint = hint_of(state)
    return PatientScene(
        phase=phase,
        dark=dark,
        cue=cue or _protocol_cue(state, texts, _CUES[phase]),
        hint=texts.say(hint) if hint is not None and not dark else "",
        picture=choice.picture,
        muscle=state.part.muscle,
        shapes=()
        if dark or not shapes
        else tuple(_shape(state, side, targets[side]) for side in state.site.sides),
        band=_band(known[0]) if known else None,
        ceiling=known[0].ceiling_percent / centre_percent(known[0]) if known else None,
        io=_IO[last.selectivity] if last is not None else "",
        hold_s=min(running.held_s, plan.hold.duration_s) if shapes or after else nan,
        hold_of_s=plan.hold.duration_s,
        countdown_s=plan.countdown_s(state.at_s),
        repetition=number,
        of=of,
        last=_outcome(last),
        words=words,
    )


def _nudge(state: VisitState, texts: Texts, targets: Mapping[Side, TargetSet | None], phase: CuePhase) -> str:
    """Words alone, and only where the hold misses its target."""
    if phase != "hold":
        return ""
    for side, target in targets.items():
        change = change_now(state, side)
        if target is not None and change < target.low_percent:
            return texts.say(Text("patient.more"))
        if target is not None and change > target.high_percent:
            return texts.say(Text("patient.less"))
    return ""


def _between(state: VisitState, texts: Texts, choice: PatientChoice, words: PatientWords) -> PatientScene:
    """Nothing runs: what comes next, or how long the rest between two sets still lasts."""
    step = state.stage.step
    if step == "done":
        return PatientScene("done", cue=texts.say(Text("patient.end")), words=words)
    if step == "closing" or missing(state) in ("pain_before", "pain_after"):
        return PatientScene("break", True, texts.say(Text("patient.pain")), words=words)
    if step == "borders":
        return PatientScene("idle", True, texts.say(Text("patient.borders")), words=words)
    if block_of(state) is None:
        return PatientScene("idle", True, _protocol_cue(state, texts, "position"), words=words)
    left_s = break_left_s(state)
    cue = texts.say(Text("patient.cue.rest")) if left_s > 0 else texts.say(Text("patient.begin"))
    number, of = repetition_of(state)
    phase: CuePhase = "break" if left_s > 0 else "idle"
    return PatientScene(
        phase,
        dark=step != "training",
        cue=cue,
        picture=choice.picture,
        muscle=state.part.muscle,
        countdown_s=left_s if left_s > 0 else nan,
        repetition=number,
        of=of,
        words=words,
    )


def break_left_s(state: VisitState) -> float:
    """Return how long the rest between two sets still lasts; 0 where there is none."""
    number = current_set(state)
    if state.stage.step != "training" or number < 2 or counted(state, number):
        return 0.0
    before = counted(state, number - 1)
    pause_s = state.plan.protocol.dose.between_sets_s.value
    return max(before[-1].end_s + pause_s - state.at_s, 0.0) if before else 0.0


def _shape(state: VisitState, side: Side, target: TargetSet | None) -> PatientShape:
    level = change_now(state, side) / centre_percent(target) if target is not None else nan
    return PatientShape(side, level)


def _band(target: TargetSet) -> tuple[float, float]:
    centre = centre_percent(target)
    return target.low_percent / centre, target.high_percent / centre


def _last(state: VisitState, running: Running) -> RepetitionJudged | None:
    found = [one for one in state.record.trials if one.trial == running.trial]
    return found[-1] if found and isinstance(found[-1], RepetitionJudged) else None


def _outcome(found: RepetitionJudged | None) -> Outcome:
    if found is None or found.outcome == "broken":
        return ""
    return found.outcome


def _off(state: VisitState) -> bool:
    return _status(state) in (Status.LOST, Status.NO_BORDER, Status.CLIPPED)


def _status(state: VisitState) -> Status:
    worst = Status.OK
    for one in state.newest:
        sides = tuple(side for side in state.site.sides if any(m.side == side for m in one.measured))
        if sides:
            worst = worst.or_worse(worst_status(one, sides, state.part.muscle))
    return worst


def _protocol_cue(state: VisitState, texts: Texts, cue: Cue) -> str:
    protocol = state.plan.protocol
    place = next((k for k, part in enumerate(protocol.parts) if part.view == state.site.view), 0)
    return protocol.text(cue, texts.language, place)
