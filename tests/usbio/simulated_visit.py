"""A visit on the simulator with real measuring, as fast as that goes: its clock is the test's."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import numpy as np

from segmentation.results import Side
from segmentation.share_errors import WALL
from segmentation.tracking import TrackState, confirm, start, step
from segmentation.views import ViewName
from usbio.frames import Frame
from usbio.sample import Counts, Sample
from usbio.sources.sim import SimSource
from usbio.store.store import Store
from usbio.texts import Texts
from usbio.visit.effects import ConfirmBorders, Propose, TurnTo
from usbio.visit.facts import VisitBegun
from usbio.visit.inputs import Told, Turned
from usbio.visit.keeper import VisitKeeper
from usbio.visit.reducer import begin_visit
from usbio.visit.site import Site
from usbio.visit.state import VisitPlan
from usbio.visit_proposal import Proposals
from usbio.visit_run import VisitRun

FPS = 10.0
_EVERY = 6  # pictures of which the truth is asked
EFFORT = 0.8


class SimulatedClinic:
    """One probe on a simulated patient who does what is asked."""

    press_next: Callable[[], None]  # whatever is needed next; by keys

    def __init__(self, plan: VisitPlan, begun: VisitBegun, data: Path, store: Store) -> None:
        self.now_s = 100.0
        self.keeper = VisitKeeper(data / "visits" / begun.visit, store)
        self.keeper.keep(begun)
        self.visit = VisitRun(begin_visit(plan, begun), self.keeper, clock=lambda: self.now_s)
        self._sinks = self.visit.sink(0)
        self._rests: list[list[float]] = []
        self._holds: list[list[float]] = []
        self._proposals = Proposals(data)
        self._frames: dict[Site, Generator[Frame | None]] = {}
        self._state: TrackState | None = None
        self._sources = {site: self._source(site) for site in begun.sites}
        self._turn(begun.sites[0])

    def whole(self, most_pictures: int = 6000) -> None:
        """Go through to the end."""
        for _ in range(most_pictures):
            self._picture()
            for order in self.visit.take_orders():
                if isinstance(order, TurnTo):
                    self._turn(order.site)
                elif isinstance(order, ConfirmBorders):
                    side: Side = self._site.sides[0]
                    self._state = confirm(self._state, frozenset({side})) if self._state else None
                elif isinstance(order, Propose):
                    proposed = self._proposals(self.visit.state.record, Texts("en"))
                    self.visit.hear(Told(self.visit.now_s, proposed))
            if self.visit.state.over:
                return
            if self.visit.state.running is None:
                self.press_next()
        raise AssertionError(f"no end; stands at {self.visit.state.stage}")

    @property
    def truth_rest_mm(self) -> list[float]:
        """Thickness of TrA, IO and EO in the middle of the resting captures, in their means."""
        return [float(np.mean(row)) for row in zip(*self._rests, strict=True)]

    @property
    def truth_change_percent(self) -> float:
        """How much TrA was thickened in the holds."""
        held = float(np.mean([row[0] for row in self._holds]))
        return 100.0 * (held / self.truth_rest_mm[0] - 1.0)

    def close(self) -> None:
        """Leave nothing behind."""
        assert self.visit.stop(20.0)
        for frames in self._frames.values():
            frames.close()

    def _source(self, site: Site) -> SimSource:
        view: ViewName = site.view
        return SimSource(view, seed=3, side=site.sides[0], fps=FPS, clock=lambda: self.now_s, wait=self._wait)

    def _wait(self, seconds: float) -> None:
        self.now_s += seconds

    def _turn(self, site: Site) -> None:
        self._site, self._state = site, None
        if site not in self._frames:
            self._frames[site] = self._sources[site].frames()
        self.visit.hear(Turned(self.visit.now_s, site))

    def _note_truth(self, frame: Frame) -> None:
        running = self.visit.state.running
        if running is None or frame.index % _EVERY:
            return
        truth = self._sources[self._site].truth(frame.t_s)
        row = [truth.of(self._site.sides[0], muscle).thickness_mm for muscle in WALL]
        if running.timeline is None:
            self._rests.append(row)
        elif running.phase == "hold" and running.timeline.countdown_s(self.visit.state.at_s) < 2.0:
            self._holds.append(row)

    def _state_of(self, frame: Frame) -> TrackState:
        return self._state or start(self._sources[self._site].setup, frame.image)

    def _picture(self) -> None:
        running = self.visit.state.running
        asked = running is not None and running.timeline is not None and running.phase in ("contract", "hold")
        self._sources[self._site].steer(EFFORT if asked else 0.0)
        frame = next(one for one in self._frames[self._site] if one is not None)
        frame = replace(frame, arrived_s=self.now_s)
        self._state, result = step(self._state_of(frame), frame.image, frame.t_s, frame.index)
        self._note_truth(frame)
        self._sinks(Sample(frame, result, Counts(), "", self.now_s, picture=frame.image))
