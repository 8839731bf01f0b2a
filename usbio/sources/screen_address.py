"""`screen:N` or `screen:X,Y,W,H?OPTION=VALUE&…`: which part of the screen an address names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from segmentation.geometry import Roi
from usbio.errors import CallError, UsbioError
from usbio.sources.kind import Offer, SourceKind
from usbio.sources.options import number, read_options, whole_number
from usbio.sources.screen_region import ScreenSource, monitors_of, open_screen

_FPS = 30.0
_LEAST_PX = 32  # nothing smaller holds a picture
_OPTIONS = {"fps": number(1, 60), "monitor": whole_number()}
_HOW = "give screen:X,Y,WIDTH,HEIGHT, or screen:1 for all of monitor 1"


def open_screen_region(address: str, place: str) -> ScreenSource:
    """Return the region that ``N`` or ``X,Y,W,H?OPTION=VALUE&…`` names."""
    where, _, options = place.partition("?")
    asked = {"fps": _FPS, "monitor": None} | read_options(address, "the screen", options, _OPTIONS)
    name = f"screen:{_shown(place)}"
    if re.fullmatch(r"\d{1,2}", where):
        if asked["monitor"] is not None:
            raise CallError(address, "names a monitor twice", f"give screen:{where} alone")
        return ScreenSource(name, None, int(where), asked["fps"])
    found = re.fullmatch(r"(-?\d{1,5}),(-?\d{1,5}),(\d{1,5}),(\d{1,5})", where)
    if found is None:
        raise CallError(address, "names no part of the screen", _HOW)
    x, y, width, height = map(int, found.groups())
    if min(width, height) < _LEAST_PX:
        raise CallError(address, f"{width}x{height} pixels hold no picture", _HOW)
    return ScreenSource(name, Roi(x, y, width, height), asked["monitor"], asked["fps"])


def _shown(place: str) -> str:
    """Keep the monitor, without which the numbers mean another place."""
    where, _, options = place.partition("?")
    monitor = next((part for part in options.split("&") if part.startswith("monitor=")), "")
    return f"{where}?{monitor}" if monitor else where


def _offers() -> Sequence[Offer]:
    try:
        with open_screen("screen") as screen:
            found = monitors_of(screen)
    except UsbioError as error:
        return [Offer("screen:1", "screen", trouble=f"{error.happened}; {error.to_do}")]
    return [
        Offer(
            f"screen:{one.number}",
            one.title,
            f"{one.place.width}x{one.place.height} at {_FPS:g}, from {one.place.x},{one.place.y}",
        )
        for one in found
    ]


SCREEN = SourceKind(
    "screen",
    "region of the screen",
    "screen:0,0,800,600",
    open_screen_region,
    _offers,
    returns=True,
    shown=_shown,
)
