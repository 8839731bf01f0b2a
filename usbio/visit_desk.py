"""What of a visit belongs to the window's thread: turning, confirming, lights, and what is said and shown."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from segmentation.results import Side
from segmentation.revisit import NO_MATCH
from segmentation.tap import TapResult, TapState, begin_tap, halves, step_tap
from usbio.errors import UsbioError
from usbio.live import LiveRun
from usbio.patient_scene import PatientScene, with_traces
from usbio.patient_strip import LevelTrace
from usbio.sample import Counts, Sample
from usbio.shown_runs import ShownRuns
from usbio.texts import Text, Texts
from usbio.visit.effects import ConfirmBorders, Cue, Effect, Propose, Say, Sound, TurnTo
from usbio.visit.facts import Light, PlaceCompared, Proposed
from usbio.visit.inputs import Compared, Lit, Told, Turned
from usbio.visit.patient_mmode import patient_mmodes
from usbio.visit.record import VisitRecord
from usbio.visit.scene import PatientChoice, patient_scene
from usbio.visit.site import Site
from usbio.visit.state import VisitState
from usbio.visit.view import TAPPED, VisitView, visit_view
from usbio.visit_form import unlike
from usbio.visit_lights import Found, rate_light, scale_light, side_light
from usbio.visit_place import EarlierStill, EarlierVisit, PlaceWatch, place_reasons, pressure_reasons
from usbio.visit_run import VisitRun

LIGHTS_S = 0.5
EFFORT = 0.8
"""Of a simulated patient."""
_PLACE_S = 1.0
_RATE_S = 2.0  # over which pictures are counted
Proposing = Callable[[VisitRecord, Texts], Proposed]


@dataclass(frozen=True, slots=True)
class DeskNews:
    """What there is to show and to say since the last look."""

    view: VisitView
    scene: PatientScene
    said: tuple[str, ...]
    sounds: tuple[Sound, ...]
    trouble: str  # why the visit cannot be written down; "" where it is
    ghost: EarlierStill | None = None  # the last visit's picture, to be laid over the live one


class VisitDesk:
    """Looks at a visit for a window, on the window's thread, some thirty times a second."""

    def __init__(
        self,
        visit: VisitRun,
        shown: ShownRuns,
        texts: Texts,
        patient_texts: Texts,
        propose: Proposing,
        before: EarlierVisit | None = None,
        follow_cues: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.visit, self.shown = visit, shown
        self.choice = PatientChoice()
        self._texts, self._patient_texts = texts, patient_texts
        self._propose, self._before, self._follow_cues = propose, before, follow_cues
        self._clock, self._lights_due_s = clock, 0.0
        self._lit: dict[Light, Found] = {}
        self._counts: deque[tuple[float, Counts]] = deque()
        self._tap: TapState | None = None
        self._tapped: TapResult | None = None
        self._tapped_stage = -1
        self._traces: tuple[LevelTrace, ...] = ()
        self._traced_s = 0.0
        self._turned_to: Site | None = None  # what the picture was last turned to
        self._place: PlaceWatch | None = None
        self._place_of: Site | None = None
        self._place_due_s = 0.0
        self._compared: tuple[str, ...] = ()
        self.shown.runs[0].listen(self.see)

    def close(self, timeout_s: float = 5.0) -> bool:
        """End it; True once everything of the visit is on the disk. Without an end it can be gone on with."""
        self.shown.runs[0].unlisten(self.see)
        if self._place is not None:
            self._place.stop()
        return self.visit.stop(timeout_s)

    def look(self) -> DeskNews:
        """Do what is asked of the window, look at the lights, and return what is to be shown."""
        said: list[str] = []
        sounds: list[Sound] = []
        for order in self.visit.take_orders():
            self._obey(order, said, sounds)
        state = self.visit.state
        said += self._follow_site(state)
        self._look_at_lights(state)
        if self._follow_cues:
            self._ask_effort(state)
        scene = self._traced(patient_scene(state, self._patient_texts, self.choice), state.at_s)
        if scene.picture == "strip" and scene.shapes and not (scene.dark or scene.hint):
            strips = [strip for run in self.shown.runs for strip in run.strips.strips()]
            scene = replace(scene, strips=patient_mmodes(state, scene, strips))
        trouble = " · ".join(filter(None, (self.visit.trouble, self.visit.store_trouble)))
        ghost = self._watch_place(state)
        return DeskNews(visit_view(state), scene, tuple(said), tuple(sounds), trouble, ghost)

    def see(self, sample: Sample) -> None:
        """Take a picture for the tap test, where it is on; on the measure thread."""
        tap, tapped = self._tap, self._tapped
        if tap is not None and sample.picture is not None and (tapped is None or tapped.half is None):
            self._tap, self._tapped = step_tap(tap, sample.picture, sample.frame.arrived_s)

    def _traced(self, scene: PatientScene, at_s: float) -> PatientScene:
        """Add the last seconds for the strip; whatever picture is chosen, for it may be turned to."""
        traced = with_traces(scene, self._traces, at_s - self._traced_s)
        self._traces, self._traced_s = traced.traces, at_s
        return traced

    def _obey(self, order: Effect, said: list[str], sounds: list[Sound]) -> None:
        match order:
            case Say():
                said.append(self._texts.say(order.text))
            case Cue():
                sounds.append(order.sound)
            case ConfirmBorders():
                for run in self.shown.runs:
                    run.confirm()
            case TurnTo():
                self._turned_to = order.site
                said.append(self._turn(order.site))
            case Propose():
                said += self._propose_next()

    def _propose_next(self) -> list[str]:
        """Where nothing can be proposed, such as when the protocol's file is gone, the visit goes on."""
        record = self.visit.state.record
        try:
            proposed = self._propose(record, self._texts)
        except UsbioError as error:
            return [str(error)]
        self.visit.hear(Told(self.visit.now_s, proposed))
        return []

    def _turn(self, site: Site) -> str:
        """Measure the other side with the same probe; another view is set up by hand."""
        run = self.shown.runs[0]
        if len(self.shown.runs) == 1 and run.view is not None and run.view.name != site.view:
            muscle = Text(f"visit.muscle.{_leading(site)}")
            return self._texts.say(Text("visit.do.other_view", muscle=muscle))
        if len(self.shown.runs) == 1 and run.side is not None and (run.side,) != site.sides:
            try:
                run.measure_other_side()
            except UsbioError as error:
                return str(error)
        return self._texts.say(Text("visit.do.other_side", side=Text(f"visit.side.{site.sides[0]}")))

    def _follow_site(self, state: VisitState) -> list[str]:
        """Once the picture shows the site that is asked for, tell the visit; until then turn to it, once.

        A visit that begins, or goes on after a break, may stand at the other side without having asked.
        """
        if state.live_site == state.site or state.over:
            return []
        if shows(self.shown, state.site):
            self.visit.hear(Turned(self.visit.now_s, state.site))
        elif self._turned_to != state.site and all(run.measured_as is not None for run in self.shown.runs):
            self._turned_to = state.site
            return [self._turn(state.site)]
        return []

    def _watch_place(self, state: VisitState) -> EarlierStill | None:
        """While the same place is looked for, compare; return the last visit's picture, to be laid over."""
        before = self._before
        if state.stage.step != "place" or before is None or state.live_site != state.site:
            return None
        if self._place_of != state.site:
            self._place_of, still = state.site, before.still(state.site)
            self._place = PlaceWatch(still) if still is not None else None
            self._compared = ()
            self._look_at_place(state)
        now_s = self._clock()
        if now_s >= self._place_due_s:
            self._place_due_s = now_s + _PLACE_S
            self._look_at_place(state)
        return self._place.then if self._place is not None else None

    def _look_at_place(self, state: VisitState) -> None:
        """Say how place and settings lie to those of the last visit, and have the newest picture compared."""
        before, watch = self._before, self._place
        assert before is not None
        match = watch.match if watch is not None else NO_MATCH
        reasons = unlike(state.record.begun.acquisition, before.record.begun.acquisition)
        reasons += place_reasons(match)
        measured = [m for one in state.newest for m in one.measured if m.muscle == state.part.muscle]
        reasons += pressure_reasons(before.record, state.site, measured)
        words = tuple(self._texts.say(one) for one in reasons)
        known = match.place != "not_decidable"
        verdict = PlaceCompared(
            self.visit.now_s,
            state.site,
            "differs" if words else "matches" if known else "not_compared",
            words,
            match.shift_mm,
            match.similarity,
        )
        if (verdict.verdict, *words) != self._compared:
            self._compared = (verdict.verdict, *words)
            self.visit.hear(Compared(verdict.at_s, verdict))
        run = next((one for one in self.shown.runs if shows_run(one, state.site)), None)
        sample = run.values.sample if run is not None else None
        if watch is not None and sample is not None and sample.picture is not None and run is not None:
            setup = run.measured_as
            if setup is not None:
                watch.ask(sample.picture, setup.panels[0].calibration)

    def _look_at_lights(self, state: VisitState) -> None:
        self._begin_tap(state)
        now_s = self._clock()
        if now_s < self._lights_due_s:
            return
        self._lights_due_s = now_s + LIGHTS_S
        run = self.shown.runs[0]
        sample = run.values.sample
        self._light("side", side_light(self._tapped, TAPPED))
        self._light("scale", scale_light(any(one.screen_changed for one in self.shown.runs), sample))
        counts = run.status().counts
        self._counts.append((now_s, counts))
        while len(self._counts) > 1 and now_s - self._counts[1][0] >= _RATE_S:
            self._counts.popleft()
        began_s, before = self._counts[0]
        seconds = now_s - began_s
        if seconds >= _RATE_S:
            self._light("rate", rate_light(counts.since(before), seconds, sample))

    def _light(self, light: Light, found: Found) -> None:
        if self._lit.get(light) == found:
            return
        self._lit[light] = found
        verdict, reason = found
        words = self._texts.say(reason) if reason is not None else ""
        self.visit.hear(Lit(self.visit.now_s, light, verdict, words))

    def _begin_tap(self, state: VisitState) -> None:
        """Look out for a press while the lights are checked; what was found at a site holds for it."""
        if state.stage.step != "checks" or state.record.stage == self._tapped_stage:
            self._tap = self._tap if state.stage.step == "checks" else None
            return
        measured = self.shown.runs[0].measured_as
        if measured is not None:
            self._tapped_stage = state.record.stage
            rois = tuple(panel.roi for panel in measured.panels)
            self._tap, self._tapped = begin_tap(halves(rois)), None

    def _ask_effort(self, state: VisitState) -> None:
        running = state.running
        asked = running is not None and running.timeline is not None and running.phase in ("contract", "hold")
        for run in self.shown.runs:
            run.steer_to(EFFORT if asked else 0.0)


def shows(shown: ShownRuns, site: Site) -> bool:
    """Return whether what is measured now is this site."""
    sides = {side for run in shown.runs if shows_run(run, site) for side in _sides(run)}
    return set(site.sides) <= sides


def shows_run(run: LiveRun[Any], site: Site) -> bool:
    """Return whether a source shows a side of this site, in its view."""
    return run.view is not None and run.view.name == site.view and bool(_sides(run) & set(site.sides))


def _sides(run: LiveRun[Any]) -> set[Side]:
    measured = run.measured_as
    return {side for panel in measured.panels for side in panel.sides} if measured is not None else set()


def _leading(site: Site) -> str:
    return {"tra": "tra", "lm-csa": "lm", "lm-thickness": "lm"}.get(site.view, "layer")
