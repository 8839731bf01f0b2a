"""What came of a repetition: measured by the engine of `analyze`, judged by the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from segmentation.holds import joining, time_in_band
from segmentation.results import Side
from segmentation.summary import MuscleRecord, unit_of
from segmentation.trials import Trial
from segmentation.views import VIEWS
from usbio.frame_log import FrameLog
from usbio.protocol import Part
from usbio.schedule import NONE, Feedback
from usbio.visit import facts
from usbio.visit.facts import (
    Breath,
    MuscleResult,
    Outcome,
    RepetitionJudged,
    Selectivity,
    TargetSet,
    TrialName,
)
from usbio.visit.inputs import Seen
from usbio.visit.seen_log import logs, trials_of
from usbio.visit.timeline import Timeline

_JUST_BEFORE_S = 0.1  # the engine's grid may begin a step before the cue


@dataclass(frozen=True, slots=True)
class Asked:
    """What a repetition is held to."""

    part: Part
    targets: Mapping[Side, TargetSet]  # empty in a first test
    hold_share: float  # of the hold that has to be inside the target
    breathing: bool  # a held breath does not pass
    feedback: Feedback = NONE


def judge(
    trial: TrialName,
    asked: Asked,
    seen: Sequence[Seen],
    earlier: Sequence[Timeline],
    now: Timeline,
    breath: Breath,
    at_s: float,
) -> RepetitionJudged:
    """Return what came of the latest repetition of a set.

    ``seen`` are all pictures of the set so far: how much a muscle varies at rest is told from all its rests.
    """
    spans = [one.contraction for one in (*earlier, now)]
    results: list[MuscleResult] = []
    selectivity: dict[Side, Selectivity] = {}
    for log in logs(seen, trial.site.sides):
        records = trials_of(log, trial.site.view, spans)
        results += _results(log, records, asked, now)
        selectivity |= _selectivity(records, asked, now)
    told = _least_selective(list(selectivity.values()))
    outcome, reason = _outcome(trial, asked, results, told, breath, now)
    return RepetitionJudged(
        at_s,
        trial,
        now.cue_s,
        now.hold_end_s,
        feedback_name(asked.feedback),
        breath,
        told,
        outcome,
        reason,
        tuple(results),
    )


def broken(trial: TrialName, now: Timeline, feedback: Feedback, reason: str, at_s: float) -> RepetitionJudged:
    """Return a repetition that came to no end; nothing of it counts."""
    end_s = min(now.hold_end_s, at_s)
    return RepetitionJudged(
        at_s, trial, now.cue_s, end_s, feedback_name(feedback), "not_decidable", "", "broken", reason, ()
    )


def feedback_name(feedback: Feedback) -> facts.Feedback:
    """Return what tables call it."""
    if feedback.only_outside:
        return "outside"
    if feedback.during:
        return "both" if feedback.after else "during"
    return "after" if feedback.after else "none"


def _mine(found: Sequence[Trial], now: Timeline) -> list[Trial]:
    """The trials of the latest repetition; none where nothing was measured after its cue."""
    return [one for one in found if one.repetition.contraction.start_s >= now.cue_s - _JUST_BEFORE_S]


def _results(
    log: FrameLog, records: Sequence[MuscleRecord], asked: Asked, now: Timeline
) -> list[MuscleResult]:
    return [_result(log, record, one, asked, now) for record in records for one in _mine(record.trials, now)]


def _result(log: FrameLog, record: MuscleRecord, one: Trial, asked: Asked, now: Timeline) -> MuscleResult:
    rest = one.repetition.rest
    return MuscleResult(
        side=record.side,
        muscle=record.muscle,
        quantity=one.quantity,
        unit=unit_of(one.quantity),
        rest_value=one.rest.mean,
        rest_sd=one.rest.sd,
        contracted_value=one.contracted.mean,
        change_absolute=one.change_absolute,
        change_percent=one.change_percent,
        contraction_ratio=one.contraction_ratio,
        change_se=one.change_se,
        hold_s=one.hold_s,
        in_target_s=_in_target_s(record, one, asked, now),
        decision=one.decision,
        n_pictures=one.n_pictures,
        ok_fraction=one.ok_fraction,
        border_source=log.border_source((record.side, record.muscle), [now.contraction]),
        rest_start_s=rest[0].start_s if rest else nan,
        rest_end_s=rest[0].end_s if rest else nan,
    )


def _in_target_s(record: MuscleRecord, one: Trial, asked: Asked, now: Timeline) -> float:
    """How long the leading muscle was in its target between cue and end of the hold."""
    target = asked.targets.get(record.side)
    leads = (record.muscle, one.quantity) == (asked.part.muscle, asked.part.quantity)
    if target is None or not leads or not one.rest.mean > 0:
        return nan
    low, high = (
        one.rest.mean * (1.0 + percent / 100.0) for percent in (target.low_percent, target.high_percent)
    )
    return time_in_band(record.traces[one.quantity], now.contraction, low, high).inside_s


def _selectivity(records: Sequence[MuscleRecord], asked: Asked, now: Timeline) -> dict[Side, Selectivity]:
    """Say of each side whether TrA worked alone, where IO is in the picture and a limit is known."""
    found: dict[Side, Selectivity] = {}
    limit = asked.part.target.io_limit_percent
    if asked.part.view != "tra" or limit is None:
        return found
    by_muscle = {
        (record.side, record.muscle): trial
        for record in records
        for trial in _mine(record.trials, now)
        if trial.quantity == VIEWS["tra"].quantity
    }
    for side in {side for side, _ in by_muscle}:
        tra, io = by_muscle.get((side, "tra")), by_muscle.get((side, "io"))
        target = asked.targets.get(side)
        percent = (
            target.io_limit_percent
            if target is not None and isfinite(target.io_limit_percent)
            else limit.value
        )
        words = joining(tra, io, percent) if tra is not None and io is not None else ""
        found[side] = {"alone": "alone", "io_joins": "joining", "": "not_decidable"}[words]  # type: ignore[assignment] # by the table
    return found


def _least_selective(found: Sequence[Selectivity]) -> Selectivity:
    order: tuple[Selectivity, ...] = ("joining", "not_decidable", "alone")
    return next((one for one in order if one in found), "")


def _outcome(
    trial: TrialName,
    asked: Asked,
    results: Sequence[MuscleResult],
    selectivity: Selectivity,
    breath: Breath,
    now: Timeline,
) -> tuple[Outcome, str]:
    """Return whether it passed, and the code of why not."""
    part = asked.part
    leads = [r for r in results if (r.muscle, r.quantity) == (part.muscle, part.quantity)]
    if {r.side for r in leads} != set(trial.site.sides):
        return "not_decidable", "visit.why.few_pictures"
    if any(r.decision == "not_contracted" for r in leads):
        return "not_passed", "visit.why.not_contracted"
    if any(r.decision == "not_decidable" for r in leads):
        return "not_decidable", "visit.why.not_decidable"
    if asked.breathing and breath == "held":
        return "not_passed", "visit.why.breath_held"
    needed_s = asked.hold_share * now.hold.duration_s
    for r in leads:
        if r.side in asked.targets and not r.in_target_s >= needed_s:
            return "not_passed", _why_outside(r, asked.targets[r.side])
    if part.target.kind == "selective" and asked.targets and selectivity == "joining":
        return "not_passed", "visit.why.io_joining"
    if part.target.kind == "selective" and asked.targets and selectivity == "not_decidable":
        return "not_decidable", "visit.selectivity.not_decidable"
    return "passed", ""


def _why_outside(result: MuscleResult, target: TargetSet) -> str:
    if result.change_percent < target.low_percent:
        return "visit.why.below_target"
    above = result.change_percent > target.high_percent
    return "visit.why.above_ceiling" if above else "visit.why.hold_short"
