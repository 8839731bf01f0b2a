"""Tables of the bench as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.figures import Row


def sections(tables: Mapping[str, Sequence[Row]]) -> str:
    """Lay tables out under their titles."""
    titled = ((title.replace("_", " ").capitalize(), rows) for title, rows in tables.items() if rows)
    return "\n".join(f"## {title}\n\n{table(rows)}\n" for title, rows in titled)


def table(rows: Sequence[Row]) -> str:
    """Lay rows out as a Markdown table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(_cell(row.get(name)) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return str(value).replace("|", "/")
