"""USB video devices that behave as real ones do, behind the methods of `cv2.VideoCapture` and no others."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from math import sin
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from usbio.sources.usb_devices import Backend, UsbDevice

HANG_S = 10.0  # the longest that a read of V4L2 blocks
MJPG, YUYV = (float(cv2.VideoWriter.fourcc(*letters)) for letters in ("MJPG", "YUYV"))


def numbered(number: int, size_px: tuple[int, int], black: bool = False) -> npt.NDArray[np.uint8]:
    """A picture in blue, green and red that bears its number; `number_of` reads it."""
    width, height = size_px
    shown = np.zeros((height, width, 3), np.uint8)
    if not black:
        shown[...] = np.linspace(60, 200, width, dtype=np.uint8)[None, :, None]
        for bit in range(16):
            shown[:8, 4 * bit : 4 * bit + 4] = 255 * (number >> bit & 1)
    return shown


def number_of(image: npt.NDArray[np.uint8]) -> int:
    return sum(1 << bit for bit in range(16) if image[4, 4 * bit + 2] > 127)


@dataclass
class FakeDevice:
    """What hangs on the USB cable. Pictures come by the real clock, whether somebody reads them or not."""

    index: int = 0
    name: str = "Fake Grabber: Fake Grabber"
    path: str = "fake-0"
    model: str = "534d:2109"
    sizes_px: tuple[tuple[int, int], ...] = ((640, 480), (320, 240), (160, 120))
    rate_hz: float = 50.0
    wander: float = 0.0  # of the period, up and down over 20 pictures
    buffers: int = 4
    mailbox: bool = False  # only the newest is kept, and `retrieve` waits for it, as in DirectShow
    stamps: str = "monotonic"  # monotonic | none | stuck | leap: what CAP_PROP_POS_MSEC gives
    pixels: tuple[float, ...] = (YUYV, MJPG)
    plugged: bool = True
    busy: bool = False  # another program has it
    black: bool = False
    silent: bool = False  # reads wait and give nothing
    forgets_pixels: bool = False  # with another size, as DirectShow does
    open_now: int = 0
    asked: list[tuple[int, float]] = field(default_factory=list)
    wake: threading.Event = field(default_factory=threading.Event)

    def due_s(self, number: int) -> float:
        return (number + self.wander * sin(number / 3)) / self.rate_hz

    def unplug(self) -> None:
        self.plugged = False
        self.wake.set()

    def plug_in(self, index: int | None = None) -> None:
        self.index = self.index if index is None else index
        self.wake.clear()
        self.plugged = True


class FakeUsb:
    """The devices of one machine: what lists them and what opens them."""

    def __init__(self, *devices: FakeDevice, capture: type[FakeCapture] | None = None) -> None:
        self.devices = list(devices)
        self._capture = capture or FakeCapture
        self.listed = 0

    def list_devices(self, backend: Backend) -> list[UsbDevice]:
        self.listed += 1
        return [UsbDevice(d.index, d.name, d.path, d.model) for d in self.devices if d.plugged]

    def open_capture(self, index: int, backend: int) -> FakeCapture:
        for device in self.devices:
            if device.plugged and device.index == index:
                return self._capture(device)
        return self._capture(None)


class FakeCapture:
    """`cv2.VideoCapture` as far as it is used. What is read without being due waits, as the driver does."""

    def __init__(self, device: FakeDevice | None) -> None:
        self._device = None if device is None or device.busy or device.open_now else device
        self._size_px = (640, 480)  # OpenCV asks for that by itself
        self._pixels = YUYV
        self._began_s = time.perf_counter()
        self._next = self._grabbed = 0
        self._ready: deque[int] = deque()
        self._stamp_s = 0.0
        if self._device is not None:
            self._device.open_now += 1

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's own name
        return self._device is not None

    def release(self) -> None:
        if self._device is not None:
            self._device.open_now -= 1
        self._device = None

    def set(self, prop: int, value: float) -> bool:
        device = self._device
        if device is None:
            return False
        device.asked.append((prop, value))
        if prop == cv2.CAP_PROP_FOURCC:
            self._pixels = value if value in device.pixels else self._pixels
            return value == self._pixels
        if prop in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT):
            axis = 0 if prop == cv2.CAP_PROP_FRAME_WIDTH else 1
            self._size_px = min(device.sizes_px, key=lambda size: abs(size[axis] - value))
            self._pixels = YUYV if device.forgets_pixels else self._pixels
            return True
        if prop == cv2.CAP_PROP_BUFFERSIZE:
            device.buffers = int(value)
            return True
        return False

    def get(self, prop: int) -> float:
        device = self._device
        if device is None:
            return 0.0
        known = {
            cv2.CAP_PROP_FRAME_WIDTH: self._size_px[0],
            cv2.CAP_PROP_FRAME_HEIGHT: self._size_px[1],
            cv2.CAP_PROP_FOURCC: self._pixels,
            cv2.CAP_PROP_FPS: device.rate_hz,
            cv2.CAP_PROP_POS_MSEC: 1000 * self._stamp_s,
        }
        return known.get(prop, -1.0)

    def grab(self) -> bool:
        device = self._device
        if device is None or not device.plugged:
            return False
        if device.mailbox:
            return True
        if device.silent:
            device.wake.wait(HANG_S)
            return False
        return self._next_ready(device)

    def retrieve(self) -> tuple[bool, Any]:
        device = self._device
        if device is None or not device.plugged:
            return False, None
        if device.mailbox:
            if device.silent:  # after a second it gives what is in the buffer, which nobody filled
                device.wake.wait(1.0)
                return True, numbered(0, self._size_px, black=True)
            self._next_ready(device)
        return True, numbered(self._grabbed, self._size_px, device.black)

    def _next_ready(self, device: FakeDevice) -> bool:
        self._fill(device)
        if not self._ready:
            # early by the scheduler's whim would be a picture that is not there yet
            time.sleep(max(self._began_s + device.due_s(self._next) - time.perf_counter(), 0.0) + 1e-4)
            self._fill(device)
        self._grabbed = self._ready.popleft()
        self._stamp_s = self._stamped_s(device, self._grabbed)
        return True

    def _fill(self, device: FakeDevice) -> None:
        """Put what came meanwhile into the buffers; what finds none free is lost, and the oldest stay."""
        now_s = time.perf_counter()
        while self._began_s + device.due_s(self._next) <= now_s:
            if device.mailbox:
                self._ready.clear()
            if len(self._ready) < device.buffers:
                self._ready.append(self._next)
            self._next += 1

    def _stamped_s(self, device: FakeDevice, number: int) -> float:
        if device.stamps == "none":
            return -0.001
        if device.stamps == "stuck":
            return 40.0
        leap_s = 3600.0 if device.stamps == "leap" and number >= 60 else 0.0
        return 5000.0 + device.due_s(number) + leap_s
