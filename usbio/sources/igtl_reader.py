"""Reading the pictures of one device of an OpenIGTLink server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from math import isnan, nan

from usbio.errors import DeviceLost, InputError, UsbioError
from usbio.sent_spacing import SentSpacing
from usbio.sources.device_frames import Arrived
from usbio.sources.igtl_address import IgtlAddress
from usbio.sources.igtl_link import IgtlLink, Message
from usbio.sources.igtl_picture import Luma, NotShown, sent_picture
from usbio.sources.network_trouble import Patience
from usbio.sources.stream_time import StreamTime

_PICTURE = "IMAGE"
_NAMES_S = 1.0  # after the first picture: by then whatever else is sent has been heard of
_WIDEST_GAP = 1000  # pictures; more is another count


class IgtlReader:
    """An open connection, and the name of the picture that is meant once that is known."""

    def __init__(self, place: IgtlAddress, patience: Patience, heard: Callable[[SentSpacing], None]) -> None:
        self._place = place
        self._silent_s = patience.silent_s
        self._heard = heard
        self._link = IgtlLink(place, patience.opening_s)
        self._luma, self._time, self._count = Luma(), StreamTime(), _Count()
        self._device = place.device
        self._kinds: dict[str, str] = {}  # of all devices that were heard of
        self._came_s = time.perf_counter()  # the newest picture that is meant, else the beginning
        self._first_s = nan  # the first picture of any name
        self._begun = False

    def read(self) -> Arrived | None:
        """Wait for the next picture, or a fifth of a second."""
        message = self._link.next()
        now_s = time.perf_counter()
        if message is not None:
            self._note(message, now_s)
        if message is not None and self._is_meant(message):
            self._came_s, self._begun = now_s, True
            return self._arrived(message, now_s)
        if not self._device and self._pictures:
            self._choose(now_s)
        elif now_s - self._came_s > self._silent_s:
            raise self._silent()
        return None

    def close(self) -> None:
        """End the connection."""
        self._link.close()

    def _note(self, message: Message, now_s: float) -> None:
        self._kinds[message.device] = message.kind
        if message.kind == _PICTURE and isnan(self._first_s):
            self._first_s = now_s

    def _is_meant(self, message: Message) -> bool:
        return message.kind == _PICTURE and message.device == self._device != ""

    def _arrived(self, message: Message, arrived_s: float) -> Arrived:
        try:
            sent = sent_picture(message)
            luma = self._luma.of(sent.pixels)
        except NotShown as error:
            to_do = "let the server send whole slices of 8 bits as IMAGE"
            raise InputError(self._place.name, f"sends {error}", to_do) from None
        self._heard(sent.spacing)
        t_s = nan if isnan(sent.stamp_s) else self._time.t_s(sent.stamp_s, arrived_s)
        return Arrived(luma, arrived_s, t_s, self._count.of(sent.number))

    # names

    @property
    def _pictures(self) -> list[str]:
        return sorted(device for device, kind in self._kinds.items() if kind == _PICTURE)

    def _choose(self, now_s: float) -> None:
        """Take the only picture, once all names have been heard."""
        if now_s - self._first_s < _NAMES_S:
            return
        first, *others = self._pictures
        if others:
            to_do = f"name one of them, such as {self._with_name(first)}"
            raise InputError(self._place.name, f"sends several pictures: {', '.join(self._pictures)}", to_do)
        self._device, self._came_s = first, now_s

    def _silent(self) -> UsbioError:
        name = self._place.name
        if self._begun:
            to_do = "check the server and the network"
            return DeviceLost(name, f"has sent no picture for {self._silent_s:.0f} s", to_do)
        if self._pictures:
            to_do = f"choose one of {', '.join(map(self._with_name, self._pictures))}"
            return InputError(name, f"the server sends no picture named {self._device}", to_do)
        if self._kinds:
            kinds = ", ".join(sorted(set(self._kinds.values())))
            to_do = "let the server send IMAGE messages"
            return InputError(name, f"the server sends no pictures, only {kinds}", to_do)
        return InputError(name, "the server sends nothing", "begin to send there")

    def _with_name(self, device: str) -> str:
        return replace(self._place, device=device).name


class _Count:
    """Numbers that grow: the server's own where it counts, else one more with each picture."""

    def __init__(self) -> None:
        self._number = -1
        self._theirs: int | None = None

    def of(self, theirs: int | None) -> int:
        step = theirs - self._theirs if theirs is not None and self._theirs is not None else 1
        self._theirs = theirs
        self._number += step if 0 < step <= _WIDEST_GAP else 1
        return self._number
