"""What the clinician sees of a visit: where it stands, what to do now, and what came of what was done."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, isfinite, nan

from segmentation.asymmetry import (
    Asymmetry,
    activation_asymmetry_points,
    difference_sem,
    size_asymmetry,
)
from segmentation.captures import CaptureMean, average
from segmentation.indices import level_band
from segmentation.results import SIDES, Side
from segmentation.summary import NO_FIGURE
from segmentation.traces import Level
from usbio.protocol import Part, Protocol
from usbio.texts import Text
from usbio.visit.capturing import CAPTURE_S
from usbio.visit.facts import (
    Block,
    Breath,
    CaptureTaken,
    Feedback,
    FunctionNoted,
    Light,
    LightVerdict,
    Outcome,
    PainfulSide,
    PainNoted,
    PlaceCompared,
    Proposed,
    RepetitionJudged,
    Selectivity,
    StepName,
    TargetSet,
    TrialName,
)
from usbio.visit.judging import feedback_name
from usbio.visit.levels import change_now
from usbio.visit.progress import Missing, captures, counted, current_set, missing, sets_wanted
from usbio.visit.progress import repetitions_wanted as wanted_of
from usbio.visit.readiness import confirmed, unconfirmed
from usbio.visit.scene import break_left_s, hint_of
from usbio.visit.site import Site
from usbio.visit.state import Running, VisitState
from usbio.visit.timeline import CuePhase

LIGHTS: tuple[Light, ...] = ("side", "scale", "rate")
TAPPED: Side = "left"
"""The half of the probe that the tap test asks for: it has to be seen on that half of the picture."""


@dataclass(frozen=True, slots=True)
class LightView:
    """One of the three lights."""

    light: Light
    verdict: LightVerdict
    reason: str


@dataclass(frozen=True, slots=True)
class CaptureView:
    """A resting capture of one side."""

    number: int
    side: Side
    mean: float
    sd: float
    breath: Breath
    apart: bool  # from the others: offered for repetition


@dataclass(frozen=True, slots=True)
class RestView:
    """The captures of one side together."""

    side: Side
    captures: tuple[CaptureView, ...]
    together: CaptureMean


@dataclass(frozen=True, slots=True)
class RepetitionView:
    """A repetition that is over, of one side."""

    number: int
    side: Side
    change_percent: float  # nan where it did not contract, or cannot be decided
    in_target_s: float
    outcome: Outcome
    selectivity: Selectivity
    reason: str  # code; "" where it passed


@dataclass(frozen=True, slots=True)
class RunningView:
    """What runs now."""

    trial: TrialName
    of: int
    phase: CuePhase | None  # None: a capture
    countdown_s: float
    held_s: float
    hold_of_s: float
    feedback: Feedback
    change_percent: tuple[tuple[Side, float], ...]


@dataclass(frozen=True, slots=True)
class VisitView:
    """All of the clinician's page."""

    subject: str
    number: int
    painful_side: PainfulSide
    step: StepName
    site: Site
    stage: int
    stages: int
    title: Text
    do: Text
    missing: Missing
    confirmed: bool
    hint: Text | None
    lights: tuple[LightView, ...]
    place: PlaceCompared | None
    rests: tuple[RestView, ...]
    running: RunningView | None
    repetitions: tuple[RepetitionView, ...]
    set_number: int
    sets: int
    repetitions_wanted: int
    targets: tuple[TargetSet, ...]
    break_left_s: float
    size: Asymmetry | None  # from the rests of both sides
    activation_points: float  # right minus left, of the newest tests
    activation_band_points: float
    proposed: Proposed | None
    over: bool
    protocol: Protocol
    part: Part  # of it, what is measured here
    level: str  # of the spine
    chosen: bool  # feedback, for the next repetition
    pains: tuple[PainNoted, ...]
    functions: tuple[FunctionNoted, ...]


def visit_view(state: VisitState) -> VisitView:
    """Return what the clinician sees now."""
    begun, record, number = state.record.begun, state.record, current_set(state)
    rests = tuple(_rest(state, side) for side in state.site.sides)
    activation_points, activation_band = _activation(state)
    return VisitView(
        subject=begun.subject,
        number=begun.number,
        painful_side=begun.painful_side,
        step=state.stage.step,
        site=state.site,
        stage=record.stage,
        stages=len(state.plan.stages),
        title=Text(f"visit.step.{state.stage.step}"),
        do=what_to_do(state),
        missing=missing(state),
        confirmed=confirmed(state),
        hint=hint_of(state),
        lights=_lights(state),
        place=state.compared or _newest_place(state),
        rests=rests,
        running=_running(state, state.running) if state.running is not None else None,
        repetitions=_repetitions(state, number),
        set_number=number,
        sets=sets_wanted(state),
        repetitions_wanted=wanted_of(state),
        targets=tuple(t for side in state.site.sides if (t := record.target(state.site, side)) is not None),
        break_left_s=break_left_s(state),
        size=_size(state),
        activation_points=activation_points,
        activation_band_points=activation_band,
        proposed=record.proposed,
        over=state.over,
        protocol=state.plan.protocol,
        part=state.part,
        level=begun.acquisition.level,
        chosen=state.chosen,
        pains=record.pains,
        functions=record.functions,
    )


def what_to_do(state: VisitState) -> Text:
    """Return what the clinician does next."""
    step, lacking = state.stage.step, missing(state)
    if state.live_site != state.site and step not in ("closing", "done"):
        side = Text(f"visit.side.{state.site.sides[0]}")
        return Text("visit.do.other_side", side=side)
    if lacking in ("pain_before", "pain_after"):
        return Text(f"visit.needs.{lacking}")
    if lacking == "decision":
        return Text("visit.needs.decision")
    if step == "place":
        return Text("visit.do.place_first" if state.record.begun.number == 1 else "visit.do.place")
    if lacking in ("captures", "repetitions") and unconfirmed(state):
        return Text("visit.do.borders")
    if step == "checks" and not any(one.light == "side" and one.verdict == "ok" for one in state.lights):
        return Text("visit.do.check_side", side=Text(f"visit.side.{TAPPED}"))
    if step == "rest":
        return _do_rest(state)
    if state.running is not None and state.running.timeline is not None:
        return Text("visit.do.running")
    if step in ("pretest", "retention", "posttest"):
        return Text("visit.do.test", count=wanted_of(state))
    if step == "training" and current_set(state) > 1:
        return Text("visit.do.next_set", number=current_set(state), total=sets_wanted(state))
    return Text(f"visit.do.{step}")


def _do_rest(state: VisitState) -> Text:
    taken, total = len(captures(state)), state.plan.protocol.dose.rest_captures.value
    if state.offered is not None:
        return Text("visit.do.outlier", number=state.offered.number)
    if taken >= total:
        return Text("visit.do.rest_taken", total=total)
    number = taken + 1
    if taken and not state.lifted and state.running is None:
        return Text("visit.do.replace_probe", number=number, total=total)
    return Text("visit.do.rest", number=number, total=total)


def _lights(state: VisitState) -> tuple[LightView, ...]:
    now = {one.light: one for one in state.lights}
    return tuple(
        LightView(light, now[light].verdict, now[light].reason)
        if light in now
        else LightView(light, "not_checked", "")
        for light in LIGHTS
    )


def _newest_place(state: VisitState) -> PlaceCompared | None:
    found = [one for one in state.record.places if one.site == state.site]
    return found[-1] if found else None


def _rest(state: VisitState, side: Side) -> RestView:
    taken = captures(state)
    levels = [capture_level(one, side, state) for one in taken]
    sem = state.plan.errors.get((state.part.muscle, state.part.quantity), NO_FIGURE).sem
    views = tuple(
        CaptureView(one.trial.number, side, at.mean, at.sd, one.breath, one.trial == state.offered)
        for one, at in zip(taken, levels, strict=True)
    )
    return RestView(side, views, average(levels, sem=sem))


def capture_level(taken: CaptureTaken, side: Side, state: VisitState) -> Level:
    """Return the leading value of one side in a capture; without pictures where it has none."""
    key = side, state.part.muscle, state.part.quantity
    for one in taken.levels:
        if (one.side, one.muscle, one.quantity) == key:
            return Level(one.mean, one.sd, one.n_pictures)
    return Level(nan, nan, 0)


def _running(state: VisitState, running: Running) -> RunningView:
    plan = running.timeline
    total = state.plan.protocol.dose.rest_captures.value if plan is None else wanted_of(state)
    return RunningView(
        running.trial,
        total,
        plan.phase(state.at_s) if plan is not None else None,
        plan.countdown_s(state.at_s) if plan is not None else _capture_left_s(state, running),
        min(running.held_s, plan.hold.duration_s) if plan is not None else 0.0,
        plan.hold.duration_s if plan is not None else nan,
        feedback_name(running.feedback),
        tuple((side, change_now(state, side)) for side in state.site.sides),
    )


def _capture_left_s(state: VisitState, running: Running) -> float:
    """How long a capture lasts where nobody marks an end of expiration."""
    return max(running.began_s + CAPTURE_S - state.at_s, 0.0)


def _repetitions(state: VisitState, number: int) -> tuple[RepetitionView, ...]:
    return tuple(view for one in counted(state, number) for view in _views(state, one))


def _views(state: VisitState, one: RepetitionJudged) -> list[RepetitionView]:
    key = state.part.muscle, state.part.quantity
    return [
        RepetitionView(
            one.trial.number,
            r.side,
            r.change_percent,
            r.in_target_s,
            one.outcome,
            one.selectivity,
            one.reason,
        )
        for r in one.results
        if (r.muscle, r.quantity) == key
    ]


def _size(state: VisitState) -> Asymmetry | None:
    """Left against right at rest, from the captures of both sides of this view."""
    key = state.part.muscle, state.part.quantity
    means: dict[Side, float] = {}
    for side in SIDES:
        values = [
            one.mean
            for taken in state.record.standing
            if isinstance(taken, CaptureTaken) and taken.trial.site.view == state.site.view
            for one in taken.levels
            if (one.side, one.muscle, one.quantity) == (side, *key)
        ]
        if values:
            means[side] = sum(values) / len(values)
    if len(means) < len(SIDES):
        return None
    return size_asymmetry(means["left"], means["right"], state.plan.errors.get(key, NO_FIGURE).sem)


def _activation(state: VisitState) -> tuple[float, float]:
    """Change of the right minus change of the left in the newest test that both have, and its band.

    The band is that of `analyze`: of two changes, each with the error of one, or how far repetitions scatter
    where that is more. nan where no error is known: repetitions that agree do not prove that both are right.
    """
    figure = state.plan.errors.get((state.part.muscle, "change_percent"), NO_FIGURE)
    known = level_band(difference_sem(figure.sem)) if isfinite(figure.sem) else nan
    tests: tuple[Block, ...] = ("posttest", "retention", "pretest")
    for block in tests:
        left, right = (average(_test_changes(state, side, block)) for side in SIDES)
        if left.n and right.n:
            points = activation_asymmetry_points(left.mean, right.mean)
            scatter = hypot(left.band95, right.band95)
            return points, max(known, scatter) if isfinite(scatter) else known
    return nan, nan


def _test_changes(state: VisitState, side: Side, block: Block) -> list[Level]:
    key = side, state.part.muscle, state.part.quantity
    return [
        Level(r.change_percent, nan, r.n_pictures)
        for one in state.record.standing
        if isinstance(one, RepetitionJudged)
        and one.trial.block == block
        and one.trial.site.view == state.site.view
        for r in one.results
        if (r.side, r.muscle, r.quantity) == key and r.decision == "contracted"
    ]
