"""Where pictures come from, as far as a setup is remembered for it."""

from __future__ import annotations

from dataclasses import dataclass

_KINDS = ("usb", "screen", "igtl", "url", "sim")


@dataclass(frozen=True, slots=True)
class Device:
    """A device by its kind and name. Clips have no name: they are told by the kind of screen they show."""

    kind: str
    name: str = ""


def device_of(address: str) -> Device:
    """Return the device that a source's address names; a file is a clip, whatever it is called."""
    kind, colon, name = address.partition(":")
    if not (colon and kind in _KINDS):
        return Device("clip")
    return Device(kind, name.partition("?")[0] if kind == "sim" else name)  # its options are no device
