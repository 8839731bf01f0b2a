"""What the operator reads off: one value a side and muscle, and one line of what needs action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

from segmentation.asymmetry import Asymmetry, activation_asymmetry_points, size_asymmetry
from segmentation.indices import percent_change
from segmentation.results import BorderSource, Measurement, Muscle, Side, Status
from segmentation.summary import NO_FIGURE, ErrorFigures
from segmentation.timing import Phase
from segmentation.trials import Decision
from segmentation.views import View
from usbio.activity import Activity
from usbio.history import History
from usbio.pairing import HELD_S
from usbio.sample import RunState, RunStatus, Sample

MEAN_OF = 5  # pictures; a mean over n pictures is (n - 1) / 2 pictures late

ACTION = {
    Status.NO_BORDER: "no border found; check gel, gain and depth",
    Status.LOST: "muscle lost; put the probe back or close the menu",
    Status.MOVED: "probe moved or pressed; go back to rest",
    Status.FROZEN: "picture frozen; unfreeze the scanner",
    Status.CLIPPED: "muscle leaves the picture; move the probe",
    Status.SHADOW: "shadow over the muscle; more gel",
    Status.IMPLAUSIBLE: "value not plausible; check the border",
}
"""What the operator sees beside a status; a value of low quality is shown with its chance instead."""
_PHASE_WORDS = {
    Phase.REST: "at rest",
    Phase.CONTRACTION: "in contraction",
    Phase.TRANSITION: "on the way",
    Phase.ARTEFACT: "in an artefact",
    Phase.UNKNOWN: "in no known phase",
}
DEPTH_CHANGED = "the depth was changed on the scanner; set it back, or choose the source again"


@dataclass(frozen=True, slots=True)
class Reading:
    """One value for the eye, a mean over the last pictures; what is stored stays raw."""

    side: Side
    muscle: Muscle
    value: float  # nan where the status carries none
    status: Status
    quality: float
    border_source: BorderSource
    rest: float
    change_percent: float  # now, from rest
    last_change_percent: float  # of the latest contraction
    last_decision: Decision | None
    phase: Phase = Phase.UNKNOWN  # in which it was measured
    age_s: float = 0.0  # of a value of the side that was measured before; 0 for the picture that is shown
    kept: bool = False  # True where its side is measured no more, however young it is

    @property
    def held(self) -> bool:
        """True for the other side's last value."""
        return self.kept or self.age_s >= HELD_S

    @property
    def sound(self) -> bool:
        """False where the value cannot be stood by as it is shown."""
        return not self.held and self.status in (Status.OK, Status.LOW_QUALITY)


def readings(sample: Sample, history: History, activity: Activity, view: View) -> tuple[Reading, ...]:
    """Return a reading for every side and muscle of one sample, in its order."""
    found = sample.result.measurements if sample.result is not None else ()
    phase = activity.phase_at(sample.frame.t_s)
    return tuple(_reading(m, history, activity, view, phase) for m in found)


def _reading(m: Measurement, history: History, activity: Activity, view: View, phase: Phase) -> Reading:
    has_value = m.status.carries_value
    value = history.recent_mean(m.side, m.muscle, view.quantity, MEAN_OF) if has_value else nan
    past = activity.of((m.side, m.muscle))
    return Reading(
        m.side,
        m.muscle,
        value,
        m.status,
        m.quality,
        m.border_source,
        past.rest,
        percent_change(past.rest, value),
        past.change_percent,
        past.decision,
        phase,
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Left against right: in one picture, in two, or against the side that was measured before."""

    now: Asymmetry
    at_rest: Asymmetry
    activation_points: float  # change of the right minus change of the left, latest contraction
    error_source: str  # where the band comes from; "" where there is none
    unlike: str = ""  # why what is now is not compared; "" where it is


def compare_sides(
    found: tuple[Reading, ...], view: View, errors: ErrorFigures | None = None
) -> Comparison | None:
    """Return left against right of the leading muscle; None while one side is known.

    Like is compared only with like: a held value with one of the same phase.
    """
    sides = {r.side: r for r in found if r.muscle == view.muscles[0]}
    if len(sides) < 2:
        return None
    left, right = sides["left"], sides["right"]
    figure = (errors or {}).get((left.muscle, view.quantity), NO_FIGURE)
    unlike = _unlike(left, right)
    return Comparison(
        size_asymmetry(nan if unlike else left.value, nan if unlike else right.value, figure.sem),
        size_asymmetry(left.rest, right.rest, figure.sem),
        activation_asymmetry_points(left.last_change_percent, right.last_change_percent),
        figure.source,
        unlike,
    )


def held_words(reading: Reading) -> str:
    """Say how old a held value is and in what phase it was taken."""
    minutes, seconds = divmod(round(reading.age_s), 60)
    age = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"held for {age}, {_PHASE_WORDS[reading.phase]}"


def _unlike(left: Reading, right: Reading) -> str:
    """Say why two values of now are not of one kind; "" where they are."""
    steady = left.phase in (Phase.REST, Phase.CONTRACTION)
    if not (left.held or right.held) or (steady and left.phase is right.phase):
        return ""
    held, live = (left, right) if left.held else (right, left)
    return f"{held.side} was held {_PHASE_WORDS[held.phase]}, {live.side} is {_PHASE_WORDS[live.phase]}"


def action_words(status: RunStatus, sample: Sample | None, view: View | None) -> str:
    """Return the one line of what needs action now; "" where nothing does."""
    if status.state is RunState.FAILED or status.stalled or status.words:
        return status.words
    if sample is None:
        return ""
    if sample.result is None or view is None:
        return sample.fault
    if sample.result.depth_changed:
        return DEPTH_CHANGED
    return " · ".join(_by_status(sample.result.measurements, view))


def _by_status(found: Sequence[Measurement], view: View) -> list[str]:
    """Words for the first muscle of each side that needs action; its name too, unless it leads."""
    first: dict[Side, Measurement] = {}
    for m in found:
        if m.status in ACTION:
            first.setdefault(m.side, m)
    by_words: dict[str, list[str]] = {}
    for side, m in first.items():
        name = side if m.muscle == view.muscles[0] else f"{side} {m.muscle.upper()}"
        by_words.setdefault(ACTION[m.status], []).append(name)
    return [f"{' and '.join(names)}: {words}" for words, names in by_words.items()]
