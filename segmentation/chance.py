"""The chance that a value is right, from what was seen of its edges.

Right means within 0.5 mm or 5 % of the truth, whichever is more; an area within 5 %. Each kind of border has
a logistic model; its weights come from phantom clips with and without faults (`bench.fit_chance`) and were
tried on others (docs/accuracy.md).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import numpy.typing as npt

TOLERANCE_MM, TOLERANCE_SHARE = 0.5, 0.05
MOST_FOUND_ALONE = 0.89
"""The most for a border that nobody pointed at: it may be that of another structure altogether."""
SAID = (0.0, 0.08, 0.12, 0.70, 0.76, 0.80, 1.0)
TURNED_OUT = (0.12, 0.17, 0.46, 0.54, 0.66, 0.82, 1.0)


@dataclass(frozen=True, slots=True)
class Logistic:
    """A chance in the logarithm of its odds: an offset, and a weight for each piece of evidence."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    offset: float

    def chance(self, evidence: Sequence[float], found_alone: bool) -> float:
        """Return the chance for pieces of evidence in the order of the names.

        Parameters
        ----------
        evidence : sequence of float
            As many as there are names.
        found_alone : bool
            True where neither a border nor a point inside was given, nor the border confirmed.

        Returns
        -------
        float
            0 to 1.

        Examples
        --------
        >>> model = Logistic(("step",), (2.0,), -1.0)
        >>> round(model.chance((0.5,), found_alone=False), 2), model.chance((9.0,), found_alone=True)
        (0.51, 0.89)
        """
        chance = calibrated(self.said(evidence))
        return min(chance, MOST_FOUND_ALONE) if found_alone else chance

    def said(self, evidence: Sequence[float]) -> float:
        """Return the same as the model itself says it, 0 to 1."""
        odds = self.offset + sum(w * e for w, e in zip(self.weights, evidence, strict=True))
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))


# Printed by bench.fit_chance.
LAYER = Logistic(
    ("log step", "roughness", "spread", "log share of contrast", "log thickness", "found alone"),
    (1.229, -13.033, -2.409, 0.223, 0.014, -0.996),
    0.18,
)
BORDER = Logistic(
    ("agreement", "rim", "mean rim", "change of size", "dark share", "found alone"),
    (1.331, 3.69, 3.803, -1.949, 0.0, -2.636),
    -2.835,
)
FACET = Logistic(
    ("log step", "unevenness", "log strength", "agreement", "found alone"),
    (1.317, -5.485, 1.622, 0.0, -1.19),
    -5.746,
)


def calibrated(chance: float) -> float:
    """Return what a model's chance turned out to be on clips that it was not made from.

    Doubtful evidence says less than a model believes: between one and seven tenths about half were right
    whatever it said (`bench.fit_chance` prints the table).

    Parameters
    ----------
    chance : float
        As the model says, 0 to 1.

    Returns
    -------
    float
        It grows with the model's chance.

    Examples
    --------
    >>> [round(calibrated(chance), 2) for chance in (0.05, 0.4, 0.75, 0.8, 0.95)]
    [0.15, 0.5, 0.64, 0.82, 0.95]
    """
    at = bisect_right(SAID, chance)
    if at >= len(SAID):
        return TURNED_OUT[-1]
    share = (chance - SAID[at - 1]) / (SAID[at] - SAID[at - 1])
    return TURNED_OUT[at - 1] + share * (TURNED_OUT[at] - TURNED_OUT[at - 1])


def tolerance(quantity: str, value: float) -> float:
    """Return how far off a value may be to count as right.

    Parameters
    ----------
    quantity : str
        ``thickness_mm`` or ``area_cm2``.
    value : float
        The true value.

    Returns
    -------
    float
        In the unit of the quantity.

    Examples
    --------
    >>> tolerance("thickness_mm", 4.0), tolerance("thickness_mm", 30.0), tolerance("area_cm2", 6.0)
    (0.5, 1.5, 0.3)
    """
    share = round(TOLERANCE_SHARE * value, 12)
    return max(TOLERANCE_MM, share) if quantity == "thickness_mm" else share


def fitted(
    evidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], names: Sequence[str], held_back: float
) -> Logistic:
    """Return the model that fits evidence best.

    Parameters
    ----------
    evidence : (N, K) array
        Of N values.
    right : (N,) bool array
        Whether each was within its tolerance.
    names : sequence of K str
        Of the evidence.
    held_back : float
        Weight of the squared weights, for evidence of standard deviation 1: more of it trusts the data less.

    Returns
    -------
    Logistic

    References
    ----------
    .. [1] Platt JC (1999). Probabilistic outputs for support vector machines. In: Advances in large margin
       classifiers: targets a little inside 0 and 1

    Examples
    --------
    >>> seen = np.linspace(-3.0, 3.0, 400)[:, None]
    >>> chance = 1.0 / (1.0 + np.exp(-2.0 * seen[:, 0]))
    >>> right = np.random.default_rng(0).random(400) < chance
    >>> bool(1.5 < fitted(seen, right, ["step"], 1e-3).weights[0] < 2.5)
    True
    """
    middle, width = evidence.mean(axis=0), evidence.std(axis=0) + 1e-9
    scaled = np.column_stack([(evidence - middle) / width, np.ones(len(evidence))])
    ridge = np.append(np.full(len(names), held_back), 0.0)
    target = np.where(right, 1.0 - 1.0 / (right.sum() + 2.0), 1.0 / ((~right).sum() + 2.0))
    weight = np.zeros(scaled.shape[1])
    for _ in range(50):  # Newton's steps; the problem is convex
        chance = 1.0 / (1.0 + np.exp(-scaled @ weight))
        slope = scaled.T @ (chance - target) / len(target) + ridge * weight
        bend = (scaled * (chance * (1.0 - chance))[:, None]).T @ scaled / len(target) + np.diag(ridge)
        weight -= np.linalg.solve(bend + 1e-9 * np.eye(len(weight)), slope)
    weights = weight[:-1] / width
    offset = float(weight[-1] - weights @ middle)
    return Logistic(tuple(names), tuple(round(float(w), 3) for w in weights), round(offset, 3))
