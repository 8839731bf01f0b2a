"""Markers of other programs: every stream of them is listened to, each on a thread of its own."""

from __future__ import annotations

import logging
import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from usbio.lsl_clock import LslClock
from usbio.stream_plan import ANY_USBIO, own_prefix

_log = logging.getLogger(__name__)

_LOOK_S = 0.5  # between two looks for streams
_PULL_S = 0.2
_OPEN_S = 3.0
_FORGET_S = 2.0  # a stream that does not answer any more is no longer listed
_JOIN_S = 3.0


@dataclass(frozen=True, slots=True)
class StreamMarker:
    """One marker of another program."""

    words: str
    at_s: float  # on time.perf_counter()
    stream: str  # its name


Heard = Callable[[StreamMarker], object]


class LslMarkers:
    """Listen to all marker streams with a name, or else to all of the type ``Markers`` but usbio's.

    ``heard`` is called on the threads of the streams, once for each marker, in the order of its stream. A
    program that goes away and comes back is listened to again.
    """

    def __init__(self, lsl: Any, heard: Heard, name: str = "", host: str = "") -> None:
        self._lsl, self._heard, self._name = lsl, heard, name
        # Another room's usbio is heard where somebody names it, and this one never.
        self._left_out = own_prefix(host or platform.node()) if name else ANY_USBIO
        self._lock = threading.Lock()
        self._inlets: dict[str, _Inlet] = {}
        self._failure = ""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="marker streams", daemon=True)
        self._thread.start()

    @property
    def streams(self) -> tuple[str, ...]:
        """The names of the streams that are listened to now."""
        with self._lock:
            return tuple(sorted(inlet.name for inlet in self._inlets.values() if inlet.listening))

    @property
    def wanted(self) -> str:
        """What is listened for, in words."""
        return f"the stream {self._name}" if self._name else "streams of type Markers"

    @property
    def trouble(self) -> str:
        """What the operator should know; "" where all is well."""
        return self._failure

    def stop(self, timeout_s: float = _JOIN_S) -> bool:
        """Listen no more; may be called twice. True when all threads have gone."""
        self._ending.set()
        self._thread.join(timeout_s)
        with self._lock:
            inlets = tuple(self._inlets.values())
        gone = [inlet.join(timeout_s) for inlet in inlets]
        return all(gone) and not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:
            _log.exception("looking for marker streams failed")
            self._failure = f"no markers are heard ({error}); switch streaming off and on again"

    def _watch(self) -> None:
        prop, value = ("name", self._name) if self._name else ("type", "Markers")
        resolver = self._lsl.ContinuousResolver(prop=prop, value=value, forget_after=_FORGET_S)
        while not self._ending.is_set():
            for info in resolver.results():
                if not info.source_id().startswith(self._left_out):
                    self._listen(info)
            with self._lock:
                self._inlets = {uid: one for uid, one in self._inlets.items() if one.alive}
            self._ending.wait(_LOOK_S)

    def _listen(self, info: Any) -> None:
        with self._lock:
            if (uid := info.uid()) not in self._inlets:
                self._inlets[uid] = _Inlet(self._lsl, info, self._heard, self._ending)


class _Inlet:
    """One stream, until its sender goes away or somebody ends it."""

    def __init__(self, lsl: Any, info: Any, heard: Heard, ending: threading.Event) -> None:
        self.name = str(info.name())
        self.listening = False
        self._lsl, self._info, self._heard, self._ending = lsl, info, heard, ending
        self._thread = threading.Thread(target=self._run, name=f"markers of {self.name}", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, timeout_s: float) -> bool:
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._listen()
        except (self._lsl.util.LostError, self._lsl.util.TimeoutError):
            pass  # whoever looks for streams finds it again when it is back
        except Exception:
            _log.exception("listening to %s ended", self.name)
        self.listening = False

    def _listen(self) -> None:
        # Not recovered by the library, which says nothing of it: a stream that comes back is a new one.
        inlet = self._lsl.StreamInlet(self._info, recover=False)
        inlet.open_stream(_OPEN_S)
        inlet.time_correction(_OPEN_S)  # the first takes a while; later ones come by themselves
        self.listening = True
        clock = LslClock(self._lsl.local_clock)
        while not self._ending.is_set():
            values, sent_s = inlet.pull_sample(_PULL_S)
            clock.keep()
            if values is not None:
                here_s = sent_s + inlet.time_correction(_OPEN_S)
                self._heard(StreamMarker(_words(values), clock.own_s(here_s), self.name))


def _words(values: list[Any]) -> str:
    return ", ".join(" ".join(str(value).split()) for value in values)
