"""Where a curve is highest around, and by how much it stands out."""

from __future__ import annotations

import numpy as np

from segmentation.results import FloatArray


def peaks(values: FloatArray, prominence: float) -> list[int]:
    """Return the places where a curve is higher than on both sides and stands out by at least so much.

    A peak stands out by what must be descended from it before the curve rises above it, on the side where
    that is less; of a flat top the middle counts, and the two ends are no peaks. As ``find_peaks`` of
    ``scipy.signal`` has it, which loads half a second of statistics with it whenever a process starts.

    Parameters
    ----------
    values : (N,) array
        The curve.
    prominence : float
        The least by which a peak stands out, in the unit of the curve.

    Returns
    -------
    list of int
        Indices, in order.

    Examples
    --------
    >>> import numpy as np
    >>> peaks(np.array([0.0, 2.0, 1.5, 3.0, 3.0, 3.0, 0.0]), 1.0)
    [4]
    """
    begins = np.concatenate([[0], np.flatnonzero(np.diff(values) != 0.0) + 1])
    ends = np.append(begins[1:], len(values)) - 1
    levels = values[begins]
    return [
        int(begins[run] + ends[run]) // 2
        for run in range(1, len(levels) - 1)
        if levels[run - 1] < levels[run] > levels[run + 1] and _stands_out(levels, run) >= prominence
    ]


def _stands_out(levels: FloatArray, at: int) -> float:
    return float(levels[at] - max(_lowest(levels[at::-1]), _lowest(levels[at:])))


def _lowest(away: FloatArray) -> float:
    """Return how low a curve comes that begins at a peak, before it rises above it."""
    above = np.flatnonzero(~(away <= away[0]))
    return float(away[: above[0] if len(above) else None].min())
