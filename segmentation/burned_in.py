"""Writing in a B-mode picture: letters of one height on a line, as like letters as speckle is not."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.glyphs import glyph_patch, templates
from segmentation.results import FloatArray, Picture

_GLYPH_PX = (7, 40)  # height
_STROKE_PX = 17  # wider bright things are tissue
_BRIGHT = 60  # grey steps above what is round it
_LEAST_GLYPHS = 3
_LIKE = 0.72  # correlation with a letter
_MOST_LIKE = 0.6  # of the glyphs of a line
_GAP = 1.3  # heights between two glyphs of a line; a wider gap is another text
_LEVEL = 0.35  # of a height: how far the feet of two glyphs differ
_ONE_GREY = 40.0  # grey steps between the brightest of two glyphs
_MARGIN, _MARGIN_ACROSS = 0.4, 2.5  # letters' heights round what was found: the next letter may be unseen


@dataclass(frozen=True, slots=True)
class _Glyph:
    x: int
    y: int
    width: int
    height: int
    brightest: float

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def foot(self) -> int:
        return self.y + self.height


def burned_in_text(picture: Picture, roi: Roi) -> tuple[Roi, ...]:
    """Find what looks like writing in a B-mode picture, so that it can be masked.

    It only proposes: a name in faint, tiny or joined letters may be missed, and the operator looks.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.
    roi : Roi
        The B-mode picture.

    Returns
    -------
    tuple of Roi
        A box round each line of at least three letters, with a margin; in pixels of the whole frame.

    Raises
    ------
    ValueError
        If the picture does not hold the region.

    Examples
    --------
    >>> speckle = np.random.default_rng(0).rayleigh(30.0, (200, 300)).clip(0, 255)
    >>> screen = cv2.GaussianBlur(speckle.astype(np.uint8), (0, 0), 1.5)
    >>> burned_in_text(screen, Roi(0, 0, 300, 200))
    ()
    >>> _ = cv2.putText(screen, "DOE JANE", (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1, cv2.LINE_AA)
    >>> (found,) = burned_in_text(screen, Roi(0, 0, 300, 200))
    >>> found.x < 40 and found.x + found.width > 130 and found.y < 50 and found.y + found.height > 60
    True
    """
    if not roi.fits(picture.shape):
        raise ValueError(f"{roi} does not lie in a picture of shape {picture.shape}")
    ink = _ink(np.ascontiguousarray(picture[roi.slices]))
    lines = [line for line in _lines(_glyphs(ink)) if len(line) >= _LEAST_GLYPHS and _is_text(ink, line)]
    return tuple(_box(line, roi) for line in lines)


def _ink(part: Picture) -> npt.NDArray[np.uint8]:
    """How much brighter strokes are than what is round them."""
    window = np.ones((_STROKE_PX, _STROKE_PX), np.uint8)
    return np.asarray(cv2.morphologyEx(part, cv2.MORPH_TOPHAT, window), np.uint8)


def _glyphs(ink: npt.NDArray[np.uint8]) -> list[_Glyph]:
    near = cv2.dilate(ink, np.ones((11, 11), np.uint8))
    strokes = ((ink >= _BRIGHT) & (ink >= 0.5 * near)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    brightest = np.zeros(len(stats), np.uint8)
    np.maximum.at(brightest, labels.ravel().astype(np.intp), ink.ravel())
    low, high = _GLYPH_PX
    return [
        _Glyph(x, y, width, height, float(grey))
        for (x, y, width, height, _), grey in zip(stats[1:].tolist(), brightest[1:], strict=True)
        if low <= height <= high and width <= 3 * height and height <= 9 * width
    ]


def _lines(glyphs: list[_Glyph]) -> list[list[_Glyph]]:
    lines: list[list[_Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: g.x):
        line = next((one for one in lines if _goes_on(one[-1], glyph)), None)
        if line is None:
            lines.append([glyph])
        else:
            line.append(glyph)
    return lines


def _goes_on(last: _Glyph, glyph: _Glyph) -> bool:
    tall = max(last.height, glyph.height)
    level = abs(last.foot - glyph.foot) <= _LEVEL * tall
    alike = min(last.height, glyph.height) >= 0.6 * tall and abs(last.brightest - glyph.brightest) < _ONE_GREY
    return level and alike and -1 <= glyph.x - last.right <= _GAP * tall


def _is_text(ink: npt.NDArray[np.uint8], line: list[_Glyph]) -> bool:
    known = templates()
    patches = [glyph_patch(_cut(ink, glyph)) for glyph in line]
    like = [float((known.patches @ patch).max()) for patch in patches]
    return float(np.mean(np.array(like) >= _LIKE)) >= _MOST_LIKE


def _cut(ink: npt.NDArray[np.uint8], glyph: _Glyph) -> FloatArray:
    return np.asarray(ink[glyph.y : glyph.foot, glyph.x : glyph.right], np.float64)


def _box(line: list[_Glyph], roi: Roi) -> Roi:
    tall = max(glyph.height for glyph in line)
    margin, across = round(_MARGIN * tall) + 2, round(_MARGIN_ACROSS * tall)
    x = max(min(g.x for g in line) - across, 0)
    y = max(min(g.y for g in line) - margin, 0)
    right = min(max(g.right for g in line) + across, roi.width)
    bottom = min(max(g.foot for g in line) + margin, roi.height)
    return Roi(roi.x + x, roi.y + y, right - x, bottom - y)
