"""The lateral abdominal wall: skin, fat, EO, IO and TrA, whose anterior end tapers and slides."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segmentation.phantom.activation import REST, Activation
from segmentation.phantom.anatomy import Body, Motion, StationPlan
from segmentation.phantom.disturbance import STILL, Breathing
from segmentation.phantom.layered import LayeredMotion, Layers
from segmentation.phantom.probe import Probe
from segmentation.phantom.scanner import Shadow
from segmentation.phantom.scatterers import Scatterers, filled, together
from segmentation.phantom.substance import (
    BOWEL,
    FAT,
    MUSCLE,
    PLAIN_FASCIA,
    SKIN,
    THIN_FASCIA,
    FasciaLook,
    Streaks,
    Substance,
    lay_fascia,
    paint,
)
from segmentation.phantom.tissue_map import TissueMap
from segmentation.phantom.truth import Edges
from segmentation.results import FloatArray, Muscle, Side
from segmentation.views import PictureEdge, ViewName

# Boundaries from the skin down; a muscle lies between its top and its bottom, a fascia between muscles.
_FACE, _SKIN, _FAT, _EO_TOP, _EO_BOTTOM, _IO_TOP, _IO_BOTTOM, _TRA_TOP, _TRA_BOTTOM, _WALL, _END = range(11)
_SPAN: dict[Muscle, tuple[int, int]] = {
    "tra": (_TRA_TOP, _TRA_BOTTOM),
    "io": (_IO_TOP, _IO_BOTTOM),
    "eo": (_EO_TOP, _EO_BOTTOM),
}
# How far each boundary goes along with the sliding end of TrA, and with the sway of breathing.
_TRAVEL = np.array([0.0, 0.0, 0.0, 0.0, 0.05, 0.1, 0.55, 1.0, 1.0, 0.8, 0.0])
_SWAY = np.array([0.0, 0.0, 0.0, 0.3, 0.3, 0.5, 0.6, 1.0, 1.0, 0.7, 0.2])


@dataclass(frozen=True, slots=True)
class AbdominalWall:
    """Plan of one side. Lateral is towards ``lateral`` of the picture; thicknesses in mm at rest."""

    side: Side = "left"
    lateral: PictureEdge = "right"
    tra: Activation = REST
    io: Activation = REST
    eo: Activation = REST
    breathing: Breathing = STILL
    skin_mm: float = 1.8
    fat_mm: float = 6.0
    eo_mm: float = 6.0
    io_mm: float = 8.5
    tra_mm: float = 3.6
    fascia_mm: tuple[float, float, float, float] = (0.9, 0.8, 0.7, 0.9)  # over EO, EO-IO, IO-TrA, behind TrA
    fascia_looks: tuple[FasciaLook, ...] = (PLAIN_FASCIA, PLAIN_FASCIA, THIN_FASCIA, PLAIN_FASCIA)
    muscle: Substance = MUSCLE
    fat: Substance = FAT
    slope: float = -0.05  # of the wall, mm deeper per mm lateral
    bow_mm: float = -1.0  # the wall's sag from the middle to 25 mm aside
    end_mm: float = -14.0  # x of the anterior end of TrA, lateral positive
    taper_mm: float = 6.0  # length over which TrA rises to 63 % of its thickness
    tra_gain: float = 0.8  # share by which TrA thickens at full effort
    io_gain: float = 0.25
    eo_gain: float = 0.05
    slide_mm: float = 7.0
    station_mm: tuple[float, float] = (4.0, 20.0)  # lateral positive

    @property
    def view(self) -> ViewName:
        """The view that it is seen in."""
        return "tra"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The one side shown."""
        return (self.side,)

    @property
    def lateral_edge(self) -> PictureEdge | None:
        """Which edge of the picture is lateral."""
        return self.lateral

    @property
    def stations(self) -> tuple[StationPlan, ...]:
        """Where all three muscles are measured."""
        low, high = sorted(self.sign * x for x in self.station_mm)
        return (StationPlan(self.side, "range", (low, high)),)

    @property
    def sign(self) -> int:
        """1 where lateral is to the right of the picture, else -1."""
        return 1 if self.lateral == "right" else -1

    def scatterers(
        self, probe: Probe, depth_mm: float, per_mm2: float, rng: np.random.Generator
    ) -> Scatterers:
        """Return the tissue in front of a probe, at rest."""
        half = probe.aperture_mm / 2.0 + 12.0
        painted = TissueMap.blank(-half, -2.5, 2 * half, depth_mm + 8.0)
        leaves = _painted(painted, self, rng)
        group = together(filled(painted, rng, per_mm2, probe.slice_width_mm), leaves)
        return group if self.sign > 0 else group.mirrored()

    def motion(self, probe: Probe, x_mm: FloatArray, z_mm: FloatArray) -> Motion:
        """Return how points of the tissue, given at rest, move."""
        return LayeredMotion(self.layers, x_mm, z_mm, self.sign)

    def shadows(self, t_s: float) -> tuple[Shadow, ...]:
        """Return nothing: there is no bone here."""
        return ()

    def bodies(self, t_s: float) -> tuple[Body, ...]:
        """Return TrA, IO and EO at a time."""
        x = np.arange(-45.0, 45.1, 0.25)
        now = self.layers(x, t_s)
        return tuple(self._body(muscle, now, t_s) for muscle in _SPAN)

    def _body(self, muscle: Muscle, now: Layers, t_s: float) -> Body:
        top, bottom = (now.depth_mm[k] for k in _SPAN[muscle])
        order = slice(None, None, self.sign)
        edges = Edges((self.sign * now.x_mm)[order], top[order], bottom[order])
        effort = float(getattr(self, muscle).at(t_s))
        if muscle != "tra":
            return Body(self.side, muscle, effort, edges=edges)
        end = self.end_mm + self.slide_mm * effort
        place = (self.sign * end, float(np.interp(end, now.x_mm, top)))
        return Body(
            self.side, muscle, effort, edges=edges, junction_mm=place, slide_mm=self.slide_mm * effort
        )

    def layers(self, x_mm: FloatArray, t_s: float | None) -> Layers:
        """Return the boundaries at a time, or at rest; x is lateral positive."""
        tra, io, eo = (0.0 if t_s is None else a.at(t_s) for a in (self.tra, self.io, self.eo))
        breath = 0.0 if t_s is None else self.breathing.at(t_s)
        # what thickens presses mostly inwards and a little into the fat
        lift = self.breathing.lift_mm * breath - 0.25 * self.io_mm * self.io_gain * io
        base = self.skin_mm + self.fat_mm + self.slope * x_mm + self.bow_mm * (x_mm / 25.0) ** 2 + lift
        base = np.maximum(base, self.skin_mm + 0.5)
        steps = self._steps(x_mm, tra, io, eo, 1.0 - self.breathing.thinning * breath)
        above = [np.full_like(x_mm, -3.0), np.full_like(x_mm, self.skin_mm), base]
        depth = np.vstack([above, base + np.cumsum(steps, axis=0), np.full_like(x_mm, 80.0)])
        sway = self.breathing.sway_mm * breath * _SWAY
        return Layers(x_mm, depth, sway + self.slide_mm * tra * _TRAVEL)

    def _steps(self, x_mm: FloatArray, tra: float, io: float, eo: float, thin: float) -> FloatArray:
        """Return the thickness of fasciae and muscles from the fascia over EO down, ``(7, N)``."""
        from_end = np.maximum(x_mm - self.end_mm - self.slide_mm * tra, 0.0)
        # rounded at its end, so that where it ends can be seen
        rise = (1.0 - np.exp(-from_end / (self.taper_mm * (1.0 - 0.25 * tra)))) ** 0.7
        joined = 0.55 + 0.45 * (1.0 - np.exp(-from_end / 4.0))  # beyond its end the two leaves are one
        swell = 1.0 + 0.12 * np.sin(x_mm / 16.0 + 0.6)
        over, eo_io, io_tra, behind = self.fascia_mm
        return np.stack(
            [
                np.full_like(x_mm, over),
                self.eo_mm * (1.0 + self.eo_gain * eo) / swell,
                np.full_like(x_mm, eo_io),
                self.io_mm * (1.0 + self.io_gain * io) * thin * swell,
                io_tra * joined,
                self.tra_mm * (1.0 + self.tra_gain * tra) * thin * rise,
                behind * joined,
            ]
        )


def _painted(tissue: TissueMap, plan: AbdominalWall, rng: np.random.Generator) -> Scatterers:
    depth = plan.layers(tissue.x_mm, None).depth_mm
    fibres = {"eo": (2.0, _EO_TOP), "io": (-3.0, _IO_TOP), "tra": (0.0, _TRA_TOP)}
    paint(tissue, tissue.below(depth[_FACE]), SKIN, rng)
    paint(tissue, tissue.below(depth[_SKIN]), plan.fat, rng)
    for tilt, top in fibres.values():
        slope_deg = float(np.rad2deg(np.arctan(plan.slope)))
        streaks = Streaks(5.0, (3.0, 12.0), slope_deg + tilt, 4.0)
        substance = replace(
            plan.muscle.brighter(-1.5 if top == _TRA_TOP else 0.0),
            along_mm=2.2,
            tilt_deg=slope_deg + tilt,
            streaks=streaks,
        )
        paint(tissue, tissue.below(depth[top]), substance, rng)
    paint(tissue, tissue.below(depth[_TRA_BOTTOM]), BOWEL, rng)
    bands = ((_FAT, _EO_TOP), (_EO_BOTTOM, _IO_TOP), (_IO_BOTTOM, _TRA_TOP), (_TRA_BOTTOM, _WALL))
    sheets = [
        lay_fascia(tissue, depth[upper], depth[lower], look, rng)
        for (upper, lower), look in zip(bands, plan.fascia_looks, strict=True)
    ]
    return together(*sheets)
