"""`usb:NAME-OR-INDEX?OPTION=VALUE&…`: USB grabbers, USB scanners and cameras."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import cv2

from segmentation.results import Picture
from usbio.errors import InputError, UsbioError
from usbio.frames import Frame
from usbio.sources.device_frames import device_frames
from usbio.sources.kind import Offer, SourceKind
from usbio.sources.options import Option, number, one_of, read_options, size
from usbio.sources.usb_devices import (
    BACKENDS,
    Backend,
    ListDevices,
    UsbDevice,
    backend_called,
    device_called,
    listed_devices,
    same_device,
    why_forbidden,
)
from usbio.sources.usb_reader import Capture, UsbReader, gone

OpenCapture = Callable[[int, int], Capture]

OPENING_S = 60.0  # Media Foundation opens some devices anew with every property that is asked for
# One picture is being filled while another is unpacked. With a single buffer V4L2 gives every second picture.
_BUFFERS = 2
# OpenCV asks for 640x480 unless told otherwise, and a grabber squeezes the scanner's screen into that.
_SIZE_PX = (1920, 1080)
_PIXELS = "MJPG"  # raw pictures of that size fill USB 2 with five a second
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks of a device, which need not give it. None leaves it to the program."""

    size_px: tuple[int, int] | None = None
    fps: float | None = None
    pixels: str | None = None


class UsbVideo:
    """A video device, by name or number. Which one a number means is settled when it is first opened."""

    device = True

    def __init__(
        self,
        name: str,
        wanted: str,
        backend: Backend,
        wish: Wish = Wish(),
        open_capture: OpenCapture = cv2.VideoCapture,
        list_devices: ListDevices = listed_devices,
    ) -> None:
        self._name = name
        self._wanted = wanted
        self._backend = backend
        self._wish = wish
        self._open_capture = open_capture
        self._list_devices = list_devices
        self._known: UsbDevice | None = None
        self._delivers = ""

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return self._name

    @property
    def delivers(self) -> str:
        """Size and pixels as they come, and what was asked for where that is something else."""
        return self._delivers

    def frames(self) -> Generator[Frame | None]:
        """Yield pictures as they come."""
        return device_frames(self._name, self._open, OPENING_S)

    # on the thread that reads

    def _open(self) -> UsbReader:
        _prepare_opencv()
        device = self._found()
        if why := why_forbidden(device):
            raise InputError(self._name, *why.split("; ", 1))
        capture = self._open_capture(device.index, self._backend.number)
        if not capture.isOpened():
            capture.release()
            raise InputError(
                self._name,
                "cannot be opened",
                "close other programs that use it, or unplug it and plug it in again",
            )
        pixels = _spelled(self._wish.pixels or _PIXELS, self._backend)
        _ask(capture, self._wish.size_px or _SIZE_PX, self._wish.fps, pixels)

        def _seen(picture: Picture) -> None:
            self._known = device
            self._delivers = delivered_words(picture, capture, self._wish)
            _log.info("%s (%s): %s", self._name, device.name, self._delivers)

        rate_hz, keeps_old = capture.get(cv2.CAP_PROP_FPS), self._backend.keeps_old
        return UsbReader(self._name, capture, rate_hz, keeps_old, self._why_gone, _seen)

    def _found(self) -> UsbDevice:
        there = self._list_devices(self._backend)
        if self._known is not None:
            return same_device(self._name, self._known, there)
        return device_called(self._name, self._wanted, there)

    def _why_gone(self) -> UsbioError:
        known = self._known
        return gone(
            self._name,
            known is not None and any(one.is_same(known) for one in self._list_devices(self._backend)),
        )


def _ask(capture: Capture, size_px: tuple[int, int], fps: float | None, pixels: str) -> None:
    """Ask for what does not hold already: some backends open the device anew with each property."""
    code = float(cv2.VideoWriter.fourcc(*pixels))
    if capture.get(cv2.CAP_PROP_FOURCC) != code:
        capture.set(cv2.CAP_PROP_FOURCC, code)
    if _size_px(capture) != size_px:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, size_px[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size_px[1])
    if fps is not None and capture.get(cv2.CAP_PROP_FPS) != fps:
        capture.set(cv2.CAP_PROP_FPS, fps)
    if capture.get(cv2.CAP_PROP_FOURCC) != code:  # DirectShow forgets them with another size
        capture.set(cv2.CAP_PROP_FOURCC, code)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, _BUFFERS)


def _spelled(pixels: str, backend: Backend) -> str:
    """Return the letters by which a backend knows raw pixels: V4L2 calls YUYV what Windows calls YUY2."""
    if pixels in ("YUYV", "YUY2"):
        return "YUY2" if backend.system == "Windows" else "YUYV"
    return pixels


def _size_px(capture: Capture) -> tuple[int, int]:
    return int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))


def delivered_words(picture: Picture, capture: Capture, wish: Wish) -> str:
    """Say what a device gives and, of what somebody asked for, what it does not."""
    height, width = picture.shape
    pixels, fps = _letters(capture.get(cv2.CAP_PROP_FOURCC)), capture.get(cv2.CAP_PROP_FPS)
    words = " ".join(filter(None, (f"{width}x{height}", pixels, f"at {fps:g}" if fps > 0 else "")))
    missed = []
    if wish.size_px not in (None, (width, height)):
        missed.append("{}x{}".format(*wish.size_px))
    if wish.pixels is not None and pixels not in ("", wish.pixels):
        missed.append(wish.pixels)
    if wish.fps is not None and fps > 0 and abs(wish.fps - fps) > 0.5:
        missed.append(f"{wish.fps:g} a second")
    return f"{words}, not {', '.join(missed)}" if missed else words


def _letters(code: float) -> str:
    number = int(code)
    letters = "".join(chr(number >> shift & 0xFF) for shift in (0, 8, 16, 24)) if number > 0 else ""
    return letters.strip() if letters.isprintable() else ""


def _prepare_opencv() -> None:
    """Tell its warnings in our words; let no V4L2 read hang for 10 s, and Media Foundation open sooner."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "3")
    os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")


def _pixels() -> Option:
    def _read(text: str) -> str:
        if not (len(text) == 4 and text.isascii() and text.isalnum()):
            raise ValueError(text)
        return text.upper()

    return Option(_read, "four letters such as MJPG or YUYV")


_OPTIONS = {
    "backend": one_of(**{one.name: one.name for one in BACKENDS}),
    "fps": number(1, 240),
    "pixels": _pixels(),
    "size": size(),
}


def open_usb(address: str, place: str) -> UsbVideo:
    """Return the device that ``NAME-OR-INDEX?OPTION=VALUE&…`` names."""
    wanted, _, options = place.partition("?")
    given = read_options(address, "a USB device", options, _OPTIONS)
    wish = Wish(given.get("size"), given.get("fps"), given.get("pixels"))
    return UsbVideo(f"usb:{wanted}", wanted, backend_called(address, given.get("backend")), wish)


def usb_offers(list_devices: ListDevices = listed_devices) -> Sequence[Offer]:
    """Return the devices that are there, by name where it is theirs alone."""
    try:
        there = list_devices(backend_called("usb:", None))
    except Exception as error:  # the system's own lists fail in any way they like
        _log.debug("listing video devices failed", exc_info=True)
        return [Offer("usb:0", "USB video", trouble=f"cannot be listed ({error}); try usb:0, then usb:1")]
    names = [one.name.casefold() for one in there]
    return [
        Offer(
            f"usb:{one.name if names.count(one.name.casefold()) == 1 else one.index}",
            one.name,
            trouble=why_forbidden(one),
        )
        for one in there
    ]


USB_VIDEO = SourceKind(
    "usb", "USB grabber, USB scanner or camera", "usb:0", open_usb, usb_offers, returns=True
)
