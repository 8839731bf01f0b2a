"""From the tissue's own mm to what a measurement of the picture should say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.geometry import Roi, polygon_area_cm2
from segmentation.phantom.anatomy import Body, StationPlan
from segmentation.phantom.projection import Projection
from segmentation.phantom.truth import Edges, FrameTruth, MuscleTruth
from segmentation.results import FloatArray
from segmentation.views import Station

DriftNow = tuple[float, float, float, float]  # x_mm, z_mm, tilt_rad, plane_mm


def placed(x_mm: FloatArray, z_mm: FloatArray, drift: DriftNow) -> tuple[FloatArray, FloatArray]:
    """Return tissue points as the wandering probe sees them: turned about its middle, then shifted.

    Parameters
    ----------
    x_mm, z_mm : (N,) arrays
        Points of the tissue.
    drift : (float, float, float, float)
        x and z in mm, tilt in rad, mm out of the plane; the last moves no point.

    Returns
    -------
    x_mm, z_mm : (N,) arrays

    Examples
    --------
    >>> x, z = placed(np.array([10.0]), np.array([0.0]), (0.0, 1.0, np.pi / 6, 0.0))
    >>> x.round(2).tolist(), z.round(2).tolist()
    ([8.66], [6.0])
    """
    dx, dz, tilt, _ = drift
    cos, sin = np.cos(tilt), np.sin(tilt)
    return x_mm * cos - z_mm * sin + dx, x_mm * sin + z_mm * cos + dz


@dataclass(frozen=True, slots=True)
class Survey:
    """Puts borders and sizes of muscles into the picture."""

    projection: Projection
    roi: Roi
    stations: tuple[StationPlan, ...]

    def told(self, body: Body, drift: DriftNow) -> MuscleTruth:
        """Return the truth of one muscle under a drift of the probe."""
        if body.border_mm is not None:
            return self._closed(body, body.border_mm, drift)
        if body.edges is None:
            raise ValueError("expected a body with a border or with edges, came neither")
        edges = _seen(body.edges, drift)
        if body.apex_mm is not None:
            return self._over_facet(body, edges, body.apex_mm, drift)
        return self._layer(body, edges, drift)

    def station(self, plan: StationPlan, first: FrameTruth) -> Station:
        """Return the station in pixels of the frame."""
        if plan.rule == "facet":
            caliper = next(
                m.caliper_px for m in first.muscles if m.side == plan.side and m.caliper_px is not None
            )
            point = (float(caliper[1, 0]), float(caliper[1, 1]))
            return Station(plan.side, "facet", point_px=point, direction=plan.direction)
        if plan.range_mm is None:
            raise ValueError("expected a station with a range in mm, came none")
        low, high = (float(self._px(np.array([x]), np.zeros(1))[0, 0]) for x in plan.range_mm)
        return Station(plan.side, plan.rule, x_range_px=(low, high), direction=plan.direction)

    def seed(self, muscle: MuscleTruth) -> tuple[float, float]:
        """Return a point well inside the muscle: the middle of its border or of its station."""
        if muscle.border_px is not None:
            middle = muscle.border_px.mean(axis=0)
        elif muscle.caliper_px is not None:
            middle = muscle.caliper_px.mean(axis=0)
        else:
            raise ValueError("expected a muscle with a border or a caliper, came neither")
        return float(middle[0]), float(middle[1])

    def _px(self, x_mm: FloatArray, z_mm: FloatArray) -> FloatArray:
        return self.projection.to_px(x_mm, z_mm) + self._corner

    @property
    def _corner(self) -> FloatArray:
        return np.array([self.roi.x, self.roi.y], dtype=float)

    def _closed(self, body: Body, border_mm: FloatArray, drift: DriftNow) -> MuscleTruth:
        border = self._px(*placed(border_mm[:, 0], border_mm[:, 1], drift))
        area = polygon_area_cm2(border, self.projection.calibration)
        return MuscleTruth(body.side, body.muscle, body.activation, area_cm2=area, border_px=border)

    def _layer(self, body: Body, edges: Edges, drift: DriftNow) -> MuscleTruth:
        low, high = next(s.range_mm for s in self.stations if s.side == body.side and s.range_mm is not None)
        middle = np.array([(low + high) / 2.0] * 2)
        ends = np.array([np.interp(middle[0], edges.x_mm, y) for y in (edges.superficial_mm, edges.deep_mm)])
        junction = None
        if body.junction_mm is not None:
            x, z = (np.array([v]) for v in body.junction_mm)
            junction = tuple(float(v) for v in self._px(*placed(x, z, drift))[0])
        return MuscleTruth(
            body.side,
            body.muscle,
            body.activation,
            thickness_mm=edges.perpendicular_mm(low, high),
            vertical_mm=edges.vertical_mm(low, high),
            slide_mm=body.slide_mm,
            superficial_px=self._line(edges.x_mm, edges.superficial_mm),
            deep_px=self._line(edges.x_mm, edges.deep_mm),
            caliper_px=self._px(middle, ends),
            junction_px=None if junction is None else (junction[0], junction[1]),
        )

    def _over_facet(
        self, body: Body, edges: Edges, apex_mm: tuple[float, float], drift: DriftNow
    ) -> MuscleTruth:
        x, z = (float(v[0]) for v in placed(np.array([apex_mm[0]]), np.array([apex_mm[1]]), drift))
        fascia_x = np.linspace(x - 12.0, x + 12.0, 2401)
        fascia_z = np.interp(fascia_x, edges.x_mm, edges.superficial_mm)
        distance = np.hypot(fascia_x - x, fascia_z - z)
        nearest = int(np.argmin(distance))
        return MuscleTruth(
            body.side,
            body.muscle,
            body.activation,
            thickness_mm=float(distance[nearest]),
            vertical_mm=z - float(np.interp(x, fascia_x, fascia_z)),
            superficial_px=self._line(edges.x_mm, edges.superficial_mm),
            caliper_px=self._px(np.array([fascia_x[nearest], x]), np.array([fascia_z[nearest], z])),
        )

    def _line(self, x_mm: FloatArray, z_mm: FloatArray) -> FloatArray:
        """Return the part of an edge that the picture shows, a point every 4 px or so."""
        points = self._px(x_mm, z_mm)
        low, high = max(points[0, 0], self.roi.x), min(points[-1, 0], self.roi.x + self.roi.width - 1.0)
        x = np.linspace(low, high, max(2, round((high - low) / 4.0)))
        points = np.stack([x, np.interp(x, points[:, 0], points[:, 1])], axis=-1)
        return np.asarray(points[self.projection.shows(points - self._corner)])


def _seen(edges: Edges, drift: DriftNow) -> Edges:
    """Return edges as the wandering probe sees them, again over one x."""
    x, upper = placed(edges.x_mm, edges.superficial_mm, drift)
    x_deep, lower = placed(edges.x_mm, edges.deep_mm, drift)
    return Edges(x, upper, np.interp(x, x_deep, lower))
