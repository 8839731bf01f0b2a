"""The values of one second's pictures as one cell: a list for each column, null for what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isnan, nan
from typing import Any

from segmentation.results import Status
from segmentation.timing import Phase
from usbio.visit.facts import FrameRow

_NAMES = tuple(field.name for field in fields(FrameRow))
_NUMBERS = frozenset(field.name for field in fields(FrameRow) if field.type == "Number")


def packed_rows(rows: Sequence[FrameRow]) -> dict[str, Any]:
    """Return a list for each column. A column in which nothing differs is its one value."""
    columns = {name: [_plain(getattr(row, name)) for row in rows] for name in _NAMES}
    return {"n": len(rows)} | {
        name: cells[0] if len(cells) > 1 and all(cell == cells[0] for cell in cells) else cells
        for name, cells in columns.items()
    }


def unpacked_rows(packed: Mapping[str, Any]) -> list[FrameRow]:
    """Return the rows again. Columns that a newer program added are passed over."""
    n = int(packed["n"])
    columns = {
        name: cells if isinstance(cells, list) else [cells] * n
        for name, cells in packed.items()
        if name in _NAMES
    }
    return [_row({name: cells[k] for name, cells in columns.items()}) for k in range(n)]


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if isnan(value) else float(value)
    return value.value if isinstance(value, Status | Phase) else value


def _row(cells: dict[str, Any]) -> FrameRow:
    numbers = {name: nan for name in _NUMBERS if cells.get(name) is None}
    kinds = {"status": Status(cells["status"]), "phase": Phase(cells["phase"])}
    return FrameRow(**(cells | numbers | kinds))
