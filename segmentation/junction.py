"""The anterior muscle-fascia junction of TrA: where the muscle tapers out and its two fasciae meet."""

from __future__ import annotations

from math import nan

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from segmentation.edges import InnerEdge
from segmentation.results import FloatArray
from segmentation.views import PictureEdge

GAP_AT_JUNCTION_MM = 1.0
END_SHARE = 0.15  # of the picture's width
TAPERED, FULL = 0.45, 0.7  # of the median gap: what an end is called
SMOOTH_COLUMNS = 3.0


def _gap_mm(superficial: InnerEdge, deep: InnerEdge) -> FloatArray:
    gap = median_filter(deep.y_mm - superficial.y_mm, size=7, mode="nearest")
    return np.asarray(gaussian_filter1d(gap, SMOOTH_COLUMNS, mode="nearest"), np.float64)


def lateral_sign(edge: PictureEdge | None, superficial: InnerEdge, deep: InnerEdge) -> int:
    """Return which way lateral is in the picture.

    Parameters
    ----------
    edge : "left", "right" or None
        What the setup says; None: the end at which the muscle is thick.
    superficial, deep : InnerEdge
        The edges of TrA.

    Returns
    -------
    int
        1 where lateral is to the right, -1 to the left, 0 where no end tapers.
    """
    if edge is not None:
        return 1 if edge == "right" else -1
    gap = _gap_mm(superficial, deep)
    end = max(3, round(END_SHARE * len(gap)))
    usual = float(np.median(gap))
    left, right = float(gap[:end].mean()), float(gap[-end:].mean())
    if left < TAPERED * usual and right > FULL * usual:
        return 1
    if right < TAPERED * usual and left > FULL * usual:
        return -1
    return 0


def find_junction(superficial: InnerEdge, deep: InnerEdge, sign: int) -> float:
    """Return where the inner edges come within 1 mm of each other, seen from the lateral end.

    Parameters
    ----------
    superficial, deep : InnerEdge
        The edges of TrA on the same columns.
    sign : int
        1 where lateral is to the right of the picture, -1 to the left.

    Returns
    -------
    float
        In mm from the left of the roi; nan where the muscle does not taper out inside the picture.

    Raises
    ------
    ValueError
        If ``sign`` is neither 1 nor -1.

    Notes
    -----
    The slide is the movement of this point from rest (Chen 2015).

    Examples
    --------
    >>> import numpy as np
    >>> x, zero = np.arange(0.0, 40.0, 0.4), np.zeros(100)
    >>> top, bottom = InnerEdge(x, zero, zero, zero), InnerEdge(x, np.clip(0.5 * x - 5, 0, 4), zero, zero)
    >>> round(find_junction(top, bottom, 1))
    12
    """
    if sign not in (1, -1):
        raise ValueError(f"sign must be 1 or -1, came {sign}")
    gap, x_mm = _gap_mm(superficial, deep), superficial.x_mm
    if sign < 0:
        gap, x_mm = gap[::-1], x_mm[::-1]
    thick = int(gap[len(gap) // 2 :].argmax()) + len(gap) // 2
    closed = np.flatnonzero(gap[: thick + 1] < GAP_AT_JUNCTION_MM)
    if len(closed) == 0:
        return nan
    last = closed[-1]
    if last + 1 >= len(gap):
        return nan
    part = (GAP_AT_JUNCTION_MM - gap[last]) / max(gap[last + 1] - gap[last], 1e-6)
    return float(x_mm[last] + np.clip(part, 0, 1) * (x_mm[last + 1] - x_mm[last]))
