"""One layer of one picture as a measurement: value, edges, caliper, echo intensity."""

from __future__ import annotations

from math import nan

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.edges import InnerEdge
from segmentation.fascia import Fascia, FasciaGrid
from segmentation.results import BorderSource, FloatArray, Measurement, Muscle, Picture, Side, Status
from segmentation.station import station_points_mm
from segmentation.views import Panel

INSET_MM = 1.0


def layer_measurement(
    side: Side,
    muscle: Muscle,
    status: Status,
    quality: float,
    source: BorderSource,
    value: float,
    panel: Panel,
    picture: Picture,
    pair: tuple[InnerEdge, InnerEdge],
    where: tuple[float, float],
    direction: str,
    seen: npt.NDArray[np.bool_],
    evidence: tuple[float, ...] = (),
) -> Measurement:
    """Return the measurement of one layer; nan and None where the status carries no value.

    Parameters
    ----------
    side, muscle, status, quality, source
        What it is, and how far it can be trusted.
    value : float
        Thickness in mm.
    panel : Panel
        The B-mode picture.
    picture : (H, W) uint8 array
        Whole frame.
    pair : two of InnerEdge
        The edges above and below.
    where : (float, float)
        The station, in mm from the left of the roi.
    direction : "perpendicular" or "vertical"
        Of the caliper.
    seen : (N,) bool array
        Columns at which the edges are those of this muscle.
    evidence : tuple of float
        What the quality was made from.

    Returns
    -------
    Measurement

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> x_mm, grey = np.linspace(0.4, 19.6, 25), np.full(25, 60.0)
    >>> pair = tuple(InnerEdge(x_mm, np.full(25, y_mm), grey, grey) for y_mm in (5.5, 14.5))
    >>> panel = Panel(Roi(0, 0, 200, 200), Calibration(0.1, 0.1), ("left",))
    >>> what = "left", "layer", Status.OK, 1.0, "auto", 9.0, panel, np.full((200, 200), 60, np.uint8)
    >>> found = layer_measurement(*what, pair, (8.0, 12.0), "vertical", x_mm > 0)
    >>> found.caliper_px.round(1).tolist(), found.echo_intensity_grey
    ([[99.5, 54.5], [99.5, 144.5]], 60.0)
    """
    kept = status.carries_value and bool(seen.any())
    upper, lower = (_to_px(panel, edge.x_mm[seen], edge.y_mm[seen]) for edge in pair)
    return Measurement(
        side,
        muscle,
        status,
        quality,
        source,
        thickness_mm=value if status.carries_value else nan,
        echo_intensity_grey=_echo(panel, picture, pair, where) if status.carries_value else nan,
        superficial_px=upper if kept else None,
        deep_px=lower if kept else None,
        caliper_px=_caliper(panel, pair, where, direction) if kept else None,
        evidence=evidence,
    )


def _to_px(panel: Panel, x_mm: FloatArray, y_mm: FloatArray) -> FloatArray:
    points = np.empty((len(x_mm), 2))
    points[:, 0] = x_mm / panel.calibration.x_mm_per_px + (panel.roi.x - 0.5)
    points[:, 1] = y_mm / panel.calibration.y_mm_per_px + (panel.roi.y - 0.5)
    return points


def _caliper(
    panel: Panel, pair: tuple[InnerEdge, InnerEdge], where: tuple[float, float], direction: str
) -> FloatArray:
    upper, lower = pair
    x = (where[0] + where[1]) / 2
    top, bottom = (float(np.interp(x, edge.x_mm, edge.y_mm)) for edge in pair)
    if direction != "perpendicular":
        return _to_px(panel, np.array([x, x]), np.array([top, bottom]))
    slope = _slope(upper, lower, where)
    # both ends lean outwards about the middle of the muscle
    middle, half = (top + bottom) / 2, (bottom - top) / 2 / (1 + slope**2)
    return _to_px(panel, x + half * np.array([slope, -slope]), middle + half * np.array([-1.0, 1.0]))


def _slope(upper: InnerEdge, lower: InnerEdge, where: tuple[float, float]) -> float:
    """Of the middle of the layer, by least squares."""
    reach = max((where[1] - where[0]) / 2, 5.0)
    away = upper.x_mm - (where[0] + where[1]) / 2
    near = np.abs(away) <= reach
    away = away[near] - away[near].mean()
    middle = (upper.y_mm[near] + lower.y_mm[near]) / 2
    return float(away @ middle / (away @ away))


def skin_to_fascia_mm(grid: FasciaGrid, first: Fascia, where: tuple[float, float]) -> float:
    """Return the depth of the first fascia over the muscle.

    Parameters
    ----------
    grid : FasciaGrid
        Of the picture.
    first : Fascia
        The uppermost one.
    where : (float, float)
        The station, in mm from the left of the roi.

    Returns
    -------
    float
        In mm from the top of the picture; nan where the station is outside.

    Examples
    --------
    >>> from segmentation.fascia import fascia_grid
    >>> from segmentation.geometry import Calibration, Roi
    >>> grid = fascia_grid(np.zeros((200, 200), np.uint8), Roi(0, 0, 200, 200), Calibration(0.1, 0.1))
    >>> sloping = Fascia(5.0 + 0.1 * grid.x_mm, np.full(len(grid.x_mm), 20.0))
    >>> round(skin_to_fascia_mm(grid, sloping, (8.0, 12.0)), 1)
    6.0
    """
    chosen = (grid.x_mm >= where[0] - 1.0) & (grid.x_mm <= where[1] + 1.0)
    return float(first.y_mm[chosen].mean()) if chosen.any() else nan


def _echo(
    panel: Panel, picture: Picture, pair: tuple[InnerEdge, InnerEdge], where: tuple[float, float]
) -> float:
    """Mean grey over the station, 1 mm away from both edges; nan where nothing is left of a thin muscle."""
    upper, lower = pair
    at_mm = station_points_mm(where, upper.x_mm)
    top = np.interp(at_mm, upper.x_mm, upper.y_mm) + INSET_MM
    bottom = np.interp(at_mm, lower.x_mm, lower.y_mm) - INSET_MM
    height_mm = panel.calibration.y_mm_per_px
    first, last = max(0, int(top.min() / height_mm)), max(0, int(bottom.max() / height_mm) + 1)
    part = picture[panel.roi.slices][first:last]
    column = np.minimum((at_mm / panel.calibration.x_mm_per_px).astype(np.intp), part.shape[1] - 1)
    row_mm = ((np.arange(len(part)) + first + 0.5) * height_mm)[:, None]
    inside = (row_mm >= top) & (row_mm <= bottom)
    if not inside.any():
        return nan
    return float(cv2.mean(part.take(column, axis=1), inside.view(np.uint8))[0])
