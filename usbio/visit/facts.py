"""What happens during a visit and is kept: one frozen record for each kind, in the order of happening.

A visit is the sum of its facts. The journal holds them, the store is filled from them, and a visit that was
broken off goes on from them. Nothing is ever changed: what the operator takes back is a fact too.

Times ``at_s`` are seconds since the visit began; the wall clock is told at its start and at each resumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, PlainSerializer

from segmentation.results import BorderSource, Muscle, Side, Status
from segmentation.timing import Phase
from segmentation.trials import Decision
from usbio.visit.site import Site

Number: TypeAlias = Annotated[
    float,
    BeforeValidator(lambda value: nan if value is None else value),
    PlainSerializer(lambda value: None if isnan(value) else value, when_used="json"),
]
"""A value that may be unknown: ``nan`` here, null on paper."""
PainfulSide = Literal["left", "right", "both", "central", "none"]
Light = Literal["side", "scale", "rate"]
LightVerdict = Literal["ok", "differs", "not_checked"]
Block = Literal["rest", "pretest", "retention", "training", "posttest"]
Feedback = Literal["none", "during", "after", "both", "outside"]  # outside: words, where it misses the target
Breath = Literal["end_expiration", "marked", "breathing", "held", "not_decidable", "not_seen"]
Outcome = Literal["passed", "not_passed", "not_decidable", "broken"]
Selectivity = Literal["", "alone", "joining", "not_decidable"]
StepName = Literal[
    "place", "checks", "borders", "rest", "pretest", "retention", "training", "posttest", "closing", "done"
]
PainMoment = Literal["start", "before_set", "after_set", "end"]


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How pictures were made, as the operator noted it; compared with the last visit's."""

    level: str = ""
    landmark: str = ""
    posture: str = ""
    scanner: str = ""
    probe: str = ""
    preset: str = ""
    depth_mm: Number = nan
    source: str = ""


@dataclass(frozen=True, slots=True)
class TrialName:
    """Which capture or repetition something belongs to."""

    block: Block
    site: Site
    set_number: int  # from 1; 1 where there are no sets
    number: int  # from 1 in its set


@dataclass(frozen=True, slots=True)
class VisitBegun:
    """A patient, by code, begins a visit."""

    visit: str
    subject: str
    began: str  # wall time, ISO 8601 with zone
    number: int  # of this subject's visits, from 1
    protocol: str
    painful_side: PainfulSide
    sites: tuple[Site, ...]  # in the order in which they are come to
    acquisition: Acquisition = Acquisition()
    rater: str = ""
    schedule: str = ""
    hold_s: Number = nan  # where another hold is asked for than the protocol's
    language: str = "en"  # of the patient's screen
    in_a_row: int = 1  # of this subject's visits with this protocol, this one counted
    program_version: str = ""
    at_s: float = 0.0
    kind: Literal["visit_begun"] = "visit_begun"


@dataclass(frozen=True, slots=True)
class VisitResumed:
    """The visit goes on after it was broken off."""

    at_s: float
    began: str  # wall time
    kind: Literal["visit_resumed"] = "visit_resumed"


@dataclass(frozen=True, slots=True)
class StageTurned:
    """The visit goes on to another stage."""

    at_s: float
    stage: int  # place in the visit's list of stages
    step: StepName
    site: Site
    kind: Literal["stage_turned"] = "stage_turned"


@dataclass(frozen=True, slots=True)
class PlaceCompared:
    """Whether the probe lies where it lay at the last visit."""

    at_s: float
    site: Site
    verdict: Literal["first", "matches", "differs", "not_compared"]
    reasons: tuple[str, ...] = ()  # in words
    shift_mm: Number = nan
    similarity: Number = nan
    landmark_mm: Number = nan
    kind: Literal["place_compared"] = "place_compared"


@dataclass(frozen=True, slots=True)
class Checked:
    """One of the three lights, as it stood when a capture or test began."""

    at_s: float
    site: Site
    light: Light
    verdict: LightVerdict
    reason: str = ""  # in words
    kind: Literal["checked"] = "checked"


@dataclass(frozen=True, slots=True)
class BordersConfirmed:
    """Somebody stands by the borders of a site from now on."""

    at_s: float
    site: Site
    took_s: Number  # since the probe was put down
    corrected: bool = False
    kind: Literal["borders_confirmed"] = "borders_confirmed"


@dataclass(frozen=True, slots=True)
class LevelOf:
    """One quantity of one muscle in a capture."""

    side: Side
    muscle: Muscle
    quantity: str
    unit: str
    mean: Number
    sd: Number
    n_pictures: int
    ok_fraction: Number


@dataclass(frozen=True, slots=True)
class CaptureTaken:
    """A resting capture."""

    at_s: float
    trial: TrialName
    start_s: float  # of the stretch that is averaged
    end_s: float
    breath: Breath
    replaced: bool  # the probe had been lifted since the capture before
    levels: tuple[LevelOf, ...]
    kind: Literal["capture_taken"] = "capture_taken"


@dataclass(frozen=True, slots=True)
class TargetSet:
    """What a side is asked to reach, in percent of change from rest."""

    at_s: float
    site: Site
    side: Side
    low_percent: float
    high_percent: float
    ceiling_percent: float
    io_limit_percent: Number  # nan where there is none
    source: str  # code of where it comes from
    kind: Literal["target_set"] = "target_set"


@dataclass(frozen=True, slots=True)
class SetBegun:
    """A set of repetitions begins."""

    at_s: float
    block: Block
    site: Site
    set_number: int
    kind: Literal["set_begun"] = "set_begun"


@dataclass(frozen=True, slots=True)
class MuscleResult:
    """One quantity of one muscle in one repetition; what was not found is nan."""

    side: Side
    muscle: Muscle
    quantity: str
    unit: str
    rest_value: Number
    rest_sd: Number
    contracted_value: Number
    change_absolute: Number
    change_percent: Number
    contraction_ratio: Number
    change_se: Number  # standard error of contracted minus rest, in the unit
    hold_s: Number
    in_target_s: Number  # nan where there is no target
    decision: Decision
    n_pictures: int
    ok_fraction: Number
    border_source: BorderSource
    rest_start_s: Number = nan
    rest_end_s: Number = nan


@dataclass(frozen=True, slots=True)
class RepetitionJudged:
    """A repetition, and what came of it."""

    at_s: float
    trial: TrialName
    cue_s: float
    end_s: float  # of the hold
    feedback: Feedback
    breath: Breath
    selectivity: Selectivity
    outcome: Outcome
    reason: str  # code of why it did not pass; "" where it did
    results: tuple[MuscleResult, ...]
    kind: Literal["repetition_judged"] = "repetition_judged"


@dataclass(frozen=True, slots=True)
class FrameRow:
    """What was measured of one muscle in one picture; raw."""

    frame: int
    at_s: float
    new_picture: bool
    phase: Phase  # that the cues asked for
    side: Side
    muscle: Muscle
    status: Status
    quality: Number
    border_source: BorderSource
    thickness_mm: Number
    area_cm2: Number
    relative_thickness_percent: Number
    slide_mm: Number
    echo_intensity_grey: Number
    subcutaneous_mm: Number
    probe_shift_mm: Number


@dataclass(frozen=True, slots=True)
class SecondSeen:
    """All pictures of one second of a trial."""

    at_s: float
    trial: TrialName
    second: int  # of the trial, from 0
    rows: tuple[FrameRow, ...]
    kind: Literal["second_seen"] = "second_seen"


@dataclass(frozen=True, slots=True)
class PainNoted:
    """Pain from 0 to 10 as the patient says it; nan where it was asked and not told."""

    at_s: float
    moment: PainMoment
    set_number: int  # 0 for the visit as a whole
    score: Number
    site: Site | None = None
    kind: Literal["pain_noted"] = "pain_noted"


@dataclass(frozen=True, slots=True)
class FunctionNoted:
    """An activity that matters to the patient, 0 (unable) to 10 (as before)."""

    at_s: float
    activity: str
    score: Number
    kind: Literal["function_noted"] = "function_noted"


@dataclass(frozen=True, slots=True)
class StillKept:
    """A picture that shows what a capture was measured in."""

    at_s: float
    trial: TrialName
    file: str  # its name in the visit's folder
    x_mm_per_px: Number = nan  # of the picture; nan of a region beside it
    y_mm_per_px: Number = nan
    kind: Literal["still_kept"] = "still_kept"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A capture or repetition is taken back, or put back again."""

    at_s: float
    trial: TrialName
    taken_at_s: float  # of the fact that is withdrawn: a trial may be taken again under the same name
    restored: bool = False
    kind: Literal["withdrawn"] = "withdrawn"


@dataclass(frozen=True, slots=True)
class Troubled:
    """Something went wrong that whoever reads the numbers should know."""

    at_s: float
    code: str
    words: str = ""
    kind: Literal["troubled"] = "troubled"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for the next visit, and what the clinician made of it."""

    at_s: float
    proposal: str  # stay, advance, ease, held_back
    protocol: str
    reasons: tuple[str, ...] = ()  # in words, the weightiest first
    hold_s: Number = nan  # where another hold is proposed than the protocol's
    accepted: bool | None = None  # None: not decided yet
    override: str = ""  # reason, in the clinician's words
    kind: Literal["proposed"] = "proposed"


@dataclass(frozen=True, slots=True)
class Remarked:
    """A remark of the clinician."""

    at_s: float
    words: str
    kind: Literal["remarked"] = "remarked"


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """The visit is over."""

    at_s: float
    reason: Literal["finished", "stopped"]
    kind: Literal["visit_ended"] = "visit_ended"


Fact: TypeAlias = (
    VisitBegun
    | VisitResumed
    | StageTurned
    | PlaceCompared
    | Checked
    | BordersConfirmed
    | CaptureTaken
    | TargetSet
    | SetBegun
    | RepetitionJudged
    | SecondSeen
    | PainNoted
    | FunctionNoted
    | StillKept
    | Withdrawn
    | Troubled
    | Proposed
    | Remarked
    | VisitEnded
)
