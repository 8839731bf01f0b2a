"""The strip of the screen with a ruler's ticks and numbers: does it still look as it did when it was read?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from segmentation.combs import find_combs
from segmentation.geometry import Roi
from segmentation.resampling import Float32Array
from segmentation.results import FloatArray, Picture
from segmentation.ruler import Ruler, UnreadableRuler, upright_combs
from segmentation.ruler_labels import label_reach

_STROKE_PX = 15  # wider bright things are no strokes of letters and ticks
_REACH_TICKS_PX = 12
_CELL_PX = 14  # rows above and below a tick that are looked at
_INK = 3.0  # standard deviation in grey steps: a cell with less is empty
_WRITTEN = 40.0  # of a stroke, above what is round it
_SAME_TICK, _SAME_WORD = 0.7, 0.9  # correlation; of digits a part of the strokes is always the same
_MOST_TICKS = 0.7
_LEAST_CELLS = 2
_MOST_CELLS = 12  # of a ruler with a tick every mm not all are looked at
_LEAST_TICKS = 4


@dataclass(frozen=True, slots=True, eq=False)
class RulerStrip:
    """Ticks, and what is written left and right of them, cut into cells."""

    cells: tuple[tuple[Roi, Float32Array], ...]  # of the ticks, each with its ink
    words: tuple[tuple[Roi, Float32Array], ...]  # beside them, where something was written


@dataclass(frozen=True, slots=True, eq=False)
class Ticks:
    """Where a ruler's ticks stand, whatever they count."""

    x_px: float
    spacing_px: float
    ticks_px: FloatArray  # (N,) y


def ticks_beside(
    picture: Picture, ruler: Ruler | UnreadableRuler, roi: Roi, others: tuple[Roi, ...]
) -> Ticks | None:
    """Return the ticks beside a picture, also those of a ruler that could not be read.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The screen.
    ruler : Ruler or UnreadableRuler
        From `segmentation.ruler.find_ruler`.
    roi : Roi
        The B-mode picture.
    others : tuple of Roi
        Further B-mode pictures on the screen.

    Returns
    -------
    Ticks or None
        The longest row of at least 4; None where there is none.

    Examples
    --------
    >>> screen = np.zeros((440, 400), np.uint8)
    >>> screen[20:420:40, 330:345] = 255
    >>> ticks = ticks_beside(screen, UnreadableRuler("no numbers"), Roi(20, 20, 300, 400), ())
    >>> None if ticks is None else (ticks.x_px, ticks.spacing_px)
    (337.0, 40.0)
    """
    if isinstance(ruler, Ruler):
        return Ticks(ruler.x_px, ruler.tick_mm / ruler.y_mm_per_px, ruler.ticks_px)
    combs = [comb for comb in upright_combs(picture, roi, others) if comb.count >= _LEAST_TICKS]
    if not combs:
        return None
    return Ticks((combs[0].first_x + combs[0].last_x) / 2, combs[0].spacing_px, combs[0].ticks_px)


def ruler_strip(picture: Picture, ruler: Ticks, pictures: tuple[Roi, ...]) -> RulerStrip:
    """Keep how a ruler looks.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The screen on which it was read.
    ruler : Ticks
        From `ticks_beside`.
    pictures : tuple of Roi
        The B-mode pictures of the screen: what is written is looked for outside of them.

    Returns
    -------
    RulerStrip
        To be compared with later pictures.

    Examples
    --------
    >>> screen = np.zeros((440, 400), np.uint8)
    >>> screen[20:420:40, 330:345] = 255
    >>> ticks = Ticks(337.0, 40.0, np.arange(20.0, 420.0, 40.0))
    >>> strip = ruler_strip(screen, ticks, (Roi(20, 20, 300, 400),))
    >>> len(strip.cells), len(strip.words)
    (10, 0)
    """
    first, last = _across(picture, ruler)
    rows = _rows(picture, ruler)
    cells = _inked(picture, [Roi(first, a, last + 1 - first, b - a) for a, b in rows])
    beside = [
        Roi(x, a, end - x, b - a) for x, end in _beside(picture, first, last, pictures) for a, b in rows
    ]
    return RulerStrip(cells, _inked(picture, [_tight(picture, roi) for roi in beside]))


def strip_unchanged(strip: RulerStrip, picture: Picture) -> bool:
    """Say whether a ruler still looks as it did, ticks and numbers.

    Parameters
    ----------
    strip : RulerStrip
        From `ruler_strip`.
    picture : (H, W) uint8 array
        A later frame of the same size.

    Returns
    -------
    bool
        True where most ticks and all that is written beside them are as they were: at twice the depth a
        ruler may have its ticks at the same places and other numbers. False also where something else
        lies over it.

    Examples
    --------
    >>> screen, deeper = np.zeros((2, 440, 400), np.uint8)
    >>> screen[20:420:40, 330:345] = deeper[20:420:32, 330:345] = 255
    >>> ticks = Ticks(337.0, 40.0, np.arange(20.0, 420.0, 40.0))
    >>> strip = ruler_strip(screen, ticks, (Roi(20, 20, 300, 400),))
    >>> strip_unchanged(strip, screen), strip_unchanged(strip, deeper)
    (True, False)
    """
    ticks = [_likeness(ink, _ink(picture, roi)) >= _SAME_TICK for roi, ink in strip.cells]
    if len(ticks) >= _LEAST_CELLS and sum(ticks) < _MOST_TICKS * len(ticks):
        return False
    return all(_likeness(ink, _ink(picture, roi)) >= _SAME_WORD for roi, ink in strip.words)


def _across(picture: Picture, ruler: Ticks) -> tuple[int, int]:
    """First and last column of the ticks."""
    x = round(ruler.x_px)
    near = range(max(0, x - _REACH_TICKS_PX), min(picture.shape[1], x + _REACH_TICKS_PX + 1))
    ticks = ruler.ticks_px
    rows = (int(ticks[0]) - _CELL_PX, int(ticks[-1]) + _CELL_PX)
    combs = find_combs(picture, near, rows, 0.6 * float(ticks[-1] - ticks[0]))
    same = [comb for comb in combs if abs(comb.spacing_px / ruler.spacing_px - 1) < 0.02]
    if not same:
        return near[0], near[-1]
    return min(comb.first_x for comb in same), max(comb.last_x for comb in same)


def _rows(picture: Picture, ruler: Ticks) -> list[tuple[int, int]]:
    spacing = min((float(b - a) for a, b in pairwise(ruler.ticks_px)), default=2.0 * _CELL_PX)
    half = max(2, min(_CELL_PX, int(spacing / 2)))
    every = -(-len(ruler.ticks_px) // _MOST_CELLS)
    middles = [round(float(tick)) for tick in ruler.ticks_px[::every]]
    return [(max(0, y - half), min(picture.shape[0], y + half + 1)) for y in middles]


def _beside(picture: Picture, first: int, last: int, pictures: tuple[Roi, ...]) -> list[tuple[int, int]]:
    """The columns left and right of the ticks up to the next picture."""
    reach = label_reach(picture)
    left, right = max(0, first - reach), min(picture.shape[1], last + 1 + reach)
    for roi in pictures:
        if roi.x + roi.width <= first:
            left = max(left, roi.x + roi.width)
        elif roi.x > last:
            right = min(right, roi.x)
        else:
            left, right = first, last + 1  # ticks drawn over a picture: round them it is never the same
    return [(a, b) for a, b in ((left, first), (last + 1, right)) if b - a >= 4]


def _tight(picture: Picture, roi: Roi) -> Roi:
    """The part of a cell in which something is written; where nothing is, all of it."""
    written = _ink(picture, roi) > _WRITTEN
    columns, rows = np.flatnonzero(written.any(axis=0)), np.flatnonzero(written.any(axis=1))
    if not len(columns):
        return roi
    x, y = roi.x + int(columns[0]), roi.y + int(rows[0])
    return Roi(x, y, int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)


def _inked(picture: Picture, places: list[Roi]) -> tuple[tuple[Roi, Float32Array], ...]:
    if not places:
        return ()
    inks = [(roi, _ink(picture, roi)) for roi in places]
    return tuple((roi, ink) for roi, ink in inks if float(ink.std()) >= _INK)


def _ink(picture: Picture, roi: Roi) -> Float32Array:
    """Bright strokes, a little softened: a codec leaves them not quite as they were."""
    stroke = np.ones((_STROKE_PX, _STROKE_PX), np.uint8)
    part = cv2.morphologyEx(np.ascontiguousarray(picture[roi.slices]), cv2.MORPH_TOPHAT, stroke)
    return np.asarray(cv2.GaussianBlur(part.astype(np.float32), (0, 0), 0.8), np.float32)


def _likeness(then: Float32Array, now: Float32Array) -> float:
    """Correlation; 0 where nothing is any more."""
    if float(now.std()) < _INK:
        return 0.0
    then, now = then - then.mean(), now - now.mean()
    return float((then * now).sum() / np.sqrt((then**2).sum() * (now**2).sum()))
