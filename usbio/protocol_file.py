"""A protocol file: TOML read into a `Protocol`, and every mistake in it told with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from usbio.errors import InputError, input_error
from usbio.protocol import Protocol
from usbio.protocol_checks import logical_mistakes
from usbio.protocol_mistakes import Mistake, named, shape_mistakes
from usbio.setup_mistakes import toml_mistake
from usbio.toml_places import line_of, toml_lines

ENDING = ".toml"
_LARGEST_BYTES = 1_000_000


class ProtocolFaulty(InputError):  # noqa: N818 - said as the operator says it
    """A protocol file that cannot be used. It says the first mistake; ``lines`` has one for each."""

    lines: tuple[str, ...] = ()


def load_protocol(path: Path, known: Collection[str] = ()) -> Protocol:
    """Read a protocol file; ``known`` are the names of the protocols that may follow it."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(path, "is too large for a protocol file", "check which file was named")
        if not path.is_file():  # a pipe would be waited for
            raise InputError(path, "is no file", "check which file was named")
        content = path.read_bytes()
    except OSError as error:
        raise input_error(path, error) from error
    try:
        text = content.decode("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        raise InputError(path, "is not a text file in UTF-8", "save it again as UTF-8 text") from error
    return read_protocol(text, path.stem, path, known)


def read_protocol(text: str, name: str, where: object, known: Collection[str] = ()) -> Protocol:
    """Return the protocol that a text gives; ``where`` names the text in what is said of its mistakes."""
    try:
        protocol, mistakes = _read(_tables(text, where), name, known)
        if protocol is None or mistakes:
            raise _mistakes(_placed(mistakes, where, text))
    except RecursionError as error:
        raise InputError(where, "has lists nested too deep", "check which file was named") from error
    return protocol


def protocol_from(tables: dict[str, Any]) -> Protocol:
    """Return the protocol that `protocol_tables` gave."""
    return _Read.model_validate({"protocol": tables}).protocol


def protocol_tables(protocol: Protocol) -> dict[str, Any]:
    """Return a protocol as plain tables, to be kept beside what was measured by it."""
    tables: dict[str, Any] = _Read.model_construct(protocol=protocol).model_dump(
        mode="json", exclude_none=True
    )["protocol"]
    return tables


def _tables(text: str, where: object) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = toml_mistake(Path(str(where)), text, error)
        raise _mistakes([(said.what, said.happened, said.to_do)]) from error
    except ValueError as error:  # the interpreter reads no whole number of more than 4300 digits
        raise InputError(where, "has a number of far too many digits", "shorten it") from error


class _Read(BaseModel):
    """Hands its strictness down to the records of `usbio.protocol`, which know nothing of files."""

    model_config = ConfigDict(extra="forbid")

    protocol: Protocol


def _read(
    tables: dict[str, Any], name: str, known: Collection[str]
) -> tuple[Protocol | None, Sequence[Mistake]]:
    """The protocol where its shape is right, and all that is wrong."""
    logical = logical_mistakes(tables, name, {*known, name})
    unnamed = [Mistake(("name",), "there is no such key", "the file's name is its name")] * ("name" in tables)
    try:
        protocol = _Read.model_validate({"protocol": {**tables, "name": name}}).protocol
    except ValidationError as error:
        errors = [{**one, "loc": one["loc"][1:]} for one in error.errors(include_url=False)]
        return None, [*unnamed, *shape_mistakes(errors), *logical]  # type: ignore[arg-type]
    return protocol, [*unnamed, *logical]


def _placed(mistakes: Sequence[Mistake], where: object, text: str) -> list[tuple[str, str, str]]:
    """Every mistake with its line, in the order of the file; of two about one key the first."""
    lines = toml_lines(text)
    first = {one.key: one for one in reversed(mistakes)}.values()
    ordered = sorted(first, key=lambda one: (line_of(lines, one.key), named(one.key)))
    return [
        (f"{where}, line {line_of(lines, one.key)}, {named(one.key)}", one.happened, one.to_do)
        for one in ordered
    ]


def _mistakes(found: Sequence[tuple[str, str, str]]) -> ProtocolFaulty:
    what, happened, to_do = found[0]
    more = f" (and mend {len(found) - 1} more after it)" if len(found) > 1 else ""
    error = ProtocolFaulty(what, happened, to_do + more)
    error.lines = tuple(str(InputError(*one)) for one in found)
    return error
