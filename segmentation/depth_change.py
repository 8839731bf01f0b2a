"""Whether the scanner's depth was changed: every length in mm would be wrong from then on."""

from __future__ import annotations

import cv2
import numpy as np

from segmentation.combs import Comb
from segmentation.geometry import Roi
from segmentation.resampling import Float32Array
from segmentation.results import FloatArray, Picture
from segmentation.ruler import upright_combs

SMALL_PX = 72
REACH_PX = 4  # of the small picture: the probe may lie a little elsewhere
FACTORS = np.exp(np.linspace(-0.75, 0.75, 51))
SAME_SCALE = 0.045  # of the logarithm
TICKS_ALIKE, TICKS_APART_PX = 0.01, 12
LEAST_LIKENESS = 0.6  # correlation
UNLIKE_SHARE, LEAST_MORE = 0.45, 0.04  # of what is unlike at the old scale; of correlation


def depth_changed(before: Picture, now: Picture, roi: Roi) -> bool:
    """Say whether the same tissue is drawn larger or smaller than before.

    Where the picture itself looks so, a ruler beside it decides, if one is seen in both.

    Parameters
    ----------
    before, now : (H, W) uint8 array
        Two frames of one screen.
    roi : Roi
        The B-mode picture.

    Returns
    -------
    bool

    Examples
    --------
    >>> from segmentation.phantom.picture_faults import at_other_depth
    >>> rng = np.random.default_rng(2)
    >>> picture = cv2.resize(rng.integers(0, 255, (30, 30)).astype(np.uint8), (300, 300))
    >>> roi = Roi(0, 0, 300, 300)
    >>> [depth_changed(picture, at_other_depth(picture, roi, factor), roi) for factor in (1.0, 1.3)]
    [False, True]
    """
    small, small_now = (_small(picture, roi) for picture in (before, now))
    alike = np.array([_likeness(small, small_now, float(factor)) for factor in FACTORS])
    best = int(alike.argmax())
    if abs(np.log(FACTORS[best])) < SAME_SCALE or alike[best] < LEAST_LIKENESS:
        return False
    combs, combs_now = (upright_combs(picture, roi) for picture in (before, now))
    if combs and combs_now:  # long and short ticks may take turns in being the longest comb
        return not any(_same(one, other) for one in combs for other in combs_now)
    then = float(alike[np.abs(np.log(FACTORS)) < SAME_SCALE].max())
    return bool(alike[best] > then + LEAST_MORE and 1.0 - alike[best] < UNLIKE_SHARE * (1.0 - then))


def likeness(before: Picture, now: Picture, roi: Roi) -> float:
    """Return how alike two pictures are as a whole, a little shift allowed.

    Parameters
    ----------
    before, now : (H, W) uint8 array
        Two frames of one screen.
    roi : Roi
        The B-mode picture.

    Returns
    -------
    float
        Correlation of the coarse pictures, -1 to 1.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> small = rng.integers(0, 255, (2, 20, 20)).astype(np.uint8)
    >>> one, other = (cv2.resize(picture, (300, 300)) for picture in small)
    >>> roi = Roi(0, 0, 300, 300)
    >>> round(likeness(one, one, roi), 2), likeness(one, other, roi) < 0.5
    (1.0, True)
    """
    return _likeness(_small(before, roi), _small(now, roi), 1.0)


def _same(one: Comb, other: Comb) -> bool:
    beside = one.first_x <= other.last_x + TICKS_APART_PX and other.first_x <= one.last_x + TICKS_APART_PX
    return beside and abs(one.spacing_px / other.spacing_px - 1.0) < TICKS_ALIKE


def _small(picture: Picture, roi: Roi) -> Float32Array:
    small = cv2.resize(picture[roi.slices], (SMALL_PX, SMALL_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), np.float32)


def _likeness(before: Float32Array, now: Float32Array, factor: float) -> float:
    """Correlation with what was before, drawn larger by a factor about the middle of the probe's face."""
    middle = SMALL_PX / 2
    forward: FloatArray = np.array([[factor, 0.0, middle * (1.0 - factor)], [0.0, factor, 0.0]])
    warped = cv2.warpAffine(before, forward, (SMALL_PX, SMALL_PX), flags=cv2.INTER_LINEAR)
    half = min(middle, middle * factor)
    left, right = round(middle - half), round(middle + half)
    known = warped[: round(2 * half), left:right]
    inner = known[REACH_PX:-REACH_PX, REACH_PX:-REACH_PX]
    score = cv2.matchTemplate(now[: round(2 * half), left:right], inner, cv2.TM_CCOEFF_NORMED)
    return float(score.max())
