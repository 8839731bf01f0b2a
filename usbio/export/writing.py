"""An export: tidy tables and what their columns mean, all of them or none."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from usbio import __version__
from usbio.columns import AS_UNIT_SAYS, SCHEMA_VERSION, Cell, Column, value_decimals, written
from usbio.data_folder import visits_folder
from usbio.errors import InputError
from usbio.export.columns import EXPORTED, WIDE, wide_columns
from usbio.export.rows import Row, VisitRows, subject_rows
from usbio.export.spreadsheet import SIGN, defused
from usbio.outputs import Place, Results, prove_writable
from usbio.sidecar import as_text
from usbio.store.lookup import Wanted, visit_row, wanted_visits
from usbio.store.records import VisitRow
from usbio.store.store import Store
from usbio.visit.claim import claimed

DICTIONARY = "dictionary"
_PER_VISIT = ("visits", "sets", "repetitions", "captures", "pains", "functions")
_NOTE = (
    f"text cells that begin with = + - @ or a control character have a {SIGN} before them, so that no "
    "spreadsheet takes them for a formula; numbers are as they are"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    visits: int
    rows: Mapping[str, int]
    files: tuple[Path, ...]


class _Table:
    """One table while it is written."""

    def __init__(self, file: object, columns: Sequence[Column]) -> None:
        self._put = csv.writer(file, lineterminator="\n").writerow  # type: ignore[arg-type] # any text file
        self._columns = columns
        self.rows = 0
        self._put([column.name for column in columns])

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            own = value_decimals(str(row.get("quantity")))
            self._put([self._cell(row.get(column.name), column, own) for column in self._columns])
            self.rows += 1

    @staticmethod
    def _cell(value: Cell, column: Column, own: int) -> str:
        text = written(value, own if column.unit == AS_UNIT_SAYS else column.decimals)
        return defused(text) if isinstance(value, str) else text


def export_names(wide: bool) -> tuple[str, ...]:
    """Return the names of the files of an export."""
    tables = [WIDE if wide and name == "frames" else name for name in EXPORTED]
    return (*(f"{name}.csv" for name in tables), f"{DICTIONARY}.csv", f"{DICTIONARY}.json")


def export(
    store: Store,
    data: Path,
    out: Path,
    wanted: Wanted = Wanted(),  # noqa: B008 - frozen
    *,
    wide: bool = False,
    force: bool = False,
    on_visit: Callable[[int, int], None] = lambda done, total: None,
) -> Exported:
    """Write the visits that are wanted into a folder."""
    place = Place(out, "")
    names = export_names(wide)
    if not force:
        place.refuse_existing(names)
    with store.reading() as session:
        found = tuple(visit_row(session, row) for row in session.scalars(wanted_visits(wanted)))
        _refuse_none(found, wanted)
        prove_writable(out)
        made = [VisitRows(session, visit, visit_state(data, visit)) for visit in found]
        columns = _columns(made, wide)
        with Results(place) as results, ExitStack() as files:
            written_to = {
                name: _Table(files.enter_context(results.open(f"{name}.csv")), own)
                for name, own in columns.items()
            }
            written_to["subjects"].add(subject_rows(found))
            for done, one in enumerate(made):
                on_visit(done, len(made))
                for name in _PER_VISIT:
                    written_to[name].add(getattr(one, name)())
                written_to[WIDE if wide else "frames"].add(one.wide_frames() if wide else one.frames())
            files.close()
            _write_dictionary(results, columns)
            results.commit()
    rows = {name: table.rows for name, table in written_to.items()}
    return Exported(len(found), rows, tuple(out / name for name in names))


def _columns(made: Sequence[VisitRows], wide: bool) -> dict[str, tuple[Column, ...]]:
    if not wide:
        return dict(EXPORTED)
    seen = set().union(*(one.seen() for one in made))
    named = {name: WIDE if name == "frames" else name for name in EXPORTED}
    return {
        named[name]: wide_columns(sorted(seen)) if name == "frames" else own for name, own in EXPORTED.items()
    }


def visit_state(data: Path, visit: VisitRow) -> str:
    """Return in a word how a visit stands."""
    if visit.state != "open":
        return visit.state
    return "running" if claimed(visits_folder(data) / visit.visit) else "interrupted"


def _refuse_none(found: Sequence[VisitRow], wanted: Wanted) -> None:
    known = {one.subject for one in found}
    for code in wanted.subjects:
        if code not in known:
            raise InputError(code, "no visit of this patient fits", "usbio visits lists what there is")
    if not found:
        raise InputError("export", "no visit fits", "usbio visits lists what there is")


def _write_dictionary(results: Results, columns: Mapping[str, Sequence[Column]]) -> None:
    with results.open(f"{DICTIONARY}.csv") as file:
        put = csv.writer(file, lineterminator="\n").writerow
        put(["table", "column", "meaning", "unit", "schema_version"])
        for row in _dictionary(columns):
            put([*map(defused, row), SCHEMA_VERSION])
    told = {
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "note": _NOTE,
        "tables": {
            table: {column.name: {"meaning": column.meaning, "unit": column.unit} for column in own}
            for table, own in columns.items()
        },
    }
    with results.open(f"{DICTIONARY}.json") as file:
        file.write(as_text(told))


def _dictionary(columns: Mapping[str, Sequence[Column]]) -> Iterator[tuple[str, str, str, str]]:
    for table, own in columns.items():
        for column in own:
            yield table, column.name, column.meaning, column.unit
