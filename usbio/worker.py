"""What a process does that others give jobs to. Nothing heavy is loaded before its threads are limited."""

from __future__ import annotations

import contextlib
import signal
import time
from multiprocessing.connection import Connection

from usbio.thread_limits import limit_threads

_TELL_S = 0.1  # between two words on progress


def serve(parent: Connection, threads: int | None) -> None:
    """Do one job after the other, until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever hired this process ends it
    if threads is not None:
        limit_threads(threads)
    from usbio.batch import attempt
    from usbio.job import Bug, Outcome

    with contextlib.suppress(EOFError, OSError):  # whoever hired it is gone
        while True:
            telling = Telling(parent)
            outcome = attempt(parent.recv(), telling)
            telling.end()
            try:
                parent.send(outcome)
            except (TypeError, ValueError, AttributeError) as error:  # what cannot travel is a bug of ours
                parent.send(Outcome(bug=Bug.of(error)))


class Telling:
    """Progress for the other process, now and then. Where that one is gone, measuring ends here as well."""

    def __init__(self, parent: Connection) -> None:
        self._parent = parent
        self._next_s = 0.0
        self._untold: tuple[int, int | None] | None = None

    def __call__(self, done: int, total: int | None) -> None:
        """Tell how many pictures are done."""
        self._untold = done, total
        if (now_s := time.perf_counter()) >= self._next_s:
            self._next_s = now_s + _TELL_S
            self.end()

    def end(self) -> None:
        """Tell what was not told yet."""
        if self._untold is None:
            return
        try:
            self._parent.send(self._untold)
            self._untold = None
        except OSError:
            raise SystemExit(1) from None  # no Exception: on its way out it clears up behind itself
