"""Reading numbers and units that a scanner writes on its screen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.glyphs import DIGITS, UNITS, glyph_patch, templates, unit_patch, unit_templates
from segmentation.results import FloatArray, Picture

_GLYPH_HEIGHT_PX = (5, 40)
_FAINTEST = 28  # grey steps above the background
_READABLE = 0.80  # correlation below which a glyph is not a digit
_SURE = 0.025  # lead over the next digit
_SMALL_PX = 9  # digits less tall than this are easily taken for one another
_UNIT_READABLE = 0.70
_UNIT_SURE = 0.05
_SPACE = 0.3  # of a glyph's height: a wider gap is a space
_UNREAD = "?"
_KNOWN = frozenset((*DIGITS, "D"))  # D as in depth


@dataclass(frozen=True, slots=True)
class Word:
    """Glyphs that stand together: ``text`` is what was read, ``?`` where a glyph was not."""

    text: str
    x_px: float  # left end of the box
    y_px: float  # middle of the box
    width_px: float
    height_px: float
    score: float  # the weakest glyph's correlation with its template


@dataclass(frozen=True, slots=True)
class _Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


def read_words(picture: Picture, where: Roi | None = None, only_digits: bool = False) -> tuple[Word, ...]:
    """Read bright text on a darker background.

    Parameters
    ----------
    picture : (H, W) uint8
        The screen.
    where : Roi, optional
        The part to read; the whole picture without it.
    only_digits : bool
        Compare with digits alone, as beside a ruler, where a letter is out of place.

    Returns
    -------
    tuple of Word
        Only digits, the decimal point, ``D`` and the units ``cm`` and ``mm`` are told; every other glyph is
        ``?``, a small gap a space.
        Positions are in pixels of the whole picture.

    Examples
    --------
    >>> import cv2
    >>> import numpy as np
    >>> screen = np.zeros((60, 120), np.uint8)
    >>> _ = cv2.putText(screen, "47", (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1, cv2.LINE_AA)
    >>> [word.text for word in read_words(screen)]
    ['47']
    """
    rows, columns = (slice(None), slice(None)) if where is None else where.slices
    ink, mask = _ink(picture[rows, columns])
    boxes, dots = _boxes(mask)
    if not boxes:
        return ()
    lines = _words(boxes)
    x0, y0 = (0, 0) if where is None else (where.x, where.y)
    return tuple(_read(ink, word, dots, only_digits, x0, y0) for word in lines)


def _ink(picture: Picture) -> tuple[FloatArray, npt.NDArray[np.uint8]]:
    """Brightness above the background, and where it is at least half of what is near: strokes."""
    above = cv2.morphologyEx(picture, cv2.MORPH_TOPHAT, np.ones((45, 45), np.uint8))
    near = cv2.dilate(above, np.ones((11, 11), np.uint8)).astype(np.float64)
    mask = (above > 0.4 * near) & (above >= _FAINTEST)
    return above.astype(np.float64), mask.astype(np.uint8)


def _boxes(mask: npt.NDArray[np.uint8]) -> tuple[list[_Box], list[_Box]]:
    """Boxes of what may be glyphs, and of what may be a decimal point."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    low, high = _GLYPH_HEIGHT_PX
    boxes, dots = [], []
    for x, y, width, height, area in stats[1:].tolist():
        if low <= height <= high and width <= 3.2 * height and height <= 9 * width:
            boxes.append(_Box(x, y, width, height))
        elif height < low and width <= 6 and area >= 1:
            dots.append(_Box(x, y, width, height))
    return boxes, dots


def _words(boxes: list[_Box]) -> list[list[_Box]]:
    """Join boxes that stand side by side on one line with less than a digit's gap."""
    words: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda b: b.x):
        for word in words:
            if _follows(word[-1], box):
                word.append(box)
                break
        else:
            words.append([box])
    return words


def _follows(last: _Box, box: _Box) -> bool:
    tall = max(last.height, box.height)
    shared = min(last.bottom, box.bottom) - max(last.y, box.y)
    alike = min(last.height, box.height) >= 0.55 * tall
    return alike and shared >= 0.5 * min(last.height, box.height) and -2 <= box.x - last.right <= 0.5 * tall


def _read(ink: FloatArray, word: list[_Box], dots: list[_Box], only_digits: bool, x0: int, y0: int) -> Word:
    text, weakest = "", 1.0
    runs = _runs(word)
    for run in runs:
        read, score = _unit(ink, run) if not only_digits else ("", 0.0)
        if not read:
            read, score = _glyphs(ink, run, dots, only_digits)
        text += _between(text, runs, run, dots, spaced=not only_digits) + read
        weakest = min(weakest, score)
    if _more_ink_beside(ink, word):
        text, weakest = _UNREAD + text, 0.0
    top, bottom = min(b.y for b in word), max(b.bottom for b in word)
    left, right = word[0].x, max(b.right for b in word)
    return Word(text, left + x0, (top + bottom - 1) / 2 + y0, right - left, bottom - top, weakest)


def _between(text: str, runs: list[list[_Box]], run: list[_Box], dots: list[_Box], spaced: bool) -> str:
    """Point, space or nothing before a run."""
    if not text:
        return ""
    last = runs[runs.index(run) - 1][-1]
    if _point_between(last, run[0], dots):
        return "."
    # The 1 of many fonts has wide gaps: between digits alone they say nothing.
    return " " if spaced and run[0].x - last.right > _SPACE * run[0].height else ""


def _runs(word: list[_Box]) -> list[list[_Box]]:
    """Part a word where the letters grow low, as from digits to their unit, or a small gap stands."""
    runs = [[word[0]]]
    for last, box in pairwise(word):
        lower = abs(box.bottom - last.bottom) <= 1.5 and box.height <= 0.88 * last.height
        if lower or box.x - last.right > _SPACE * box.height:
            runs.append([box])
        else:
            runs[-1].append(box)
    return runs


def _glyphs(ink: FloatArray, run: list[_Box], dots: list[_Box], only_digits: bool) -> tuple[str, float]:
    text, weakest = "", 1.0
    for k, box in enumerate(run):
        if k and _point_between(run[k - 1], box, dots):
            text += "."
        name, score = _classify(ink, box, only_digits)
        text += name
        weakest = min(weakest, score)
    return text, weakest


def _unit(ink: FloatArray, run: list[_Box]) -> tuple[str, float]:
    """``cm`` or ``mm`` where the letters together look like it: in small print they touch or fall apart."""
    top, bottom = min(b.y for b in run), max(b.bottom for b in run)
    left, right = run[0].x, max(b.right for b in run)
    if not 1.3 <= (right - left) / (bottom - top) <= 3.0:
        return "", 0.0
    known = unit_templates()
    likeness = known.patches @ unit_patch(ink[top:bottom, left:right])
    scores = dict(zip(known.names, np.maximum.reduceat(likeness, known.starts).tolist(), strict=True))
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    best, score = ranked[0], scores[ranked[0]]
    sure = best in UNITS and score >= _UNIT_READABLE and score - scores[ranked[1]] >= _UNIT_SURE
    return (best, score) if sure else ("", score)


def _more_ink_beside(ink: FloatArray, word: list[_Box]) -> bool:
    """True where something as tall as a glyph stands before the first: a faint 1 must not turn 10 into 0."""
    first = word[0]
    reach = max(2, round(0.6 * first.height))
    columns = slice(max(0, first.x - reach), max(0, first.x - 1))
    above, below = first.y - 2, first.bottom + 1
    tall = (ink[first.y : first.bottom, columns] >= _FAINTEST).sum(axis=0) >= 0.5 * first.height
    if above < 0 or below >= len(ink):
        return bool(tall.any())
    goes_on = (ink[above, columns] >= _FAINTEST) & (ink[below, columns] >= _FAINTEST)  # a frame round a text
    return bool((tall & ~goes_on).any())


def _point_between(last: _Box, box: _Box, dots: list[_Box]) -> bool:
    line = (last.bottom + box.bottom) / 2
    return any(last.right - 1 <= d.x and d.right <= box.x + 1 and abs(d.bottom - line) <= 2 for d in dots)


def _classify(ink: FloatArray, box: _Box, only_digits: bool) -> tuple[str, float]:
    name, score = _best(ink, box, only_digits)
    if name == _UNREAD and box.width >= 0.85 * box.height:
        halves = _split(ink, box, only_digits)  # two digits that touch
        if halves is not None and halves[1] > score:
            return halves
    return name, score


def _split(ink: FloatArray, box: _Box, only_digits: bool) -> tuple[str, float] | None:
    profile = ink[box.y : box.bottom, box.x : box.right].sum(axis=0)
    first, last = int(0.3 * box.width), int(0.7 * box.width) + 1
    cut = first + int(np.argmin(profile[first:last]))
    parts = [
        _Box(box.x, box.y, cut, box.height),
        _Box(box.x + cut + 1, box.y, box.width - cut - 1, box.height),
    ]
    if min(part.width for part in parts) < 2:
        return None
    read = [_best(ink, part, only_digits) for part in parts]
    if any(name not in DIGITS for name, _ in read):
        return None
    return "".join(name for name, _ in read), min(score for _, score in read)


def _best(ink: FloatArray, box: _Box, only_digits: bool) -> tuple[str, float]:
    """The name of the best template, or ``?`` where it is not like it, or another is nearly as like."""
    known = templates()
    likeness = known.patches @ glyph_patch(ink[box.y : box.bottom, box.x : box.right])
    scores = dict(zip(known.names, np.maximum.reduceat(likeness, known.starts).tolist(), strict=True))
    ranked = sorted(DIGITS if only_digits else scores, key=scores.__getitem__, reverse=True)
    best, score = ranked[0], scores[ranked[0]]
    lead = score - scores[ranked[1]]
    sure = _SURE if box.height >= _SMALL_PX else 2 * _SURE
    if best not in _KNOWN or score < _READABLE or lead < sure:
        return _UNREAD, score
    return best, score
