"""Where pictures come from, as far as a setup is remembered for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from usbio.sources.address import shown_address, split_address
from usbio.sources.kinds import CLIP


@dataclass(frozen=True, slots=True)
class Device:
    """A device by its kind and name. Clips have no name: they are told by the kind of screen they show."""

    kind: str
    name: str = ""


def device_of(address: str) -> Device:
    """Return the device that a source's address names; a file is a clip, whatever it is called."""
    kind = split_address(address)[0]
    return Device(CLIP) if kind == CLIP else Device(kind, _shown(address))


def path_of(address: str) -> Path:
    """Return the path that files about a source are named after: a clip's own, or the device's name."""
    kind, place = split_address(address)
    if kind == CLIP:
        return Path(place)
    return Path(re.sub(r"[^\w.-]+", "_", f"{kind}_{_shown(address)}").strip("_"))


def _shown(address: str) -> str:
    return shown_address(address).partition(":")[2]
