"""The numbers of a protocol, each with where it comes from: for whoever has to stand by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from usbio.protocol import ErrorRow, Protocol, Reference, Sourced
from usbio.protocol_mistakes import named
from usbio.toml_places import Key


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One number as it stands in the file."""

    key: str  # as mistakes name it: table in brackets, then the key
    value: str
    source: str
    population: str


def value_rows(protocol: Protocol) -> tuple[ValueRow, ...]:
    """Return every clinical number of a protocol, in the order of its records."""
    return tuple(_rows(protocol, ()))


def error_words(row: ErrorRow) -> str:
    """Return an error figure without its source."""
    figures = [f"SEM {row.sem:g}" if row.sem else "", f"MDC95 {row.mdc95:g}" if row.mdc95 else ""]
    return f"{row.muscle} {row.quantity}: {', '.join(filter(None, figures))} {row.unit}"


def reference_words(row: Reference) -> str:
    """Return a reference without its source."""
    spread = f" ± {row.sd:g}" if row.sd else ""
    return f"{row.muscle} {row.quantity}: {row.mean:g}{spread} {row.unit}"


def _rows(record: Any, at: Key) -> Iterator[ValueRow]:
    if isinstance(record, Sourced):
        yield ValueRow(named(at), f"{record.value:g}", record.source, record.population)
    elif is_dataclass(record):
        for field in fields(record):
            yield from _rows(getattr(record, field.name), (*at, field.name))
    elif isinstance(record, tuple):
        for number, one in enumerate(record):
            yield from _rows(one, (*at, number))
