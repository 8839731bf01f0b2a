"""Text on a scanner's screen."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from segmentation.results import Picture

Font = Literal["simplex", "duplex", "plain", "pil"]
_HERSHEY: dict[str, int] = {
    "simplex": cv2.FONT_HERSHEY_SIMPLEX,
    "duplex": cv2.FONT_HERSHEY_DUPLEX,
    "plain": cv2.FONT_HERSHEY_PLAIN,
}


def write(screen: Picture, text: str, at_px: tuple[int, int], font: Font, size_px: int, grey: int) -> None:
    """Write text with its left middle at a place, digits about ``0.75 * size_px`` high.

    Parameters
    ----------
    screen : (H, W) uint8 array
        Written on.
    text : str
        One line.
    at_px : (int, int)
        x and y of its left middle.
    font : "simplex", "duplex", "plain" or "pil"
        Whose letters.
    size_px : int
        Height of a line.
    grey : int
        0 to 255.

    Returns
    -------
    None

    Examples
    --------
    >>> screen = np.zeros((40, 60), np.uint8)
    >>> write(screen, "8", (20, 20), "simplex", 16, 255)
    >>> rows, columns = np.nonzero(screen)
    >>> int(rows.min()), int(rows.max()), int(columns.min())
    (16, 26, 20)
    """
    x, y = at_px
    if font == "pil":
        ink = Image.new("L", (len(text) * size_px + 8, 2 * size_px), 0)
        ImageDraw.Draw(ink).text(
            (0, size_px), text, fill=grey, font=ImageFont.load_default(size_px), anchor="lm"
        )
        _blend(screen, np.asarray(ink), x, y - size_px)
        return
    scale = cv2.getFontScaleFromHeight(_HERSHEY[font], max(6, round(0.75 * size_px)))
    (_, height), _ = cv2.getTextSize(text, _HERSHEY[font], scale, 1)
    cv2.putText(screen, text, (x, y + height // 2), _HERSHEY[font], scale, grey, 1, cv2.LINE_AA)


def text_width(text: str, font: Font, size_px: int) -> int:
    """Return how wide text will be.

    Parameters
    ----------
    text : str
        One line.
    font : "simplex", "duplex", "plain" or "pil"
        Whose letters.
    size_px : int
        Height of a line.

    Returns
    -------
    int
        In pixels.

    Examples
    --------
    >>> screen = np.zeros((40, 90), np.uint8)
    >>> write(screen, "12.5", (20, 20), "simplex", 16, 255)
    >>> text_width("12.5", "simplex", 16), int(np.nonzero(screen)[1].max()) - 20
    (25, 24)
    """
    if font == "pil":
        return int(ImageFont.load_default(size_px).getlength(text))
    scale = cv2.getFontScaleFromHeight(_HERSHEY[font], max(6, round(0.75 * size_px)))
    return int(cv2.getTextSize(text, _HERSHEY[font], scale, 1)[0][0])


def _blend(screen: Picture, ink: Picture, x: int, y: int) -> None:
    top, left = max(y, 0), max(x, 0)
    part = screen[top : y + ink.shape[0], left : x + ink.shape[1]]
    np.maximum(part, ink[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]], out=part)
