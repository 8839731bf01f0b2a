"""On which line every table, key and element of a TOML file stands.

No well-kept library tells that: tomllib and tomli give lines only where a file is no TOML, and tomlkit, which
keeps the text of each key, gives none. So a text that tomllib has read is gone through once more, for places
alone: nothing here has to judge whether it is sound TOML.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

Key = tuple[int | str, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TEXT = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'", re.DOTALL
)
_PLAIN = re.compile(r"[^,\]}#\r\n]+")  # a number, a date, true or false
_NUMBERS = re.compile(r"\[[\d.,+\-eE_ \t]*\]")  # on one line, that of the list; borders have thousands
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SIGNS = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def toml_lines(text: str) -> dict[Key, int]:
    """Return the line, from 1, of everything in a text that is TOML; an element of a list has its number.

    A key that is reached from several lines, as a table that goes on below, has the first of them.
    """
    places = _Places(text)
    places.document()
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return {key: _line(starts, at) for key, at in places.found.items()}


def line_of(lines: dict[Key, int], key: Key) -> int:
    """Return the line of a key, or of the nearest table around it that is written."""
    return next((lines[key[:n]] for n in range(len(key), 0, -1) if key[:n] in lines), 1)


def _line(starts: list[int], at: int) -> int:
    return bisect_right(starts, at)


class _Places:
    """Goes through the text once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Key, int] = {}
        self._elements: dict[Key, int] = {}  # tables of tables: how many so far

    def document(self) -> None:
        """Go through all of it."""
        table: Key = ()
        while self._skip(_BLANK) or self.at < len(self.text):
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._entry(table)

    def _header(self) -> Key:
        start = self.at
        several = self.text.startswith("[[", start)
        self.at += 2 if several else 1
        names = list(self._names())
        self.at += 2 if several else 1
        key: Key = ()
        for name in names[:-1]:  # below a list of tables its newest element is meant
            key = self._newest((*key, name))
            self.found.setdefault(key, start)
        key = (*key, names[-1])
        self.found.setdefault(key, start)
        if several:
            self._elements[key] = self._elements.get(key, 0) + 1
            key = self._newest(key)
            self.found[key] = start
        return key

    def _newest(self, key: Key) -> Key:
        return (*key, self._elements[key] - 1) if key in self._elements else key

    def _entry(self, table: Key) -> None:
        start = self.at
        key = table
        for name in self._names():
            key = (*key, name)
            self.found.setdefault(key, start)
        self.at += 1  # the sign of equality
        self._skip(_SPACE)
        self._value(key)

    def _value(self, key: Key) -> None:
        sign = self.text[self.at : self.at + 1]
        if sign == "[":
            if not self._skip(_NUMBERS):
                self._list(key)
        elif sign == "{":
            self._inline_table(key)
        elif sign in ('"', "'"):
            self._skip(_TEXT)
        else:
            self._skip(_PLAIN)

    def _list(self, key: Key) -> None:
        for number in self._until("]"):
            self.found.setdefault((*key, number), self.at)
            self._value((*key, number))

    def _inline_table(self, key: Key) -> None:
        for _ in self._until("}"):
            self._entry(key)

    def _until(self, end: str) -> Iterator[int]:
        """Stop at each of the elements between brackets."""
        self.at += 1
        number = 0
        while self._skip(_BLANK) or self.at < len(self.text):
            sign = self.text[self.at : self.at + 1]
            if sign in (end, ""):
                self.at += 1
                return
            if sign == ",":
                self.at += 1
                continue
            before = self.at
            yield number
            number += 1
            if self.at == before:
                raise ValueError(f"this is no TOML, from sign {before} on")

    def _names(self) -> Iterator[str]:
        """The parts of a key, with dots between them."""
        while True:
            self._skip(_SPACE)
            quoted = self.text[self.at : self.at + 1] in ('"', "'")
            word = self._skip(_TEXT if quoted else _BARE)
            yield _unquoted(word) if quoted else word
            self._skip(_SPACE)
            if self.text[self.at : self.at + 1] != ".":
                return
            self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]


def _unquoted(word: str) -> str:
    inside = word[1:-1]
    return inside if word[0] == "'" else _ESCAPE.sub(_escaped, inside)


def _escaped(found: re.Match[str]) -> str:
    sign = found[1]
    return chr(int(sign[1:], 16)) if sign[0] in "uU" and len(sign) > 1 else _SIGNS.get(sign, sign)
