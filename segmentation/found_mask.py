"""Closed borders from masks, such as a learned model gives: which piece is a muscle, its outline, its rim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from segmentation.border import normals, resampled
from segmentation.geometry import Calibration
from segmentation.results import FloatArray, Picture, Side
from segmentation.rough_border import low_curve, put_on_rim
from segmentation.views import Mask, Panel

LEAST_CM2 = 0.3  # what is smaller is a speck
OUTLINE_HARMONICS = 8  # the steps of a coarse mask are finer than any turn of a muscle's border
OFF_MM = 1.0  # how far an outline may lie off the rim, as a standard deviation
NECK = 0.7  # two muscles that touch are no higher there than so much of the lower of them


class _Part(NamedTuple):
    """One piece of a mask that hangs together."""

    inside: Mask
    area_cm2: float
    x_px: float  # of its middle, in the roi


def masked_borders(
    picture: Picture,
    panel: Panel,
    masks: Sequence[Mask],
    sides: Sequence[Side],
    seeds_mm: Mapping[Side, tuple[float, float]],
) -> dict[Side, FloatArray]:
    """Return the borders of the muscles that masks show, put where the rim is in the picture.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    panel : Panel
        The B-mode picture. In a two-sided one the half that the middle of a piece lies in says its side, and
        a piece with a neck between two broad halves is cut there: two muscles that touch.
    masks : sequence of (roi.height, roi.width) bool arrays
        True inside the muscle; both sides in one, or one for each.
    sides : sequence of "left" or "right"
        Of the panel's, those to look for.
    seeds_mm : mapping of a side to (x_mm, y_mm)
        Points inside muscles, from the upper left corner of the roi: only a piece that holds its side's is
        taken. Without one it is the largest.

    Returns
    -------
    dict of a side to a (96, 2) array
        In mm from the upper left corner of the roi; a side that no mask shows is left out.

    Raises
    ------
    ValueError
        If a mask is of another size than the roi.

    Examples
    --------
    >>> from segmentation.geometry import Roi
    >>> picture = cv2.circle(np.full((200, 400), 150, np.uint8), (100, 100), 60, 40, -1)  # 6 mm
    >>> seen = cv2.circle(np.zeros((200, 400), np.uint8), (102, 100), 57, 1, -1) > 0
    >>> panel = Panel(Roi(0, 0, 400, 200), Calibration(0.1, 0.1), ("right", "left"))
    >>> borders = masked_borders(picture, panel, [seen], ["left", "right"], {})
    >>> list(borders), round(float(np.hypot(*(borders["right"] - 10.05).T).mean()), 1)  # on the rim
    (['right'], 6.1)
    """
    parts = [part for mask in masks for part in _parts(_cut(mask) if len(panel.sides) > 1 else mask, panel)]
    found = {}
    for side in sides:
        own = [part for part in parts if _side(part, panel) == side]
        own = [part for part in own if _holds(part, panel, seeds_mm.get(side))]
        if own:
            outline = mask_outline_mm(max(own, key=lambda part: part.area_cm2).inside, panel.calibration)
            found[side] = put_on_rim(picture, panel.roi, panel.calibration, outline, OFF_MM)
    return found


def mask_outline_mm(mask: Mask, calibration: Calibration) -> FloatArray:
    """Return the smooth outline of the largest piece of a mask.

    Parameters
    ----------
    mask : (H, W) bool array
        True inside; holes do not count.
    calibration : Calibration
        Size of a pixel in mm.

    Returns
    -------
    (96, 2) array
        Closed, evenly spaced, in mm from the upper left corner of the mask; it runs along the outer sides of
        the pixels.

    Raises
    ------
    ValueError
        If nothing of the mask encloses an area.

    References
    ----------
    .. [1] Kuhl FP, Giardina CR (1982). Elliptic Fourier features of a closed contour.
       doi:10.1016/0146-664X(82)90034-X

    Examples
    --------
    >>> y, x = np.mgrid[:200, :200] * 0.1 + 0.05
    >>> outline = mask_outline_mm(np.hypot(x - 10.0, y - 10.0) < 6.0, Calibration(0.1, 0.1))
    >>> outline.shape, bool(abs(np.hypot(*(outline - 10.0).T) - 6.0).max() < 0.1)
    ((96, 2), True)
    """
    contours, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    around = max(contours, key=cv2.contourArea, default=None)
    if around is None or cv2.contourArea(around) <= 0 or len(around) <= 2 * OUTLINE_HARMONICS:
        raise ValueError("the mask encloses nothing")
    middles_mm = (around[:, 0].astype(np.float64) + 0.5) * calibration.scale
    smooth = resampled(low_curve(middles_mm, OUTLINE_HARMONICS))
    outward = normals(smooth)
    # from the middles of the outermost pixels to their sides, whichever way the border runs
    half_px_mm = 0.5 * np.abs(outward) @ calibration.scale
    return np.asarray(smooth + half_px_mm[:, None] * outward, np.float64)


def _parts(mask: Mask, panel: Panel) -> list[_Part]:
    if mask.shape != (panel.roi.height, panel.roi.width):
        raise ValueError(f"expected a mask of {panel.roi.height} x {panel.roi.width}, came {mask.shape}")
    count, labels, stats, middles = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    px_cm2 = float(np.prod(panel.calibration.scale)) / 100.0
    areas_cm2 = stats[:, cv2.CC_STAT_AREA] * px_cm2
    return [
        _Part(labels == number, float(areas_cm2[number]), float(middles[number, 0]))
        for number in range(1, count)  # 0 is what lies around
        if areas_cm2[number] >= LEAST_CM2
    ]


def _cut(mask: Mask) -> Mask:
    """Part what hangs together across the middle, where it has a neck there."""
    high = mask.sum(axis=0)
    middle = len(high) // 2
    left, right = int(high[:middle].argmax()), middle + int(high[middle:].argmax())
    neck = left + int(high[left : right + 1].argmin())
    if high[neck] > NECK * min(high[left], high[right]):
        return mask
    cut = mask.copy()
    cut[:, neck] = False
    return cut


def _side(part: _Part, panel: Panel) -> Side:
    return panel.sides[0 if part.x_px < (panel.roi.width - 1) / 2 else -1]


def _holds(part: _Part, panel: Panel, seed_mm: tuple[float, float] | None) -> bool:
    if seed_mm is None:
        return True
    column, row = np.floor(np.array(seed_mm) / panel.calibration.scale).astype(int)
    height, width = part.inside.shape
    return bool(0 <= row < height and 0 <= column < width and part.inside[row, column])
