"""Superficial and deep zone of a muscle: split half-way in depth, and the split goes with the tissue.

Experimental: the layers of multifidus cannot be told apart on the image [1]_, so the split is by depth alone.

.. [1] doi:10.1186/s12891-022-05590-5
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import cv2
import numpy as np

from segmentation.geometry import Calibration, polygon_area_cm2
from segmentation.results import FloatArray, Picture

INSET_MM = 1.5  # of the zone in which echo intensity is the mean: fascia and split left out


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """The two closed borders ``(N, 2)`` of the zones in pixels of the frame."""

    superficial_px: FloatArray
    deep_px: FloatArray


def half_way_px(border_px: FloatArray, count: int = 41) -> FloatArray:
    """Return the split of a closed border half-way between its highest and its lowest point.

    Parameters
    ----------
    border_px : (N, 2) array
        Closed border, the first point not repeated.
    count : int
        Points of the split.

    Returns
    -------
    (count, 2) array
        Points inside the border on a level line, left to right, in pixels.

    Raises
    ------
    ValueError
        If the border has no height.

    Examples
    --------
    >>> square = np.array([[10.0, 20.0], [50.0, 20.0], [50.0, 60.0], [10.0, 60.0]])
    >>> half_way_px(square, 3).tolist()
    [[10.0, 40.0], [30.0, 40.0], [50.0, 40.0]]
    """
    y = (border_px[:, 1].min() + border_px[:, 1].max()) / 2.0
    start, end = border_px, np.roll(border_px, -1, axis=0)
    met = (start[:, 1] < y) != (end[:, 1] < y)
    if not met.any():
        raise ValueError("a border of no height has no half-way line")
    start, end = start[met], end[met]
    x = start[:, 0] + (y - start[:, 1]) / (end[:, 1] - start[:, 1]) * (end[:, 0] - start[:, 0])
    return np.column_stack([np.linspace(x.min(), x.max(), count), np.full(count, y)])


def split_zones(border_px: FloatArray, split_px: FloatArray) -> Zones | None:
    """Return the parts of a closed border above and below a split.

    Parameters
    ----------
    border_px : (N, 2) array
        Closed border, the first point not repeated.
    split_px : (M, 2) array
        Points of the split, wherever the tissue took them; the straight line nearest to them splits.

    Returns
    -------
    Zones or None
        None where the line misses the border or is not known.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [40.0, 0.0], [40.0, 40.0], [0.0, 40.0]])
    >>> zones = split_zones(square, np.array([[5.0, 10.0], [35.0, 10.0]]))
    >>> zones.superficial_px.round(3).tolist()
    [[0.0, 0.0], [40.0, 0.0], [40.0, 10.0], [0.0, 10.0]]
    """
    known = split_px[np.isfinite(split_px).all(axis=1)]
    if len(known) < 2 or np.ptp(known[:, 0]) == 0:
        return None
    slope, level = np.polyfit(known[:, 0], known[:, 1], 1)
    below = border_px[:, 1] - (slope * border_px[:, 0] + level)
    superficial, deep = _kept(border_px, -below), _kept(border_px, below)
    return Zones(superficial, deep) if min(len(superficial), len(deep)) >= 3 else None


def _kept(border_px: FloatArray, inside: FloatArray) -> FloatArray:
    """The border cut along a line; ``inside`` is each point's signed distance, times a factor."""
    points = []
    for k in range(len(border_px)):
        after = (k + 1) % len(border_px)
        if inside[k] >= 0:
            points.append(border_px[k])
        if (inside[k] > 0 > inside[after]) or (inside[k] < 0 < inside[after]):
            share = inside[k] / (inside[k] - inside[after])
            points.append(border_px[k] + share * (border_px[after] - border_px[k]))
    return np.array(points)


def zone_areas_cm2(zones: Zones, calibration: Calibration) -> tuple[float, float]:
    """Return the areas of the superficial and of the deep zone.

    Parameters
    ----------
    zones : Zones
        From `split_zones`.
    calibration : Calibration
        Size of a pixel.

    Returns
    -------
    float, float
        In cm².

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]])
    >>> zones = split_zones(square, np.array([[0.0, 25.0], [100.0, 25.0]]))
    >>> zone_areas_cm2(zones, Calibration(0.1, 0.1))
    (0.25, 0.75)
    """
    return polygon_area_cm2(zones.superficial_px, calibration), polygon_area_cm2(zones.deep_px, calibration)


def zone_thicknesses_mm(
    caliper_px: FloatArray, middle_px: FloatArray, calibration: Calibration
) -> tuple[float, float]:
    """Return how much of a caliper lies above and below a point of the tissue.

    Parameters
    ----------
    caliper_px : (2, 2) array
        The line measured along, superficial end first.
    middle_px : (2,) array
        Where the tissue is now that was half-way in the reference picture.
    calibration : Calibration
        Size of a pixel.

    Returns
    -------
    float, float
        Superficial and deep part in mm; nan where the point is not known or lies beyond the caliper.

    Examples
    --------
    >>> caliper = np.array([[50.0, 20.0], [50.0, 60.0]])
    >>> zone_thicknesses_mm(caliper, np.array([53.0, 45.0]), Calibration(0.2, 0.2))
    (5.0, 3.0)
    """
    ends_mm, middle_mm = caliper_px * calibration.scale, middle_px * calibration.scale
    along = ends_mm[1] - ends_mm[0]
    length = float(np.hypot(*along))
    upper = float((middle_mm - ends_mm[0]) @ along) / length if length else nan
    return (upper, length - upper) if 0 < upper < length else (nan, nan)


def zone_echo_grey(picture: Picture, zone_px: FloatArray, calibration: Calibration) -> float:
    """Return the mean grey inside a zone inset by 1.5 mm, so that neither fascia nor split is in it.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The frame.
    zone_px : (N, 2) array
        Closed border of the zone in pixels of the frame.
    calibration : Calibration
        Size of a pixel.

    Returns
    -------
    float
        0 to 255; nan where nothing is left.

    Examples
    --------
    >>> picture = np.zeros((100, 100), np.uint8)
    >>> picture[:50] = 80
    >>> square = np.array([[10.0, 10.0], [90.0, 10.0], [90.0, 49.0], [10.0, 49.0]])
    >>> zone_echo_grey(picture, square, Calibration(0.2, 0.2))
    80.0
    """
    inside = np.zeros(picture.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(zone_px).astype(np.int32)], 1)
    reach = np.ceil(INSET_MM / calibration.scale).astype(int)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, tuple((2 * reach + 1).tolist()))
    inside = np.asarray(cv2.erode(inside, brush, borderValue=0), np.uint8)
    return float(cv2.mean(picture, mask=inside)[0]) if inside.any() else nan
