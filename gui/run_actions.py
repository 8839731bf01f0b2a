"""What the keys do to the run that is shown; each says in a line what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gui.live_presenter import LivePresenter
from gui.streaming import Streaming
from usbio.errors import CallError, UsbioError
from usbio.live import LiveRun
from usbio.recording.plan import Codec
from usbio.shown_runs import ShownRuns

Record = Callable[[Sequence[LiveRun[Any]], Codec], str]
"""Begins a recording of what is shown and says where."""
EFFORT_STEP = 0.25


def no_recorder(runs: Sequence[LiveRun[Any]], codec: Codec) -> str:
    """Record nothing, for a window that was given no place for recordings."""
    raise CallError(runs[0].name, "no place for recordings is known", "start usbio-gui")


class RunActions:
    """Forward keys to what is shown; their names stand in `keys.KEYS`."""

    def __init__(
        self, presenter: LivePresenter, record: Record, say: Callable[[str], None], streaming: Streaming
    ) -> None:
        self._streaming = streaming
        self._presenter = presenter
        self._record = record
        self._say = say
        self.shown: ShownRuns | None = None

    def toggle_pause(self) -> None:
        """Pause or go on; play again once the clip has ended."""
        if self.shown is None:
            return
        if self._recording:
            self._say("a recording is not paused: V ends it, F holds the picture")
        elif self.shown.ended:
            self.play_again()
        else:
            paused = not self.shown.paused
            for run in self.shown.runs:
                run.playback.pause(paused)

    def play_again(self) -> None:
        """Play from the start."""
        if self.shown is not None:
            self._presenter.show_runs(self.shown)
            for run in self.shown.runs:
                run.again()

    def confirm(self) -> None:
        """Stand by the borders that were found."""
        if self.shown is None or not self.shown.values.readings():
            self._say("there is no border yet")
            return
        for run in self.shown.runs:
            run.confirm()
        self._presenter.redraw()
        self._say("border confirmed")

    def toggle_freeze(self) -> None:
        """Hold the picture, or let it run."""
        self._presenter.frozen = not self._presenter.frozen

    def toggle_recording(self) -> None:
        """Record without loss, or end the recording."""
        if self.shown is not None and self._recording:
            for run in self.shown.runs:
                run.end_record()
            status = self.shown.runs[0].recording.status
            folder = status.folder if status is not None else Path()
            self._say(f"recording kept in {folder.parent if len(self.shown.runs) > 1 else folder}")
        else:
            self._begin_recording("ffv1")

    def record_smaller(self) -> None:
        """Record as H.264."""
        if not self._recording:
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

    def measure_other_side(self) -> None:
        """Hold this side's values and measure the other side."""
        if self.shown is not None and len(self.shown.runs) > 1:
            self._say("both sides are measured already")
        else:
            self._try(_turned)

    def save_setup(self) -> None:
        """Save the setup and say where."""
        self._try(lambda run: f"setup saved: {run.save_setup()}")

    def toggle_loop(self) -> None:
        """Play again and again, or once."""
        for run in self._clips():
            run.playback.loop = not run.playback.loop

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

    @property
    def _recording(self) -> bool:
        return self.shown is not None and any(run.recording.active is not None for run in self.shown.runs)

    def _begin_recording(self, codec: Codec) -> None:
        if self.shown is None:
            return
        try:
            self._say(self._record(self.shown.runs, codec))
        except UsbioError as error:
            self._say(str(error))

    def _try(self, do: Callable[[LiveRun[Any]], str]) -> None:
        """Do it to all that is shown and say what came of it, or why it could not be done."""
        said = []
        for run in self.shown.runs if self.shown is not None else ():
            try:
                said.append(do(run))
            except UsbioError as error:
                said.append(str(error))
        if said:
            self._say(" · ".join(dict.fromkeys(said)))

    def _change_speed(self, factor: float) -> None:
        for run in self._clips():
            run.playback.speed = min(max(run.playback.speed * factor, 0.125), 8.0)

    def _clips(self) -> tuple[LiveRun[Any], ...]:
        """Return what is shown, or nothing where a device is among it, and say why."""
        runs = self.shown.runs if self.shown is not None else ()
        if any(run.playback.device for run in runs):
            self._say("a device keeps its own time: no speed, no loop")
            return ()
        return runs


def _turned(run: LiveRun[Any]) -> str:
    side = run.measure_other_side()
    held = run.values.held
    return f"now the {side} side" + (f"; {held.side} is held" if held is not None else "")


def _marked(run: LiveRun[Any]) -> str:
    run.mark("marker")
    return "marker written" if run.recording.active is not None else "marker broadcast; nothing is recorded"


def _effort_words(level: float | None) -> str:
    return "the simulator contracts by itself" if level is None else f"simulated effort {level:.0%}"
