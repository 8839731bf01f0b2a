"""Cells that a spreadsheet would take for a formula."""

from __future__ import annotations

import unicodedata

SIGN = "'"
_FORMULA = frozenset("=+-@")


def defused(text: str) -> str:
    """Return a text with a ' before it where a spreadsheet would run it. For texts alone, never numbers."""
    if text and (text[0] in _FORMULA or unicodedata.category(text[0]) == "Cc"):
        return SIGN + text
    return text
