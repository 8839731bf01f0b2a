"""Between capture and measuring: every picture goes to the recorder before anything can overtake it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from segmentation.results import Picture
from usbio.errors import UsbioError
from usbio.frames import Frame
from usbio.sample import Counts, Sample

_log = logging.getLogger(__name__)

See = Callable[[Picture], Picture | None]
"""From a whole frame to what of it may be kept; None where that is not known, or for another size."""

BEGAN_AGAIN = "the source began again"
OTHER_PICTURE = "the size of the picture changed"


class FrameRecorder(Protocol):
    """What keeps the pictures of a run. Neither `add` nor `note` ever waits."""

    def add(self, frame: Frame) -> None:
        """Take a picture, on the capture thread."""
        ...

    def note(self, sample: Sample) -> None:
        """Take what was measured in one of the pictures, on the measure thread."""
        ...

    def stop(
        self,
        reason: str = "",
        counts: Counts | None = None,
        age: Mapping[str, float] | None = None,
        timeout_s: float = 5.0,
    ) -> bool:
        """Finish, which may take a while; a reason says that nobody wished it so."""
        ...


class RecordingTap:
    """Hand frames to the recorder as they come, numbered and timed from the first that it gets.

    So a recording is measured live just as it is measured when it is read again: from number 0 and time 0 on.
    `passed` belongs to the capture thread, the others may be called from any. ``let_go`` hears, on the thread
    that noticed, of a recorder that gets nothing more and why ("" where somebody wished so).
    """

    def __init__(self, see: See, let_go: Callable[[FrameRecorder, str], None]) -> None:
        self._see = see
        self._let_go = let_go
        self._lock = threading.Lock()
        self._asked: FrameRecorder | None = None
        self._recorder: FrameRecorder | None = None
        self._origin = (0, 0.0)
        self._last_index = -1
        self._recorded = 0

    @property
    def recorded(self) -> int:
        """How many frames were handed to a recorder."""
        with self._lock:
            return self._recorded

    @property
    def first_index(self) -> int:
        """The source's own number of the frame that is frame 0 now."""
        with self._lock:
            return self._origin[0]

    def attach(self, recorder: FrameRecorder) -> None:
        """Let this recorder have every frame from the next one on."""
        self.detach()
        with self._lock:
            self._asked = recorder

    def detach(self, reason: str = "") -> None:
        """Let no recorder have anything more."""
        with self._lock:
            gone = [one for one in (self._asked, self._recorder) if one is not None]
            self._asked = self._recorder = None
        for recorder in gone:
            self._let_go(recorder, reason)

    def passed(self, frame: Frame) -> tuple[Frame, FrameRecorder | None]:
        """Return the frame as it is numbered now, and the recorder that has it."""
        if frame.index <= self._last_index:
            self.detach(BEGAN_AGAIN)
            with self._lock:
                self._origin = (0, 0.0)
        self._last_index = frame.index
        with self._lock:
            if self._asked is not None:
                self._recorder, self._asked = self._asked, None
                self._origin = (frame.index, frame.t_s)
            recorder, (first, start_s) = self._recorder, self._origin
        numbered = replace(frame, index=frame.index - first, t_s=frame.t_s - start_s)
        if recorder is not None and not self._kept(recorder, numbered):
            recorder = None
        return numbered, recorder

    def _kept(self, recorder: FrameRecorder, frame: Frame) -> bool:
        picture = self._see(frame.image)
        if picture is None:
            self.detach(OTHER_PICTURE)
            return False
        try:
            recorder.add(replace(frame, image=picture))
        except UsbioError as error:
            self.detach(str(error))
            return False
        except Exception:
            _log.exception("the recorder failed")
            self.detach("recording failed; see the log")
            return False
        with self._lock:
            self._recorded += 1
        return True
