"""Errors carried through: from the thicknesses of the lateral abdominal wall to shares and their change."""

from __future__ import annotations

from math import sqrt
from typing import Literal

import numpy as np

from segmentation.indices import check_sizes
from segmentation.results import FloatArray

WallMuscle = Literal["tra", "io", "eo"]
WALL: tuple[WallMuscle, ...] = ("tra", "io", "eo")

Three = tuple[float, float, float]
"""Of TrA, IO and EO, in this order."""


def share_sem(muscle: WallMuscle, mm: Three, covariance_mm2: FloatArray) -> float:
    """Return the standard error of a relative thickness.

    First-order propagation [1]_: with the share s = m / T of T = TrA + IO + EO, ds/dm = (T - m) / T² for the
    muscle itself and -m / T² for each of the others; the error is the root of g C g.

    Parameters
    ----------
    muscle : {"tra", "io", "eo"}
        Whose share.
    mm : (tra, io, eo)
        Thickness in mm, above 0.
    covariance_mm2 : (3, 3) array
        Of the errors of the three thicknesses, in mm²: their squares on the diagonal, and off it 0 where they
        have nothing in common. What moves two muscles alike, as a breath does, moves their shares less.

    Returns
    -------
    float
        A fraction, as the share is; ``nan`` where a thickness or an error is ``nan``.

    Raises
    ------
    ValueError
        If a thickness is 0 or below.

    References
    ----------
    .. [1] JCGM 100:2008, Guide to the expression of uncertainty in measurement, 5.1 and 5.2.

    Examples
    --------
    An error of 0.4 mm of each of 4, 9 and 7 mm: 0.4 x sqrt(16² + 4² + 4²) / 20² = 0.017.

    >>> round(share_sem("tra", (4.0, 9.0, 7.0), np.diag([0.16, 0.16, 0.16])), 4)
    0.017
    """
    check_sizes(*mm)
    return sqrt(_variance(muscle, mm, covariance_mm2))


def share_change_sem(
    muscle: WallMuscle,
    rest_mm: Three,
    contracted_mm: Three,
    rest_covariance_mm2: FloatArray,
    contracted_covariance_mm2: FloatArray,
) -> float:
    """Return the standard error of the change of a relative thickness; of TrA's it is that of the PAR.

    The errors at rest and in contraction are taken as independent. Where they are not, because the probe
    stayed where it was, the error is smaller than what is told.

    Parameters
    ----------
    muscle : {"tra", "io", "eo"}
        Whose share.
    rest_mm, contracted_mm : (tra, io, eo)
        Thickness in mm, above 0.
    rest_covariance_mm2, contracted_covariance_mm2 : (3, 3) arrays
        See `share_sem`.

    Returns
    -------
    float
        A fraction, as the share is; ``nan`` where a thickness or an error is ``nan``.

    Raises
    ------
    ValueError
        If a thickness is 0 or below.

    References
    ----------
    .. [1] JCGM 100:2008, Guide to the expression of uncertainty in measurement, 5.1 and 5.2.

    Examples
    --------
    >>> error = np.diag([0.16, 0.16, 0.16])
    >>> round(share_change_sem("tra", (4.0, 9.0, 7.0), (4.0, 9.0, 7.0), error, error), 4)
    0.024
    """
    check_sizes(*rest_mm, *contracted_mm)
    at_rest = _variance(muscle, rest_mm, rest_covariance_mm2)
    return sqrt(at_rest + _variance(muscle, contracted_mm, contracted_covariance_mm2))


def independent(sem_mm: Three) -> FloatArray:
    """Return the covariance of three errors that have nothing in common.

    Parameters
    ----------
    sem_mm : (tra, io, eo)
        Standard errors in mm.

    Returns
    -------
    (3, 3) array
        In mm².

    Examples
    --------
    >>> independent((0.5, 1.0, 2.0)).diagonal().tolist()
    [0.25, 1.0, 4.0]
    """
    return np.diag(np.square(np.array(sem_mm, float)))


def _variance(muscle: WallMuscle, mm: Three, covariance_mm2: FloatArray) -> float:
    total, own = sum(mm), mm[WALL.index(muscle)]
    slope = np.array([(total - own if one == muscle else -own) / total**2 for one in WALL])
    return float(np.maximum(slope @ covariance_mm2 @ slope, 0.0))  # nan stays nan
