"""`sim:VIEW?OPTION=VALUE&…`: which simulated scanner an address names."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple, get_args

from segmentation.results import SIDES
from segmentation.views import ViewName
from usbio.errors import CallError
from usbio.sources.sim import SimSource


class _Option(NamedTuple):
    read: Callable[[str], Any]  # a ValueError where it cannot be
    words: str


def _number(low: float, high: float) -> _Option:
    def _read(text: str) -> float:
        value = float(text)
        if not (isfinite(value) and low <= value <= high):
            raise ValueError(text)
        return value

    return _Option(_read, f"a number from {low:g} to {high:g}")


def _one_of(**known: object) -> _Option:
    def _read(text: str) -> object:
        if text not in known:
            raise ValueError(text)
        return known[text]

    return _Option(_read, " or ".join(known))


_OPTIONS: dict[str, _Option] = {
    "fps": _number(1, 120),
    "flash": _one_of(**{"0": False, "1": True}),
    "seed": _Option(lambda text: abs(int(text)), "a whole number"),
    "side": _one_of(**{side: side for side in SIDES}),
    "speed": _number(0.1, 20),
}


def open_simulated(address: str, place: str) -> SimSource:
    """Return the simulator that ``VIEW?OPTION=VALUE&…`` names."""
    view, _, options = place.partition("?")
    for known in get_args(ViewName):
        if view == known:
            return SimSource(known, **_read(address, options))
    raise CallError(address, "there is no such view", f"choose one of {', '.join(get_args(ViewName))}")


def _read(address: str, options: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for part in filter(None, options.split("&")):
        name, _, value = part.partition("=")
        if name not in _OPTIONS:
            raise CallError(
                address, f"the simulator has no option {name}", f"choose one of {', '.join(_OPTIONS)}"
            )
        option = _OPTIONS[name]
        try:
            given[name] = option.read(value)
        except ValueError as error:
            raise CallError(address, f"{name}={value} says nothing", f"give {option.words}") from error
    return given
