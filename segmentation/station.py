"""The station: at which part of a layer its thickness is taken, and in which direction."""

from __future__ import annotations

from math import isfinite, nan
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.edges import InnerEdge
from segmentation.geometry import Calibration, Roi
from segmentation.results import FloatArray, Side
from segmentation.views import Station

SLOPE_WINDOW_MM = 10.0
JUNCTION_HALF_MM = 2.5
DEFAULT_JUNCTION_OFFSET_MM = 25.0
MOST_THICKNESSES_FROM_MEDIAN = 0.5
POINT_SPACING_MM = 0.4


def station_for(stations: tuple[Station, ...], side: Side) -> Station:
    """Return the station that was set for a side, or the middle of the muscle.

    Parameters
    ----------
    stations : tuple of Station
        From the setup.
    side : "left" or "right"
        Whose muscle.

    Returns
    -------
    Station
        The first that names the side or no side at all.

    Examples
    --------
    >>> stations = (Station("right", "junction"), Station(None, "mid"))
    >>> station_for(stations, "right").rule, station_for(stations, "left").rule
    ('junction', 'mid')
    """
    return next((s for s in stations if s.side in (side, None)), Station(side=side))


def station_range_mm(
    station: Station,
    roi: Roi,
    calibration: Calibration,
    junction_x_mm: float = nan,
    lateral_sign: int = 0,
) -> tuple[float, float]:
    """Return from where to where the layer is measured, in mm from the left edge of the roi.

    Parameters
    ----------
    station : Station
        Rule ``range`` needs ``x_range_px``; ``facet`` is the point itself; ``junction`` is ``offset_mm``
        lateral of the muscle-fascia junction; ``mid`` the middle third of what is seen of the muscle.
    roi, calibration
        The B-mode picture and its spacing.
    junction_x_mm : float
        Where the muscle tapers out; nan where that is not seen.
    lateral_sign : int
        1 where lateral is to the right of the picture, -1 to the left, 0 unknown.

    Returns
    -------
    (float, float)
        Both nan where the rule needs a junction and none is seen.

    Examples
    --------
    >>> at = Roi(100, 0, 600, 400), Calibration(0.1, 0.1)
    >>> station_range_mm(Station(), *at)  # the middle third of 60 mm
    (20.0, 40.0)
    >>> station_range_mm(Station(rule="junction"), *at, junction_x_mm=10.0, lateral_sign=1)
    (32.5, 37.5)
    """
    width_mm = roi.width * calibration.x_mm_per_px
    if station.rule == "range" and station.x_range_px is not None:
        low, high = sorted(station.x_range_px)
        return tuple((x - roi.x + 0.5) * calibration.x_mm_per_px for x in (low, high))  # type: ignore[return-value]  # two
    if station.rule == "facet" and station.point_px is not None:
        x_mm = (station.point_px[0] - roi.x + 0.5) * calibration.x_mm_per_px
        return x_mm - JUNCTION_HALF_MM, x_mm + JUNCTION_HALF_MM
    if station.rule == "junction":
        offset = DEFAULT_JUNCTION_OFFSET_MM if station.offset_mm is None else station.offset_mm
        middle = junction_x_mm + lateral_sign * offset
        return middle - JUNCTION_HALF_MM, middle + JUNCTION_HALF_MM
    return _middle_third(width_mm, junction_x_mm, lateral_sign)


def _middle_third(width_mm: float, junction_x_mm: float, lateral_sign: int) -> tuple[float, float]:
    low, high = 0.0, width_mm
    if np.isfinite(junction_x_mm) and lateral_sign > 0:
        low = min(junction_x_mm, 0.6 * width_mm)
    elif np.isfinite(junction_x_mm) and lateral_sign < 0:
        high = max(junction_x_mm, 0.4 * width_mm)
    third = (high - low) / 3.0
    return low + third, high - third


def thickness_mm(
    superficial: InnerEdge, deep: InnerEdge, range_mm: tuple[float, float], direction: str
) -> tuple[FloatArray, FloatArray]:
    """Return the mean thickness of one layer, or of several at once, over a station.

    Parameters
    ----------
    superficial, deep : InnerEdge
        The two edges on the same columns; of L layers where ``y_mm`` is (L, C).
    range_mm : (float, float)
        From `station_range_mm`.
    direction : "perpendicular" or "vertical"
        Perpendicular to the middle line of the layer, or straight down the picture.

    Returns
    -------
    () or (L,) array
        Thickness in mm; nan where fewer than half of the points agree.
    (N,) or (L, N) array
        Thickness at points of the station about 0.4 mm apart, before averaging.

    Notes
    -----
    Points further than half the median thickness from the median are left out: one bright speckle at an edge
    moves the mean of a thin layer by more than its measurement error.

    Examples
    --------
    A layer that slants by 30 degrees and is 8 mm high is thinner across.

    >>> x_mm = np.arange(0.5, 40.0)
    >>> slant = x_mm * np.tan(np.radians(30))
    >>> upper, lower = (InnerEdge(x_mm, slant + y, 0 * x_mm, 0 * x_mm) for y in (10.0, 18.0))
    >>> ways = "vertical", "perpendicular"
    >>> [float(thickness_mm(upper, lower, (15.0, 25.0), way)[0].round(2)) for way in ways]
    [8.0, 6.93]
    """
    at_mm = station_points_mm(range_mm, superficial.x_mm)
    height = deep.y_mm - superficial.y_mm
    if len(at_mm) == 0:
        return np.full(height.shape[:-1], nan), height[..., :0]
    if direction == "perpendicular":
        height = height * cosine_of_slope(superficial.x_mm, (deep.y_mm + superficial.y_mm) / 2)
    values = _read(at_mm, superficial.x_mm, height)
    middle = median(values)[..., None]
    kept = np.abs(values - middle) <= np.maximum(MOST_THICKNESSES_FROM_MEDIAN * np.abs(middle), 0.3)
    count = kept.sum(axis=-1)
    mean = (values * kept).sum(axis=-1) / np.maximum(count, 1)
    return np.where(2 * count >= len(at_mm), mean, nan), values


def _read(at_mm: FloatArray, x_mm: FloatArray, values: FloatArray) -> FloatArray:
    """Interpolate along the last axis, whose columns are evenly spaced."""
    place = np.minimum(np.maximum((at_mm - x_mm[0]) / (x_mm[1] - x_mm[0]), 0.0), len(x_mm) - 1)
    before = np.minimum(place.astype(np.intp), len(x_mm) - 2)
    part = place - before
    return np.asarray(values[..., before] * (1.0 - part) + values[..., before + 1] * part, np.float64)


def station_points_mm(range_mm: tuple[float, float], x_mm: FloatArray) -> FloatArray:
    """Return evenly spaced points of a station that lie in the picture.

    Parameters
    ----------
    range_mm : (float, float)
        From `station_range_mm`.
    x_mm : (C,) array
        Evenly spaced columns that fill the picture.

    Returns
    -------
    (N,) array
        About 0.4 mm apart; the point of the picture nearest to a station beside it; none where the station
        is not known.

    Examples
    --------
    >>> import numpy as np
    >>> station_points_mm((2.0, 3.0), np.arange(0.5, 20.0)).round(2).tolist()
    [2.25, 2.75]
    """
    low, high = range_mm
    if not isfinite(low):
        return np.empty(0)
    half = (x_mm[1] - x_mm[0]) / 2
    first, last = float(x_mm[0] - half), float(x_mm[-1] + half)
    low, high = min(max(low, first), last), min(max(high, first), last)
    count = max(1, round((high - low) / POINT_SPACING_MM))
    return np.asarray(low + (np.arange(count) + 0.5) * ((high - low) / count), np.float64)


def median(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the median of a few numbers, none of them nan; `numpy.median` takes ten times as long for it.

    Parameters
    ----------
    values : (..., N) array
        At least one.

    Returns
    -------
    (...) array

    Examples
    --------
    >>> import numpy as np
    >>> float(median(np.array([5.0, 1.0, 2.0, 9.0])))
    3.5
    """
    ordered, count = np.sort(values, axis=-1), values.shape[-1]
    return np.asarray(0.5 * (ordered[..., (count - 1) // 2] + ordered[..., count // 2]))


def cosine_of_slope(x_mm: FloatArray, y_mm: FloatArray) -> FloatArray:
    """Return the cosine of a curve's slope, fitted over 10 mm about each point.

    Parameters
    ----------
    x_mm : (N,) array
        Evenly spaced columns.
    y_mm : (N,) or (L, N) array
        The curve, or several.

    Returns
    -------
    (N,) or (L, N) array
        1 where the curve runs level.

    References
    ----------
    .. [1] Savitzky A, Golay MJE (1964). Smoothing and differentiation of data by simplified least squares
       procedures. doi:10.1021/ac60214a047

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(0.0, 30.0, 0.5)
    >>> float(cosine_of_slope(x, x * np.tan(np.radians(60)))[30].round(6))
    0.5
    """
    step = x_mm[1] - x_mm[0]
    half = min(max(1, round(SLOPE_WINDOW_MM / step / 2)), (len(x_mm) - 1) // 2)
    offset = np.arange(-half, half + 1) * step
    first, last = y_mm[..., :1], y_mm[..., -1:]
    padded = np.concatenate(  # mirrored through the end points, so that a straight line stays one
        [2 * first - y_mm[..., half:0:-1], y_mm, 2 * last - y_mm[..., -2 : -half - 2 : -1]], axis=-1
    )
    fitted = cv2.filter2D(np.atleast_2d(padded), -1, (offset / (offset**2).sum())[None])
    slope = fitted[:, half : half + len(x_mm)].reshape(y_mm.shape)
    return np.asarray(1.0 / np.sqrt(1.0 + slope**2), np.float64)
