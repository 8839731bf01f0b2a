"""The keys of Lab Streaming Layer, and where it is shown. It goes on whatever is shown of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gui.header_view import HeaderView
from gui.streaming_view import StreamingView, header_words
from usbio.errors import UsbioError
from usbio.live import LiveRun
from usbio.lsl_station import LslStation


class Streaming:
    """Switches a station on and off, lets it follow what is shown, and says what it hears."""

    def __init__(self, station: LslStation, header: HeaderView, say: Callable[[str], None]) -> None:
        self.station = station
        self.view = StreamingView()
        self._header = header
        self._say = say

    def follow(self, *runs: LiveRun[Any]) -> None:
        """Stream these runs from now on."""
        self.station.follow(*runs)
        self.look()

    def toggle(self) -> None:
        """Stream, or end it; whoever begins is shown what is streamed."""
        if self.station.on:
            self.station.switch_off()
            self._say("streaming ended")
        else:
            try:
                self.station.switch_on()
            except UsbioError as error:
                self._say(str(error))
                return
            self.view.show()
            self._say("streaming to Lab Streaming Layer")
        self.look()

    def toggle_view(self) -> None:
        """Show what is streamed, or hide it."""
        self.view.setVisible(not self.view.isVisible())

    def look(self) -> None:
        """Show how it stands, and say the next of the markers that were heard."""
        status = self.station.status()
        self._header.show_streaming(header_words(status))
        self.view.show_station(status)
        if words := self.station.take_said():
            self._say(words)

    def stop(self) -> None:
        """End it with the window; may be called twice."""
        self.station.switch_off()
