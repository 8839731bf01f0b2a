"""The panel of Lab Streaming Layer: what is streamed, who receives it, and whose markers are heard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.text import elided_label, set_rank, soft_label, text_label
from usbio.lsl_outlets import StreamStatus
from usbio.lsl_station import StationStatus

_KEYS = "B  on or off      Shift+B  hide this, streaming goes on"
_MOST_LINES = 2  # sources at once


class StreamingView(QFrame):
    """A few lines above the picture; hidden until somebody asks, and nothing changes by hiding it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("Lab Streaming Layer")
        self._state = text_label("", bold=True)
        self._state.setAccessibleName("State of streaming")
        self._sources = [elided_label("") for _ in range(_MOST_LINES)]
        for label in self._sources:
            label.setAccessibleName("Streams of a source")
        self._markers = elided_label("")
        self._markers.setAccessibleName("Markers of other programs")
        set_rank(self._markers, "soft")
        top = QHBoxLayout()
        top.addWidget(self._state)
        top.addStretch(1)
        top.addWidget(soft_label(_KEYS, 14))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(3)
        layout.addLayout(top)
        for label in (*self._sources, self._markers):
            layout.addWidget(label)
        self.show_station(StationStatus())
        self.hide()

    def show_station(self, status: StationStatus) -> None:
        """Say how streaming stands."""
        self._state.setText(f"Lab Streaming Layer  {'on' if status.on else 'off'}")
        lines = [status.words] if status.words else stream_lines(status)
        self._markers.setText(_heard_words(status))
        for place, label in enumerate(self._sources):
            label.setText(lines[place] if place < len(lines) else "")
        for label in (*self._sources, self._markers):
            label.setVisible(bool(label.text()))


def header_words(status: StationStatus) -> str:
    """Write in a word or two for the header; "" where streaming is off."""
    if not status.on:
        return ""
    if status.words:
        return "LSL fails"
    return "LSL received" if status.received else "LSL on"


def stream_lines(status: StationStatus) -> list[str]:
    """Write a line for every source."""
    if status.on and not status.streams:
        return ["streams begin once it is known what is measured"]
    sources: dict[str, list[StreamStatus]] = {}
    for stream in status.streams:
        sources.setdefault(stream.of, []).append(stream)
    return [f"{source}:  {_streams_words(streams)}" for source, streams in sources.items()]


def _streams_words(streams: Sequence[StreamStatus]) -> str:
    received = [_stream_words(stream) for stream in streams if stream.received]
    others = [_stream_words(stream) for stream in streams if not stream.received]
    said = [f"received: {', '.join(received)}"] if received else []
    return "  ·  ".join([*said, f"not received: {', '.join(others)}"] if others else said)


def _stream_words(stream: StreamStatus) -> str:
    channels = f" ({stream.channels} ch)" if stream.name.endswith("measurements") else ""
    return stream.name.removeprefix(stream.of).strip() + channels


def _heard_words(status: StationStatus) -> str:
    if not status.on:
        return ""
    heard = ", ".join(status.heard_streams)
    return f"markers are heard from {heard}" if heard else f"listening for {status.wanted}: none yet"
