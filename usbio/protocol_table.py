"""A table of a protocol file as it was read, asked for what may not be there or be of the wrong kind."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from usbio.protocol_mistakes import Mistake
from usbio.toml_places import Key

_LARGEST = 1e6  # what is beyond, and nan, was told as out of range


@dataclass(frozen=True, slots=True)
class FileTable:
    """A table, and the key it stands at."""

    tables: Any
    at: Key = ()

    def get(self, *key: str) -> Any:
        """The value of a key, without its source; None where it is not there."""
        value = self.tables
        for part in key:
            value = value.get(part) if isinstance(value, dict) else None
        return value.get("value") if isinstance(value, dict) and "value" in value else value

    def number(self, *key: str) -> float | None:
        """The same where it is a number that can be meant."""
        value = self.get(*key)
        right = isinstance(value, (int, float)) and not isinstance(value, bool)
        return float(value) if right and abs(value) <= _LARGEST else None

    def word(self, *key: str) -> str | None:
        """The same where it is text."""
        value = self.get(*key)
        return value if isinstance(value, str) else None

    def words(self, *key: str) -> list[str]:
        """The texts of a list."""
        value = self.get(*key)
        return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []

    def each(self, name: str) -> Iterator[FileTable]:
        """The tables of a list of tables."""
        rows = self.get(name)
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            yield FileTable(row, (*self.at, name, number))

    def mistake(self, *key: str | int, happened: str, to_do: str) -> Mistake:
        """Say what is wrong with a key of this table."""
        return Mistake((*self.at, *key), happened, to_do)


def quoted(words: Collection[str]) -> str:
    """Return words as they look in the file."""
    return ", ".join(f'"{word}"' for word in words)
