"""Which fasciae bound which muscle: the choice of a pair, or of the four of the abdominal wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from segmentation.fascia import Fascia
from segmentation.fascia_strength import strength
from segmentation.results import FloatArray

# Only for choosing among bright bands in the first picture; a muscle outside is measured all the same.
EXPECTED_EO_IO_TRA_MM = (6.5, 8.5, 4.0)
EXPECTED_SPREAD = 0.55  # of the logarithm: a factor of 1.7 costs half a point
THIN_LAYER_MM = 8.0
LEAST_GAP_MM = 0.8
THINNEST_SKIN_MM = 2.5  # and the fat under it: what is nearer to the probe is not above EO
SIDE_SHARE = 0.65
TAPERED_SHARE = 0.2  # of that side: so far a muscle may have run out there


@dataclass(frozen=True, slots=True)
class Inside:
    """A point that lies in a layer; ``layer`` counts from the top, 0 for the first."""

    layer: int
    x_mm: float
    y_mm: float


def choose_layer(
    fasciae: Sequence[Fascia], x_mm: FloatArray, range_mm: tuple[float, float], inside: Sequence[Inside] = ()
) -> tuple[int, int] | None:
    """Return the numbers of the two fasciae that bound a single layer.

    Parameters
    ----------
    fasciae : sequence of Fascia
        From the top down.
    x_mm : (C,) array
        Their columns.
    range_mm : (float, float)
        The columns in which depths are compared.
    inside : sequence of Inside
        Points known to lie in the muscle; without one the pair that is strong and far apart is taken.

    Returns
    -------
    (int, int) or None
        Upper and lower; None where there is no pair.

    Examples
    --------
    >>> x_mm = np.linspace(0.5, 29.5, 40)
    >>> fasciae = [Fascia(np.full(40, y_mm), np.full(40, 20.0)) for y_mm in (2.0, 6.0, 16.0)]
    >>> choose_layer(fasciae, x_mm, (10.0, 20.0))  # far apart
    (1, 2)
    >>> choose_layer(fasciae, x_mm, (10.0, 20.0), [Inside(0, 15.0, 4.0)])
    (0, 1)
    """
    depth = _depths(fasciae, x_mm, range_mm)
    strong = np.array([strength(f) for f in fasciae])
    best, best_score = None, 0.0
    for upper, lower in combinations(range(len(fasciae)), 2):
        gap = float(depth[lower] - depth[upper])
        if gap <= 0 or not _encloses(fasciae, x_mm, (upper, lower), inside):
            continue
        score = _pair_score(strong, upper, lower, gap, bool(inside))
        if score > best_score:
            best, best_score = (upper, lower), score
    return best


def _pair_score(strong: FloatArray, upper: int, lower: int, gap_mm: float, seeded: bool) -> float:
    score = float(np.sqrt(strong[upper] * strong[lower]))
    between = float(strong[upper + 1 : lower].max(initial=0.0)) / max(min(strong[upper], strong[lower]), 0.1)
    if seeded:  # a muscle has no fascia of its own kind inside
        return score * (0.3 if between > 0.6 else 1.0)
    # without a seed fascicles in line can look like one, so only what is as clear as the bounds counts
    score *= 1.0 - 0.5 * float(np.clip((between - 0.9) / 0.2, 0.0, 1.0))
    return score * gap_mm / (gap_mm + THIN_LAYER_MM)


def choose_abdominal_wall(
    fasciae: Sequence[Fascia], x_mm: FloatArray, range_mm: tuple[float, float], inside: Sequence[Inside] = ()
) -> tuple[int, int, int, int] | None:
    """Return the numbers of the fasciae above EO, between EO and IO, between IO and TrA, and below TrA.

    Parameters
    ----------
    fasciae : sequence of Fascia
        From the top down.
    x_mm : (C,) array
        Their columns.
    range_mm : (float, float)
        The columns in which depths are compared.
    inside : sequence of Inside
        Points known to lie in EO (0), IO (1) or TrA (2).

    Returns
    -------
    four ints or None
        None where no four bands lie one above the other.

    Examples
    --------
    >>> x_mm, depths_mm = np.linspace(0.5, 39.5, 54), (1.0, 8.0, 14.0, 22.0, 26.0, 35.0)
    >>> fasciae = [Fascia(np.full(54, y_mm), np.full(54, 20.0)) for y_mm in depths_mm]
    >>> choose_abdominal_wall(fasciae, x_mm, (13.0, 26.0))  # EO 6, IO 8, TrA 4 mm
    (1, 2, 3, 4)
    """
    depth = _depths(fasciae, x_mm, range_mm)
    best, best_score = None, -np.inf
    # where TrA has run out, the curve of one of its fasciae lies on something else: one side is enough
    for side in _two_sides(len(x_mm)):
        apart = _apart(fasciae, side) & (depth[None, :] - depth[:, None] > LEAST_GAP_MM)
        apart[depth <= THINNEST_SKIN_MM] = False
        strong = np.array([strength(_part(fascia, side)) for fascia in fasciae])
        for four in combinations(range(len(fasciae)), 4):
            if not (apart[four[:-1], four[1:]].all() and _encloses(fasciae, x_mm, four, inside)):
                continue
            score = _wall_score(strong, four, np.diff(depth[list(four)]))
            if score > best_score:
                best, best_score = four, score
    return best


def _apart(fasciae: Sequence[Fascia], side: slice) -> npt.NDArray[np.bool_]:
    """[upper, lower]: whether there is room for a muscle between two fasciae nearly all along one side."""
    if not fasciae:
        return np.empty((0, 0), np.bool_)
    y_mm = np.stack([fascia.y_mm[side] for fascia in fasciae])
    room_mm = np.quantile(y_mm[None, :] - y_mm[:, None], TAPERED_SHARE, axis=-1)
    return np.asarray(room_mm > LEAST_GAP_MM)


def _two_sides(columns: int) -> tuple[slice, slice]:
    most = round(SIDE_SHARE * columns)
    return slice(0, most), slice(columns - most, columns)


def _part(fascia: Fascia, part: slice) -> Fascia:
    return Fascia(fascia.y_mm[part], fascia.contrast_grey[part])


def _wall_score(strong: FloatArray, four: tuple[int, int, int, int], gaps_mm: FloatArray) -> float:
    score = float(np.log(np.maximum(strong[list(four)], 0.5)).sum())
    misfit = np.log(gaps_mm / np.array(EXPECTED_EO_IO_TRA_MM)) / EXPECTED_SPREAD
    score -= 0.25 * float((misfit**2).sum())
    for upper, lower in pairwise(four):
        between = float(strong[upper + 1 : lower].max(initial=0.0))
        score -= max(0.0, between / max(min(strong[upper], strong[lower]), 0.5) - 0.5)
    return score


def _depths(fasciae: Sequence[Fascia], x_mm: FloatArray, range_mm: tuple[float, float]) -> FloatArray:
    middle, half = sum(range_mm) / 2, max((range_mm[1] - range_mm[0]) / 2, 1.0)
    columns = np.abs(x_mm - middle) <= half
    return np.array([float(f.y_mm[columns].mean()) for f in fasciae])


def _encloses(
    fasciae: Sequence[Fascia], x_mm: FloatArray, chosen: Sequence[int], inside: Sequence[Inside]
) -> bool:
    for point in inside:
        upper, lower = fasciae[chosen[point.layer]], fasciae[chosen[point.layer + 1]]
        at = [float(np.interp(point.x_mm, x_mm, f.y_mm)) for f in (upper, lower)]
        if not at[0] < point.y_mm < at[1]:
            return False
    return True
