"""Who hears what a run does: its frames, what was measured in them, and what happened."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from segmentation.views import MeasureSetup
from usbio.frames import Frame
from usbio.sample import Sample

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunEvent:
    """Something that happened to a run, in words that another program may keep."""

    words: str
    at_s: float  # on time.perf_counter()


class Listener(Protocol):
    """What hears of a run, on the threads of the run: it takes notes and waits for nothing."""

    @property
    def trouble(self) -> str:
        """What the operator should know of it; "" where all is well."""
        ...

    def use(self, measure: MeasureSetup) -> None:
        """Hear what is measured from now on, before the first sample of it."""
        ...

    def frame(self, frame: Frame, recorded: bool) -> None:
        """Hear of a frame on the capture thread; a recorded one bears the recording's number."""
        ...

    def sample(self, sample: Sample) -> None:
        """Hear what was measured, on the measure thread."""
        ...

    def event(self, event: RunEvent) -> None:
        """Hear what happened, on any thread."""
        ...


class Listeners:
    """All listeners of one run, also while pipelines come and go. Any thread may call any method.

    A listener that fails is put aside with its words, and the others go on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: tuple[Listener, ...] = ()
        self._measure: MeasureSetup | None = None
        self._words = ""

    def add(self, listener: Listener) -> None:
        """Let one more hear of everything from now on."""
        with self._lock:
            self._all = (*self._all, listener)
            measure, self._words = self._measure, ""
        if measure is not None:
            self._tell(lambda one: one.use(measure) if one is listener else None)

    def remove(self, listener: Listener) -> None:
        """Let one hear nothing more; may be called twice."""
        with self._lock:
            self._all = tuple(one for one in self._all if one is not listener)

    def __bool__(self) -> bool:
        return bool(self._all)

    @property
    def alarm(self) -> str:
        """What the operator should know of them; "" where all is well."""
        return " · ".join(filter(None, (self._words, *(one.trouble for one in self._all))))

    def use(self, measure: MeasureSetup) -> None:
        """Say what is measured from now on."""
        with self._lock:
            self._measure = measure
        self._tell(lambda one: one.use(measure))

    def frame(self, frame: Frame, recorded: bool) -> None:
        """Say that a frame came."""
        self._tell(lambda one: one.frame(frame, recorded))

    def sample(self, sample: Sample) -> None:
        """Say what was measured."""
        self._tell(lambda one: one.sample(sample))

    def event(self, event: RunEvent) -> None:
        """Say what happened."""
        self._tell(lambda one: one.event(event))

    def _tell(self, tell: Callable[[Listener], object]) -> None:
        for one in self._all:
            try:
                tell(one)
            except Exception as error:
                _log.exception("a listener failed")
                self.remove(one)
                with self._lock:
                    self._words = f"a receiver failed ({error}) and gets nothing more"
