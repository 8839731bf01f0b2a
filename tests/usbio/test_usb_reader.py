"""Which pictures of a device are new: old ones that lay in buffers are thrown away, and no others."""

from __future__ import annotations

from collections import deque
from typing import Any

import cv2
import numpy as np
import pytest

from tests.usbio.fake_capture import number_of, numbered
from usbio.errors import DeviceLost, UsbioError
from usbio.sources.device_frames import Arrived
from usbio.sources.usb_reader import UsbReader

RATE_HZ, BUFFERS = 30.0, 4
SIZE_PX = (80, 20)


class Driver:
    """A driver in a time of its own: pictures come by it, and waiting lets it pass.

    ``keeps_old``: as V4L2, the oldest wait in buffers, and `grab` waits. Else as DirectShow: only the newest
    is kept, and `retrieve` waits.
    """

    def __init__(self, keeps_old: bool, unpacking_s: float = 0.0) -> None:
        self.now_s = 0.0
        self.wandering = False
        self._keeps_old = keeps_old
        self._unpacking_s = unpacking_s
        self._ready: deque[int] = deque()
        self._next = self._given = 0

    def due_s(self, number: int) -> float:
        wander = 0.9 * np.sin(number / 2) if self.wandering else 0.0
        return float(number + wander) / RATE_HZ

    def clock(self) -> float:
        return self.now_s

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's own name
        return True

    def grab(self) -> bool:
        if self._keeps_old:
            self._take()
        return True

    def retrieve(self) -> tuple[bool, Any]:
        if not self._keeps_old:
            self._take()
        self.now_s += self._unpacking_s
        return True, numbered(self._given, SIZE_PX)

    def get(self, prop: int) -> float:
        return 1000 * self.due_s(self._given) if prop == cv2.CAP_PROP_POS_MSEC else 0.0

    def set(self, prop: int, value: float) -> bool:
        return False

    def release(self) -> None:
        pass

    def _take(self) -> None:
        self._fill()
        if not self._ready:
            self.now_s = self.due_s(self._next)
            self._fill()
        self._given = self._ready.popleft()

    def _fill(self) -> None:
        while self.due_s(self._next) <= self.now_s:
            if not self._keeps_old:
                self._ready.clear()
            if len(self._ready) < BUFFERS:
                self._ready.append(self._next)
            self._next += 1


def lost() -> UsbioError:
    return DeviceLost("usb:0", "went away", "plug it in again")


def reader_of(driver: Driver, keeps_old: bool) -> UsbReader:
    return UsbReader("usb:0", driver, RATE_HZ, keeps_old, lost, lambda _: None, driver.clock)


def read(reader: UsbReader, count: int) -> list[Arrived]:
    came: list[Arrived] = []
    while len(came) < count:
        arrived = reader.read()
        came += [arrived] if arrived is not None else []
    return came


def ages_s(driver: Driver, came: list[Arrived]) -> np.ndarray:
    return np.array([a.arrived_s - driver.due_s(number_of(a.image)) for a in came])


@pytest.mark.parametrize("unpacking_s", [0.0, 0.03])  # MJPG of a large picture takes most of a period
@pytest.mark.parametrize("keeps_old", [True, False])
@pytest.mark.parametrize("stood_s", [0.2, 1.0, 600.0])
def test_after_a_standstill_no_old_picture_is_given(
    keeps_old: bool, stood_s: float, unpacking_s: float
) -> None:
    driver = Driver(keeps_old, unpacking_s)
    reader = reader_of(driver, keeps_old)
    read(reader, 50)
    driver.now_s += stood_s
    came = read(reader, 50)
    # s: a picture may be one period old where it was there already, not as old as the standstill
    assert ages_s(driver, came).max() < 0.04 + unpacking_s
    times_s = np.array([arrived.t_s for arrived in came])
    assert np.diff(times_s).min() > 0
    assert came[0].number is not None
    assert 1 <= came[0].number - 51 <= BUFFERS + 2  # thrown away, and told by a gap


@pytest.mark.parametrize("unpacking_s", [0.0, 0.03])
@pytest.mark.parametrize("keeps_old", [True, False])
@pytest.mark.parametrize("wandering", [False, True])
def test_nothing_is_thrown_away_while_somebody_reads(
    keeps_old: bool, wandering: bool, unpacking_s: float
) -> None:
    driver = Driver(keeps_old, unpacking_s)
    driver.wandering = wandering
    came = read(reader_of(driver, keeps_old), 300)
    assert [arrived.number for arrived in came] == list(range(1, 301))


def test_a_reader_that_cannot_keep_up_goes_on() -> None:
    """Unpacking takes longer than a period: every read finds one waiting."""
    driver = Driver(keeps_old=True, unpacking_s=0.05)
    came = read(reader_of(driver, True), 100)
    assert came[-1].number == 100
