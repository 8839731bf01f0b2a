"""Multifidus thickness: from the apex of one named facet to the fascia above."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np
import numpy.typing as npt

from segmentation.border import to_mm, to_px
from segmentation.edges import Flank, InnerEdge, inner_edges
from segmentation.facet import FacetPatch, facet_patch, find_facet, follow_facet
from segmentation.fascia import FOLLOWING, Fascia, FasciaGrid, fascia_grid, on_grid
from segmentation.fascia_follow import follow_fasciae
from segmentation.fascia_search import find_fasciae
from segmentation.fascia_strength import strength
from segmentation.quality import judge_facet
from segmentation.results import BorderSource, Measurement, Picture, Status
from segmentation.sector import in_sector
from segmentation.station import cosine_of_slope, station_for
from segmentation.views import MeasureSetup, Panel

LEAST_MUSCLE_MM = 6.0
LOOK_AGAIN_EVERY = 5
LOST_REACH_MM = 10.0
LEAST_STRENGTH_GREY = 4.0
ECHO_INSET_MM = 1.5


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
    if track.facet is None and track.seen % LOOK_AGAIN_EVERY == 0:
        fine = fascia_grid(picture, panel.roi, panel.calibration, mask)
        track = _found(track, setup, panel, fine, grid, picture)
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
    status, quality = judge_facet(
        agreement, float(fascia.contrast_grey.mean()), track.first_contrast_grey, edge, apex[0], value
    )
    if status is Status.LOST:
        return replace(track, lost_for=track.lost_for + 1, seen=track.seen + 1), [
            Measurement(side, "lm", status, 0.0, track.source)
        ]
    track = replace(track, apex_mm=apex, fascia=fascia, lost_for=0, seen=track.seen + 1)
    if not status.carries_value:
        return track, [Measurement(side, "lm", status, 0.0, track.source)]
    return track, [_measurement(track, panel, picture, status, quality, value, edge, direction, mask)]


def _found(
    track: FacetTrack, setup: MeasureSetup, panel: Panel, fine: FasciaGrid, grid: FasciaGrid, picture: Picture
) -> FacetTrack:
    side = panel.sides[0]
    station = station_for(setup.stations, side)
    apex: tuple[float, float] | None
    source: BorderSource = "confirmed" if side in setup.confirmed else "auto"
    if station.rule == "facet" and station.point_px is not None:
        x_mm, y_mm = to_mm(np.array([station.point_px]), panel.roi, panel.calibration)[0].tolist()
        apex, source = (x_mm, y_mm), "traced"
    else:
        apex = find_facet(fine)
    if apex is None:
        return track
    facet = facet_patch(picture, panel.roi, panel.calibration, apex)
    fascia = _fascia_above(fine, apex)
    if facet is None or fascia is None:
        return track
    return replace(
        track,
        facet=facet,
        apex_mm=apex,
        fascia=on_grid(fascia, fine, grid),
        first_contrast_grey=float(fascia.contrast_grey.mean()),
        source=source,
    )


def _fascia_above(grid: FasciaGrid, apex_mm: tuple[float, float]) -> Fascia | None:
    """The clearest band above the facet that leaves room for a muscle."""
    above = [
        fascia
        for fascia in find_fasciae(grid)
        if float(np.interp(apex_mm[0], grid.x_mm, fascia.y_mm)) < apex_mm[1] - LEAST_MUSCLE_MM
        and float(fascia.y_mm.mean()) > 3.0  # the skin is a band too
        and strength(fascia) > LEAST_STRENGTH_GREY
    ]
    return max(above, key=strength, default=None)


def _distance_mm(edge: InnerEdge, apex_mm: tuple[float, float], direction: str) -> float:
    vertical = apex_mm[1] - float(np.interp(apex_mm[0], edge.x_mm, edge.y_mm))
    if direction == "vertical":
        return vertical
    return vertical * float(np.interp(apex_mm[0], edge.x_mm, cosine_of_slope(edge.x_mm, edge.y_mm)))


def _measurement(
    track: FacetTrack,
    panel: Panel,
    picture: Picture,
    status: Status,
    quality: float,
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
        status,
        quality,
        track.source,
        thickness_mm=value,
        echo_intensity_grey=float(inside.mean()) if inside.size else nan,
        subcutaneous_mm=float(np.interp(x_mm, edge.x_mm, edge.y_mm)),
        superficial_px=to_px(superficial, panel.roi, panel.calibration),
        deep_px=ends[1:],
        caliper_px=ends,
    )
