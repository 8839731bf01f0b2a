"""Ticks at a regular spacing, as on the ruler of a scanner's screen."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from segmentation.results import FloatArray, Picture

_FAINTEST = 18.0  # grey steps of a tick above what is before and behind it
_LEAST_SPACING_PX = 4.5
_MOST_MARKS = 260  # on one line: more are speckle
_CONSISTENT = 0.2  # share of neighbouring distances that a spacing must explain to be tried
_MISSED_IN_A_ROW = 1  # ticks hidden by an icon
_STRAY_SHARE = 0.5  # marks between the ticks, of the ticks
_SAME_SPACING = 0.012
_SAME_PLACE_PX = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Comb:
    """Ticks one above the other, at ``start_px + k * spacing_px``, across from ``first_x`` to ``last_x``."""

    first_x: int
    last_x: int
    start_px: float
    spacing_px: float
    ticks_px: FloatArray  # (N,) the places of the ticks seen, to a part of a pixel

    @property
    def count(self) -> int:
        """How many ticks were seen."""
        return len(self.ticks_px)

    @property
    def end_px(self) -> float:
        """The place of the last tick."""
        return float(self.ticks_px[-1])


def find_combs(
    picture: Picture, columns: Iterable[int], rows: tuple[int, int], least_span_px: float
) -> tuple[Comb, ...]:
    """Find bright ticks of regular spacing in columns of a picture; transpose it for ticks in a row.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The screen.
    columns : iterable of int
        The x to look at.
    rows : (int, int)
        First row and the row after the last to look at.
    least_span_px : float
        From the first to the last tick; shorter ones are text.

    Returns
    -------
    tuple of Comb
        With at least 3 ticks each; the longest first. Long and short ticks of one ruler give one comb where
        both are cut and one of wider spacing where only the long ones are.

    Examples
    --------
    >>> import numpy as np
    >>> screen = np.zeros((200, 60), np.uint8)
    >>> screen[10:200:25, 30:40] = 255
    >>> [(comb.spacing_px, comb.count) for comb in find_combs(screen, range(60), (0, 200), 100.0)]
    [(25.0, 8)]
    """
    low, high = max(0, rows[0]), min(picture.shape[0], rows[1])
    size = max(11, round(picture.shape[0] / 50) | 1)
    upright = np.ones((size, 1), np.uint8)
    ridge = np.asarray(cv2.morphologyEx(picture, cv2.MORPH_TOPHAT, upright)[low:high], np.uint8)
    cut: list[tuple[int, Comb]] = []
    for x in columns:
        cut += [(x, comb) for comb in _column_combs(ridge[:, x], x, low, least_span_px)]
    groups = [_joined(group) for group in _grouped(cut) if len(group) > 1]
    return tuple(sorted(groups, key=lambda comb: -(comb.end_px - comb.start_px)))


def _column_combs(ridge: Picture, x: int, offset: int, least_span_px: float) -> list[Comb]:
    place, height = _marks(ridge)
    if not 3 <= len(place) <= _MOST_MARKS or place[-1] - place[0] < least_span_px:
        return []
    found: list[Comb] = []
    listed = place.tolist()
    for spacing in _spacings(place):
        used: set[int] = set()
        for first in range(len(place) - 2):
            if listed[-1] - listed[first] < least_span_px:
                break
            if first in used:
                continue
            chain = _chain(listed, first, spacing)
            used.update(chain)
            if _is_comb(chain, place, height, least_span_px):
                found.append(_fitted(place[chain] + offset, x, x))
    return found


def _marks(ridge: Picture) -> tuple[FloatArray, FloatArray]:
    """Centres, weighted by brightness, and brightness of the runs above the background."""
    inside = np.concatenate([[False], ridge >= _FAINTEST, [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2], edges[1::2]
    if len(starts) < 3:
        return np.empty(0), np.empty(0)
    level = ridge.astype(float)
    total = np.concatenate([[0.0], np.cumsum(level)])
    moment = np.concatenate([[0.0], np.cumsum(level * np.arange(len(level)))])
    weight = total[ends] - total[starts]
    return (moment[ends] - moment[starts]) / weight, np.maximum.reduceat(level, starts)


def _spacings(place: FloatArray) -> list[float]:
    """The commonest distances between neighbours; also over one mark, for there may be a stray between."""
    near, over = np.diff(place), place[2:] - place[:-2]
    found: list[float] = []
    for distances in (near, over):
        distances = distances[distances >= _LEAST_SPACING_PX]
        counts = (np.abs(distances[:, None] - distances[None, :]) <= 1.2).sum(axis=1)
        for k in np.argsort(counts)[::-1][:6]:
            enough = counts[k] >= max(2, _CONSISTENT * len(near))
            if enough and all(abs(distances[k] - other) > 2.0 for other in found):
                found.append(float(distances[k]))
    return found[:4]


def _chain(place: list[float], first: int, spacing: float) -> list[int]:
    """Indices of marks that follow one another at the spacing, which is refined on the way."""
    chain, steps, missed = [first], 0, 0
    while True:
        refined = (place[chain[-1]] - place[first]) / steps if steps else spacing
        expected = place[chain[-1]] + refined * (missed + 1)
        k = _nearest(place, expected)
        if k > chain[-1] and abs(place[k] - expected) <= min(1.6, 0.12 * spacing + 0.5):
            chain.append(k)
            steps += missed + 1
            missed = 0
        elif missed < _MISSED_IN_A_ROW and expected < place[-1] - 1:
            missed += 1
        else:
            return chain


def _nearest(place: list[float], expected: float) -> int:
    k = bisect_left(place, expected)
    if k == len(place) or (k > 0 and expected - place[k - 1] < place[k] - expected):
        return k - 1
    return k


def _is_comb(chain: list[int], place: FloatArray, height: FloatArray, least_span_px: float) -> bool:
    if len(chain) < 3 or place[chain[-1]] - place[chain[0]] < least_span_px:
        return False
    strength = float(np.median(height[chain]))
    between = height[chain[0] : chain[-1] + 1] >= 0.5 * strength
    stray = int(between.sum()) - len(chain)
    alike = float(np.mean(np.abs(height[chain] - strength) <= 0.45 * strength))
    return stray <= _STRAY_SHARE * len(chain) and alike >= 0.75


def _fitted(ticks_px: FloatArray, first_x: int, last_x: int) -> Comb:
    """Start and spacing by least squares over the numbers of the ticks."""
    spacing = float(np.median(np.diff(ticks_px)))
    # Step by step: over many ticks a spacing of whole pixels would be out by one.
    number = np.concatenate([[0.0], np.cumsum(np.round(np.diff(ticks_px) / spacing))])
    spacing, start = (float(v) for v in np.polyfit(number, ticks_px, 1))
    return Comb(first_x, last_x, round(start, 4), round(spacing, 5), ticks_px)


def _grouped(cut: list[tuple[int, Comb]]) -> list[list[Comb]]:
    """Combs of neighbouring columns that are cuts through the same ticks."""
    groups: list[list[Comb]] = []
    for x, comb in cut:
        for group in groups:
            if x - group[-1].last_x <= 2 and _same(comb, group[-1]):
                group.append(comb)
                break
        else:
            groups.append([comb])
    return groups


def _same(a: Comb, b: Comb) -> bool:
    if abs(a.spacing_px - b.spacing_px) > _SAME_SPACING * b.spacing_px:
        return False
    steps = (a.start_px - b.start_px) / b.spacing_px
    return abs(steps - round(steps)) * b.spacing_px <= _SAME_PLACE_PX


def _joined(group: list[Comb]) -> Comb:
    """One comb of the ticks that most of its columns show."""
    reference = max(group, key=lambda comb: comb.count)
    places: dict[int, list[float]] = {}
    for comb in group:
        for tick in comb.ticks_px:
            number = round((float(tick) - reference.start_px) / reference.spacing_px)
            places.setdefault(number, []).append(float(tick))
    least = max(2, len(group) // 3)
    ticks = [float(np.median(places[n])) for n in sorted(places) if len(places[n]) >= least]
    if len(ticks) < 3:
        ticks = reference.ticks_px.tolist()
    return _fitted(np.array(ticks), group[0].first_x, group[-1].last_x)
