"""One string names any source."""

from __future__ import annotations

import re
from pathlib import Path

from usbio.errors import CallError
from usbio.frames import FrameSource
from usbio.sources.clip import open_clip
from usbio.sources.kinds import CLIP, is_prefix, kind_of
from usbio.sources.reconnecting import Reconnecting


def open_source(address: str, fps: float | None = None) -> FrameSource:
    """Return what ``kind:place`` or a bare path names; a letter and a colon in front is a Windows drive."""
    prefix, place = split_address(address)
    kind = kind_of(prefix)
    if not place:
        example = kind.example if kind is not None else "sim:VIEW"
        raise CallError(address or "source", "names nothing", f"give a path, or {example}")
    if kind is None:
        return open_clip(Path(place), fps)
    source = kind.open(address, place)
    return Reconnecting(source) if kind.returns else source


def shown_address(address: str) -> str:
    """Return an address as it may be shown and remembered: without options, and without a password."""
    prefix, place = split_address(address)
    kind = kind_of(prefix)
    return address if kind is None else f"{prefix}:{kind.shown(place)}"


def typed_address(text: str) -> str:
    """Return the address in what somebody typed or pasted: without quotes, and `~` written out in a path."""
    text = text.strip().strip('"')
    prefix, place = split_address(text)
    return str(Path(place).expanduser()) if prefix == CLIP and place else text


def split_address(address: str) -> tuple[str, str]:
    """Return the kind of an address and what follows the colon; whatever names no kind is a clip's path.

    ``rtsp://…`` and the like are ``url:`` without it.
    """
    if re.match(r"[a-z]{2,}://", address):
        return "url", address
    found = re.match(r"([a-z][a-z0-9-]+):", address)
    if found and (found[1] == CLIP or is_prefix(found[1])):
        return found[1], address[found.end() :]
    return CLIP, address
