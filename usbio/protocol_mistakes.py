"""A mistake in a protocol file, said in one line: where it stands, what was found, what is allowed."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic_core import ErrorDetails

from usbio.protocol import Protocol, Sourced
from usbio.toml_places import Key

_SOURCED = '{ value = ..., source = "...", population = "..." }'
_MEANT = {
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "tuple_type": "a list in square brackets",
    "mapping_type": "a table",
    "dict_type": "a table",
    "dataclass_type": "a table",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one key."""

    key: Key
    happened: str
    to_do: str


def shape_mistakes(errors: Sequence[ErrorDetails]) -> list[Mistake]:
    """Return what the shape of a file lacks, without keys that are only missing because they are misspelt."""
    mistakes = [_mistake(error) for error in errors if not _hides(error, errors)]
    meant = {(*error["loc"][:-1], close) for error in errors if (close := _close_key(error))}
    return [m for m in mistakes if not (m.key in meant and m.happened == "is missing")]


def named(key: Key) -> str:
    """Return a key as it is looked for in the file: its table in brackets, then itself."""
    words = [part if isinstance(part, str) else f"number {part + 1}" for part in key]
    if key[0] in _LISTS and len(key) > 1:
        first = key[1] == 0  # mostly the only one, which nobody counts
        return " ".join([f"[[{key[0]}]]", *words[2 if first else 1 :]])
    if len(words) == 1 or isinstance(key[1], int):
        return " ".join(words)
    depth = 2 if key[0] == "texts" and len(key) > 2 else 1
    return " ".join([f"[{'.'.join(words[:depth])}]", *words[depth:]])


def shown(value: Any) -> str:
    """Return a value as it looks in the file, cut short."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."


_LISTS = ("parts", "error_figures", "references")


def _hides(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a list is only too short because what is in it has mistakes of its own."""
    key = error["loc"]
    inside = any(len(other["loc"]) > len(key) and other["loc"][: len(key)] == key for other in errors)
    return error["type"] == "too_short" and inside


def _mistake(error: ErrorDetails) -> Mistake:
    key = tuple(part for part in error["loc"] if part != "[key]")
    record = _record_at(key[:-1])
    happened, to_do = _said(error, key)
    if record is not None and get_origin(record) is Sourced and key[-1] == "value":
        key = key[:-1]
    return Mistake(key, happened, to_do)


def _said(error: ErrorDetails, key: Key) -> tuple[str, str]:
    kind, came, limits = error["type"], error["input"], error.get("ctx", {})
    if kind == "unexpected_keyword_argument":
        return "there is no such key", _proposal(error)
    if kind == "missing":
        return "is missing", _wanted(key)
    if kind == "dataclass_type" and get_origin(_record_at(key)) is Sourced:
        value = shown(came) if isinstance(came, (int, float)) else "..."
        return f"{shown(came)} has no source", f"write {_SOURCED}".replace("...", value, 1)
    if kind == "literal_error":
        return f"{shown(came)} is not one of its words", _one_of(came, limits["expected"])
    if kind == "string_pattern_mismatch":
        return _wrong_words(error, key)
    if kind == "string_too_long":
        return f"has {len(came)} signs", f"at most {limits['max_length']} are allowed"
    if kind == "string_too_short":
        return "is empty", "write what it is from"
    if kind in ("too_short", "too_long"):
        least_most = "at least 1" if kind == "too_short" else f"at most {limits['max_length']}"
        return f"has {limits['actual_length']} entries", f"give {least_most}"
    if kind == "float_type" and isinstance(came, int) and not isinstance(came, bool):
        return f"{shown(came)} is out of range", "write a number that can be meant"
    if kind in _MEANT:
        return f"{shown(came)} is not {_MEANT[kind]}", f"write {_MEANT[kind]}"
    limit = error["msg"].replace("Input should be ", "")
    limit = limit.replace("greater than or equal to", "at least").replace("less than or equal to", "at most")
    return f"{shown(came)} is out of range", f"it must be {limit}"


def _one_of(came: Any, expected: str) -> str:
    words = expected.replace("'", '"')
    known = [word.strip('" ') for word in words.replace(" or ", ", ").split(", ")]
    close = difflib.get_close_matches(came, known, n=1) if isinstance(came, str) else []
    return f'did you mean "{close[0]}"? allowed: {words}' if close else f"write {words}"


def _wrong_words(error: ErrorDetails, key: Key) -> tuple[str, str]:
    came = shown(error["input"])
    if error["loc"][-1] == "[key]":
        return f"{came} is no language", 'write its two small letters, such as "de"'
    if key[0] in ("next", "name") or key[:2] == ("progression", "next"):
        return f"{came} is no name", "write small letters, digits, - and _, as the file is called"
    return f"{came} holds a line break or a sign that cannot be shown", "write it on one line"


def _wanted(key: Key) -> str:
    record = _record_at(key)
    if record is None:
        return "add it"
    if get_origin(record) is Sourced:
        return f"add {key[-1]} = {_SOURCED}"
    return f"add [{'.'.join(part for part in key if isinstance(part, str))}] with its keys"


def _proposal(error: ErrorDetails) -> str:
    if close := _close_key(error):
        return f'did you mean "{close}"?'
    elsewhere = [table for table, keys in _tables().items() if error["loc"][-1] in keys]
    if elsewhere:
        return f"it belongs in {elsewhere[0]}"
    return f"known here are {', '.join(_known(error['loc'][:-1]))}"


def _close_key(error: ErrorDetails) -> str | None:
    if error["type"] != "unexpected_keyword_argument":
        return None
    close = difflib.get_close_matches(str(error["loc"][-1]), _known(error["loc"][:-1]), n=1)
    return close[0] if close else None


def _known(key: Key) -> tuple[str, ...]:
    record = _record_at(key)
    record = get_origin(record) or record
    own = tuple(field.name for field in fields(record)) if is_dataclass(record) else ()
    return own if key else tuple(name for name in own if name != "name")  # the file's name is its name


def _tables() -> dict[str, tuple[str, ...]]:
    found = {f"[{name}]": _known((name,)) for name in _known(())}
    return {
        "the first lines, above all tables": _known(()),
        "[[parts]]": _known(("parts", 0)),
        "[parts.target]": _known(("parts", 0, "target")),
    } | {table: keys for table, keys in found.items() if keys}


def _record_at(key: Key) -> Any:
    """The record that stands at a key; None where a plain value does."""
    kind: Any = Protocol
    for part in key:
        kind = _inside(kind, part)
    return kind if is_dataclass(get_origin(kind) or kind) else None


def _inside(kind: Any, part: int | str) -> Any:
    if isinstance(part, int):
        return _plain(get_args(kind)[0]) if get_origin(kind) is tuple else None
    if get_origin(kind) is Mapping:
        return _plain(get_args(kind)[1])
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        return _plain(hints[part]) if part in hints else None
    return None


def _plain(kind: Any) -> Any:
    """A type without its limits and without None."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return _plain(next(one for one in get_args(kind) if one is not type(None)))
    return kind
