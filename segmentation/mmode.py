"""Anatomical M-mode: one line of a picture, frame after frame, and where tracked edges cross it."""

from __future__ import annotations

from math import nan

import cv2
import numpy as np

from segmentation.geometry import Roi
from segmentation.results import FloatArray, Measurement, Picture

_SHORT_PX = 8.0  # edges stand on a grid, the last point of which is before the side of the picture


def station_line(measurement: Measurement, roi: Roi) -> FloatArray | None:
    """Return the line that an M-mode strip of this muscle is taken along.

    Parameters
    ----------
    measurement : Measurement
        With a caliper, the line lies along it; with a closed border only, it is vertical through the
        middle of the border.
    roi : Roi
        The B-mode picture; the line runs over its whole depth, or as far as it stays inside.

    Returns
    -------
    (2, 2) array or None
        Upper and lower end as (x, y) in pixels; None where there is nothing to lay it through.

    Examples
    --------
    >>> import numpy as np
    >>> caliper = np.array([[10.0, 40.0], [10.0, 60.0]])
    >>> from segmentation.results import Status
    >>> m = Measurement("left", "layer", Status.OK, 1.0, caliper_px=caliper)
    >>> station_line(m, Roi(0, 0, 100, 81)).tolist()
    [[10.0, 0.0], [10.0, 80.0]]
    """
    if measurement.caliper_px is not None:
        middle = measurement.caliper_px.mean(axis=0)
        along = measurement.caliper_px[1] - measurement.caliper_px[0]
    elif measurement.border_px is not None:
        middle, along = measurement.border_px.mean(axis=0), np.array([0.0, 1.0])
    else:
        return None
    if not np.all(np.isfinite(middle)) or along[1] == 0:
        return None
    low = np.array([roi.x, roi.y], dtype=float)
    high = low + np.array([roi.width - 1, roi.height - 1])
    return _clipped(middle, along / along[1], low, high)


def _clipped(middle: FloatArray, along: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray | None:
    """Return the part of a line inside a rectangle; ``along`` goes one pixel down."""
    from_t, to_t = low[1] - middle[1], high[1] - middle[1]
    if along[0] != 0:
        at_edges = np.sort((np.array([low[0], high[0]]) - middle[0]) / along[0])
        from_t, to_t = max(from_t, at_edges[0]), min(to_t, at_edges[1])
    if to_t <= from_t or not low[0] <= middle[0] <= high[0]:
        return None
    return np.array([middle + from_t * along, middle + to_t * along])


def line_column(picture: Picture, line_px: FloatArray, n: int) -> Picture:
    """Return the luma along a line, sampled between pixels (bilinear).

    Parameters
    ----------
    picture : (H, W) uint8 array
        Luma.
    line_px : (2, 2) array
        First and last point as (x, y) in pixels; points outside the picture read 0.
    n : int
        How many samples, both ends included; at least 2.

    Returns
    -------
    (n,) uint8 array
        Luma from the first to the last point.

    Raises
    ------
    ValueError
        If n is below 2.

    Examples
    --------
    >>> import numpy as np
    >>> ramp = np.tile(np.arange(0, 100, 10, dtype=np.uint8)[:, None], (1, 4))
    >>> line_column(ramp, np.array([[1.5, 0.5], [1.5, 2.5]]), 3).tolist()
    [5, 15, 25]
    """
    if n < 2:
        raise ValueError(f"a line needs at least 2 samples, came {n}")
    steps = np.linspace(0.0, 1.0, n)[:, None]
    points = (line_px[0] + steps * (line_px[1] - line_px[0])).astype(np.float32)
    # Maps of shape (n, 1): OpenCV 5 would take a 1-D map as one row.
    sampled = cv2.remap(picture, points[:, :1], points[:, 1:], cv2.INTER_LINEAR, borderValue=0)
    return np.asarray(sampled, dtype=np.uint8).reshape(n)


def crossings(points_px: FloatArray, line_px: FloatArray, closed: bool) -> FloatArray:
    """Return where a curve crosses a line.

    Parameters
    ----------
    points_px : (N, 2) array
        The curve as (x, y) in pixels.
    line_px : (2, 2) array
        First and last point of the line.
    closed : bool
        True where the last point of the curve is joined to the first.

    Returns
    -------
    (K,) array
        Positions along the line, 0 at its first and 1 at its last point, ascending; empty where the curve
        stays clear of it.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0.0, 2.0], [8.0, 2.0], [8.0, 6.0], [0.0, 6.0]])
    >>> crossings(square, np.array([[4.0, 0.0], [4.0, 8.0]]), closed=True).tolist()
    [0.25, 0.75]
    """
    start = points_px if closed else points_px[:-1]
    end = np.roll(points_px, -1, axis=0) if closed else points_px[1:]
    along = line_px[1] - line_px[0]
    across = np.array([-along[1], along[0]])
    d0, d1 = (start - line_px[0]) @ across, (end - line_px[0]) @ across
    hit = (d0 >= 0) != (d1 >= 0)
    share = d0[hit] / (d0[hit] - d1[hit])
    met = start[hit] + share[:, None] * (end[hit] - start[hit])
    position = (met - line_px[0]) @ along / (along @ along)
    return np.sort(position[(position >= 0) & (position <= 1)])


def edge_crossings(measurement: Measurement, line_px: FloatArray) -> FloatArray:
    """Return where a line crosses the upper and the lower edge of a muscle.

    Parameters
    ----------
    measurement : Measurement
        With a closed border, of which the first and the last crossing are taken, or with two edges; an
        edge of a single point, as the apex of a facet, is taken where it lies along the line, and so is the
        end of one that stops a few pixels short of it, as at the side of the picture.
    line_px : (2, 2) array
        First and last point of the line as (x, y) in pixels.

    Returns
    -------
    (2,) array
        Positions along the line, 0 to 1; nan where an edge is not known or not crossed.

    Examples
    --------
    >>> import numpy as np
    >>> from segmentation.results import Status
    >>> across = np.array([[0.0, 4.0], [8.0, 4.0]])
    >>> m = Measurement("left", "layer", Status.OK, 1.0, superficial_px=across, deep_px=None)
    >>> edge_crossings(m, np.array([[4.0, 0.0], [4.0, 8.0]])).tolist()
    [0.5, nan]
    """
    if measurement.border_px is not None:
        met = crossings(measurement.border_px, line_px, closed=True)
        return np.array([met[0], met[-1]]) if len(met) > 1 else np.array([nan, nan])
    edges = (measurement.superficial_px, measurement.deep_px)
    return np.array([_first(edge, line_px) for edge in edges])


def _first(edge_px: FloatArray | None, line_px: FloatArray) -> float:
    if edge_px is None:
        return nan
    met = crossings(edge_px, line_px, closed=False)
    if len(met):
        return float(met[0])
    known = edge_px[np.isfinite(edge_px).all(axis=1)] - line_px[0]
    along = line_px[1] - line_px[0]
    length = float(np.hypot(*along))
    beside_px = np.abs(known @ np.array([-along[1], along[0]])) / length
    if not len(known) or (len(edge_px) > 1 and beside_px.min() > _SHORT_PX):
        return nan
    return float(known[np.argmin(beside_px)] @ along) / length**2
