"""A mistake in a setup file, said in one line with the line number, the key and the way out."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from usbio.errors import CallError
from usbio.toml_places import Key, line_of, toml_lines

_MEANT = {"int_type": "a whole number", "float_type": "a number", "string_type": "text in quotes"}


def toml_mistake(path: Path, text: str, error: tomllib.TOMLDecodeError) -> CallError:
    """Say where a file stops being TOML."""
    reason, _, place = str(error).rpartition(" (at ")
    found = re.match(r"line (\d+)", place)
    line = int(found[1]) if found else len(text.splitlines())  # "at end of document"
    return CallError(
        f"{path}, line {line}", f"is not TOML ({reason})", 'write it as key = value, text in "quotes"'
    )


def first_mistake(path: Path, text: str, error: ValidationError, model: type[BaseModel]) -> CallError:
    """Say the mistake that stands first in the file, and how many more there are."""
    lines = toml_lines(text)
    # A missing key comes last: most often it stands there misspelt, and that says more.
    mistakes = sorted(error.errors(), key=lambda m: (m["type"] == "missing", line_of(lines, m["loc"])))
    first = mistakes[0]
    others = {mistake["loc"][:2] for mistake in mistakes} - {first["loc"][:2]}
    happened, to_do = _said(first, model)
    if others:
        to_do += f" (and mend {len(others)} more after it)"
    return CallError(
        f"{path}, line {line_of(lines, first['loc'])}, {_named(first['loc'], model)}", happened, to_do
    )


def _named(key: Key, model: type[BaseModel]) -> str:
    names = [part for part in key if isinstance(part, str)]
    if len(key) > 1 and isinstance(key[1], int):
        head = f"[[{key[0]}]]" + (f" number {key[1] + 1}" if key[1] else "")
        return " ".join([head, *names[1:2]])
    if names[0] not in model.model_fields or len(names) == 1:
        return f"[{names[0]}]" if len(names) == 1 and names[0] in model.model_fields else names[0]
    depth = 3 if names[0] == "calibration" and names[1] in ("left", "right") else 2
    tables, last = names[: depth - 1], names[depth - 1 : depth]
    return " ".join([f"[{'.'.join(tables)}]", *last])


def _said(mistake: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """What happened and what to do."""
    kind, key, came = mistake["type"], mistake["loc"], mistake["input"]
    limits = mistake.get("ctx", {})
    if kind == "extra_forbidden":
        return "there is no such key", _nearest(key, model)
    if kind == "missing" and isinstance(key[-1], int):
        return f"has too few values ({len(came)})", "give all of them"
    if kind == "missing":
        return "is missing", "add it"
    if kind == "too_long":
        return f"has too many values ({limits['actual_length']})", f"give {limits['max_length']}"
    if kind == "literal_error":
        return f"{_shown(came)} is not one of its words", f"write {limits['expected']}".replace("'", '"')
    if kind == "value_error":
        return str(limits["error"]), "mend this table"
    if key[0] == "acquisition":
        return f"{_shown(came)} is no single value", "write text in quotes, a number, true, false or a date"
    if kind in ("list_type", "tuple_type", "dict_type", "model_type"):
        return _wrong_shape(kind, key, came)
    if kind in _MEANT:
        return f"{_shown(came)} is not {_MEANT[kind]}", f"write {_MEANT[kind]}"
    if kind == "string_too_short":
        return "is empty", "write a word or leave the key out"
    limit = mistake["msg"].replace("Input should be ", "").replace("greater than or equal to", "at least")
    return f"{_shown(came)} is out of range", f"it must be {limit}".replace(
        "less than or equal to", "at most"
    )


def _wrong_shape(kind: str, key: Key, came: Any) -> tuple[str, str]:
    if kind == "list_type" and isinstance(came, dict):
        return "stands in single brackets", f"write [[{key[0]}]], for there can be several"
    if isinstance(came, list) and len(key) == 1:
        return "stands in double brackets", f"write [{key[0]}], for there is only one"
    if kind in ("list_type", "tuple_type"):
        return f"{_shown(came)} is not a list", "write its values in square brackets"
    return f"{_shown(came)} is not a table", "write its keys below a line of their own, in brackets"


def _nearest(key: Key, model: type[BaseModel]) -> str:
    tables = dict(_tables(model, ()))
    here = tuple(part for part in key[:-1] if isinstance(part, str))
    known = tables.get(here, ())
    close = difflib.get_close_matches(str(key[-1]), known, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    elsewhere = [table for table, keys in tables.items() if key[-1] in keys and table]
    if elsewhere:
        return f"it belongs in [{'.'.join(elsewhere[0])}]"
    return f"known here are {', '.join(known)}"


def _tables(
    model: type[BaseModel], name: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every table below a model with its keys."""
    yield name, tuple(model.model_fields)
    for key, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _tables(kind, (*name, key))


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)  # as it looks in TOML
    return text if len(text) <= 40 else f"{text[:37]}..."
