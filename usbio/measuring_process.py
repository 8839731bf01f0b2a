"""Measuring in a process of its own: neither drawing nor another source's measuring takes its turns.

Python lets one thread of a process compute at a time. A window that draws slowly, or a second source, would
take their time from whoever measures.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from segmentation import tracking
from segmentation.results import FrameResult, Picture, Side
from segmentation.tracking import TrackState
from segmentation.views import MeasureSetup
from usbio import measuring_service
from usbio.errors import InputError
from usbio.measuring_requests import Confirm, Raised, Start, Step

_log = logging.getLogger(__name__)
_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class AwayState:
    """A state of following that lies in the measuring process, by its number."""

    number: int
    life: int  # of the process: a new one knows nothing of what the one before knew
    setup: MeasureSetup


State = AwayState | TrackState
"""Where it is; a setup that cannot be sent, with a learned model in it, is measured in this process."""


class MeasuringProcess:
    """`start`, `step` and `confirm` of a state of following, done elsewhere; any thread may call any method.

    The process is begun when it is needed, and anew after it died: the picture it died of is not measured,
    and the next one begins the following anew, with the setup and what was confirmed.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._service: _Service | None = None
        self._life = 0
        self._closed = False
        self._warming: threading.Thread | None = None

    def open(self) -> None:
        """Begin the process beside whoever calls, so that it is there when it is needed."""
        self._closed = False
        self._warming = threading.Thread(target=self._warm, name="begin measuring process", daemon=True)
        self._warming.start()

    def start(self, measure: MeasureSetup, picture: Picture) -> State:
        """Return the state before a picture."""
        if not _can_be_sent(measure):
            return tracking.start(measure, picture)
        with self._lock:
            number = self._asked(Start(measure, picture.shape), picture)
            return AwayState(number, self._life, measure)

    def step(self, state: State, picture: Picture, t_s: float, frame: int) -> tuple[State, FrameResult]:
        """Measure one picture and return the state after it; an `InputError` where the process died."""
        if isinstance(state, TrackState):
            return tracking.step(state, picture, t_s, frame)
        with self._lock:
            if state.life != self._life:
                begun = self.start(state.setup, picture)
                return self.step(begun, picture, t_s, frame)
            number, result = self._asked(Step(state.number, t_s, frame, picture.shape), picture)
            return replace(state, number=number), result

    def confirm(self, state: State, sides: frozenset[Side]) -> State:
        """Return the state with the automatic borders of these sides confirmed."""
        if isinstance(state, TrackState):
            return tracking.confirm(state, sides)
        setup = replace(state.setup, confirmed=sides)
        with self._lock:
            if state.life == self._life:
                state = replace(state, number=self._asked(Confirm(state.number, sides)))
            return replace(state, setup=setup)

    def close(self) -> None:
        """End the process, whatever it does; nothing is measured from then on, unless it is opened again."""
        self._closed = True  # or a thread with a last picture in hand would begin another that nobody ends
        if self._warming is not None:
            self._warming.join()
        service = self._service
        if service is not None:
            service.process.kill()  # whoever waits for its answer hears of its end and lets go of the lock
        with self._lock:
            self._bury()

    @property
    def pid(self) -> int | None:
        """The number of the process, while there is one."""
        return self._service.process.pid if self._service is not None else None

    def _asked(self, request: object, picture: Picture | None = None) -> Any:
        service = self._ready()
        try:
            answer = service.asked(request, picture)
        except (EOFError, OSError, pickle.UnpicklingError, ValueError) as error:
            self._bury()
            _log.warning("the measuring process ended by itself")
            raise InputError(
                "measuring", "its process ended by itself", "the next picture begins anew"
            ) from error
        if isinstance(answer, Raised):
            raise answer.error
        return answer

    def _ready(self) -> _Service:
        with self._lock:
            if self._closed:
                raise InputError("measuring", "has ended", "open the source again")
            if self._service is None:
                self._life += 1
                self._service = _Service()
            return self._service

    def _warm(self) -> None:
        with contextlib.suppress(OSError, InputError):  # said when it is needed
            self._ready()

    def _bury(self) -> None:
        service, self._service = self._service, None
        if service is not None:
            self._life += 1
            service.bury()


class _Service:
    """The process and its two pipes: requests go in, answers come out."""

    def __init__(self) -> None:
        # A program of its own and no copy of this one, whose main module need not bear being loaded twice.
        places = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-m", measuring_service.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": places},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def asked(self, request: object, picture: Picture | None) -> object:
        """Send a request, with a picture behind it where one belongs to it, and wait for the answer."""
        into, out = self.process.stdin, self.process.stdout
        assert into is not None  # both are pipes
        assert out is not None
        pickle.dump(request, into)
        if picture is not None:
            into.write(picture.data.cast("B"))
        into.flush()
        return pickle.load(out)

    def bury(self) -> None:
        """End the process and take away what it leaves."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not sent is of no use any more
                    pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE_S)


def _can_be_sent(measure: MeasureSetup) -> bool:
    try:
        pickle.dumps(measure)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True
