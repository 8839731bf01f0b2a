"""What the code says and what the catalogues hold, for the tests."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from usbio.texts import DOMAIN, LOCALE

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Said:
    """One call of Text in the code."""

    where: str
    code: str | None  # None: not written out, so that nobody can find it
    parameters: frozenset[str] | None  # None: handed on as **, not to be told


def said_in_code(*folders: Path) -> tuple[Said, ...]:
    """Return every call of Text in the modules that import it."""
    files = (path for folder in folders for path in sorted(folder.rglob("*.py")) if path.name != "texts.py")
    return tuple(said for path in files for said in said_in(path))


def said_in(path: Path) -> Iterator[Said]:
    """Return the calls of Text in one file."""
    source = path.read_text(encoding="utf-8")
    if "usbio.texts" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            yield _said(f"{path.name}:{node.lineno}", node)


def _said(where: str, call: ast.Call) -> Said:
    first = call.args[0] if len(call.args) == 1 else None
    code = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    names = [keyword.arg for keyword in call.keywords]
    return Said(where, code, None if None in names else frozenset(filter(None, names)))


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
