"""Which of the levels of a trace is rest, and how far from it a contraction begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.results import FloatArray
from segmentation.traces import STEP_S, BoolArray

_SEPARATED = 4.5  # spreads; a slow breathing wave split in two halves reaches 4.1, white noise 2.7
_ONE_TIGHT = 6.0  # spreads of the tighter half: the other may hold efforts of different size
_APART = 2.0  # smallest changes, which the halves then have to lie apart
_FAR_APART = 4.0  # smallest changes; no breathing wave is that large
_SHARE = 0.05  # a level that is seen less is a fault of following, not rest
_SPLITS = 3
_BIN_S = 20.0
_EDGE = 10  # grid points at either end of a clip


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """The resting level of one trace along the grid, and the departure from it that counts."""

    base: FloatArray  # (G,)
    threshold: FloatArray  # (G,), above 0

    def deviation(self, values: FloatArray) -> FloatArray:
        """How far from rest, in thresholds, whatever the direction, ``(G,)``."""
        return np.abs(values - self.base) / self.threshold


def resting_level(
    values: FloatArray, *, smallest_change: float, swells: bool, marked: BoolArray | None = None
) -> Rest | None:
    """Return the resting level of a smoothed trace.

    The values are split in two as long as the halves stand apart (by more than a breathing wave does). Of
    two levels rest is the lower where the muscle is known to swell. Otherwise it is the one at which the clip
    both begins and ends, and again the lower where it begins at one and ends at the other.

    Parameters
    ----------
    values : (G,) array
        Smoothed values on the even grid, ``nan`` in gaps.
    smallest_change : float
        Least change that may be called a contraction, as a fraction of rest.
    swells : bool
        True for a muscle that thickens as it contracts.
    marked : (G,) bool array, optional
        Where the operator marked rest; then nothing is searched.

    Returns
    -------
    Rest or None
        None where the trace holds nothing.

    References
    ----------
    .. [1] Otsu N (1979). A threshold selection method from gray-level histograms.
       doi:10.1109/TSMC.1979.4310076. The split in two; that it may be made is told from the spread.

    Examples
    --------
    >>> mm = np.repeat([3.0, 4.5, 3.0, 4.5], 100) + np.random.default_rng(1).normal(0.0, 0.02, 400)
    >>> rest = resting_level(mm, smallest_change=0.1, swells=True)
    >>> rest.base[:2].round(1).tolist(), rest.threshold[:2].round(1).tolist()
    ([3.0, 3.0], [0.3, 0.3])
    """
    known = np.isfinite(values)
    resting = known if marked is None else known & marked
    if not resting.any():
        return None
    if marked is None:
        for _ in range(_SPLITS):
            upper = _upper_level(values, resting, smallest_change)
            if upper is None:
                break
            resting = resting & (~upper if swells or not _rests_high(upper, known) else upper)
    base = _along(values, resting)
    spread = 1.4826 * float(np.median(np.abs(values - base)[resting]))
    return Rest(base, np.maximum(smallest_change * np.abs(base), max(3.0 * spread, 1e-9)))


def _upper_level(values: FloatArray, among: BoolArray, smallest_change: float) -> BoolArray | None:
    """The upper of two levels (Otsu's split), or None where there is but one."""
    ordered = np.sort(values[among])
    n = len(ordered)
    edge = max(int(_SHARE * n), SHARE_LEAST)
    if n < 2 * edge + 1:
        return None
    below = np.arange(1, n)
    sums = np.cumsum(ordered)
    low, high = sums[:-1] / below, (sums[-1] - sums[:-1]) / (n - below)
    between = below * (n - below) * (high - low) ** 2
    between[: edge - 1] = between[n - edge :] = -1.0
    cut = int(np.argmax(between))
    apart = high[cut] - low[cut]
    if not _two_levels(ordered[: cut + 1], ordered[cut + 1 :], apart, smallest_change * abs(low[cut])):
        return None
    upper: BoolArray = values > (ordered[cut] + ordered[cut + 1]) / 2.0
    return upper


def _two_levels(lower: FloatArray, upper: FloatArray, apart: float, smallest: float) -> bool:
    """Whether two halves of the values are two levels, and not the halves of one wave."""
    if apart < smallest:
        return False
    variances = lower.var(), upper.var()
    within = np.sqrt((len(lower) * variances[0] + len(upper) * variances[1]) / (len(lower) + len(upper)))
    tight = np.sqrt(min(variances))
    return bool(
        apart >= _SEPARATED * within
        or apart >= _FAR_APART * smallest
        or (apart >= _APART * smallest and apart >= _ONE_TIGHT * tight)
    )


SHARE_LEAST = round(0.5 / STEP_S)
"""Grid points: nothing seen for less than half a second is a level."""


def _rests_high(upper: BoolArray, known: BoolArray) -> bool:
    """Whether the clip both begins and ends at the upper level."""
    at = np.flatnonzero(known)
    return bool(upper[at[:_EDGE]].mean() > 0.5 and upper[at[-_EDGE:]].mean() > 0.5)


def _along(values: FloatArray, resting: BoolArray) -> FloatArray:
    """The median of rest; in long recordings it follows slow drift, one median each 20 s."""
    n_bins = int(len(values) * STEP_S / _BIN_S)
    if n_bins < 2:
        return np.full(len(values), np.median(values[resting]))
    places, medians = [], []
    for part in np.array_split(np.arange(len(values)), n_bins):
        of_rest = part[resting[part]]
        if len(of_rest) >= 2.0 / STEP_S:
            places.append(float(of_rest.mean()))
            medians.append(float(np.median(values[of_rest])))
    if not places:
        return np.full(len(values), np.median(values[resting]))
    return np.interp(np.arange(len(values)), places, medians)
