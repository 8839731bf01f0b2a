"""The recording of a live run: begun, marked, watched and ended from the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from segmentation.results import Picture
from usbio.errors import CallError
from usbio.recording.plan import RecordingPlan
from usbio.recording.status import RecordingStatus
from usbio.recording_tap import BEGAN_AGAIN, FrameRecorder


class RunRecorder(FrameRecorder, Protocol):
    """A recorder as a run knows it."""

    def event(self, kind: str, frame: int, at_s: float | None = None, **parameters: object) -> None:
        """Write something that happened at a picture, now or at another moment."""
        ...

    def keep(self, name: str, picture: Picture, frame: int) -> None:
        """Keep a still of an allowed region of the screen."""
        ...

    def status(self) -> RecordingStatus:
        """Say how the recording stands."""
        ...


MakeRecorder = Callable[[RecordingPlan, float | None], RunRecorder]
"""From a plan, and the bytes of a picture where they were tried."""


class LiveRecording:
    """The latest recording of a run; none before the first. Belongs to one thread, the window's."""

    def __init__(self) -> None:
        self._recorder: RunRecorder | None = None
        self._told: RunRecorder | None = None  # the one whose end was said

    def begin(self, recorder: RunRecorder) -> None:
        """Know this one from now on."""
        self._recorder = recorder

    @property
    def status(self) -> RecordingStatus | None:
        """How it stands; None before the first."""
        return self._recorder.status() if self._recorder is not None else None

    @property
    def active(self) -> RunRecorder | None:
        """The recorder while it takes pictures."""
        status = self.status
        return self._recorder if status is not None and status.state == "recording" else None

    def forget_end(self) -> None:
        """The operator has read why it stopped."""
        status = self.status
        if status is not None and status.state in ("finished", "stopped"):
            self._recorder = None

    @property
    def alarm(self) -> str:
        """Why it stopped although nobody wished so, or what goes wrong with it now; "" where all is well."""
        status = self.status
        if status is None or not status.words or status.words == BEGAN_AGAIN:
            return ""
        over = status.state in ("stopped", "finished")
        return f"recording stopped: {status.words}" if over else f"recording: {status.words}"

    def take_news(self) -> str:
        """Say once that a recording ended because its clip began again, which is no fault; else ""."""
        status = self.status
        if status is None or status.words != BEGAN_AGAIN or self._told is self._recorder:
            return ""
        self._told = self._recorder
        return f"recording ended: {BEGAN_AGAIN}; kept in {status.folder}"

    def mark(self, words: str, frame: int) -> None:
        """Write a marker at this picture."""
        recorder = self.active
        if recorder is None:
            raise CallError("marker", "nothing is recorded", "begin a recording, then mark")
        recorder.event("marker", frame, words=words)

    def told_confirmed(self, sides: frozenset[str]) -> Callable[[int], object]:
        """Return what writes down from which picture on these sides were confirmed."""
        recorder = self.active
        if recorder is None:
            return lambda frame: None
        return lambda frame: recorder.event("confirmed", frame, sides=sorted(sides))
