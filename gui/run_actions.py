"""What the keys do to the run that is shown; each says in a line what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gui.live_presenter import LivePresenter
from gui.streaming import Streaming
from usbio.errors import CallError, UsbioError
from usbio.live import LiveRun
from usbio.recording.plan import Codec

Record = Callable[[LiveRun[Any], Codec], str]
"""Begins a recording of a run and says where."""
EFFORT_STEP = 0.25


def no_recorder(run: LiveRun[Any], codec: Codec) -> str:
    """Record nothing, for a window that was given no place for recordings."""
    raise CallError(run.name, "no place for recordings is known", "start usbio-gui")


class RunActions:
    """Forward keys to the run; their names stand in `keys.KEYS`."""

    def __init__(
        self, presenter: LivePresenter, record: Record, say: Callable[[str], None], streaming: Streaming
    ) -> None:
        self._streaming = streaming
        self._presenter = presenter
        self._record = record
        self._say = say
        self.run: LiveRun[Any] | None = None

    def toggle_pause(self) -> None:
        """Pause or go on; play again once the clip has ended."""
        if self.run is None:
            return
        if self.run.recording.active is not None:
            self._say("a recording is not paused: V ends it, F holds the picture")
        elif self.run.ended:
            self.play_again()
        else:
            self.run.playback.pause(not self.run.playback.paused)

    def play_again(self) -> None:
        """Play from the start."""
        if self.run is not None:
            self._presenter.show_run(self.run)
            self.run.again()

    def confirm(self) -> None:
        """Stand by the borders that were found."""
        if self.run is None or not self.run.values.readings():
            self._say("there is no border yet")
            return
        self.run.confirm()
        self._presenter.redraw()
        self._say("border confirmed")

    def toggle_freeze(self) -> None:
        """Hold the picture, or let it run."""
        self._presenter.frozen = not self._presenter.frozen

    def toggle_recording(self) -> None:
        """Record without loss, or end the recording."""
        if self.run is not None and self.run.recording.active is not None:
            self.run.end_record()
            status = self.run.recording.status
            self._say(f"recording kept in {status.folder}" if status is not None else "")
        else:
            self._begin_recording("ffv1")

    def record_smaller(self) -> None:
        """Record as H.264."""
        if self.run is not None and self.run.recording.active is None:
            self._begin_recording("libx264")

    def mark(self) -> None:
        """Write a marker into the recording."""
        self._try(_marked)

    def toggle_streaming(self) -> None:
        """Let other programs receive what is measured, or not."""
        self._streaming.toggle()

    def toggle_streams(self) -> None:
        """Show what is streamed, or hide it."""
        self._streaming.toggle_view()

    def save_setup(self) -> None:
        """Save the setup and say where."""
        self._try(lambda run: f"setup saved: {run.save_setup()}")

    def toggle_loop(self) -> None:
        """Play again and again, or once."""
        if self.run is not None and not self._keeps_own_time(self.run):
            self.run.playback.loop = not self.run.playback.loop

    def slower(self) -> None:
        """Half the speed."""
        self._change_speed(0.5)

    def faster(self) -> None:
        """Twice the speed."""
        self._change_speed(2.0)

    def more_effort(self) -> None:
        """Let the simulator contract more."""
        self._try(lambda run: _effort_words(run.steer(EFFORT_STEP)))

    def less_effort(self) -> None:
        """Let the simulator contract less."""
        self._try(lambda run: _effort_words(run.steer(-EFFORT_STEP)))

    def own_effort(self) -> None:
        """Let the simulator contract by itself."""
        self._try(lambda run: _effort_words(run.steer(None)))

    def _begin_recording(self, codec: Codec) -> None:
        self._try(lambda run: self._record(run, codec))

    def _try(self, do: Callable[[LiveRun[Any]], str]) -> None:
        """Do it and say what came of it, or why it could not be done."""
        if self.run is None:
            return
        try:
            self._say(do(self.run))
        except UsbioError as error:
            self._say(str(error))

    def _change_speed(self, factor: float) -> None:
        if self.run is not None and not self._keeps_own_time(self.run):
            self.run.playback.speed = min(max(self.run.playback.speed * factor, 0.125), 8.0)

    def _keeps_own_time(self, run: LiveRun[Any]) -> bool:
        if run.playback.device:
            self._say("a device keeps its own time: no speed, no loop")
        return run.playback.device


def _marked(run: LiveRun[Any]) -> str:
    run.mark("marker")
    return "marker written" if run.recording.active is not None else "marker broadcast; nothing is recorded"


def _effort_words(level: float | None) -> str:
    return "the simulator contracts by itself" if level is None else f"simulated effort {level:.0%}"
