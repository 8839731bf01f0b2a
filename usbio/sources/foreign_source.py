"""The door for the pictures of a plug-in: what breaks the contract is named and goes no further."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from math import isfinite, isinf

import numpy as np

from usbio.errors import InputError, UsbioError, said_of
from usbio.frames import Frame, FrameSource, is_device

_PATIENCE_S = 1.0  # within which a source hands back control
_AHEAD_S = 0.1  # by which a picture may seem to have come later than now
_log = logging.getLogger(__name__)


class Breach(Exception):  # noqa: N818 - said as it is
    """How a source breaks the contract, in words."""


class ForeignSource:
    """A source of foreign make, with every frame looked at before it is handed on."""

    def __init__(self, maker: str, source: FrameSource) -> None:
        if not (callable(getattr(source, "frames", None)) and isinstance(getattr(source, "name", None), str)):
            raise Breach(f"opens something ({type(source).__name__}) without name or frames()")
        self._maker, self._source = maker, source
        self.device = is_device(source)

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return self._source.name

    def frames(self) -> Generator[Frame | None]:
        """Yield the frames that keep the contract; the first that does not ends the run."""
        run: Generator[Frame | None] | None = None
        last: Frame | None = None
        try:
            asked_s = time.perf_counter()
            run = self._source.frames()
            for came in run:
                self._note_wait(time.perf_counter() - asked_s)
                if came is not None:
                    check_frame(came, last)
                    last = came
                yield came
                asked_s = time.perf_counter()
        except UsbioError:
            raise
        except Breach as error:
            raise self._refused(f"{error}") from error
        except Exception as error:
            _log.exception("the plug-in of %s broke off", self._maker)
            raise self._refused(f"broke off ({said_of(error)})") from error
        finally:
            self._close(run)

    def _refused(self, reason: str) -> InputError:
        return InputError(self.name, f"its plug-in {reason}", f"mend {self._maker}, or tell its makers")

    def _note_wait(self, wait_s: float) -> None:
        if wait_s > _PATIENCE_S:
            _log.warning("the plug-in of %s gave nothing back for %.1f s", self._maker, wait_s)

    def _close(self, run: Generator[Frame | None] | None) -> None:
        try:
            if (close := getattr(run, "close", None)) is not None:  # a plain iterator has none
                close()
        except Exception:
            _log.exception("the plug-in of %s cannot be closed", self._maker)


def check_frame(frame: object, last: Frame | None) -> None:
    """Raise `Breach` where a frame is not what the rest of the program takes for granted."""
    if not isinstance(frame, Frame):
        raise Breach(f"gives something else ({type(frame).__name__}) in place of a Frame")
    _check_picture(frame.image)
    _check_times(frame, last)


def _check_picture(image: object) -> None:
    if not isinstance(image, np.ndarray):
        raise Breach(f"gives something else ({type(image).__name__}) in place of an array as picture")
    if image.ndim != 2 or 0 in image.shape:
        raise Breach(f"gives a picture of shape {image.shape}; grey rows and columns are wanted, (H, W)")
    if image.dtype != np.uint8:
        raise Breach(f"gives a picture of {image.dtype}; uint8 is wanted, black 0 and white 255")
    if not image.flags.c_contiguous:
        raise Breach(
            "gives a picture whose rows do not lie one behind the other; np.ascontiguousarray does it"
        )
    if image.flags.writeable:
        raise Breach("gives a picture that can still be written to; image.flags.writeable = False seals it")


def _check_times(frame: Frame, last: Frame | None) -> None:
    if not (isfinite(frame.arrived_s) and frame.arrived_s <= time.perf_counter() + _AHEAD_S):
        raise Breach("gives a picture that has yet to arrive; arrived_s is a time.perf_counter()")
    if isinf(frame.t_s):
        raise Breach("gives a picture at an endless time")
    if last is not None and frame.index <= last.index:
        raise Breach(f"gives picture {frame.index} after picture {last.index}; numbers grow")
