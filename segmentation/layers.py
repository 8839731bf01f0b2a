"""Which fasciae bound which muscle: the choice of a pair, or of the four of the abdominal wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from segmentation.fascia import Fascia
from segmentation.results import FloatArray

# Only for choosing among bright bands in the first picture; a muscle outside is measured all the same.
EXPECTED_EO_IO_TRA_MM = (6.5, 8.5, 4.0)
EXPECTED_SPREAD = 0.55  # of the logarithm: a factor of 1.7 costs half a point
ROUGH_MM = 0.5
THIN_LAYER_MM = 8.0
LEAST_GAP_MM = 0.8


def strength(fascia: Fascia) -> float:
    """Return how much a curve looks like a fascia, in grey.

    The mean contrast, less where the curve wanders: fascicles and speckle give short bright pieces that a
    path can only join in steps.

    Parameters
    ----------
    fascia : Fascia
        From `segmentation.fascia_search.find_fasciae`.

    Returns
    -------
    float
        0 or more.
    """
    x = np.linspace(-1.0, 1.0, len(fascia.y_mm))
    smooth = np.polynomial.polynomial.polyval(x, np.polynomial.polynomial.polyfit(x, fascia.y_mm, 3))
    rough_mm = float(np.sqrt(np.mean((fascia.y_mm - smooth) ** 2)))
    # the lower third tells a band that is there from one that is there in places
    steady = float(fascia.contrast_grey.mean() + np.quantile(fascia.contrast_grey, 0.3)) / 2.0
    return max(steady, 0.0) * float(np.exp(-0.5 * (rough_mm / ROUGH_MM) ** 2))


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
    """
    depth = _depths(fasciae, x_mm, range_mm)
    strong = np.array([strength(f) for f in fasciae])
    best, best_score = None, -np.inf
    for four in combinations(range(len(fasciae)), 4):
        gaps = np.diff(depth[list(four)])
        if (gaps <= LEAST_GAP_MM).any() or not _encloses(fasciae, x_mm, four, inside):
            continue
        score = _wall_score(strong, four, gaps)
        if score > best_score:
            best, best_score = four, score
    return best


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
