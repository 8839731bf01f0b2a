"""Something that looks at whole frames now and then, beside measuring and never in its way."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from math import inf
from typing import Protocol

from usbio.frames import Frame
from usbio.mailbox import Latest

_log = logging.getLogger(__name__)

EVERY_S = 0.52  # a watch that itself looks every half second misses none
_WAIT_S = 0.25


class Watch(Protocol):
    """What looks at frames; all calls come from one thread."""

    def look(self, frame: Frame) -> str:
        """Return why numbers cannot be stood by; "" where they can."""
        ...

    def confirm(self) -> None:
        """Take what is seen now for right."""
        ...


class BackgroundWatch:
    """Let a watch look at a frame about every half second, on a thread of its own.

    ``begin`` makes the watch from the first frame that is looked at, which may take long. `words` never
    waits: it says what was found at the last look. A watch that fails is given up; measuring goes on.
    """

    def __init__(
        self, begin: Callable[[Frame], Watch | None], clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._frames: Latest[Frame] = Latest()
        self._due_s = -inf
        self._words = ""
        self._confirmed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    @property
    def found(self) -> str:
        """What was found at the last look."""
        return self._words

    def words(self, frame: Frame) -> str:
        """Return what was found last, and let this frame be looked at if it is time; any one thread."""
        now = self._clock()
        if now >= self._due_s:
            self._due_s = now + EVERY_S
            self._frames.put(frame)
            if self._thread.ident is None:
                self._thread.start()
        return self._words

    def confirm(self) -> None:
        """The operator stands by what is seen now."""
        self._confirmed.set()
        self._words = ""
        self._due_s = -inf

    def stop(self, timeout_s: float = 2.0) -> bool:
        """End it; True when its thread has gone. May be called twice."""
        self._frames.close()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        watch: Watch | None = None
        try:
            while not self._frames.finished:
                frame = self._frames.wait(_WAIT_S)
                if frame is None:
                    continue
                watch = watch or self._begin(frame)
                if watch is None:
                    return
                if self._confirmed.is_set():
                    self._confirmed.clear()
                    watch.confirm()
                self._words = watch.look(frame)
        except Exception:
            _log.exception("the watch over the screen failed")
            self._words = ""
