"""A run that is streamed and not shown: played to its end, with a line for whatever somebody should know."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from usbio.errors import InputError
from usbio.live import LiveRun
from usbio.lsl_station import LslStation
from usbio.sample import RunState

_LOOK_S = 0.05
_SETTLE_S = 1.0  # whoever receives one stream may be about to receive the others

Say = Callable[[str], object]


class WindowlessStream:
    """Plays a run and streams it; every method belongs to one thread."""

    def __init__(self, run: LiveRun[Any], station: LslStation, say: Say) -> None:
        self._run, self._station, self._say = run, station, say
        self._pause = threading.Event()
        self._trouble = self._fault = ""
        self._names: tuple[str, ...] = ()

    def play(self, wait: bool) -> None:
        """Stream until the source ends; a source that breaks off or cannot be measured is an `InputError`.

        ``wait``: a clip begins again from its start once somebody receives.
        """
        self._station.follow(self._run)
        self._station.switch_on()
        self._run.start()
        if wait and not self._run.is_device:
            self._wait_for_receiver()
        while not self._run.over:
            self._look()
        self._look()
        status = self._run.status()
        if status.state is RunState.FAILED:
            raise InputError(self._run.name, *_halves(status.words.removeprefix(f"{self._run.name}: ")))
        if self._run.measured_as is None:
            raise InputError(self._run.name, *_halves(self._fault or "nothing could be measured"))

    def stop(self) -> bool:
        """End it; may be called twice. True when all threads have gone."""
        stopped = self._run.stop()
        return self._station.switch_off() and stopped

    def _wait_for_receiver(self) -> None:
        while not self._station.status().streams:
            if self._run.over and self._run.measured_as is None:
                return
            self._look()
        self._run.playback.pause()  # or it is short, and has ended already
        self._look()
        self._say("waiting for a receiver")
        while not self._station.status().received:
            self._look()
        self._pause.wait(_SETTLE_S)
        self._run.again()
        self._say("received: playing from the start")

    def _look(self) -> None:
        """Say what is new, and wait a moment."""
        sample, status = self._run.take(), self._station.status()
        if sample is not None and sample.fault:
            self._fault = sample.fault
        names = tuple(f"{stream.name} ({stream.channels} channels)" for stream in status.streams)
        if names and names != self._names:
            self._names = names
            for name in names:
                self._say(f"streaming {name}")
        words = " · ".join(filter(None, (self._run.status().words, status.words)))
        trouble = re.sub(r"\d+", "N", words)  # "no picture for 2 s" is said once
        if words and trouble != self._trouble:
            self._say(words)
        self._trouble = trouble
        if heard := self._station.take_said():
            self._say(heard)
        self._pause.wait(_LOOK_S)


def _halves(words: str) -> tuple[str, str]:
    happened, _, to_do = words.partition("; ")
    return happened, to_do or "set it up in usbio-gui, or give --setup"
