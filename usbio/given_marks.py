"""Stations, borders and seeds of the setup file, each checked to lie in the picture of its side."""

from __future__ import annotations

import numpy as np

from segmentation.geometry import polygon_area_cm2
from segmentation.results import FloatArray, Muscle, Side
from segmentation.views import VIEWS, GivenBorder, Panel, Seed, Station, ViewName
from usbio.errors import CallError
from usbio.setup import BorderTable, SeedTable, SetupFile, StationTable

Notes = tuple[str, ...]
_EDGE_PX = 1.0  # a point may lie this far outside: a border drawn along the edge of a picture
_LEAST_CM2 = 0.01  # points on a line are no border


def given_stations(
    setup: SetupFile, panels: tuple[Panel, ...], name: str
) -> tuple[tuple[Station, ...], Notes]:
    """Return the stations of the sides shown."""
    stations, notes = [], []
    for number, table in enumerate(setup.station, 1):
        if table.side is not None and table.side not in _sides(panels):
            notes.append(f"a station of the {table.side} side was left out: that side is not shown")
            continue
        _check_station(table, panels, _key(name, "station", number))
        stations.append(
            Station(
                table.side,
                table.rule,
                table.x_range_px,
                table.point_px,
                table.offset_mm,
                table.direction,
                table.source or "traced",
            )
        )
    return tuple(stations), tuple(dict.fromkeys(notes))


def given_borders(
    view: ViewName, setup: SetupFile, panels: tuple[Panel, ...], size_px: tuple[int, int], name: str
) -> tuple[tuple[GivenBorder, ...], Notes]:
    """Return the borders of the sides shown."""
    borders, notes = [], []
    for number, table in enumerate(setup.border, 1):
        key = _key(name, "border", number)
        side, muscle = _side(table, panels, key), _muscle(view, table, key)
        if side not in _sides(panels):
            notes.append(f"a border of the {side} side was left out: that side is not shown")
            continue
        points = np.array(table.points_px, dtype=float)
        _check_border(points.mean(axis=0).tolist(), points, _panels_of(side, panels), size_px, key)
        _check_kind(view, table, points, _panels_of(side, panels), key)
        points.setflags(write=False)
        borders.append(GivenBorder(side, muscle, table.frame, points, table.edge, table.source or "traced"))
    return tuple(borders), tuple(dict.fromkeys(notes))


def given_seeds(
    view: ViewName, setup: SetupFile, panels: tuple[Panel, ...], name: str
) -> tuple[tuple[Seed, ...], Notes]:
    """Return the seeds of the sides shown."""
    seeds, notes = [], []
    for number, table in enumerate(setup.seed, 1):
        key = _key(name, "seed", number)
        side, muscle = _side(table, panels, key), _muscle(view, table, key)
        if side not in _sides(panels):
            notes.append(f"a seed of the {side} side was left out: that side is not shown")
            continue
        _check_point(table.point_px, _panels_of(side, panels), f"{key} point_px")
        seeds.append(Seed(side, muscle, table.point_px))
    return tuple(seeds), tuple(dict.fromkeys(notes))


def _key(name: str, table: str, number: int) -> str:
    return f"{name}, [[{table}]]" + (f" number {number}" if number > 1 else "")


def _sides(panels: tuple[Panel, ...]) -> list[Side]:
    return [side for panel in panels for side in panel.sides]


def _panels_of(side: Side | None, panels: tuple[Panel, ...]) -> list[Panel]:
    return [panel for panel in panels if side is None or side in panel.sides]


def _side(table: BorderTable | SeedTable, panels: tuple[Panel, ...], key: str) -> Side:
    shown = _sides(panels)
    if table.side is None and len(shown) > 1:
        raise CallError(f"{key} side", "is missing, and both sides are shown", "add left or right")
    return table.side or shown[0]


def _muscle(view: ViewName, table: BorderTable | SeedTable, key: str) -> Muscle:
    muscles = VIEWS[view].muscles
    if table.muscle is not None and table.muscle not in muscles:
        raise CallError(
            f"{key} muscle",
            f'"{table.muscle}" is not measured in view {view}',
            f"write {' or '.join(muscles)}, or choose another view",
        )
    return table.muscle or muscles[0]


def _check_station(table: StationTable, panels: tuple[Panel, ...], key: str) -> None:
    shown = _panels_of(table.side, panels)
    if table.point_px is not None:
        _check_point(table.point_px, shown, f"{key} point_px")
    if table.x_range_px is not None:
        low, high = table.x_range_px
        if not any(p.roi.x - _EDGE_PX <= low and high <= p.roi.x + p.roi.width - 1 + _EDGE_PX for p in shown):
            raise _outside(f"{key} x_range_px", f"{low:g} to {high:g}", shown)


def _check_point(point_px: tuple[float, float], shown: list[Panel], key: str) -> None:
    if not any(_holds(panel, point_px) for panel in shown):
        raise _outside(key, f"{point_px[0]:g}, {point_px[1]:g}", shown)


def _check_border(
    middle: list[float],
    points: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    shown: list[Panel],
    size_px: tuple[int, int],
    key: str,
) -> None:
    """All points in the frame and their middle in the picture: a traced border may pass its edge a little."""
    low, high = points.min(axis=0), points.max(axis=0)
    if (low < -_EDGE_PX).any() or (high > np.array(size_px) - 1 + _EDGE_PX).any():
        raise CallError(
            f"{key} points_px",
            f"a point lies outside the frame of {size_px[0]} x {size_px[1]} pixels",
            "give points in pixels of the whole frame",
        )
    _check_point((middle[0], middle[1]), shown, f"{key} points_px")


def _check_kind(view: ViewName, table: BorderTable, points: FloatArray, shown: list[Panel], key: str) -> None:
    closed = VIEWS[view].quantity == "area_cm2"
    if closed and table.edge is not None:
        raise CallError(
            f"{key} edge", f"view {view} measures a closed border, no single edge", "leave edge out"
        )
    if not closed and table.edge is None:
        raise CallError(
            f"{key} edge",
            f"is missing, for view {view} measures between two edges",
            'add edge = "superficial" or edge = "deep"',
        )
    if closed and polygon_area_cm2(points, shown[0].calibration) < _LEAST_CM2:
        raise CallError(
            f"{key} points_px", "lie on a line and enclose nothing", "give points round the muscle"
        )


def _holds(panel: Panel, point_px: tuple[float, float]) -> bool:
    roi, (x, y) = panel.roi, point_px
    across = roi.x - _EDGE_PX <= x <= roi.x + roi.width - 1 + _EDGE_PX
    return across and roi.y - _EDGE_PX <= y <= roi.y + roi.height - 1 + _EDGE_PX


def _outside(key: str, came: str, shown: list[Panel]) -> CallError:
    roi = shown[0].roi
    return CallError(
        key,
        f"{came} lies outside the B-mode picture (x {roi.x} to {roi.x + roi.width - 1}, "
        f"y {roi.y} to {roi.y + roi.height - 1})",
        "give places in pixels of the whole frame, inside the picture",
    )
