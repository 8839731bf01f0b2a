"""The panel of Lab Streaming Layer: what is streamed, who receives it, and whose markers are heard."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.text import elided_label, set_rank, soft_label, text_label
from usbio.lsl_outlets import StreamStatus
from usbio.lsl_station import StationStatus

_KEYS = "B  on or off      Shift+B  hide this, streaming goes on"


class StreamingView(QWidget):
    """A few lines under the header; hidden until somebody asks, and nothing changes by hiding it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Lab Streaming Layer")
        self._state = text_label("", bold=True)
        self._state.setAccessibleName("State of streaming")
        self._streams = elided_label("")
        self._streams.setAccessibleName("Streams")
        self._markers = elided_label("")
        self._markers.setAccessibleName("Markers of other programs")
        set_rank(self._markers, "soft")
        top = QHBoxLayout()
        top.addWidget(self._state)
        top.addStretch(1)
        top.addWidget(soft_label(_KEYS, 14))
        panel = QFrame()
        panel.setObjectName("panel")
        around = QHBoxLayout(self)
        around.setContentsMargins(8, 0, 8, 4)
        around.addWidget(panel)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self._streams)
        layout.addWidget(self._markers)
        self.show_station(StationStatus())
        self.hide()

    def show_station(self, status: StationStatus) -> None:
        """Say how streaming stands."""
        self._state.setText(f"Lab Streaming Layer  {'on' if status.on else 'off'}")
        self._streams.setText(status.words or "\n".join(stream_lines(status)))
        self._markers.setText(_heard_words(status))
        for label in (self._streams, self._markers):
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
    return [f"{source}:  " + "  ·  ".join(map(_stream_words, sources[source])) for source in sources]


def _stream_words(stream: StreamStatus) -> str:
    channels = f" ({stream.channels} channels)" if stream.channels > 1 else ""
    shown = stream.name.removeprefix(stream.of).strip()
    return f"{shown}{channels} {'received' if stream.received else 'not received'}"


def _heard_words(status: StationStatus) -> str:
    if not status.on:
        return ""
    heard = ", ".join(status.heard_streams)
    return f"markers are heard from {heard}" if heard else f"listening for {status.wanted}: none yet"
