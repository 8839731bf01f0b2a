"""Write into docs/protocols.md what each number of the shipped protocols comes from.

`python -m bench.protocol_sources`; a test asks whether it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from usbio.protocol_library import shipped_protocols
from usbio.protocol_rows import error_words, reference_words, value_rows

PAGE = Path(__file__).parents[1] / "docs" / "protocols.md"
BEGIN, END = "<!-- from here on made by python -m bench.protocol_sources -->", "<!-- up to here -->"

Row = tuple[str, str, str, str]  # what, value, source and population, name of the protocol


def with_tables(page: str) -> str:
    """Return the page with its tables made anew."""
    head, _, rest = page.partition(BEGIN)
    tail = rest.partition(END)[2]
    return f"{head}{BEGIN}\n\n{tables()}\n\n{END}{tail}"


def tables() -> str:
    """Return the tables: what is published first, then what had to be chosen."""
    rows = list(_values())
    published = [row for row in rows if not row[2].startswith("usbio,")]
    chosen = [row for row in rows if row[2].startswith("usbio,")]
    return "\n\n".join(
        [
            "### With a source\n",
            _table(published, "source (population)"),
            "### Errors of measurement and references\n",
            _table(_figures(), "source (population)"),
            "### Chosen, because no value is published\n",
            _table(chosen, ""),
        ]
    ).replace("\n\n\n", "\n\n")


def _values() -> Iterator[Row]:
    for name, protocol in shipped_protocols().items():
        for row in value_rows(protocol):
            yield f"`{row.key}`", row.value, _source(row.source, row.population), name


def _figures() -> Iterator[Row]:
    for name, protocol in shipped_protocols().items():
        for figure in protocol.error_figures:
            words, _, value = error_words(figure).partition(": ")
            yield words, value, _source(figure.source, figure.population), name
        for one in protocol.references:
            words, _, value = reference_words(one).partition(": ")
            yield f"{words}, reference", f"{value} [{one.mark}]", _source(one.source, one.population), name


def _table(rows: Iterable[Row], last: str) -> str:
    """One line for what several protocols share."""
    titles = ["number", "value", "in", *([last] if last else [])]
    lines = ["| " + " | ".join(titles) + " |", "| " + " | ".join("---" for _ in titles) + " |"]
    for (what, value, source), group in groupby(sorted(rows), key=lambda row: row[:3]):
        names = _names([row[3] for row in group])
        lines.append("| " + " | ".join([what, value, names, *([source] if last else [])]) + " |")
    return "\n".join(lines)


def _names(names: list[str]) -> str:
    everywhere = list(shipped_protocols())
    if sorted(names) == everywhere:
        return "all"
    told, rest = [], sorted(names)
    for prefix in ("tra_", "lm_"):
        alike = {name for name in everywhere if name.startswith(prefix)}
        if alike <= set(rest):
            told.append(f"all `{prefix}…`")
            rest = [name for name in rest if name not in alike]
    return ", ".join([*told, *(f"`{name}`" for name in rest)])


def _source(source: str, population: str) -> str:
    return source if population == "none" else f"{source} ({population})"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
