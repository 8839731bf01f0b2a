"""A region of this computer's screen, for handhelds whose own program shows the picture."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from math import floor
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from segmentation.geometry import Roi
from segmentation.results import Picture
from usbio.errors import DeviceLost, InputError, said_of
from usbio.frames import Frame
from usbio.luma import published
from usbio.sources.device_frames import Arrived, device_frames
from usbio.sources.screen_place import Monitor, black_out, overlap, region_on

if TYPE_CHECKING:
    from mss import MSS

_LOOK_UP_S = 0.2  # control goes back so often, however low the rate


class ScreenSource:
    """Looks at a region at its own rate; each picture bears the moment at which the screen was looked at.

    ``place`` counts from the upper left of ``monitor``, or of the whole desktop where that is None; without a
    place the whole monitor is meant. What `leave_out` names is black: a window of ours in the picture would
    be measured, and show itself within itself.
    """

    device = True

    def __init__(self, name: str, place: Roi | None, monitor: int | None, fps: float = 30.0) -> None:
        if place is None and monitor is None:
            raise ValueError("neither a place nor a monitor is named")
        self._name, self._place, self._monitor, self._fps = name, place, monitor, fps
        self._region: Roi | None = None
        self._own: Callable[[], Sequence[Roi]] = tuple

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return self._name

    @property
    def region(self) -> Roi | None:
        """Where on the desktop it looks, once it was opened."""
        return self._region

    @property
    def trouble(self) -> str:
        """What covers a region that was chosen; on a whole monitor our own window has its place."""
        chosen = self._region if self._place is not None else None
        if chosen is not None and any(overlap(chosen, box) is not None for box in self._own()):
            return "a window of usbio lies over the region, and is left out of it; move it beside"
        return ""

    def leave_out(self, boxes: Callable[[], Sequence[Roi]]) -> None:
        """Black out what these give at the moment, on the desktop; they are asked on another thread."""
        self._own = boxes

    def frames(self) -> Generator[Frame | None]:
        """Yield what is on the screen, when it is due."""
        return device_frames(self._name, self._opened)

    def _opened(self) -> _ScreenReader:
        reader = _ScreenReader(self._name, open_screen(self._name), self._fps, lambda: self._own())
        try:
            self._region = region_on(self._name, reader.monitors(), self._place, self._monitor)
            reader.begin(self._region)
        except BaseException:
            reader.close()
            raise
        return reader


def counts_points() -> bool:
    """Say whether this system counts in points, of which one may be several pixels."""
    return sys.platform == "darwin"


def open_screen(name: str) -> MSS:
    """Open the screen; what stands in the way is an `InputError`."""
    from mss import MSS

    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise InputError(name, "there is no display", "start the program in a graphical session")
    try:
        return MSS()
    except _faults() as error:
        happened = f"the screen cannot be read ({said_of(error)})"
        raise InputError(name, happened, "start the program in a graphical session") from error


def monitors_of(screen: MSS) -> list[Monitor]:
    """Return the monitors; a screen that tells of none is one."""
    whole, *others = screen.monitors
    return [_monitor(number, one) for number, one in enumerate(others or [whole], start=1)]


def hidden_words(platform: str, environment: Mapping[str, str]) -> str:
    """Say what keeps programs from seeing the screen here, if something does."""
    if environment.get("WAYLAND_DISPLAY") or environment.get("XDG_SESSION_TYPE") == "wayland":
        return "Wayland shows programs a black screen; choose an Xorg (X11) session when you log in"
    if platform == "darwin":
        return "macOS shows a black screen; allow this program Screen Recording under Privacy & Security"
    return ""


class _ScreenReader:
    """Both of its methods are called on the thread that opened it, as X11 and Windows want it."""

    def __init__(self, name: str, screen: MSS, fps: float, own: Callable[[], Sequence[Roi]]) -> None:
        self._name, self._screen, self._fps, self._own = name, screen, fps, own
        self._region = Roi(0, 0, 1, 1)
        self._began_s = 0.0
        self._next = 0

    def monitors(self) -> list[Monitor]:
        return monitors_of(self._screen)

    def begin(self, region: Roi) -> None:
        """Look at it once, and go on from there."""
        self._region = region
        reason = hidden_words(sys.platform, os.environ)
        if reason and not self._grab().any():
            happened, to_do = reason.split("; ")
            raise InputError(self._name, happened, to_do)
        self._began_s = time.perf_counter()

    def read(self) -> Arrived | None:
        wait_s = self._began_s + self._next / self._fps - time.perf_counter()
        if wait_s > 0:
            time.sleep(min(wait_s, _LOOK_UP_S))
            if wait_s > _LOOK_UP_S:
                return None
        looked_s, number = time.perf_counter(), self._next
        picture = self._grab()
        black_out(picture, self._region, self._own())
        # Those for which there was no time are left out, and are gaps in the numbers.
        self._next = max(number + 1, floor((time.perf_counter() - self._began_s) * self._fps))
        return Arrived(published(picture), looked_s, looked_s, number)

    def close(self) -> None:
        with suppress(*_faults()):  # of a session that has ended nothing can be closed
            self._screen.close()

    def _grab(self) -> Picture:
        region = self._region
        try:
            shot = self._screen.grab(
                {"left": region.x, "top": region.y, "width": region.width, "height": region.height}
            )
        except _faults() as error:
            happened = f"the screen cannot be read any more ({said_of(error)})"
            raise DeviceLost(self._name, happened, "check monitor and session") from error
        colours = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
        return np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGRA2GRAY), np.uint8)


def _faults() -> tuple[type[Exception], ...]:
    """Return what mss raises; an X server that is gone is an assertion that does not hold."""
    from mss.exception import ScreenShotError

    return ScreenShotError, OSError, AssertionError


def _monitor(number: int, told: Any) -> Monitor:
    name = told.get("output") or told.get("name") or ""
    words = f"monitor {number}" + (f" ({name})" if name else "")
    return Monitor(number, words, Roi(told["left"], told["top"], told["width"], told["height"]))
