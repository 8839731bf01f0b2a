"""One layer of one picture as a measurement: value, edges, caliper, echo intensity."""

from __future__ import annotations

from math import nan

import numpy as np
import numpy.typing as npt

from segmentation.edges import InnerEdge
from segmentation.fascia import Fascia, FasciaGrid
from segmentation.results import BorderSource, FloatArray, Measurement, Muscle, Picture, Side, Status
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

    Returns
    -------
    Measurement
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
    )


def _to_px(panel: Panel, x_mm: FloatArray, y_mm: FloatArray) -> FloatArray:
    corner = np.array([panel.roi.x, panel.roi.y]) - 0.5
    return np.stack([x_mm, y_mm], axis=1) / panel.calibration.scale + corner


def _caliper(
    panel: Panel, pair: tuple[InnerEdge, InnerEdge], where: tuple[float, float], direction: str
) -> FloatArray:
    upper, lower = pair
    middle = float(np.mean(where))
    top = np.array([middle, float(np.interp(middle, upper.x_mm, upper.y_mm))])
    bottom = np.array([middle, float(np.interp(middle, lower.x_mm, lower.y_mm))])
    if direction == "perpendicular":
        slope = _slope(upper, lower, where)
        # both ends lean outwards about the middle of the muscle
        centre, half = (top + bottom) / 2, (bottom[1] - top[1]) / 2 / (1 + slope**2)
        top, bottom = (centre - half * np.array([-slope, 1.0]), centre + half * np.array([-slope, 1.0]))
    return _to_px(panel, np.array([top[0], bottom[0]]), np.array([top[1], bottom[1]]))


def _slope(upper: InnerEdge, lower: InnerEdge, where: tuple[float, float]) -> float:
    reach = max((where[1] - where[0]) / 2, 5.0)
    near = np.abs(upper.x_mm - np.mean(where)) <= reach
    middle = (upper.y_mm + lower.y_mm) / 2
    return float(np.polyfit(upper.x_mm[near], middle[near], 1)[0])


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
    """
    chosen = (grid.x_mm >= where[0] - 1.0) & (grid.x_mm <= where[1] + 1.0)
    return float(first.y_mm[chosen].mean()) if chosen.any() else nan


def _echo(
    panel: Panel, picture: Picture, pair: tuple[InnerEdge, InnerEdge], where: tuple[float, float]
) -> float:
    """Mean grey over the station, 1 mm away from both edges; nan where nothing is left of a thin muscle."""
    upper, lower = pair
    chosen = (upper.x_mm >= where[0]) & (upper.x_mm <= where[1])
    part = picture[panel.roi.slices]
    column = (upper.x_mm[chosen] / panel.calibration.x_mm_per_px).astype(np.intp).clip(0, part.shape[1] - 1)
    row_mm = (np.arange(part.shape[0]) + 0.5) * panel.calibration.y_mm_per_px
    inside = row_mm[:, None] >= upper.y_mm[chosen] + INSET_MM
    inside &= row_mm[:, None] <= lower.y_mm[chosen] - INSET_MM
    return float(part[:, column][inside].mean()) if inside.any() else nan
