"""What tissue does in and beside a muscle, each picture against a reference one: zones, neighbour, strain.

Experimental: zones by depth alone, motion without force, nothing of it told from a resting state by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Literal

import cv2
import numpy as np

from segmentation.displacement import EvenPicture, displacement, even_picture, region_motion
from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array
from segmentation.results import FloatArray, Measurement, Picture
from segmentation.screen import picture_mask
from segmentation.traces import BoolArray
from segmentation.views import PictureEdge, ViewName
from segmentation.zones import half_way_px, split_zones, zone_areas_cm2, zone_echo_grey, zone_thicknesses_mm

Zone = Literal["whole", "superficial", "deep", "beside"]
TissueKey = tuple[Zone, str]
"""Zone and quantity; ``beside`` is longissimus, all others are the muscle measured."""

MARGIN_MM = 12.0  # of the part looked at round the muscle: tissue may go as far
HALF_WIDTH_MM = 6.0  # of the strip of muscle round a caliper
BESIDE_MM = (3.0, 13.0)  # lateral of the border: the fascia between is left out
_BESIDE_DEPTHS = (0.15, 0.75)  # of the height of the border
EDGE_MM = 2.0  # so near the edge of the sector tissue is not looked at
LEAST_SHOWN = 0.25  # of a region, else it is left out


@dataclass(frozen=True, slots=True, eq=False)
class TissueReference:
    """The reference picture and what lies where in it."""

    view: ViewName
    even: EvenPicture
    calibration: Calibration
    lateral: int  # 1: the right of the picture is lateral, -1: the left, 0: not known
    regions: Mapping[Zone, BoolArray]
    split_px: FloatArray | None  # (M, 2), of the tissue half-way in depth


@dataclass(frozen=True, slots=True, eq=False)
class TissueState:
    """The reference and the last flow; never written to."""

    reference: TissueReference
    flow: Float32Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TissueValues:
    """What was found in one picture."""

    values: Mapping[TissueKey, float]
    strain: FloatArray  # (3,), of the whole muscle


def start_tissue(
    view: ViewName,
    roi: Roi,
    calibration: Calibration,
    measurement: Measurement,
    picture: Picture,
    lateral_edge: PictureEdge | None = None,
) -> TissueState | None:
    """Return the state that makes this picture the reference.

    Parameters
    ----------
    view : str
        Name of the view: zones are of multifidus, strain of any muscle.
    roi, calibration
        The B-mode picture and its spacing.
    measurement : Measurement
        The leading muscle in this picture.
    picture : (H, W) uint8 array
        The frame.
    lateral_edge : "left" or "right", optional
        Which edge of the picture is lateral of this muscle.

    Returns
    -------
    TissueState or None
        None where the measurement has no border to say where the muscle is.

    Examples
    --------
    >>> border = np.array([[30.0, 20.0], [90.0, 20.0], [90.0, 80.0], [30.0, 80.0]])
    >>> from segmentation.results import Status
    >>> m = Measurement("left", "lm", Status.OK, 1.0, area_cm2=3.6, border_px=border)
    >>> grey = np.full((100, 200), 90, np.uint8)
    >>> state = start_tissue("lm-csa", Roi(0, 0, 200, 100), Calibration(0.2, 0.2), m, grey, "right")
    >>> sorted(state.reference.regions), state.reference.split_px[0].tolist()
    (['beside', 'deep', 'superficial', 'whole'], [30.0, 50.0])
    """
    outlines, split_px = _outlines(view, calibration, measurement)
    if "whole" not in outlines:
        return None
    lateral = {None: 0, "left": -1, "right": 1}[lateral_edge] if view == "lm-csa" else 0
    if lateral and measurement.border_px is not None:
        outlines["beside"] = _beside_px(measurement.border_px, calibration, lateral)
    part = _round_about(np.vstack(list(outlines.values())), roi, calibration)
    even = even_picture(picture, part, calibration)
    shown = _shown(even, picture, roi)
    regions: dict[Zone, BoolArray] = {}
    for zone, points in outlines.items():
        region = even.inside(points)
        if (region & shown).sum() >= LEAST_SHOWN * _cells(points, even):
            regions[zone] = region & shown
    if "whole" not in regions:
        return None
    return TissueState(TissueReference(view, even, calibration, lateral, regions, split_px))


def step_tissue(
    state: TissueState, picture: Picture, measurement: Measurement
) -> tuple[TissueState, TissueValues]:
    """Return what the tissue has done by this picture.

    Parameters
    ----------
    state : TissueState
        From `start_tissue` or the last step.
    picture : (H, W) uint8 array
        The frame.
    measurement : Measurement
        The muscle in this picture; where its status carries no value, nor does anything here.

    Returns
    -------
    TissueState, TissueValues
        Displacements in mm since the reference: across (lateral positive where that is known, else to the
        right of the picture) and down; sizes and echo intensity of the zones.

    Examples
    --------
    >>> grain = np.random.default_rng(1).normal(100, 60, (100, 200)).clip(0, 255).astype(np.uint8)
    >>> import cv2
    >>> first = cv2.GaussianBlur(grain, (0, 0), 1.5)
    >>> border = np.array([[30.0, 20.0], [90.0, 20.0], [90.0, 80.0], [30.0, 80.0]])
    >>> from segmentation.results import Status
    >>> m = Measurement("left", "lm", Status.OK, 1.0, area_cm2=1.44, border_px=border)
    >>> state = start_tissue("lm-csa", Roi(0, 0, 200, 100), Calibration(0.2, 0.2), m, first, "right")
    >>> state, found = step_tissue(state, np.roll(first, 4, axis=1), m)
    >>> round(found.values["beside", "displacement_across_mm"], 1)
    0.8
    >>> round(found.values["deep", "area_cm2"], 2)
    0.72
    """
    reference = state.reference
    if not measurement.status.carries_value:
        return state, TissueValues({}, np.full(3, nan))
    now = even_picture(picture, reference.even.roi, reference.calibration)
    flow = displacement(reference.even, now, state.flow)
    values: dict[TissueKey, float] = {}
    strain, begin = np.full(3, nan), state.flow  # flow that went astray would lead the next one astray
    for zone, region in reference.regions.items():
        moved = region_motion(reference.even, now, flow, region)
        if zone == "whole":
            strain = moved.strain
            begin = flow if np.isfinite(moved.right_mm) else begin
        else:
            values[zone, "displacement_across_mm"] = moved.right_mm * (reference.lateral or 1)
            values[zone, "displacement_down_mm"] = moved.down_mm
    if begin is flow:
        values |= _sizes(reference, flow, picture, measurement)
    return replace(state, flow=begin), TissueValues(values, strain)


def _outlines(
    view: ViewName, calibration: Calibration, m: Measurement
) -> tuple[dict[Zone, FloatArray], FloatArray | None]:
    """The closed outlines of the muscle and its zones, and the split between these."""
    if m.border_px is not None:
        if view != "lm-csa":
            return {"whole": m.border_px}, None
        split = half_way_px(m.border_px)
        zones = split_zones(m.border_px, split)
        parts: dict[Zone, FloatArray] = {"whole": m.border_px}
        if zones is not None:
            parts |= {"superficial": zones.superficial_px, "deep": zones.deep_px}
        return parts, split
    if m.caliper_px is None or not np.isfinite(m.caliper_px).all():
        return {}, None
    upper, lower = m.caliper_px
    middle = (upper + lower) / 2.0
    whole: dict[Zone, FloatArray] = {"whole": _strip_px(upper, lower, calibration)}
    if view != "lm-thickness":
        return whole, None
    whole |= {
        "superficial": _strip_px(upper, middle, calibration),
        "deep": _strip_px(middle, lower, calibration),
    }
    side = np.array([HALF_WIDTH_MM / calibration.x_mm_per_px, 0.0])
    return whole, middle + np.linspace(-1.0, 1.0, 21)[:, None] * side


def _strip_px(upper: FloatArray, lower: FloatArray, calibration: Calibration) -> FloatArray:
    side = np.array([HALF_WIDTH_MM / calibration.x_mm_per_px, 0.0])
    return np.array([upper - side, upper + side, lower + side, lower - side])


def _beside_px(border_px: FloatArray, calibration: Calibration, lateral: int) -> FloatArray:
    """A window lateral of the border, where longissimus lies."""
    edge = (border_px[:, 0] * lateral).max() * lateral
    top, height = border_px[:, 1].min(), np.ptp(border_px[:, 1])
    x = edge + lateral * np.array(BESIDE_MM) / calibration.x_mm_per_px
    y = top + height * np.array(_BESIDE_DEPTHS)
    return np.array([[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]])


def _shown(even: EvenPicture, picture: Picture, roi: Roi) -> BoolArray:
    """Where the grid shows tissue, not the edge of the sector: that stands still whatever the tissue does."""
    whole = np.zeros(picture.shape, np.uint8)
    whole[roi.slices] = picture_mask(picture, roi)
    columns, rows = even.grey.shape[::-1]
    mask = cv2.resize(whole[even.roi.slices], (columns, rows), interpolation=cv2.INTER_NEAREST)
    reach = np.ceil(EDGE_MM / even.steps_mm).astype(int)
    inside = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(inside, np.ones(tuple((2 * reach[::-1] + 1).tolist()), np.uint8), borderValue=0)
    return np.asarray(eroded[1:-1, 1:-1]).astype(bool)


def _cells(points_px: FloatArray, even: EvenPicture) -> float:
    """How many cells an outline would have, were all of it in the picture."""
    x, y = even.places(points_px).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0)


def _round_about(points_px: FloatArray, roi: Roi, calibration: Calibration) -> Roi:
    margin = MARGIN_MM / calibration.scale
    low = np.floor(points_px.min(axis=0) - margin).astype(int)
    high = np.ceil(points_px.max(axis=0) + margin).astype(int)
    x, y = max(int(low[0]), roi.x), max(int(low[1]), roi.y)
    right, bottom = min(int(high[0]), roi.x + roi.width), min(int(high[1]), roi.y + roi.height)
    return Roi(x, y, right - x, bottom - y)


def _sizes(
    reference: TissueReference, flow: Float32Array, picture: Picture, m: Measurement
) -> dict[TissueKey, float]:
    """Size and echo intensity of the zones as the muscle and the split stand now."""
    if reference.split_px is None:
        return {}
    split = reference.split_px + _at(reference.even, flow, reference.split_px)
    if m.border_px is not None:
        zones = split_zones(m.border_px, split)
        if zones is None:
            return {}
        areas = zone_areas_cm2(zones, reference.calibration)
        return {
            ("superficial", "area_cm2"): areas[0],
            ("deep", "area_cm2"): areas[1],
            ("superficial", "echo_intensity_grey"): _echo(reference, picture, zones.superficial_px),
            ("deep", "echo_intensity_grey"): _echo(reference, picture, zones.deep_px),
        }
    if m.caliper_px is None:
        return {}
    middle = np.median(split, axis=0)
    upper, lower = zone_thicknesses_mm(m.caliper_px, middle, reference.calibration)
    ends = m.caliper_px
    strips = [_strip_px(a, b, reference.calibration) for a, b in ((ends[0], middle), (middle, ends[1]))]
    return {
        ("superficial", "thickness_mm"): upper,
        ("deep", "thickness_mm"): lower,
        ("superficial", "echo_intensity_grey"): _echo(reference, picture, strips[0]),
        ("deep", "echo_intensity_grey"): _echo(reference, picture, strips[1]),
    }


def _echo(reference: TissueReference, picture: Picture, outline_px: FloatArray) -> float:
    return zone_echo_grey(picture, outline_px, reference.calibration)


def _at(even: EvenPicture, flow: Float32Array, points_px: FloatArray) -> FloatArray:
    """How far points of the frame have gone, in pixels of the frame."""
    column, row = np.round(even.places(points_px)).astype(int).T
    rows, columns = even.grey.shape
    moved = flow[row.clip(0, rows - 1), column.clip(0, columns - 1)].astype(float)
    return np.asarray(moved * even.steps_mm / even.calibration.scale)
