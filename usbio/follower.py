"""One source's measuring state from frame to frame; what goes wrong becomes words, not an end."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Generic, TypeVar

from segmentation.results import FrameResult, Picture
from usbio.errors import UsbioError
from usbio.frames import Frame

S = TypeVar("S")
_log = logging.getLogger(__name__)

Begin = Callable[[Picture], S]  # from a whole frame
See = Callable[[Picture], Picture | None]  # from a whole frame to what of it is measured
Step = Callable[[S, Picture, float, int], tuple[S, FrameResult]]  # with time and number in the clip

Watch = Callable[[Frame], str]  # looks at a whole frame; words where its numbers could not be stood by
Told = Callable[[int], object]  # the number of the frame from which on an edit holds

NOT_MEASURED = "this picture could not be measured; the next one is tried"


def whole_frame(picture: Picture) -> Picture:
    """All of it is measured."""
    return picture


def nothing_to_say(_: Frame) -> str:
    """All is well."""
    return ""


class Follower(Generic[S]):
    """Measure frame after frame with a state of its own.

    `follow` belongs to one thread; `edit` and `restart` may come from any. A frame index that does not grow
    is a clip that starts again: so does the state.
    """

    def __init__(
        self,
        begin: Begin[S],
        step: Step[S],
        see: See = whole_frame,
        watch: Watch = nothing_to_say,
        retry_s: float = 1.0,
    ) -> None:
        self._begin = begin
        self._step = step
        self._see = see
        self._watch = watch
        self._retry_s = retry_s
        self._state: S | None = None
        self._shape: tuple[int, ...] = ()
        self._last_index = -1
        self._next_try_s = -inf
        self._begin_fault = ""
        self._lock = threading.Lock()
        self._edits: deque[tuple[Callable[[S], S], Told]] = deque()
        self._restart = False
        self._logged = ""
        self.run = 0

    def edit(self, change: Callable[[S], S], told: Told = lambda _: None) -> None:
        """Change the state before the next frame, such as confirming a border; ``told`` hears of which."""
        with self._lock:
            self._edits.append((change, told))

    def restart(self) -> None:
        """Begin anew with the next frame."""
        with self._lock:
            self._restart = True

    def follow(self, frame: Frame) -> tuple[Picture | None, FrameResult | None, str]:
        """Return what of a frame was measured, and the result or None with the reason in words."""
        picture = None
        try:
            state = self._ready_state(frame)
            picture = self._see(frame.image)
            if state is None:
                return picture, None, self._begin_fault
            if picture is None or frame.image.shape != self._shape:
                return None, None, _other_size(self._shape, frame.image.shape)
            if words := self._watch(frame):
                return picture, None, words
            self._state, result = self._step(state, picture, frame.t_s, frame.index)
        except UsbioError as error:
            return picture, None, str(error)
        except Exception as error:
            self._log_once(error, frame.index)
            return picture, None, NOT_MEASURED
        return picture, result, ""

    def _log_once(self, error: Exception, index: int) -> None:
        # What fails in every picture would write the same lines sixty times a second.
        if repr(error) != self._logged:
            self._logged = repr(error)
            _log.exception("frame %d could not be measured", index)

    def _ready_state(self, frame: Frame) -> S | None:
        edits = self._forget_if_new_run(frame)
        if self._state is None:
            self._state = self._try_begin(frame)
        if self._state is not None:
            for change, told in edits:
                self._state = change(self._state)
                told(frame.index)
        return self._state

    def _forget_if_new_run(self, frame: Frame) -> list[tuple[Callable[[S], S], Told]]:
        """Return the edits that still hold for the state this frame is measured with."""
        with self._lock:
            edits, restart = list(self._edits), self._restart
            self._edits.clear()
            self._restart = False
        again = frame.index <= self._last_index
        self._last_index = frame.index
        if again or restart:
            self.run += self._state is not None
            self._state, self._next_try_s = None, -inf
            return []
        return edits

    def _try_begin(self, frame: Frame) -> S | None:
        # A black first picture or a missing answer can mend itself: try again, but not on every frame.
        if frame.arrived_s < self._next_try_s:
            return None
        self._next_try_s = frame.arrived_s + self._retry_s
        self._shape = frame.image.shape
        try:
            return self._begin(frame.image)
        except UsbioError as error:
            self._begin_fault = str(error)
            return None
        except Exception:
            self._begin_fault = "measuring could not begin on this picture; it is tried again"
            _log.exception("measuring could not begin on frame %d", frame.index)
            return None


def _other_size(first: tuple[int, ...], now: tuple[int, ...]) -> str:
    was, came = (f"{shape[1]}x{shape[0]}" for shape in (first, now))
    return f"the picture came as {came} and not as {was}; set the scanner back, or choose the source again"
