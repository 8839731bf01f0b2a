"""Where a visit stands: what is known of it, and what runs at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf, nan
from typing import Any

from segmentation.results import Side
from segmentation.summary import ErrorFigures
from usbio.protocol import Part, Protocol
from usbio.schedule import NONE, Feedback
from usbio.visit.breath import RestBreath
from usbio.visit.effects import Effect, Keep
from usbio.visit.facts import Breath, Fact, FrameRow, PlaceCompared, TargetSet, TrialName
from usbio.visit.inputs import Lit, Seen
from usbio.visit.record import VisitRecord, told
from usbio.visit.site import Site
from usbio.visit.stages import Stage
from usbio.visit.timeline import CuePhase, Timeline


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """What was settled before the visit began."""

    protocol: Protocol
    stages: tuple[Stage, ...]
    earlier_targets: tuple[TargetSet, ...] = ()  # of the last visit: retention is held to them
    errors: ErrorFigures = field(default_factory=dict)

    def part(self, site: Site) -> Part:
        """Return what is trained at a site."""
        return next((part for part in self.protocol.parts if part.view == site.view), self.protocol.part)


@dataclass(frozen=True, slots=True)
class Running:
    """A capture, or a repetition with its timeline."""

    trial: TrialName
    began_s: float
    timeline: Timeline | None = None
    feedback: Feedback = NONE
    rests: Mapping[Side, float] = field(default_factory=dict)  # of the leading muscle, from its cue on
    phase: CuePhase = "count_in"  # that was cued
    breath: Breath = "not_decidable"
    looked_s: float = 0.0  # when a capture was last looked through for an end of expiration
    pressed_s: tuple[float, ...] = ()  # ends of expiration, marked by key
    held_s: float = 0.0  # in the target so far, as it is shown; the engine counts anew
    judged: bool = False  # a repetition whose hold is over


@dataclass(frozen=True, slots=True)
class VisitState:
    """All of a visit at one moment. `seen` holds the pictures of the capture or set that runs."""

    plan: VisitPlan
    record: VisitRecord
    at_s: float = 0.0
    running: Running | None = None
    seen: tuple[Seen, ...] = ()
    resting: tuple[Seen, ...] = ()  # the last seconds before a capture, since the probe was put down
    rest_breath: RestBreath | None = None  # of the newest capture of this site
    timelines: tuple[Timeline, ...] = ()  # of the repetitions of this set that are over
    pending: tuple[FrameRow, ...] = ()  # of a second that is not over yet
    newest: tuple[Seen, ...] = ()  # of each source
    lights: tuple[Lit, ...] = ()
    compared: PlaceCompared | None = None
    live_site: Site | None = None  # that the picture shows
    confirming: bool = False
    down_s: float = nan  # when a border was first seen after the probe had been put down
    lifted: bool = True  # since the last capture
    chosen: bool = False  # feedback for the next repetition, by the patient
    offered: TrialName | None = None  # a capture that lies apart from the others

    @property
    def stage(self) -> Stage:
        """Where the visit stands."""
        return self.plan.stages[min(self.record.stage, len(self.plan.stages) - 1)]

    @property
    def site(self) -> Site:
        """What is measured at this stage."""
        return self.stage.site

    @property
    def part(self) -> Part:
        """What is trained there."""
        return self.plan.part(self.site)

    @property
    def silent_s(self) -> float:
        """Since the newest picture of the side that was unseen for longest; infinite where there is none."""
        newest = [
            max((o.at_s for o in self.newest if o.shows(side)), default=-inf) for side in self.site.sides
        ]
        return self.at_s - min(newest)

    @property
    def over(self) -> bool:
        """True once the visit has ended."""
        return self.record.ended is not None


class Turn:
    """One step on its way: the state so far, and what is asked for."""

    def __init__(self, state: VisitState) -> None:
        self.state = state
        self.effects: list[Effect] = []

    def keep(self, fact: Fact) -> None:
        """Note a fact, and let it be written down."""
        self.state = replace(self.state, record=told(self.state.record, fact))
        self.effects.append(Keep(fact))

    def ask(self, effect: Effect) -> None:
        """Ask for something."""
        self.effects.append(effect)

    def change(self, **changes: Any) -> None:
        """Change fields of the state."""
        self.state = replace(self.state, **changes)
