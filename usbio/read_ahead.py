"""Reading on a thread of its own, a few pictures ahead of whoever measures them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from contextlib import closing

from usbio.frames import Frame

DEPTH = 8  # pictures
_WAIT_S = 0.2

_Item = Frame | BaseException | None
_Frames = Generator[Frame | None]


def read_ahead(frames: _Frames) -> _Frames:
    """Yield what ``frames`` yields, read by another thread; its error comes after its last frame.

    Nothing is dropped: reading waits where measuring is slower. The source is opened and closed by that
    thread, which has ended when this generator is closed.
    """
    ready: queue.Queue[_Item | _End] = queue.Queue(DEPTH)
    stopping = threading.Event()
    reader = threading.Thread(target=_read, args=(frames, ready, stopping), name="read ahead", daemon=True)
    reader.start()
    try:
        while not isinstance(item := _taken(ready), _End):
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopping.set()
        reader.join()


class _End:
    """What comes after the last frame."""


def _taken(ready: queue.Queue[_Item | _End]) -> _Item | _End:
    while True:  # a wait without end cannot be interrupted on every system
        try:
            return ready.get(timeout=_WAIT_S)
        except queue.Empty:
            continue


def _read(frames: _Frames, ready: queue.Queue[_Item | _End], stopping: threading.Event) -> None:
    last: _Item | _End = _End()
    try:
        with closing(frames):
            for frame in frames:
                if not _put(ready, frame, stopping):
                    return
    except BaseException as error:  # raised again by whoever measures
        last = error
    _put(ready, last, stopping)


def _put(ready: queue.Queue[_Item | _End], item: _Item | _End, stopping: threading.Event) -> bool:
    while not stopping.is_set():
        try:
            ready.put(item, timeout=_WAIT_S)
        except queue.Full:
            continue
        return True
    return False
