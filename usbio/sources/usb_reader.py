"""An open USB video device: its newest picture, its words where none comes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from math import isnan, nan
from statistics import median
from typing import Any, Protocol

import cv2
import numpy as np

from segmentation.results import Picture
from usbio.errors import DeviceLost, InputError, UsbioError
from usbio.luma import from_bgr, from_video_range, published
from usbio.sources.device_clock import DeviceClock
from usbio.sources.device_frames import Arrived

FAILING_S = 1.0  # after reads have failed for so long the device has gone
_BETWEEN_S = 0.05  # two reads that failed at once
_STALL_S = 0.08
_STALL_PERIODS = 2.5  # after so long without a picture what lies in the driver's buffers may be old
_AT_ONCE = 0.25  # of a period; a read that waits less gives what lay in a buffer
_MOST_OLD = 16  # pictures; no driver keeps more


class Capture(Protocol):
    """What of `cv2.VideoCapture` is used."""

    def isOpened(self) -> bool: ...  # noqa: D102, N802 - OpenCV's own name
    def grab(self) -> bool: ...  # noqa: D102
    def retrieve(self) -> tuple[bool, Any]: ...  # noqa: D102
    def get(self, propId: int, /) -> float: ...  # noqa: D102, N803
    def set(self, propId: int, value: float, /) -> bool: ...  # noqa: D102, N803
    def release(self) -> None: ...  # noqa: D102


class UsbReader:
    """Read a device without a pause, so that no picture grows old in its buffers.

    Where nobody read for a while, such as with the lid closed, what lies there is thrown away and counts as
    lost: one picture, or with ``keeps_old`` all that can be had without waiting.
    ``gone`` tells why a device that gives nothing does so; ``seen`` hears of the first picture.
    """

    def __init__(
        self,
        name: str,
        capture: Capture,
        rate_hz: float,
        keeps_old: bool,
        gone: Callable[[], UsbioError],
        seen: Callable[[Picture], object],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._name = name
        self._capture = capture
        self._keeps_old = keeps_old
        self._gone = gone
        self._seen = seen
        self._now = clock
        self._clock = DeviceClock()
        self._claimed_s = 1.0 / rate_hz if 1.0 <= rate_hz <= 1000.0 else 1 / 30
        self._apart_s: deque[float] = deque(maxlen=15)
        self._grabbed_s = nan
        self._failing_s = nan
        self._count = 0
        self._came = False
        self._old = 0  # thrown away in a row

    def read(self) -> Arrived | None:
        """Return the next picture that is new, or None where none came."""
        began_s = self._now()
        image, old, now_s = None, False, began_s
        if self._did(self._capture.grab):
            now_s = self._now()
            old = self._is_old(began_s, now_s)
            if old and self._keeps_old:  # not even unpacked
                self._count += 1
                return None
            image = self._did(self._retrieved)
        if image is None:
            self._judge_failure(began_s)
            return None
        now_s = now_s if self._keeps_old else self._now()
        self._failing_s = nan
        self._count += 1
        if old:
            return None
        stamp_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        picture = published(_luma(self._name, image))
        if not self._came:
            self._came = True
            self._seen(picture)
        return Arrived(picture, now_s, self._clock.t_s(stamp_s, now_s), self._count)

    def close(self) -> None:
        """Release the device."""
        self._capture.release()

    def _did(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except cv2.error:
            return None

    def _retrieved(self) -> Any:
        came, image = self._capture.retrieve()
        return image if came and image is not None and image.size else None

    def _judge_failure(self, began_s: float) -> None:
        if isnan(self._failing_s):
            self._failing_s = began_s
        if self._now() - self._failing_s >= FAILING_S or not self._capture.isOpened():
            raise self._gone() if self._came else self._silent()
        time.sleep(_BETWEEN_S)

    def _silent(self) -> InputError:
        return InputError(
            self._name,
            "can be opened but gives no picture",
            "close other programs that show it, or unplug it and plug it in again",
        )

    def _is_old(self, began_s: float, now_s: float) -> bool:
        period_s = median(self._apart_s) if self._apart_s else self._claimed_s
        apart_s = now_s - self._grabbed_s
        self._grabbed_s = now_s
        if apart_s > max(_STALL_S, _STALL_PERIODS * period_s):
            self._old = 1
            return True
        if self._old:
            at_once = self._keeps_old and now_s - began_s < _AT_ONCE * period_s
            if at_once and self._old < _MOST_OLD:
                self._old += 1
                return True
            self._old = 0
        if not isnan(apart_s):
            self._apart_s.append(apart_s)
        return False


def gone(name: str, is_listed: bool) -> DeviceLost:
    """Return the words for a device that gave pictures and gives none any more."""
    if is_listed:
        return DeviceLost(name, "gives no picture any more", "check its cable and its power")
    return DeviceLost(name, "went away", "plug it in again")


def _luma(name: str, image: Any) -> Picture:
    if image.dtype != np.uint8 or image.ndim not in (2, 3):
        raise InputError(
            name, f"gives pictures of a kind that is not known ({image.dtype})", "choose pixels="
        )
    if image.ndim == 2:
        return np.asarray(image)
    if image.shape[2] == 2:  # luma and colour by turns, as the device sent them
        return from_video_range(np.ascontiguousarray(image[..., 0]))
    return from_bgr(image[..., :3]) if image.shape[2] >= 3 else np.asarray(image[..., 0])
