"""Following the fasciae of one picture and measuring the layers between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite, nan

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from segmentation.edges import APONEUROSIS_FRACTION, THIN_SHEET_FRACTION, Flank, InnerEdge, inner_edges
from segmentation.fascia import FOLLOWING, Fascia, FasciaGrid, fascia_grid, on_grid
from segmentation.fascia_follow import follow_beside, follow_fasciae
from segmentation.fascia_search import SETTLE_MM, find_fasciae
from segmentation.junction import find_junction, lateral_sign
from segmentation.layer_mask import bounding_fasciae
from segmentation.layer_value import layer_measurement, skin_to_fascia_mm
from segmentation.layers import Inside, choose_abdominal_wall, choose_layer
from segmentation.quality import Judgement, judge_layers
from segmentation.results import BorderSource, FloatArray, Measurement, Muscle, Picture, Status
from segmentation.sector import in_sector
from segmentation.station import median, station_for, station_range_mm, thickness_mm
from segmentation.views import VIEWS, GivenBorder, Mask, MeasureSetup, Panel

# From the top down: which muscle lies between fascia i and i + 1.
LAYERS: dict[str, tuple[Muscle, ...]] = {"tra": ("eo", "io", "tra"), "layer": ("layer",)}
EDGE_FRACTION = {"tra": THIN_SHEET_FRACTION, "layer": APONEUROSIS_FRACTION}
BAND_HALF_MM = 0.4  # from an edge drawn by hand to the middle of its fascia
MASK_OFF_MM = 2.0  # how far a layer's mask may lie off its fasciae
LOOK_AGAIN_EVERY = 5  # pictures, while a muscle is lost
MOST_OUTSIDE = 0.5  # of the station
REST_PICTURES = 8  # the slide counts from the mean junction of the first ones


@dataclass(frozen=True, slots=True, eq=False)
class LayerTrack:
    """Where the fasciae were in the last picture. Never written to."""

    curves: tuple[Fascia, ...] = ()  # empty until found
    contrast_grey: FloatArray | None = None  # of each at the start: what "faded" is measured against
    lateral_sign: int = 0
    junctions_mm: tuple[float, ...] = ()
    lost_for: int = 0
    seen: int = 0
    source: BorderSource = "auto"


def step_layers(
    track: LayerTrack, setup: MeasureSetup, panel: Panel, mask: npt.NDArray[np.bool_] | None, picture: Picture
) -> tuple[LayerTrack, list[Measurement]]:
    """Return the next state and one measurement for each layer of the view.

    Parameters
    ----------
    track : LayerTrack
        After the last picture; a fresh one before the first.
    setup, panel
        What to measure and where.
    mask : (roi.height, roi.width) bool array or None
        True where echoes can be.
    picture : (H, W) uint8 array
        Whole frame.

    Returns
    -------
    LayerTrack, list of Measurement
        Measurements in the order of ``VIEWS[setup.view].muscles``.

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> picture = np.full((200, 200), 60, np.uint8)
    >>> picture[45:55] = picture[145:155] = 200  # fasciae down to 5.5 mm and from 14.5 mm
    >>> panel = Panel(Roi(0, 0, 200, 200), Calibration(0.1, 0.1), ("left",))
    >>> setup = MeasureSetup("layer", (panel,), (200, 200))
    >>> _, (found,) = step_layers(LayerTrack(), setup, panel, None, picture)
    >>> round(found.thickness_mm, 1), round(found.echo_intensity_grey)
    (9.0, 60)
    """
    grid = fascia_grid(picture, panel.roi, panel.calibration, mask, coarser=FOLLOWING)
    track = _found_or_followed(track, setup, panel, grid, mask, picture)
    if not track.curves:
        return track, _nothing(setup, panel, Status.NO_BORDER)
    edges = _edges(picture, panel, grid, track.curves, EDGE_FRACTION[setup.view])
    track = _with_junction(track, setup, grid)
    measured = _measure(track, setup, panel, grid, picture, edges, mask)
    leading = measured[0].status
    lost = leading in (Status.LOST, Status.NO_BORDER)
    return replace(track, lost_for=track.lost_for + 1 if lost else 0, seen=track.seen + 1), measured


def _nothing(setup: MeasureSetup, panel: Panel, status: Status) -> list[Measurement]:
    return [Measurement(panel.sides[0], muscle, status, 0.0) for muscle in VIEWS[setup.view].muscles]


def _found_or_followed(
    track: LayerTrack,
    setup: MeasureSetup,
    panel: Panel,
    grid: FasciaGrid,
    mask: npt.NDArray[np.bool_] | None,
    picture: Picture,
) -> LayerTrack:
    given = [b for b in setup.borders if b.edge and b.frame == track.seen and b.side == panel.sides[0]]
    again = track.lost_for > 0 and track.lost_for % LOOK_AGAIN_EVERY == 0
    if not track.curves or again or given:
        fine = fascia_grid(picture, panel.roi, panel.calibration, mask)
        found = _found(track, setup, panel, fine, given, picture)
        if found is None:
            return track
        return replace(found, curves=tuple(on_grid(curve, fine, grid) for curve in found.curves))
    if setup.view != "tra":
        return replace(track, curves=tuple(follow_fasciae(grid, list(track.curves))))
    upper = follow_fasciae(grid, list(track.curves[:-1]))
    return replace(track, curves=(*upper, follow_beside(grid, upper[-1], track.curves[-1])))


def _found(
    track: LayerTrack,
    setup: MeasureSetup,
    panel: Panel,
    grid: FasciaGrid,
    given: Sequence[GivenBorder],
    picture: Picture,
) -> LayerTrack | None:
    inside = _inside(setup, panel, given)
    station = station_range_mm(station_for(setup.stations, panel.sides[0]), panel.roi, panel.calibration)
    if not isfinite(station[0]):
        station = (grid.x_mm[0], grid.x_mm[-1])
    if setup.mask_finder is not None:
        curves = _masked(setup, panel, grid, setup.mask_finder(picture, panel))
    else:
        curves = _searched(setup, grid, station, inside)
    if not curves:
        return None
    source: BorderSource = "confirmed" if panel.sides[0] in setup.confirmed else "auto"
    if given:
        curves, source = _drawn(setup, panel, grid, curves, given), given[0].source
    if setup.view == "tra":
        # the band that both make beyond the junction was given to one of them: let the other have it too
        surely = _surely(grid, curves, station, inside)
        curves[-2] = follow_beside(
            grid, curves[-1], curves[-2], below=False, held_mm=surely, next_one=curves[-3]
        )
        curves[-1] = follow_beside(grid, curves[-2], curves[-1], held_mm=surely)
    contrast = np.array([float(curve.contrast_grey.mean()) for curve in curves])
    if track.contrast_grey is not None:
        contrast = track.contrast_grey
    return replace(track, curves=tuple(curves), contrast_grey=contrast, source=source)


def _searched(
    setup: MeasureSetup, grid: FasciaGrid, station: tuple[float, float], inside: Sequence[Inside]
) -> list[Fascia]:
    """Empty where nothing is found; so is the next."""
    fasciae = find_fasciae(grid)
    choose = choose_abdominal_wall if setup.view == "tra" else choose_layer
    chosen = choose(fasciae, grid.x_mm, station, inside) or ()
    return follow_fasciae(grid, [fasciae[number] for number in chosen], reach_mm=SETTLE_MM) if chosen else []


def _masked(
    setup: MeasureSetup, panel: Panel, grid: FasciaGrid, masks: Mapping[Muscle, Sequence[Mask]]
) -> list[Fascia]:
    layers = [masks.get(muscle, ()) for muscle in LAYERS[setup.view]]
    middles = bounding_fasciae(layers, panel.calibration, grid.x_mm)
    if middles is None:
        return []
    expected = [Fascia(middle, np.zeros(len(middle))) for middle in middles]
    return follow_fasciae(grid, expected, reach_mm=MASK_OFF_MM)


def _surely(
    grid: FasciaGrid, curves: Sequence[Fascia], station: tuple[float, float], inside: Sequence[Inside]
) -> tuple[float, float]:
    """About the seed, else at the station where the deep fascia is clearest: there TrA is between the two."""
    seeds = [point.x_mm for point in inside if point.layer == len(curves) - 2]
    if seeds:
        return seeds[0] - 3.0, seeds[0] + 3.0
    near = (grid.x_mm >= station[0]) & (grid.x_mm <= station[1])
    clear = gaussian_filter1d(np.where(near, curves[-1].contrast_grey, -20.0), sigma=4.0)
    middle = float(grid.x_mm[clear.argmax()])
    return middle - 3.0, middle + 3.0


def _inside(setup: MeasureSetup, panel: Panel, given: Sequence[GivenBorder]) -> list[Inside]:
    layers = LAYERS[setup.view]
    scale, corner = panel.calibration.scale, np.array([panel.roi.x, panel.roi.y]) - 0.5
    points = [
        Inside(layers.index(seed.muscle), *((np.array(seed.point_px) - corner) * scale).tolist())
        for seed in setup.seeds
        if seed.side == panel.sides[0] and seed.muscle in layers
    ]
    for muscle in layers:
        edges = {b.edge: b.points_px for b in given if b.muscle == muscle}
        if len(edges) == 2:
            middle = np.mean([edges["superficial"].mean(axis=0), edges["deep"].mean(axis=0)], axis=0)
            points.append(Inside(layers.index(muscle), *((middle - corner) * scale).tolist()))
    return points


def _drawn(
    setup: MeasureSetup, panel: Panel, grid: FasciaGrid, curves: list[Fascia], given: Sequence[GivenBorder]
) -> list[Fascia]:
    """Put the edges drawn by hand in the place of the curves found, and let them settle on their fascia."""
    layers = LAYERS[setup.view]
    corner = np.array([panel.roi.x, panel.roi.y]) - 0.5
    drawn = list(curves)
    for border in given:
        upper = border.edge == "superficial"
        points = (border.points_px[border.points_px[:, 0].argsort()] - corner) * panel.calibration.scale
        middle = np.interp(grid.x_mm, points[:, 0], points[:, 1]) + (-BAND_HALF_MM if upper else BAND_HALF_MM)
        number = layers.index(border.muscle) + (0 if upper else 1)
        drawn[number] = Fascia(middle, curves[number].contrast_grey)
    return follow_fasciae(grid, drawn, reach_mm=1.2, pull_grey_per_mm2=8.0)


def _edges(
    picture: Picture, panel: Panel, grid: FasciaGrid, curves: Sequence[Fascia], fraction: float
) -> list[tuple[InnerEdge, InnerEdge]]:
    flanks = []
    for upper, lower in pairwise(curves):
        room = lower.y_mm - upper.y_mm
        flanks += [Flank(upper.y_mm, True, room), Flank(lower.y_mm, False, room)]
    edges = inner_edges(picture, panel.roi, panel.calibration, grid.x_mm, flanks, fraction)
    return list(zip(edges[::2], edges[1::2], strict=True))


def _with_junction(track: LayerTrack, setup: MeasureSetup, grid: FasciaGrid) -> LayerTrack:
    if setup.view != "tra":
        return track
    gap_mm = track.curves[-1].y_mm - track.curves[-2].y_mm
    sign = track.lateral_sign or lateral_sign(setup.lateral_edge, gap_mm)
    at = find_junction(grid.x_mm, gap_mm, sign) if sign else nan
    return replace(track, lateral_sign=sign, junctions_mm=_remembered(track.junctions_mm, at))


def _remembered(junctions: tuple[float, ...], at: float) -> tuple[float, ...]:
    """Keep the first ones for the reference; the last entry is always the newest."""
    if len(junctions) > REST_PICTURES:
        return (*junctions[:REST_PICTURES], at)
    return (*junctions, at) if isfinite(at) or junctions else junctions


def _measure(
    track: LayerTrack,
    setup: MeasureSetup,
    panel: Panel,
    grid: FasciaGrid,
    picture: Picture,
    edges: list[tuple[InnerEdge, InnerEdge]],
    mask: npt.NDArray[np.bool_] | None,
) -> list[Measurement]:
    side = panel.sides[0]
    station = station_for(setup.stations, side)
    junction = track.junctions_mm[-1] if track.junctions_mm else nan
    # the middle of the muscle is that at rest; a station counted from the junction goes with it
    known = [x for x in track.junctions_mm[:REST_PICTURES] if isfinite(x)]
    at_rest = float(median(np.array(known))) if known else nan
    counted_from = junction if station.rule == "junction" else at_rest
    where = station_range_mm(station, panel.roi, panel.calibration, counted_from, track.lateral_sign)
    superficial, deep = _together([pair[0] for pair in edges]), _together([pair[1] for pair in edges])
    values, spread = thickness_mm(superficial, deep, where, station.direction)
    assert track.contrast_grey is not None  # set with the curves
    alone = track.source == "auto" and not any(seed.side == side for seed in setup.seeds)
    judged = judge_layers(
        grid, track.curves, track.contrast_grey, superficial, deep, where, values, spread, alone
    )
    by_muscle = {}
    for muscle, pair, value, one in zip(LAYERS[setup.view], edges, values.tolist(), judged, strict=True):
        seen = _in_sector(panel, mask, pair)
        if _mostly_outside(pair[0].x_mm, seen, where):
            one = Judgement(Status.CLIPPED)
        if muscle == "tra" and isfinite(junction):  # beyond it both edges are those of one fascia
            seen &= (pair[0].x_mm - junction) * track.lateral_sign > 0
        by_muscle[muscle] = layer_measurement(
            side,
            muscle,
            one.status,
            one.chance,
            track.source,
            value,
            panel,
            picture,
            pair,
            where,
            station.direction,
            seen,
            one.evidence,
        )
    slide = (junction - at_rest) * track.lateral_sign
    subcutaneous = skin_to_fascia_mm(grid, track.curves[0], where)
    total = sum(by_muscle[m].thickness_mm for m in LAYERS[setup.view])
    return [
        replace(
            by_muscle[muscle],
            slide_mm=slide if muscle == "tra" and by_muscle[muscle].status.carries_value else nan,
            subcutaneous_mm=subcutaneous if by_muscle[muscle].status.carries_value else nan,
            relative_thickness_percent=by_muscle[muscle].thickness_mm / total * 100
            if setup.view == "tra"
            else nan,
        )
        for muscle in VIEWS[setup.view].muscles
    ]


def _mostly_outside(x_mm: FloatArray, seen: npt.NDArray[np.bool_], where: tuple[float, float]) -> bool:
    """The fan or the picture ends before most of the station."""
    station = (x_mm >= where[0]) & (x_mm <= where[1])
    return bool(station.any()) and float(seen[station].mean()) < 1.0 - MOST_OUTSIDE


def _together(edges: list[InnerEdge]) -> InnerEdge:
    """Edges on the same columns as one, with a row for each."""
    y_mm, step, muscle = (
        np.stack(of_each)
        for of_each in zip(*[(edge.y_mm, edge.step_grey, edge.muscle_grey) for edge in edges], strict=True)
    )
    return InnerEdge(edges[0].x_mm, y_mm, step, muscle)


def _in_sector(
    panel: Panel, mask: npt.NDArray[np.bool_] | None, pair: tuple[InnerEdge, InnerEdge]
) -> npt.NDArray[np.bool_]:
    """Columns at which both edges lie where echoes can be."""
    if mask is None:
        return np.ones(len(pair[0].x_mm), np.bool_)
    return in_sector(panel, mask, pair[0].x_mm, pair[0].y_mm) & in_sector(
        panel, mask, pair[1].x_mm, pair[1].y_mm
    )
