"""What the patient sees at one moment, and what of it may be shown: words, shapes, target, ring, count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isfinite, nan
from typing import Literal

from segmentation.results import SIDES, Muscle, Side
from usbio.patient_strip import LevelTrace, ThicknessStrip, continued

CuePhase = Literal["idle", "count_in", "contract", "hold", "relax", "break", "done"]
PictureKind = Literal["balance", "anatomy", "strip"]
IoState = Literal["", "quiet", "joining", "unsure"]
Outcome = Literal["", "passed", "not_passed", "not_decidable"]
Standing = Literal["unknown", "below", "in_band", "above", "over_ceiling"]


@dataclass(frozen=True, slots=True)
class PatientWords:
    """The fixed words of the screen, already translated; the patient's own, never field terms."""

    left: str = "left"
    right: str = "right"
    target: str = "target"
    ceiling: str = "no further"
    second: str = "s"
    held: str = "{age_s} s ago"  # stands beside the side
    quiet: str = "outer muscles quiet"
    joining: str = "outer muscles are joining in"
    unsure: str = "outer muscles: not decidable"
    too_much: str = "a little less"
    passed: str = "last one: counted"
    not_passed: str = "last one: not counted"
    not_decidable: str = "last one: not decidable"

    def side(self, side: Side) -> str:
        """Name a side."""
        return self.left if side == "left" else self.right

    def io(self, state: IoState) -> str:
        """Say what the outer muscles do; "" where nothing is to be said."""
        return {"": "", "quiet": self.quiet, "joining": self.joining, "unsure": self.unsure}[state]

    def outcome(self, outcome: Outcome) -> str:
        """Say what became of the last repetition."""
        words = {"passed": self.passed, "not_passed": self.not_passed, "not_decidable": self.not_decidable}
        return words.get(outcome, "")


@dataclass(frozen=True, slots=True)
class PatientShape:
    """One side: how far it is from its own rest to its target."""

    side: Side
    level: float = nan  # 0: the own rest, 1: the centre of the target; nan: not known
    held: bool = False  # of an earlier moment
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PatientScene:
    """One moment of the patient's screen. `as_shown` says what of it may be seen."""

    phase: CuePhase = "idle"
    dark: bool = False  # no feedback: the schedule, a pre-test, a post-test
    cue: str = ""  # what to do, translated
    hint: str = ""  # "hold still", "probe back", translated; while it stands no value is shown
    picture: PictureKind = "balance"
    muscle: Muscle = "lm"  # what the anatomical picture draws
    shapes: tuple[PatientShape, ...] = ()  # one or two
    band: tuple[float, float] | None = None  # the levels to swell into
    ceiling: float | None = None  # more than this is too much
    io: IoState = ""
    hold_s: float = nan  # so long held in the target
    hold_of_s: float = nan  # of so many seconds
    countdown_s: float = nan  # of the cue's clock, not of the muscle
    repetition: int = 0  # 0: none is counted
    of: int = 0
    last: Outcome = ""
    traces: tuple[LevelTrace, ...] = ()  # for the strip
    strips: tuple[ThicknessStrip, ...] = ()  # for the strip, where there is an M-mode of it
    words: PatientWords = field(default_factory=PatientWords)

    def standing(self, shape: PatientShape) -> Standing:
        """Where a shape stands."""
        return standing(shape.level, self.band, self.ceiling)

    @property
    def aside(self) -> str:
        """What is said beside the picture: in a contraction what to change, afterwards what became of it."""
        io, last = self.words.io(self.io), self.words.outcome(self.last)
        if self.phase not in ("contract", "hold"):
            return last or io
        return self.words.too_much if self.too_much else io or last

    @property
    def aside_warns(self) -> bool:
        """True where what is said beside the picture asks for a change."""
        return self.phase in ("contract", "hold") and (self.too_much or self.io == "joining")

    @property
    def too_much(self) -> bool:
        """True where a side that is measured now is over the ceiling."""
        return any(self.standing(one) == "over_ceiling" for one in self.shapes if not one.held)

    @property
    def held_part(self) -> float:
        """How much of the ring is full; empty once the cue's clock counts the relaxing in it."""
        if self.phase not in ("contract", "hold") or not isfinite(self.hold_s) or not self.hold_of_s > 0:
            return 0.0
        return min(max(self.hold_s / self.hold_of_s, 0.0), 1.0)

    @property
    def in_target(self) -> bool:
        """True where every side that is measured now is in the target, and there is one."""
        found = [self.standing(shape) for shape in self.shapes if not shape.held]
        return bool(found) and all(one == "in_band" for one in found)


def as_shown(scene: PatientScene) -> PatientScene:
    """Leave out what must not be seen now.

    A dark screen has the cue and its clock: nothing that the muscle does, nor whether it can be seen, for a
    hint that comes and goes with a contraction would be feedback too. Under a hint no value is shown.
    """
    if scene.dark:
        return PatientScene(scene.phase, True, scene.cue, countdown_s=scene.countdown_s, words=scene.words)
    if scene.hint:
        hollow = tuple(replace(one, level=nan, held=False, age_s=0.0) for one in scene.shapes)
        return replace(scene, shapes=hollow, io="", hold_s=nan, traces=(), strips=())
    return scene


def with_traces(scene: PatientScene, before: tuple[LevelTrace, ...], passed_s: float) -> PatientScene:
    """Return a scene with the traces of the one before it gone on with, so many seconds later.

    What must not be seen now leaves a gap, so that it does not come to light afterwards.
    """
    hidden = scene.dark or bool(scene.hint)
    now = {one.side: nan if hidden or one.held else one.level for one in scene.shapes}
    known = {trace.side: trace for trace in before}
    traces = tuple(
        continued(known.get(side, LevelTrace(side, (), ())), now.get(side, nan), passed_s)
        for side in SIDES
        if side in now or side in known
    )
    return replace(scene, traces=traces)


def standing(level: float, band: tuple[float, float] | None, ceiling: float | None = None) -> Standing:
    """Say where a level stands; the band's ends belong to it."""
    if not isfinite(level) or band is None:
        return "unknown"
    if ceiling is not None and level > ceiling:
        return "over_ceiling"
    if level > band[1]:
        return "above"
    return "in_band" if level >= band[0] else "below"


def level_of(value: float, rest: float, target: float) -> float:
    """Return how far a value is from rest to the target's centre; nan where that cannot be said."""
    way = target - rest
    return (value - rest) / way if isfinite(way) and way != 0 else nan


def words_shown(scene: PatientScene) -> Sequence[str]:
    """Return what a scene says in words, for whoever cannot see it."""
    said = [scene.hint or scene.cue]
    if scene.of:
        said.append(f"{scene.repetition} / {scene.of}")
    if scene.in_target:
        said.append(scene.words.target)
    return [one for one in (*said, scene.aside) if one]
