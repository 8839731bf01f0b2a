"""Multifidus thickness: from the apex of one named facet to the fascia above."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan

import numpy as np
import numpy.typing as npt

from segmentation.border import to_mm, to_px
from segmentation.edges import Flank, InnerEdge, inner_edges
from segmentation.facet import FacetPatch, facet_patch, find_facet, follow_facet
from segmentation.fascia import FOLLOWING, Fascia, FasciaGrid, fascia_grid, on_grid
from segmentation.fascia_follow import follow_fasciae
from segmentation.fascia_search import find_fasciae
from segmentation.fascia_strength import strength
from segmentation.quality import Judgement, judge_facet
from segmentation.results import BorderSource, Measurement, Picture, Status
from segmentation.sector import in_sector
from segmentation.station import cosine_of_slope, station_for
from segmentation.views import MeasureSetup, Panel

LEAST_MUSCLE_MM = 6.0
LOOK_AGAIN_EVERY = 5
FORGOTTEN_AFTER = 25  # pictures without a facet that nobody pointed at: it may never have been one
LOST_REACH_MM = 10.0
LEAST_STRENGTH_GREY = 4.0
ECHO_INSET_MM = 1.5
EDGE_MM = 1.0
SKIN_MM = 3.0  # the skin is a band too
BESIDE_MM, DEEPEST_SKIN_MM, SKIN_SHARE = 4.0, 15.0, 0.3  # looked for in these; of the brightest grey


@dataclass(frozen=True, slots=True, eq=False)
class FacetTrack:
    """Where the facet and the fascia were in the last picture. Never written to."""

    facet: FacetPatch | None = None
    apex_mm: tuple[float, float] = (nan, nan)
    fascia: Fascia | None = None
    first_contrast_grey: float = nan
    lost_for: int = 0
    seen: int = 0
    source: BorderSource = "auto"
    strength_grey: float = 0.0  # of the fascia where it was found
    first_grey: float = nan  # between the two at the start, as a share of that beside it


def step_facet(
    track: FacetTrack, setup: MeasureSetup, panel: Panel, mask: npt.NDArray[np.bool_] | None, picture: Picture
) -> tuple[FacetTrack, list[Measurement]]:
    """Return the next state and the measurement of the panel's side.

    Parameters
    ----------
    track : FacetTrack
        After the last picture; a fresh one before the first.
    setup, panel
        What to measure and where.
    mask : (roi.height, roi.width) bool array or None
        True where echoes can be.
    picture : (H, W) uint8 array
        Whole frame.

    Returns
    -------
    FacetTrack, list of one Measurement

    References
    ----------
    .. [1] Kiesel KB et al. (2007). Man Ther 12:161-166: thickness of multifidus over a facet

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> y, x = np.mgrid[:300, :240]
    >>> bone = 200 - 50 * np.exp(-(((x - 120) / 50) ** 2))  # a hump 15 mm deep
    >>> picture = np.where(y < bone, 90, np.where(y < bone + 10, 220, 8)).astype(np.uint8)
    >>> picture[46:54] = 200  # a fascia down to 5.4 mm
    >>> panel = Panel(Roi(0, 0, 240, 300), Calibration(0.1, 0.1), ("left",))
    >>> setup = MeasureSetup("lm-thickness", (panel,), (240, 300))
    >>> _, (found,) = step_facet(FacetTrack(), setup, panel, None, picture)
    >>> abs(found.thickness_mm - 9.6) < 0.3
    True
    """
    side = panel.sides[0]
    grid = fascia_grid(picture, panel.roi, panel.calibration, mask, coarser=FOLLOWING)
    if track.source == "auto" and track.lost_for >= FORGOTTEN_AFTER:
        track = FacetTrack(seen=track.seen)
    if track.facet is None and track.seen % LOOK_AGAIN_EVERY == 0:
        fine = fascia_grid(picture, panel.roi, panel.calibration, mask)
        track = _found(track, setup, panel, mask, fine, grid, picture)
    if track.facet is None or track.fascia is None:
        return replace(track, seen=track.seen + 1), [Measurement(side, "lm", Status.NO_BORDER, 0.0)]
    reach_mm = LOST_REACH_MM if track.lost_for else 4.0
    apex, agreement = follow_facet(
        picture, panel.roi, panel.calibration, track.facet, track.apex_mm, reach_mm
    )
    fascia = follow_fasciae(grid, [track.fascia])[0]
    (edge,) = inner_edges(picture, panel.roi, panel.calibration, grid.x_mm, [Flank(fascia.y_mm, True)])
    direction = station_for(setup.stations, side).direction
    value = _distance_mm(edge, apex, direction)
    grey = _grey_between(grid, fascia, apex)
    judged = judge_facet(
        agreement,
        float(fascia.contrast_grey.mean()),
        track.first_contrast_grey,
        edge,
        apex[0],
        value,
        track.strength_grey,
        grey / track.first_grey if track.first_grey > 0 else 1.0,
        found_alone=track.source == "auto",
    )
    if judged.status.carries_value and _leaves_picture(panel, mask, apex):
        judged = Judgement(Status.CLIPPED)
    status = judged.status
    if status is Status.LOST:
        return replace(track, lost_for=track.lost_for + 1, seen=track.seen + 1), [
            Measurement(side, "lm", status, 0.0, track.source)
        ]
    first_grey = track.first_grey if isfinite(track.first_grey) else grey
    track = replace(
        track, apex_mm=apex, fascia=fascia, lost_for=0, seen=track.seen + 1, first_grey=first_grey
    )
    if not status.carries_value:
        return track, [Measurement(side, "lm", status, 0.0, track.source)]
    return track, [_measurement(track, panel, picture, judged, value, edge, direction, mask)]


def _found(
    track: FacetTrack,
    setup: MeasureSetup,
    panel: Panel,
    mask: npt.NDArray[np.bool_] | None,
    fine: FasciaGrid,
    grid: FasciaGrid,
    picture: Picture,
) -> FacetTrack:
    side = panel.sides[0]
    station = station_for(setup.stations, side)
    apex: tuple[float, float] | None
    source: BorderSource = "confirmed" if side in setup.confirmed else "auto"
    if station.rule == "facet" and station.point_px is not None:
        x_mm, y_mm = to_mm(np.array([station.point_px]), panel.roi, panel.calibration)[0].tolist()
        apex, source = (x_mm, y_mm), station.source
    else:
        apex = find_facet(fine)
    if apex is None:
        return track
    facet = facet_patch(picture, panel.roi, panel.calibration, apex)
    above = _fasciae_above(fine, apex)
    if facet is None or not above:
        return track
    fascia = above[0]
    return replace(
        track,
        facet=facet,
        apex_mm=apex,
        fascia=on_grid(fascia, fine, grid),
        first_contrast_grey=float(fascia.contrast_grey.mean()),
        source=source,
        strength_grey=strength(fascia),
    )


def _fasciae_above(grid: FasciaGrid, apex_mm: tuple[float, float]) -> list[Fascia]:
    """The bands above the facet that leave room for a muscle, the clearest first."""
    skin = _skin_mm(grid, apex_mm[0])
    above = [
        fascia
        for fascia in find_fasciae(grid)
        if skin + SKIN_MM < _depth_at(fascia, grid, apex_mm[0]) < apex_mm[1] - LEAST_MUSCLE_MM
        and strength(fascia) > LEAST_STRENGTH_GREY
    ]
    return sorted(above, key=strength, reverse=True)


def _leaves_picture(panel: Panel, mask: npt.NDArray[np.bool_] | None, apex_mm: tuple[float, float]) -> bool:
    """The facet lies at the rim of the picture, where half of it may be cut off."""
    width_mm, height_mm = np.array([panel.roi.width, panel.roi.height]) * panel.calibration.scale
    x_mm, y_mm = apex_mm
    if not (EDGE_MM < x_mm < width_mm - EDGE_MM and y_mm < height_mm - EDGE_MM):
        return True
    return mask is not None and not in_sector(panel, mask, np.array([x_mm]), np.array([y_mm]))[0]


def _skin_mm(grid: FasciaGrid, x_mm: float) -> float:
    """Where echoes begin: the face of a curved array lies below the top of the picture."""
    near = np.abs(grid.x_mm - x_mm) <= BESIDE_MM
    profile = grid.grey[: round(DEEPEST_SKIN_MM / grid.row_mm), near].mean(axis=1)
    return float((profile > SKIN_SHARE * profile.max()).argmax() * grid.row_mm)


def _depth_at(fascia: Fascia, grid: FasciaGrid, x_mm: float) -> float:
    return float(np.interp(x_mm, grid.x_mm, fascia.y_mm))


def _grey_between(grid: FasciaGrid, fascia: Fascia, apex_mm: tuple[float, float]) -> float:
    """Mean grey from the fascia to the facet, 2.5 mm to either side, as a share of that beside it."""
    columns = np.abs(grid.x_mm - apex_mm[0]) <= 2.5
    top = int(np.interp(apex_mm[0], grid.x_mm, fascia.y_mm) / grid.row_mm)
    bottom = max(top + 1, int(apex_mm[1] / grid.row_mm))
    rows = grid.grey[max(0, top) : bottom]
    there, all_along = rows[:, columns], float(rows.mean()) if rows.size else 0.0
    return float(there.mean()) / all_along if there.size and all_along > 0 else nan


def _distance_mm(edge: InnerEdge, apex_mm: tuple[float, float], direction: str) -> float:
    vertical = apex_mm[1] - float(np.interp(apex_mm[0], edge.x_mm, edge.y_mm))
    if direction == "vertical":
        return vertical
    return vertical * float(np.interp(apex_mm[0], edge.x_mm, cosine_of_slope(edge.x_mm, edge.y_mm)))


def _measurement(
    track: FacetTrack,
    panel: Panel,
    picture: Picture,
    judged: Judgement,
    value: float,
    edge: InnerEdge,
    direction: str,
    mask: npt.NDArray[np.bool_] | None,
) -> Measurement:
    x_mm, y_mm = track.apex_mm
    superficial = np.stack([edge.x_mm, edge.y_mm], axis=1)
    if mask is not None:  # the fascia is a line from edge to edge, the fan is not
        seen = in_sector(panel, mask, edge.x_mm, edge.y_mm)
        superficial = superficial[seen] if seen.any() else superficial
    foot = np.array([x_mm, float(np.interp(x_mm, edge.x_mm, edge.y_mm))])
    if direction == "perpendicular":
        foot = superficial[np.hypot(superficial[:, 0] - x_mm, superficial[:, 1] - y_mm).argmin()]
    apex = np.array([x_mm, y_mm])
    ends = to_px(np.stack([foot, apex]), panel.roi, panel.calibration)
    top, bottom = foot[1] + ECHO_INSET_MM, y_mm - ECHO_INSET_MM
    corners = to_px(np.array([[x_mm - 3.0, top], [x_mm + 3.0, bottom]]), panel.roi, panel.calibration)
    (x0, y0), (x1, y1) = np.maximum(np.round(corners).astype(int), 0)
    inside = picture[y0:y1, x0:x1]
    return Measurement(
        panel.sides[0],
        "lm",
        judged.status,
        judged.chance,
        track.source,
        thickness_mm=value,
        echo_intensity_grey=float(inside.mean()) if inside.size else nan,
        subcutaneous_mm=float(np.interp(x_mm, edge.x_mm, edge.y_mm)),
        superficial_px=to_px(superficial, panel.roi, panel.calibration),
        deep_px=ends[1:],
        caliper_px=ends,
        evidence=judged.evidence,
    )
