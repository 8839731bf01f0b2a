"""Lab Streaming Layer for whatever runs are shown: switched on and off, and going on whoever looks."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from segmentation.results import SIDES
from usbio.listeners import Listeners
from usbio.lsl_library import load_lsl
from usbio.lsl_markers import LslMarkers, StreamMarker
from usbio.lsl_outlets import StreamStatus
from usbio.lsl_streaming import LslStreaming


class StreamedRun(Protocol):
    """What a station needs of a run."""

    @property
    def name(self) -> str:
        """What its source is called."""
        ...

    @property
    def listeners(self) -> Listeners:
        """Who hears of it."""
        ...

    def mark_at(self, words: str, at_s: float, stream: str) -> str:
        """Write a marker of another program, and say what came of it; any thread."""
        ...


@dataclass(frozen=True, slots=True)
class StationStatus:
    """How streaming stands."""

    on: bool = False
    streams: tuple[StreamStatus, ...] = ()
    heard_streams: tuple[str, ...] = ()  # marker streams of other programs
    wanted: str = ""  # which of them are listened for
    words: str = ""  # what goes wrong

    @property
    def received(self) -> bool:
        """True where somebody receives any stream."""
        return any(stream.received for stream in self.streams)


class LslStation:
    """Offers the streams of the runs that it follows and hears markers for them.

    All methods belong to one thread; markers come on threads of their own.
    """

    def __init__(self, marker_stream: str = "", load: Callable[[], Any] = load_lsl) -> None:
        self._marker_stream, self._load = marker_stream, load
        self._lock = threading.Lock()
        self._runs: tuple[StreamedRun, ...] = ()
        self._sent: list[tuple[StreamedRun, LslStreaming]] = []
        self._closing: list[LslStreaming] = []
        self._markers: LslMarkers | None = None
        self._said: deque[str] = deque(maxlen=50)

    @property
    def on(self) -> bool:
        """True while streams are offered."""
        return self._markers is not None

    def switch_on(self) -> None:
        """Offer streams from now on; a `CallError` says what is missing."""
        if self.on:
            return
        lsl = self._load()
        self._markers = LslMarkers(lsl, self._mark, self._marker_stream)
        self._send(lsl)

    def switch_off(self) -> bool:
        """Offer nothing more; may be called twice. True when all threads have gone."""
        markers, self._markers = self._markers, None
        self._end_sending()
        heard_off = markers is None or markers.stop()
        closing, self._closing = self._closing, []
        gone = [streaming.stop() for streaming in closing]
        return all(gone) and heard_off

    def follow(self, *runs: StreamedRun) -> None:
        """Stream these runs from now on, and no others; of two the left one comes first."""
        if runs == self._runs:
            return
        with self._lock:
            self._runs = runs
        if self.on:
            self._end_sending()
            self._send(self._load())

    def status(self) -> StationStatus:
        """Say how it stands."""
        if self._markers is None:
            return StationStatus()
        told = [streaming.status() for _, streaming in self._sent]
        words = (*(one.words for one in told), self._markers.trouble)
        return StationStatus(
            True,
            tuple(stream for one in told for stream in one.streams),
            self._markers.streams,
            self._markers.wanted,
            " · ".join(filter(None, words)),
        )

    def take_said(self) -> str:
        """Return once what came of a marker that was heard; "" where none came since."""
        try:
            return self._said.popleft()
        except IndexError:
            return ""

    def _send(self, lsl: Any) -> None:
        places = SIDES if len(self._runs) > 1 else ("",)
        for run, place in zip(self._runs, places, strict=False):
            streaming = LslStreaming(lsl, run.name, place)
            self._sent.append((run, streaming))
            run.listeners.add(streaming)

    def _end_sending(self) -> None:
        """Let go of what is sent; what is still on its way is waited for at the end only."""
        sent, self._sent = self._sent, []
        for run, streaming in sent:
            run.listeners.remove(streaming)
            streaming.stop(0.0)
            self._closing.append(streaming)

    def _mark(self, marker: StreamMarker) -> None:
        with self._lock:
            runs = self._runs
        for run in runs:
            self._said.append(run.mark_at(marker.words, marker.at_s, marker.stream))
