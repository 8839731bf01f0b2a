"""Facts as JSON and back."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from usbio.visit.facts import Fact

_FACTS: TypeAdapter[Fact] = TypeAdapter(Annotated[Fact, Field(discriminator="kind")])


class UnknownFact(Exception):  # noqa: N818 - what it is, not that it failed
    """A line is no fact that this program knows."""


def entry_of(fact: Fact) -> dict[str, Any]:
    """Return a fact as plain JSON values; nan is null."""
    entry: dict[str, Any] = _FACTS.dump_python(fact, mode="json")
    return entry


def fact_of(line: bytes | str) -> Fact:
    """Return the fact of a line of JSON; raises `UnknownFact`."""
    try:
        return _FACTS.validate_json(line)
    except ValidationError as error:
        raise UnknownFact(str(error)) from error
