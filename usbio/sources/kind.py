"""A kind of source: how an address of it is opened, and what of it can be opened now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from usbio.frames import FrameSource


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that is there to be opened, or that is there and cannot be."""

    address: str  # what to type
    title: str  # what the operator calls it
    delivers: str = ""  # size and rate, as far as they are known without opening it
    trouble: str = ""  # why it cannot be opened and what to do; "" where it can


def _nothing() -> Sequence[Offer]:
    return ()


def _without_options(place: str) -> str:
    return place.partition("?")[0]


@dataclass(frozen=True, slots=True)
class SourceKind:
    """What stands in front of the colon of an address. A plug-in gives one of these too.

    ``open`` gets the whole address and what follows the colon. It only describes: nothing is opened before
    the first step of `frames`, and a `CallError` says what is wrong with the address. ``offers`` may take a
    second and raises nothing.
    """

    prefix: str
    title: str  # in the plain words of a list
    example: str  # an address that could be typed
    open: Callable[[str, str], FrameSource]
    offers: Callable[[], Sequence[Offer]] = _nothing
    returns: bool = False  # what goes away is opened again when it is back
    shown: Callable[[str], str] = _without_options  # the place as it may be shown and remembered
