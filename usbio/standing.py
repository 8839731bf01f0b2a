"""Results that stand already: of the same clip, setup and program they are not made again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from usbio.errors import OutputError
from usbio.outputs import Place
from usbio.sidecar import Json

_LARGEST_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of the results of one input."""

    missing: tuple[str, ...]  # endings
    broken_off: str | None  # where the clip breaks off, in words

    @property
    def complete(self) -> bool:
        """True where nothing is left to do."""
        return not self.missing


def standing(place: Place, endings: Iterable[str], print_of_input: Json) -> Standing | None:
    """Return what stands of these results, None where nothing does; results of another input are refused."""
    asked = tuple(endings)
    found = place.existing(asked)
    if not found:
        return None
    told = _sidecar(place)
    if told is None:
        place.refuse_existing(asked)
    elif any(told.get(key) != value for key, value in print_of_input.items()):
        raise OutputError(
            found[0],
            "exists already, from another clip, setup or version",
            "add --force to replace it, or choose another --out",
        )
    broken_off = told.get("broken_off") if told else None
    return Standing(
        tuple(ending for ending in asked if not place.holds(ending)), str(broken_off) if broken_off else None
    )


def _sidecar(place: Place) -> Json | None:
    path = place.path(".json")
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return None
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):  # none, or no sidecar of ours
        return None
    return told if isinstance(told, dict) else None
