"""Text on a picture that is written to a file: wrapped where a line is full, never cut off."""

from __future__ import annotations

from functools import cache
from typing import Literal

from PIL import ImageDraw, ImageFont

Colour = tuple[int, int, int]
Anchor = Literal["lm", "mm", "rm"]
Pen = ImageDraw.ImageDraw

TEXT_PX = 15
LINE_PX = 22


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(TEXT_PX)


def width_px(text: str) -> float:
    """How wide a line of text is."""
    return _font().getlength(text)


def write(pen: Pen, at_px: tuple[float, float], text: str, colour: Colour, anchor: Anchor = "lm") -> None:
    """Write one line with its left end, middle or right end at a place."""
    pen.text(at_px, text, fill=colour, font=_font(), anchor=anchor)


def wrapped(words: list[str], most_px: float, between: str = "   ") -> list[str]:
    """Join words to as few lines as hold them; a word too long for a line of its own loses its middle."""
    lines: list[str] = []
    for word in words:
        word = shortened(word, most_px)
        if lines and width_px(lines[-1] + between + word) <= most_px:
            lines[-1] += between + word
        else:
            lines.append(word)
    return lines


def shortened(text: str, most_px: float) -> str:
    """Return text that fits, with dots for its middle where it would not."""
    if width_px(text) <= most_px:
        return text
    kept = len(text)
    while kept > 2 and width_px(_without_middle(text, kept)) > most_px:
        kept -= 1
    return _without_middle(text, kept)


def _without_middle(text: str, kept: int) -> str:
    return f"{text[: kept - kept // 2]}...{text[len(text) - kept // 2 :]}"
