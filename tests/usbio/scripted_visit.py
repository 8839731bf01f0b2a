"""A patient, a probe and a clinician for whole visits in seconds: values of known truth, keys as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import nan, pi, sin

import numpy as np

from segmentation.results import BorderSource, Measurement, Side, Status
from usbio.error_figures import literature_errors
from usbio.protocol import N, Protocol, Sourced
from usbio.protocol_library import shipped_protocols
from usbio.visit.effects import ConfirmBorders, Effect, Keep, Propose, Say, TakeStill, TurnTo
from usbio.visit.facts import Fact, Proposed, TargetSet, VisitBegun
from usbio.visit.inputs import Entered, Input, Pressed, Seen, Tick, Told, Turned
from usbio.visit.progress import missing
from usbio.visit.reducer import begin_visit, step
from usbio.visit.site import Site, sites_of
from usbio.visit.stages import stages_of
from usbio.visit.state import VisitPlan, VisitState

HZ = 20.0
REST_MM = {"tra": 3.5, "io": 9.0, "eo": 7.0, "lm": 28.0}
CHANGE = {"tra": 0.6, "io": 0.03, "eo": 0.0, "lm": 0.15}
"""Of rest, at full effort."""


def short_protocol(
    name: str = "tra_draw_in_lying", repetitions: int = 3, sets: int = 1, hold_s: float = 3.0
) -> Protocol:
    """A shipped protocol with less of everything, so that a visit is short."""
    protocol = shipped_protocols()[name]

    def few(value: N) -> Sourced[N]:
        return Sourced(value, "a test", "none")

    dose = replace(
        protocol.dose,
        sets=few(sets),
        repetitions=few(repetitions),
        count_in_s=few(2.0),
        contract_s=few(1.5),
        hold_s=few(hold_s),
        relax_s=few(2.5),
        between_sets_s=few(5.0),
    )
    return replace(protocol, dose=dose)


@dataclass
class Patient:
    """Contracts when asked to, as far as told; `effort` is 0 to 1 of what `CHANGE` says."""

    seed: int = 1
    effort: Callable[[VisitState, float], float] = field(default=lambda state, at_s: 1.0)
    io_effort: float = 1.0  # times what IO does beside
    right_effort: float = 1.0  # times what the left does
    noise_mm: float = 0.02
    breath_mm: float = 0.05
    holds_breath: bool = False  # whenever the muscle is asked to contract

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        self._now = 0.0

    def measured(
        self, state: VisitState, at_s: float, source: BorderSource, status: Status
    ) -> tuple[Measurement, ...]:
        """What a picture shows of this patient now."""
        self._now += (self._wanted(state, at_s) - self._now) * 0.25  # a muscle takes its time
        muscles = ("tra", "io", "eo") if state.site.view == "tra" else ("lm",)
        return tuple(
            self._one(side, muscle, at_s, source, status) for side in state.site.sides for muscle in muscles
        )

    def _wanted(self, state: VisitState, at_s: float) -> float:
        running = state.running
        if running is None or running.timeline is None:
            return 0.0
        asked = running.timeline.phase(at_s) in ("contract", "hold")
        return self.effort(state, at_s) if asked else 0.0

    def _one(self, side: Side, muscle: str, at_s: float, source: BorderSource, status: Status) -> Measurement:
        change = CHANGE[muscle] * self._now * (self.io_effort if muscle == "io" else 1.0)
        change *= self.right_effort if side == "right" else 1.0
        breath = 0.0 if self.holds_breath and self._now > 0.1 else self.breath_mm * sin(2 * pi * at_s / 4.0)
        value = REST_MM[muscle] * (1.0 + change) + breath + self._random.normal(0.0, self.noise_mm)
        known = value if status.carries_value else nan
        return Measurement(side, muscle, status, 0.95, source, thickness_mm=known)  # type: ignore[arg-type] # of REST_MM


class Clinic:
    """Drives a visit with pictures at `HZ`, and presses the key that is needed next."""

    def __init__(
        self,
        protocol: Protocol | None = None,
        patient: Patient | None = None,
        number: int = 1,
        earlier: tuple[TargetSet, ...] = (),
        together: bool = False,
        in_a_row: int | None = None,  # visits with this protocol; None: all were
        two_sources: bool = False,  # one a side, and not one for both
        visit: str = "v1",
    ) -> None:
        protocol = protocol or short_protocol()
        self.patient = patient or Patient()
        sites: tuple[Site, ...] = sites_of(tuple(part.view for part in protocol.parts), together)
        began = "2026-11-03T10:15:00+01:00"
        begun = VisitBegun(
            visit, "P-0147", began, number, protocol.name, "right", sites, in_a_row=in_a_row or number
        )
        self.state = begin_visit(VisitPlan(protocol, stages_of(begun), earlier, literature_errors()), begun)
        self.facts: list[Fact] = [begun]
        self.said: list[str] = []
        self.stills: list[TakeStill] = []
        self.confirmed: Site | None = None
        self.live = sites[0]
        self.status: Callable[[VisitState, float], Status] = lambda state, at_s: Status.OK
        self.pictures: Callable[[float], bool] = lambda at_s: True
        self.pain, self.two_sources = 2.0, two_sources
        self._frame = 0
        self.hear(Turned(0.0, self.live))

    def hear(self, heard: Input) -> None:
        """Let the visit hear something, and do what it asks for."""
        self.state, effects = step(self.state, heard)
        for effect in effects:
            self._do(effect)

    def press(self, action: str) -> None:
        """Press a key now."""
        self.hear(Pressed(self.state.at_s, action))  # type: ignore[arg-type] # a test's own words

    def enter(self, what: str, value: float = nan, words: str = "") -> None:
        """Enter something now."""
        self.hear(Entered(self.state.at_s, what, value, words))  # type: ignore[arg-type] # a test's own words

    def pass_s(self, seconds: float) -> None:
        """Let time pass, with a picture whenever one is due."""
        for _ in range(round(seconds * HZ)):
            self._picture()

    def until(self, done: Callable[[VisitState], bool], most_s: float = 600.0) -> None:
        """Let time pass, pressing what is needed next, until something holds."""
        for _ in range(round(most_s * HZ)):
            if done(self.state):
                return
            self._picture()
            if self.state.running is None and not done(self.state):
                self.help_on()
        raise AssertionError(
            f"not reached in {most_s} s; stands at {self.state.stage}, said {self.said[-3:]}"
        )

    def help_on(self) -> None:
        """Press or enter what this stage lacks."""
        lacking = missing(self.state)
        if lacking.startswith("pain"):
            self.enter("pain", self.pain)
        elif lacking == "decision":
            self.enter("accept")
        else:
            self.press("next")

    def whole(self) -> None:
        """Go through to the end."""
        self.until(lambda state: state.over, 3600.0)

    def of(self, kind: type) -> list[Fact]:
        """Return all facts of a kind so far."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def _picture(self) -> None:
        at_s = self.state.at_s + 1.0 / HZ
        self._frame += 1
        if not self.pictures(at_s):
            self.hear(Tick(at_s))
            return
        source: BorderSource = "confirmed" if self.confirmed == self.live else "auto"
        found = self.patient.measured(self.state, at_s, source, self.status(self.state, at_s))
        if not self.two_sources:
            self.hear(Seen(at_s, self._frame, True, found))
            return
        for number, side in enumerate(("left", "right")):  # a little apart, as two grabbers are
            of_side = tuple(m for m in found if m.side == side)
            self.hear(Seen(at_s + 0.01 * number, self._frame, True, of_side, number))

    def _do(self, effect: Effect) -> None:
        match effect:
            case Keep():
                self.facts.append(effect.fact)
            case TurnTo():
                self.live, self.confirmed = effect.site, None
                self.hear(Turned(self.state.at_s, effect.site))
            case ConfirmBorders():
                self.confirmed = self.live
            case Propose():
                before, at_s = self.state.record.proposed, self.state.at_s
                proposed = Proposed(at_s, "stay", self.state.plan.protocol.name)
                if before is not None and before.override:
                    proposed = replace(proposed, accepted=True, override=before.override)
                self.hear(Told(at_s, proposed))
            case Say():
                self.said.append(effect.text.code)
            case TakeStill():
                self.stills.append(effect)
            case _:
                pass


def kinds(facts: list[Fact]) -> Iterator[str]:
    """The kinds of facts in order, without the seconds."""
    return (fact.kind for fact in facts if fact.kind != "second_seen")
