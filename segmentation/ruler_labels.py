"""What is written beside a ruler and what depth is written on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from segmentation.combs import Comb
from segmentation.digits import Word, read_words
from segmentation.geometry import Roi
from segmentation.results import Picture

Unit = Literal["mm", "cm"]

_NUMBER = re.compile(r"\d{1,3}(\.\d)?")
_WITH_UNIT = re.compile(r"(\d{1,3}(?:\.\d)?) ?(cm|mm)")
# A length on its own, or after a word that begins with D.
_DEPTH = re.compile(r"(?:^|\b(?P<name>D[^ ]*) +)(?P<number>\d{1,3}(?:\.\d)?) ?(?P<unit>cm|mm)(?=$| )")
_DEPTH_NAMES = ("D", "D?")  # as in "D:" and "De"; "Dist" is a measured distance, D1 its number
_TAIL = 0.15  # of a letter's height below the line: the p of "Depth", of which no more is read
_REACH_SHARE = 0.12  # of the screen's height: how far from its ticks a digit stands
_LINE_GAP = 2.2  # heights of a letter: what stands farther away on a line is another text
_EDGE_PX = 5  # from the picture: its rim, cut into strips, would be read as ones
_DEPTH_MM = (10.0, 200.0)  # deeper is rather a number whose point was not seen


@dataclass(frozen=True, slots=True)
class Label:
    """A word beside a ruler; ``value`` is None where it is no number or was not read."""

    y_px: float
    x_px: float  # its end towards the ticks
    height_px: float
    value: float | None
    unit: Unit | None
    score: float


@dataclass(frozen=True, slots=True)
class DepthText:
    """A length written on the screen."""

    mm: float
    x_px: float  # its left end
    y_px: float
    named: bool = False  # the word before it says that it is the depth


def read_labels(picture: Picture, comb: Comb, roi: Roi) -> tuple[tuple[Label, ...], ...]:
    """Return the column of words on either side of a ruler, from top to bottom.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The screen.
    comb : Comb
        The ticks.
    roi : Roi
        The B-mode picture, in which nothing is read.

    Returns
    -------
    tuple of columns
        With the words that were not read among them, so that a gap in the numbers can be told from a wide
        step.

    Examples
    --------
    >>> import cv2
    >>> screen, ticks = np.zeros((440, 400), np.uint8), np.arange(20.0, 400.0, 90.0)
    >>> for k in range(5):
    ...     screen[20 + 90 * k, 330:345] = 255
    ...     at = (352, 26 + 90 * k)
    ...     _ = cv2.putText(screen, str(k), at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1, cv2.LINE_AA)
    >>> columns = read_labels(screen, Comb(330, 344, 20.0, 90.0, ticks), Roi(20, 20, 300, 400))
    >>> [[label.value for label in column] for column in columns]
    [[0.0, 1.0, 2.0, 3.0, 4.0]]
    """
    return tuple(_column(picture, comb, side) for side in _sides(picture, comb, roi))


def depth_texts(picture: Picture, pictures: tuple[Roi, ...]) -> tuple[DepthText, ...]:
    """Return the depths that are written on the screen, as ``D 45 mm`` or ``4.5 cm`` on its own.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The screen.
    pictures : tuple of Roi
        The B-mode pictures in it, in which nothing is read.

    Returns
    -------
    tuple of DepthText
        Only lengths that an imaging depth can have, 10 to 200 mm.

    Examples
    --------
    >>> import cv2
    >>> screen = np.zeros((200, 300), np.uint8)
    >>> for text, y in (("D 4.5 cm", 30), ("0.4 cm", 90)):
    ...     _ = cv2.putText(screen, text, (20, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1, cv2.LINE_AA)
    >>> [(found.mm, found.named) for found in depth_texts(screen, ())]
    [(45.0, True)]
    """
    screen = picture.copy()
    for roi in pictures:
        screen[roi.slices] = int(np.median(picture[0]))
    found = []
    for line in _lines(read_words(screen)):
        for match in _DEPTH.finditer(" ".join(word.text for word in line)):
            mm = float(match["number"]) * (10.0 if match["unit"] == "cm" else 1.0)
            if _DEPTH_MM[0] <= mm <= _DEPTH_MM[1]:
                named = match["name"] in _DEPTH_NAMES or _says_depth(match["name"], line)
                found.append(DepthText(mm, line[0].x_px, line[0].y_px, named))
    return tuple(found)


def _says_depth(name: str | None, line: list[Word]) -> bool:
    word = next((w for w in line if name is not None and w.text == name), None)
    if word is None:
        return False
    foot = min(w.y_px + w.height_px / 2 for w in line)
    return word.y_px + word.height_px / 2 >= foot + _TAIL * word.height_px


def _lines(words: tuple[Word, ...]) -> list[list[Word]]:
    """Words on one line, each up to the next wide gap."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.x_px):
        for line in lines:
            if _goes_on(line[-1], word):
                line.append(word)
                break
        else:
            lines.append([word])
    return lines


def _goes_on(last: Word, word: Word) -> bool:
    tall = max(last.height_px, word.height_px)
    gap = word.x_px - last.x_px - last.width_px
    level = abs((last.y_px + last.height_px / 2) - (word.y_px + word.height_px / 2)) <= 0.35 * tall
    return level and 0.5 * tall <= 1.7 * min(last.height_px, word.height_px) and -2 <= gap <= _LINE_GAP * tall


def label_reach(picture: Picture) -> int:
    """Return how far from its ticks a number may stand.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The screen.

    Returns
    -------
    int
        In pixels: 12 % of the screen's height, at least 50.

    Examples
    --------
    >>> label_reach(np.zeros((1000, 1200), np.uint8)), label_reach(np.zeros((300, 400), np.uint8))
    (120, 50)
    """
    return max(50, int(_REACH_SHARE * picture.shape[0]))


def _sides(picture: Picture, comb: Comb, roi: Roi) -> list[Roi]:
    """Where words can stand left and right of the ticks, outside the B-mode picture."""
    reach = label_reach(picture)
    spare = round(max(14, min(comb.spacing_px, 0.04 * picture.shape[0])))
    top = max(0, int(comb.start_px) - spare)
    bottom = min(picture.shape[0], int(comb.end_px) + spare)
    left, right = max(0, comb.first_x - reach), min(picture.shape[1], comb.last_x + 1 + reach)
    if comb.first_x >= roi.x + roi.width:
        left = max(left, roi.x + roi.width + _EDGE_PX)
    if comb.last_x < roi.x:
        right = min(right, roi.x - _EDGE_PX)
    spans = [(left, comb.first_x), (comb.last_x + 1, right)]
    return [Roi(a, top, b - a, bottom - top) for a, b in spans if b - a >= 6]


def _column(picture: Picture, comb: Comb, where: Roi) -> tuple[Label, ...]:
    towards_right = where.x + where.width <= comb.last_x
    sure = {_key(word): word for word in read_words(picture, where)}
    labels = []
    for word in read_words(picture, where, only_digits=True):
        near_end = where.x + where.width - word.x_px - word.width_px if towards_right else word.x_px - where.x
        if near_end < 1:
            continue  # the rest of a word through which these ticks run: then they are strokes of digits
        exact = sure.get(_key(word), word)
        value, unit = _parsed(exact.text if _WITH_UNIT.fullmatch(exact.text) else word.text)
        x_px = word.x_px + (word.width_px if towards_right else 0.0)
        labels.append(Label(word.y_px, x_px, word.height_px, value, unit, word.score))
    return _aligned(labels)


def _key(word: Word) -> tuple[float, float]:
    return word.x_px, word.y_px


def _parsed(text: str) -> tuple[float | None, Unit | None]:
    if number := _WITH_UNIT.fullmatch(text):
        return float(number[1]), "cm" if number[2] == "cm" else "mm"
    text = text.replace(" ", "")
    return (float(text), None) if _NUMBER.fullmatch(text) else (None, None)


def _aligned(labels: list[Label]) -> tuple[Label, ...]:
    """The words that end on one line and are of one height, where most of them are numbers."""
    best: list[Label] = []
    for reference in labels:
        if reference.value is None:
            continue
        alike = [
            label
            for label in labels
            if abs(label.x_px - reference.x_px) <= 1.3 * reference.height_px
            and 0.75 <= label.height_px / reference.height_px <= 1.34
        ]
        if sum(a.value is not None for a in alike) > sum(b.value is not None for b in best):
            best = alike
    return tuple(sorted(best, key=lambda label: label.y_px))
