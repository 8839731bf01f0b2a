"""One string names any source."""

from __future__ import annotations

import re
from pathlib import Path

from usbio.errors import CallError, InputError
from usbio.frames import FrameSource
from usbio.sources.clip import open_clip
from usbio.sources.sim_address import open_simulated

_LATER = ("usb", "screen", "igtl", "url")


def open_source(address: str, fps: float | None = None) -> FrameSource:
    """Return what ``kind:place`` or a bare path names; a letter and a colon in front is a Windows drive."""
    kind, place = _split(address)
    if kind in _LATER:
        raise InputError(address, f"{kind}: is not in this version", "give a clip, or sim:VIEW")
    if not place:
        raise CallError(address or "source", "names nothing", "give a path, or sim:VIEW")
    if kind == "sim":
        return open_simulated(address, place)
    return open_clip(Path(place), fps)


def _split(address: str) -> tuple[str, str]:
    found = re.match(r"([a-z]{2,}):", address)
    if found and found[1] in ("clip", "sim", *_LATER):
        return found[1], address[found.end() :]
    return "clip", address
