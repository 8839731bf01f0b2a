"""A protocol: what is trained, how often, towards which target, and where each of its numbers comes from.

These are the records a protocol file is read into (`usbio.protocol_file`). Their fields are the keys of the
file, and the limits beside them are what the file is checked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field, Strict

from segmentation.results import Muscle
from segmentation.views import Direction, StationRule, ViewName

Stage = Literal["coordination", "endurance", "strength", "function"]
Posture = Literal[
    "crook_lying", "supine", "prone", "side_lying", "four_point", "sitting", "standing", "walking"
]
Quantity = Literal["thickness_mm", "area_cm2"]
"""What a target may be set for: those of `segmentation.results.QUANTITIES` that a view is led by."""
TargetKind = Literal["selective", "global"]
ScheduleKind = Literal["concurrent", "terminal", "bandwidth", "faded", "self_chosen"]
Caution = Literal["bracing", "pelvic_tilt", "breath_holding", "back_extension"]
Cue = Literal["title", "position", "rest", "contract", "hold", "relax", "breathe"] | Caution
SourceMark = Literal["S", "D", "K"]
"""Seen in the source named; derived from a figure seen there; common knowledge that nobody confirmed."""

FIRST_LANGUAGE = "en"
"""The language that every protocol has; another one may leave texts out."""
UNPUBLISHED = "usbio, no published value"
"""The source of a number that somebody had to choose."""

N = TypeVar("N", int, float)
_Words = Annotated[str, Strict(), Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Line = Annotated[
    str, Strict(), Field(max_length=50, pattern=r"^[^\x00-\x1f\x7f]*$")
]  # read from three metres
_Whole = Annotated[int, Strict(), Field(ge=1, le=100)]
_Some = Annotated[float, Strict(), Field(gt=0, le=600, allow_inf_nan=False)]
_Any = Annotated[float, Strict(), Field(ge=0, le=600, allow_inf_nan=False)]
_Share = Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False)]
_Multiple = Annotated[float, Strict(), Field(gt=0, le=10, allow_inf_nan=False)]
_Percent = Annotated[float, Strict(), Field(gt=0, le=1000, allow_inf_nan=False)]
_Points = Annotated[float, Strict(), Field(gt=0, le=10, allow_inf_nan=False)]
_Figure = Annotated[float, Strict(), Field(gt=0, allow_inf_nan=False)]
_Offset = Annotated[float, Strict(), Field(ge=-200, le=200, allow_inf_nan=False)]
_Name = Annotated[str, Strict(), Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
_Language = Annotated[str, Strict(), Field(pattern=r"^[a-z]{2}$")]


@dataclass(frozen=True, slots=True)
class Sourced(Generic[N]):
    """A clinical number, the paper it is from, and whom it was found in."""

    value: N
    source: _Words
    population: _Words

    @property
    def published(self) -> bool:
        """False where the number was chosen because none is published."""
        return self.source != UNPUBLISHED


Count = Sourced[_Whole]
Seconds = Sourced[_Some]
SecondsOrNone = Sourced[_Any]
Share = Sourced[_Share]
Multiple = Sourced[_Multiple]
Percent = Sourced[_Percent]
Points = Sourced[_Points]


@dataclass(frozen=True, slots=True)
class Text:
    """What is said to the patient in one language; what is empty is said in the first language, if at all."""

    title: _Line = ""
    position: _Line = ""
    rest: _Line = ""
    contract: _Line = ""
    hold: _Line = ""
    relax: _Line = ""
    breathe: _Line = ""
    bracing: _Line = ""
    pelvic_tilt: _Line = ""
    breath_holding: _Line = ""
    back_extension: _Line = ""


Texts = Mapping[_Language, Text]


@dataclass(frozen=True, slots=True)
class Target:
    """The band to contract into: fractions of the change that the patient reached without feedback.

    ``selective``: the leading muscle, with its neighbours quiet. ``global``: the leading muscle, whatever
    its neighbours do. The ceiling and the limit on IO are changes in percent of rest; more is not better.
    """

    kind: TargetKind
    low: Multiple
    high: Multiple
    ceiling_percent: Percent
    # What holds where no contraction was seen without feedback, in percent of rest.
    fallback_low_percent: Percent
    fallback_high_percent: Percent
    io_limit_percent: Percent | None = None  # only where IO is in the picture


@dataclass(frozen=True, slots=True)
class Part:
    """One muscle in one view. Most protocols have one part; one that alternates has two."""

    view: ViewName
    muscle: Muscle
    quantity: Quantity
    station: StationRule
    direction: Direction
    target: Target
    offset_mm: _Offset | None = None  # from the junction, where the station is there
    texts: Texts = field(default_factory=dict)  # where this part is told otherwise


@dataclass(frozen=True, slots=True)
class Breath:
    """When rest is taken, and whether a repetition counts only where breathing goes on in the hold."""

    rest: Literal["end_expiration", "free"]
    required_in_hold: Annotated[bool, Strict()]


@dataclass(frozen=True, slots=True)
class Dose:
    """How often and how long."""

    sets: Count
    repetitions: Count  # in each set
    count_in_s: SecondsOrNone
    contract_s: Seconds  # given to get there before the hold begins
    hold_s: Seconds
    relax_s: Seconds
    between_sets_s: SecondsOrNone
    test_repetitions: Count  # without feedback, before and after training, for each side
    rest_captures: Count  # probe lifted and replaced between them


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often the patient sees how it went; see `usbio.schedule`."""

    kind: ScheduleKind
    # Of a faded one: the share of repetitions with feedback at its beginning and at its end.
    first_share: Share | None = None
    last_share: Share | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """When a step is mastered."""

    hold_share: Share  # of the hold that has to be inside the target for a repetition to pass
    consecutive_passes: Count
    retention: Literal["required", "not_required"]
    retention_share: Share  # of the repetitions of the retention test that have to pass
    passed_share: Share | None = None  # of all repetitions with feedback


@dataclass(frozen=True, slots=True)
class Progression:
    """What follows, in which steps, and what holds it back."""

    pain_rise: Points  # of 0 to 10, after minus before a set or a visit
    visits_without_response: Count  # then it is time to screen again
    next: tuple[_Name, ...] = ()  # names of protocols, the nearest first
    # A longer hold comes before the next protocol, where both are given.
    hold_step_s: Seconds | None = None
    hold_most_s: Seconds | None = None


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """An error of measurement from the literature, for a clinic that has none of its own."""

    muscle: Muscle
    quantity: Literal[Quantity, "change_percent"]
    unit: Literal["mm", "cm²", "%"]
    source: _Words
    population: _Words
    sem: _Figure | None = None  # one of the two, or both
    mdc95: _Figure | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """What was found in others: shown as a reference with its population, never as a norm."""

    muscle: Muscle
    quantity: Quantity
    mean: _Figure
    unit: Literal["mm", "cm²"]
    population: _Words
    source: _Words
    mark: SourceMark
    sd: _Figure | None = None


@dataclass(frozen=True, slots=True)
class Protocol:
    """All of one protocol file; ``name`` is how the file is called."""

    name: _Name
    schema_version: Literal[1]
    stage: Stage
    posture: Posture
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=4)]
    breath: Breath
    dose: Dose
    schedule: Schedule
    criterion: Criterion
    progression: Progression
    texts: Texts
    dynamic: Annotated[bool, Strict()] = False  # the task moves a limb or the trunk while the muscle holds
    cautions: tuple[Caution, ...] = ()
    error_figures: tuple[ErrorRow, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def part(self) -> Part:
        """The first part, which for most protocols is the only one."""
        return self.parts[0]

    @property
    def languages(self) -> tuple[str, ...]:
        """In which it can be told, the first one first."""
        return (FIRST_LANGUAGE, *sorted(set(self.texts) - {FIRST_LANGUAGE}))

    def text(self, cue: Cue, language: str = FIRST_LANGUAGE, part: int = 0) -> str:
        """Return what is said to the patient, in English where the language has no words for it.

        What a part says goes before what the protocol says, within each language. Empty: nothing is said.
        """
        told = [
            getattr(texts[name], cue)
            for name in (language, FIRST_LANGUAGE)
            for texts in (self.parts[part].texts, self.texts)
            if name in texts
        ]
        return next((words for words in told if words), "")
