"""`PLACE?OPTION=VALUE&…`: what may be said of a source behind its name, read with words for what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NamedTuple

from usbio.errors import CallError


class Option(NamedTuple):
    """How the value of one option is read, and what may stand there in words."""

    read: Callable[[str], Any]  # a ValueError where it cannot be
    words: str


def number(low: float, high: float) -> Option:
    """Take a number within limits."""

    def _read(text: str) -> float:
        value = float(text)
        if not (isfinite(value) and low <= value <= high):
            raise ValueError(text)
        return value

    return Option(_read, f"a number from {low:g} to {high:g}")


def one_of(**known: object) -> Option:
    """Take one of these words, each with what it stands for."""

    def _read(text: str) -> object:
        if text not in known:
            raise ValueError(text)
        return known[text]

    return Option(_read, " or ".join(known))


def whole_number() -> Option:
    """Take a whole number, without its sign."""
    return Option(lambda text: abs(int(text)), "a whole number")


def size() -> Option:
    """Take ``WIDTHxHEIGHT`` in pixels."""

    def _read(text: str) -> tuple[int, int]:
        found = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", text)
        if found is None:
            raise ValueError(text)
        return int(found[1]), int(found[2])

    return Option(_read, "a size such as 1280x720")


def read_options(address: str, what: str, text: str, known: Mapping[str, Option]) -> dict[str, Any]:
    """Return the options of an address by name; ``what`` is what they are options of, in words."""
    given: dict[str, Any] = {}
    for part in filter(None, text.split("&")):
        name, _, value = part.partition("=")
        if name not in known:
            raise CallError(address, f"{what} has no option {name}", f"choose one of {', '.join(known)}")
        try:
            given[name] = known[name].read(value)
        except ValueError as error:
            raise CallError(address, f"{name}={value} says nothing", f"give {known[name].words}") from error
    return given
