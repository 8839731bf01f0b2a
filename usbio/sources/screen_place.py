"""Places on the desktop: monitors, the region that is looked at, and what is left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from segmentation.geometry import Roi
from segmentation.results import Picture
from usbio.errors import InputError


@dataclass(frozen=True, slots=True)
class Monitor:
    """One monitor, where it lies on the desktop, in pixels as the system counts them (macOS: points)."""

    number: int  # from 1
    title: str
    place: Roi


def region_on(name: str, found: Sequence[Monitor], place: Roi | None, monitor: int | None) -> Roi:
    """Return the region on the desktop; one that is not wholly on it is an `InputError`."""
    known = {one.number: one.place for one in found}
    if monitor is not None and monitor not in known:
        there = ", ".join(f"{number} ({_words(place)})" for number, place in known.items())
        raise InputError(name, f"there is no monitor {monitor}", f"choose one of {there}")
    if monitor is not None:
        whole = known[monitor]
        region = whole if place is None else Roi(whole.x + place.x, whole.y + place.y, *_size(place))
    else:
        assert place is not None
        whole, region = _around(list(known.values())), place
    if not _inside(region, whole):
        raise InputError(
            name,
            f"reaches beyond the screen, which is {_words(whole)}",
            "type usbio sources for the monitors",
        )
    return region


def overlap(one: Roi, other: Roi) -> Roi | None:
    """Return what two boxes have in common."""
    x, y = max(one.x, other.x), max(one.y, other.y)
    right = min(one.x + one.width, other.x + other.width)
    bottom = min(one.y + one.height, other.y + other.height)
    return Roi(x, y, right - x, bottom - y) if right > x and bottom > y else None


def black_out(picture: Picture, region: Roi, boxes: Sequence[Roi]) -> None:
    """Blacken boxes of the desktop in the picture of a region, which may have several pixels a point."""
    across, down = picture.shape[1] / region.width, picture.shape[0] / region.height
    for box in boxes:
        if (common := overlap(region, box)) is not None:
            x, y = (common.x - region.x) * across, (common.y - region.y) * down
            right, bottom = x + common.width * across, y + common.height * down
            picture[floor(y) : ceil(bottom), floor(x) : ceil(right)] = 0


def _size(place: Roi) -> tuple[int, int]:
    return place.width, place.height


def _words(place: Roi) -> str:
    return f"{place.x},{place.y},{place.width},{place.height}"


def _around(places: list[Roi]) -> Roi:
    x, y = min(one.x for one in places), min(one.y for one in places)
    right, bottom = max(one.x + one.width for one in places), max(one.y + one.height for one in places)
    return Roi(x, y, right - x, bottom - y)


def _inside(region: Roi, whole: Roi) -> bool:
    return (
        region.x >= whole.x
        and region.y >= whole.y
        and region.x + region.width <= whole.x + whole.width
        and region.y + region.height <= whole.y + whole.height
    )
