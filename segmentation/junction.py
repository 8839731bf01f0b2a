"""The anterior muscle-fascia junction of TrA: where the muscle tapers out and its two fasciae meet."""

from __future__ import annotations

from math import nan

import numpy as np

from segmentation.resampling import blurred
from segmentation.results import FloatArray
from segmentation.views import PictureEdge

GAP_AT_JUNCTION_MM = 1.0  # between the middles of two fasciae that still can be told apart
END_SHARE = 0.12  # of the picture's width
TAPERED, FULL = 0.45, 0.7  # of the median gap: what an end is called
SMOOTHED_MM = 1.1


def lateral_sign(edge: PictureEdge | None, gap_mm: FloatArray) -> int:
    """Return which way lateral is in the picture.

    Parameters
    ----------
    edge : "left", "right" or None
        What the setup says; None: the end at which the muscle is thick.
    gap_mm : (C,) array
        Distance between the two fasciae of TrA, from left to right.

    Returns
    -------
    int
        1 where lateral is to the right, -1 to the left, 0 where no end tapers.

    Examples
    --------
    >>> import numpy as np
    >>> lateral_sign(None, np.clip(np.arange(40.0) - 8, 0, 5))
    1
    """
    if edge is not None:
        return 1 if edge == "right" else -1
    end = max(3, round(END_SHARE * len(gap_mm)))
    usual = float(np.quantile(gap_mm, 0.6))
    left, right = float(gap_mm[:end].mean()), float(gap_mm[-end:].mean())
    if left < TAPERED * usual and right > FULL * usual:
        return 1
    if right < TAPERED * usual and left > FULL * usual:
        return -1
    return 0


def find_junction(x_mm: FloatArray, gap_mm: FloatArray, sign: int) -> float:
    """Return where the fasciae come within 1.5 mm of each other, seen from the lateral end.

    Parameters
    ----------
    x_mm : (C,) array
        Columns, evenly spaced, from left to right.
    gap_mm : (C,) array
        Distance between the middles of the two fasciae of TrA.
    sign : int
        1 where lateral is to the right of the picture, -1 to the left.

    Returns
    -------
    float
        In the unit of ``x_mm``; nan where the muscle does not taper out inside the picture.

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
    >>> x = np.arange(0.0, 40.0, 0.5)
    >>> round(find_junction(x, np.clip(0.5 * x - 5, 0, 4), 1))
    12
    """
    if sign not in (1, -1):
        raise ValueError(f"sign must be 1 or -1, came {sign}")
    step = float(x_mm[1] - x_mm[0])
    gap = blurred(gap_mm[None], SMOOTHED_MM / step, 0.0)[0].astype(np.float64)
    if sign < 0:
        gap, x_mm = gap[::-1], x_mm[::-1]
    thick = int(gap[len(gap) // 3 :].argmax()) + len(gap) // 3
    closed = np.flatnonzero(gap[: thick + 1] < GAP_AT_JUNCTION_MM)
    if len(closed) == 0 or closed[-1] + 1 >= len(gap):
        return nan
    last = closed[-1]
    part = (GAP_AT_JUNCTION_MM - gap[last]) / max(gap[last + 1] - gap[last], 1e-6)
    return float(x_mm[last] + np.clip(part, 0, 1) * (x_mm[last + 1] - x_mm[last]))
