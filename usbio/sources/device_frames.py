"""The frames of a device whose reads may block: read on a thread that is left behind where it hangs."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import Protocol

from segmentation.results import Picture
from usbio.errors import DeviceLost, InputError, UsbioError
from usbio.frames import Frame

OPENING_S = 20.0  # the longest that a device may take to be opened
HUNG_S = 5.0  # after this long without a picture it is opened anew
_LOOK_UP_S = 0.2  # control goes back to the reader at least so often
_LEAVING_S = 0.7  # the longest that the reader waits for the device to be released
_LEFT_BEHIND = 3  # threads that hang in one device; no further one joins them
_WAITING = 32  # pictures; whoever takes none for so long loses the oldest
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """One picture as a device gave it."""

    image: Picture  # (H, W) full-range luma, sealed (`luma.published`)
    arrived_s: float  # on time.perf_counter()
    t_s: float = nan  # by the device's own clock, from any zero; nan where it has none: arrival counts
    number: int | None = None  # by the device's own count, from any zero; None: it counts none


class Reader(Protocol):
    """An open device. Both methods are called on one thread, the one that opened it."""

    def read(self) -> Arrived | None:
        """Wait for the next picture, or for a while; None where none came. Raises `DeviceLost`."""
        ...

    def close(self) -> None:
        """Release the device."""
        ...


def device_frames(
    name: str,
    open_reader: Callable[[], Reader],
    opening_s: float = OPENING_S,
    hung_s: float = HUNG_S,
) -> Generator[Frame | None]:
    """Yield what a device gives, as it comes, and None five times a second while nothing does.

    The device is opened, read and closed on one daemon thread. A read that hangs is left behind with its
    thread, which closes the device when it returns; the generator raises `DeviceLost` meanwhile, or
    `InputError` where not even opening returned.
    """
    if sum(thread.name == _thread_name(name) for thread in threading.enumerate()) >= _LEFT_BEHIND:
        raise InputError(name, "does not answer any more", "unplug it, wait a moment, and plug it in again")
    link = _Link(name, open_reader)
    numbers = _Numbers()
    last_s = time.perf_counter()
    try:
        while True:
            came = link.take()
            now_s = time.perf_counter()
            if isinstance(came, BaseException):
                raise came
            if came is not None:
                last_s = now_s
                yield numbers.frame(came)
                continue
            if link.opened_s is None and now_s - last_s > opening_s:
                raise InputError(name, f"did not answer within {opening_s:.0f} s", "check it and try again")
            if link.opened_s is not None and now_s - max(last_s, link.opened_s) > hung_s:
                raise DeviceLost(name, f"gave no picture for {hung_s:.0f} s", "check its cable and its power")
            yield None
    finally:
        link.leave()


def _thread_name(name: str) -> str:
    return f"read {name}"


class _Link:
    """Between the thread that reads a device and the one that hands on its pictures."""

    def __init__(self, name: str, open_reader: Callable[[], Reader]) -> None:
        self._open = open_reader
        self._ready: queue.Queue[Arrived | BaseException] = queue.Queue()
        self._left = threading.Event()
        self._count = 0
        self.opened_s: float | None = None
        self._thread = threading.Thread(target=self._run, name=_thread_name(name), daemon=True)
        self._thread.start()

    def take(self) -> Arrived | BaseException | None:
        """Return what came next, or None after a while."""
        try:
            return self._ready.get(timeout=_LOOK_UP_S)
        except queue.Empty:
            return None

    def leave(self) -> None:
        """Want nothing more; wait a moment for the device to be released, and no longer."""
        self._left.set()
        self._thread.join(_LEAVING_S)

    def _run(self) -> None:
        """Open, read and close; what goes wrong is handed on."""
        with self._told():
            reader = self._open()
            try:
                with self._told():  # before it is closed, which may take its time
                    self._read(reader)
            finally:
                reader.close()

    @contextlib.contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except UsbioError as error:
            self._ready.put(error)
        except BaseException as error:
            _log.exception("reading a device broke off")
            self._ready.put(error)

    def _read(self, reader: Reader) -> None:
        self.opened_s = time.perf_counter()
        while not self._left.is_set():
            came = reader.read()
            if came is not None:
                self._put(came)

    def _put(self, came: Arrived) -> None:
        if self._ready.qsize() >= _WAITING:  # nobody takes them: the newest are worth more
            with contextlib.suppress(queue.Empty):  # somebody does after all
                self._ready.get_nowait()
        # Counted here, so that one that was thrown away is a gap.
        self._ready.put(came if came.number is not None else replace(came, number=self._count))
        self._count += 1


class _Numbers:
    """Frames numbered and timed from 0 on."""

    def __init__(self) -> None:
        self._first: Arrived | None = None
        self._index = -1

    def frame(self, came: Arrived) -> Frame:
        first = self._first = self._first or came
        assert came.number is not None  # the link counts where the device does not
        assert first.number is not None
        self._index = max(came.number - first.number, self._index + 1)
        own = not (isnan(came.t_s) or isnan(first.t_s))
        t_s = came.t_s - first.t_s if own else came.arrived_s - first.arrived_s
        return Frame(self._index, t_s, came.arrived_s, came.image)
