"""What the code says and what the catalogues hold, for the tests."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from usbio.texts import DOMAIN, LOCALE

ROOT = Path(__file__).parents[2]


_CODE = re.compile(r"(patient|visit|error)(\.[a-z_0-9]+){2,}")
_FAMILY = re.compile(r"(patient|visit|error)\.([a-z_0-9]+\.)*")


@dataclass(frozen=True, slots=True)
class Call:
    """One Text with its code written out."""

    where: str
    code: str
    parameters: frozenset[str] | None  # None: handed on as **, not to be told


@dataclass(frozen=True, slots=True)
class Said:
    """What the code says."""

    calls: tuple[Call, ...]
    words: frozenset[str]  # every string there is, for a code may stand in a table
    families: frozenset[str]  # beginnings of codes whose end is put in, as of f"visit.step.{step}"

    @property
    def codes(self) -> frozenset[str]:
        """Whatever can only be a code."""
        return frozenset({call.code for call in self.calls} | {w for w in self.words if _CODE.fullmatch(w)})

    def says(self, code: str) -> bool:
        """Return whether a code is said somewhere."""
        return code in self.words or code.startswith(tuple(self.families))


def said_in_code(*folders: Path) -> Said:
    """Return what all modules say."""
    return said_in(*(path for folder in folders for path in sorted(folder.rglob("*.py"))))


def said_in(*paths: Path) -> Said:
    """Return what some modules say."""
    calls: list[Call] = []
    words: set[str] = set()
    families: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (code := _code(node)) is not None:
                calls.append(Call(f"{path.name}:{node.lineno}", code, _names(node)))
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            if isinstance(node, ast.JoinedStr) and (beginning := _beginning(node)):
                families.add(beginning)
    return Said(tuple(calls), frozenset(words), frozenset(families))


def _code(call: ast.Call) -> str | None:
    if not (isinstance(call.func, ast.Name) and call.func.id == "Text" and len(call.args) == 1):
        return None
    first = call.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _names(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(filter(None, names))


def _beginning(joined: ast.JoinedStr) -> str | None:
    first = joined.values[0]
    said = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return said if _FAMILY.fullmatch(said) else None


def po_path(language: str) -> Path:
    """Return where the words of a language are written."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def catalogue(language: str) -> Catalog:
    """Read the words of a language."""
    with po_path(language).open("rb") as file:
        return read_po(file, abort_invalid=True)


def forms(written: Catalog) -> dict[str, tuple[str, ...]]:
    """Return the words of each code: one, or one for each plural form."""
    found: dict[str, tuple[str, ...]] = {}
    for message in written:
        if message.id:
            code = message.id if isinstance(message.id, str) else message.id[0]
            found[code] = _forms(message.string)
    return found


def _forms(words: str | Sequence[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def parameters(words: tuple[str, ...]) -> frozenset[str]:
    """Return which parameters a code needs in one language; where it has plural forms, `count` too."""
    named = {name for form in words for _, name, _, _ in string.Formatter().parse(form) if name is not None}
    return frozenset(named | ({"count"} if len(words) > 1 else set()))
