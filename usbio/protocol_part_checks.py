"""What a part of a protocol must obey: its view has the muscle, and its target is a band below a ceiling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from segmentation.repetitions import breathing_change, smallest_change
from segmentation.results import Muscle
from segmentation.views import VIEWS, ViewName
from usbio.protocol_mistakes import Mistake, shown
from usbio.protocol_table import FileTable, quoted


def part_mistakes(part: FileTable) -> Iterator[Mistake]:
    """Say what one part asks for and its view cannot give, and what is no band."""
    view = VIEWS.get(part.word("view") or "")
    if view is None:
        return
    muscle, quantity = part.word("muscle"), part.word("quantity")
    if muscle is not None and muscle not in view.muscles:
        yield part.mistake(
            "muscle",
            happened=f'{shown(muscle)} is not measured in the view "{view.name}"',
            to_do=f"allowed: {quoted(view.muscles)}",
        )
    if quantity is not None and quantity != view.quantity:
        yield part.mistake(
            "quantity",
            happened=f'{shown(quantity)} is not what the view "{view.name}" measures',
            to_do=f'write "{view.quantity}"',
        )
    yield from _station(part, view.name)
    yield from _target(part, view.name, muscle if muscle in view.muscles else view.muscles[0])


_STATIONS = {
    "lm-csa": ("mid",),
    "contour": ("mid",),
    "lm-thickness": ("facet",),
    "layer": ("mid", "range"),
    "tra": ("mid", "range", "junction"),
}


def _station(part: FileTable, view: ViewName) -> Iterator[Mistake]:
    station = part.word("station")
    if station is not None and station not in _STATIONS[view]:
        yield part.mistake(
            "station",
            happened=f'{shown(station)} is no station of the view "{view}"',
            to_do=f"allowed: {quoted(_STATIONS[view])}",
        )
    elif station == "junction" and part.get("offset_mm") is None:
        yield part.mistake(
            "station",
            happened='"junction" needs offset_mm, the distance from the junction',
            to_do="add offset_mm, in mm",
        )
    if part.get("offset_mm") is not None and station not in (None, "junction"):
        yield part.mistake(
            "offset_mm", happened=f"means nothing at the station {shown(station)}", to_do="take it out"
        )


def _target(part: FileTable, view: ViewName, muscle: str) -> Iterator[Mistake]:
    target = FileTable(part.get("target"), (*part.at, "target"))
    if not isinstance(target.tables, dict):
        return
    yield from _rises(target, "low", "high")
    yield from _rises(target, "fallback_low_percent", "fallback_high_percent")
    high, ceiling = target.number("fallback_high_percent"), target.number("ceiling_percent")
    if high is not None and ceiling is not None and ceiling < high:
        yield target.mistake(
            "ceiling_percent",
            happened=f"{ceiling:g} lies below fallback_high_percent ({high:g}), so that no band is left",
            to_do=f"at least {high:g}, or lower fallback_high_percent",
        )
    low = target.number("fallback_low_percent")
    known = cast(Muscle, muscle)
    least = 100.0 * max(smallest_change(view, known), breathing_change(known))
    if low is not None and low < least:
        yield target.mistake(
            "fallback_low_percent",
            happened=f"{low:g} is less than what is told from rest and breathing",
            to_do=f"at least {least:g} for this muscle",
        )
    yield from _neighbours(target, view, muscle)


def _neighbours(target: FileTable, view: ViewName, muscle: str) -> Iterator[Mistake]:
    """IO is limited where it is seen beside TrA, always and nowhere else."""
    beside = view == "tra" and muscle == "tra"
    limited = target.get("io_limit_percent") is not None
    if limited and not beside:
        yield target.mistake(
            "io_limit_percent",
            happened=f'IO is no neighbour of {shown(muscle)} in the view "{view}"',
            to_do='take it out; it is for view = "tra" with muscle = "tra"',
        )
    if beside and not limited:
        yield target.mistake(
            "io_limit_percent",
            happened="is missing: without a limit on IO more is taken for better",
            to_do='add io_limit_percent = { value = ..., source = "...", population = "..." }',
        )
    if target.word("kind") == "selective" and not beside:
        yield target.mistake(
            "kind",
            happened='"selective" needs a neighbour that is seen to stay quiet',
            to_do='write "global"',
        )


def _rises(table: FileTable, low: str, high: str) -> Iterator[Mistake]:
    below, above = table.number(low), table.number(high)
    if below is not None and above is not None and not below < above:
        yield table.mistake(
            low, happened=f"{below:g} is not below {high} ({above:g})", to_do=f"less than {above:g}"
        )
