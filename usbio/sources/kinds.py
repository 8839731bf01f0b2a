"""Every kind of device that an address can name: a new one of ours is one file and one line here."""

from __future__ import annotations

from usbio.sources.igtl import OPENIGTLINK
from usbio.sources.kind import SourceKind
from usbio.sources.network_video import NETWORK_VIDEO
from usbio.sources.plug_ins import PlugIn, plug_ins
from usbio.sources.screen_address import SCREEN
from usbio.sources.sim_address import SIMULATOR
from usbio.sources.usb_video import USB_VIDEO

BUILT_IN: tuple[SourceKind, ...] = (
    USB_VIDEO,
    SCREEN,
    OPENIGTLINK,
    NETWORK_VIDEO,
    SIMULATOR,
)
CLIP = "clip"  # the prefix of a path, which is no device


def kind_of(prefix: str) -> SourceKind | None:
    """Return the kind with this prefix, or None where there is none; a plug-in is loaded for it."""
    for kind in BUILT_IN:
        if kind.prefix == prefix:
            return kind
    for plug_in in foreign():
        if plug_in.prefix == prefix != CLIP:
            return plug_in.kind()
    return None


def is_prefix(word: str) -> bool:
    """Say whether addresses of a device may begin so; nothing is loaded."""
    return word in _own() or (word != CLIP and any(plug_in.prefix == word for plug_in in foreign()))


def foreign() -> tuple[PlugIn, ...]:
    """Return the kinds that other packages bring, also those that cannot be used, none of them loaded."""
    return plug_ins({*_own(), CLIP})


def _own() -> set[str]:
    return {kind.prefix for kind in BUILT_IN}
