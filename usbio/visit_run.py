"""A visit while it is on: pictures on the measure threads, keys from the window, and a clock of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Any

from segmentation.results import Measurement, Picture
from usbio.pipeline import Sink
from usbio.sample import Sample
from usbio.visit.effects import Effect, Keep, TakeStill
from usbio.visit.facts import StillKept, TrialName
from usbio.visit.inputs import Action, Entered, Field, Input, Pressed, Seen, Tick
from usbio.visit.keeper import VisitKeeper
from usbio.visit.record import told
from usbio.visit.reducer import step
from usbio.visit.state import VisitState

_log = logging.getLogger(__name__)

TICK_S = 0.05
Regions = Callable[[Sample], Mapping[str, Picture]]
"""What of the screen around a picture may be kept, by name."""
_BARE: dict[str, Any] = {"border_px": None, "superficial_px": None, "deep_px": None, "caliper_px": None}


Spacing = Callable[[], tuple[float, float]]
"""Mm of a pixel across and down, in the picture that is shown now."""


def no_regions(sample: Sample) -> Mapping[str, Picture]:
    """Keep nothing but the picture."""
    return {}


def no_spacing() -> tuple[float, float]:
    """Know none."""
    return nan, nan


@dataclass(frozen=True, slots=True)
class StillSource:
    """What belongs to a still of a source."""

    regions: Regions = no_regions
    spacing: Spacing = no_spacing


class VisitRun:
    """Drives a visit. Any thread may call any method; nobody waits for the window.

    What only the window's thread may do, such as turning to the other side, waits in `take_orders`. A trial
    goes on meanwhile: it is counted where pictures are measured.
    """

    def __init__(
        self, state: VisitState, keeper: VisitKeeper, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._lock = threading.Lock()
        self._state, self._keeper, self._clock = state, keeper, clock
        self._began_s = clock() - state.at_s
        self._samples: dict[int, tuple[Sample, StillSource]] = {}
        self._inbox: deque[Input] = deque()
        self._orders: deque[Effect] = deque(maxlen=1000)
        self._over = threading.Event()
        self._leave: list[Callable[[], None]] = []
        self._ticking = threading.Thread(target=self._tick, name="visit clock", daemon=True)

    @property
    def state(self) -> VisitState:
        """Where the visit stands; never written to. Nobody waits for a step that is being taken."""
        return self._state

    @property
    def now_s(self) -> float:
        """The time of the visit."""
        return self._clock() - self._began_s

    @property
    def trouble(self) -> str:
        """What keeps the visit from being written down; "" where all is well."""
        return self._keeper.trouble

    @property
    def store_trouble(self) -> str:
        """Why visits cannot be looked up at the moment; nothing is lost by it."""
        return self._keeper.store_trouble

    def start(self) -> None:
        """Let time pass."""
        self._ticking.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Hear nothing more; True once everything is on the disk. May be called twice."""
        self._over.set()
        if self._ticking.is_alive() and self._ticking is not threading.current_thread():
            self._ticking.join(1.0)
        with self._lock:  # a step that is being taken ends, and no other one begins
            self._inbox.clear()
        while self._leave:
            self._leave.pop()()
        return self._keeper.close(timeout_s)

    def at_end(self, leave: Callable[[], None]) -> None:
        """Have this done once when the visit is stopped, such as no longer to listen."""
        self._leave.append(leave)

    def sink(self, source: int, still: StillSource = StillSource()) -> Sink:
        """Return what takes the samples of a source, on its measure thread."""

        def _take(sample: Sample) -> None:
            if sample.picture is not None:
                self._samples[source] = sample, still
            self._hear(self._seen(sample, source))

        return _take

    def press(self, action: Action) -> None:
        """Press a key or a foot switch now."""
        self._hear(Pressed(self.now_s, action))

    def enter(self, field: Field, value: float = float("nan"), words: str = "") -> None:
        """Enter something now."""
        self._hear(Entered(self.now_s, field, value, words))

    def hear(self, heard: Input) -> None:
        """Let the visit hear something else."""
        self._hear(heard)

    def take_orders(self) -> tuple[Effect, ...]:
        """Return once what is asked of the window, in order."""
        orders = []
        while self._orders:
            orders.append(self._orders.popleft())
        return tuple(orders)

    def _tick(self) -> None:
        while not self._over.wait(TICK_S):
            try:
                self._hear(Tick(self.now_s))
            except Exception:  # the thread's last line; the visit's clock must not die silently
                _log.exception("the visit's clock")

    def _hear(self, heard: Input) -> None:
        """Take what happened; where another thread is in the middle of a step, that one takes it next."""
        if not self._over.is_set():
            self._inbox.append(heard)
        while self._inbox and self._lock.acquire(blocking=False):
            try:
                self._take_steps()
            finally:
                self._lock.release()

    def _take_steps(self) -> None:
        """Facts are handed to the keeper in the order in which they came to be."""
        while self._inbox:
            self._state, effects = step(self._state, self._inbox.popleft())
            for effect in effects:
                if isinstance(effect, Keep):
                    self._keeper.keep(effect.fact)
                elif isinstance(effect, TakeStill):
                    self._keep_stills(effect.trial)
                else:
                    self._orders.append(effect)

    def _seen(self, sample: Sample, source: int) -> Seen:
        at_s = sample.frame.arrived_s - self._began_s
        if sample.result is None:
            return Seen(at_s, sample.frame.index, False, (), source, sample.fault)
        bare = tuple(_bare(m) for m in sample.result.measurements)
        return Seen(at_s, sample.frame.index, sample.result.new_picture, bare, source)

    def _keep_stills(self, trial: TrialName) -> None:
        """Keep the newest picture of each source of this trial's site, and what may be kept beside."""
        for source, (sample, still) in sorted(self._samples.items(), key=lambda item: item[0]):
            shown = sample.result.measurements if sample.result is not None else ()
            if sample.picture is None or not any(m.side in trial.site.sides for m in shown):
                continue
            stem = still_name(trial, source, self._state.at_s)
            at_s = self._state.at_s
            whole = StillKept(at_s, trial, f"{stem}.png", *still.spacing())
            self._keep_still(whole, sample.picture)
            for name, picture in still.regions(sample).items():
                self._keep_still(StillKept(at_s, trial, f"{stem}-{name}.png"), picture)

    def _keep_still(self, still: StillKept, picture: Picture) -> None:
        self._state = replace(self._state, record=told(self._state.record, still))
        self._keeper.keep_still(still, picture)


def still_name(trial: TrialName, source: int, at_s: float) -> str:
    """Return a name that no other still of the visit has: a capture that is taken again keeps both."""
    sides = "-".join(trial.site.sides)
    second = f"-{source + 1}" if source else ""
    return f"{trial.block}-{sides}-{trial.site.view}-{trial.number}{second}-{round(at_s * 1000):07d}"


def _bare(m: Measurement) -> Measurement:
    # An hour of borders is not small, and those of a still lie in no table.
    return replace(m, **_BARE)
