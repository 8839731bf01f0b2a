"""Multifidus along its length: a row of facets with shadow, the thoracolumbar fascia over the muscle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segmentation.phantom.activation import REST, Activation
from segmentation.phantom.anatomy import Body, Motion, StationPlan
from segmentation.phantom.bone import bone_face, evenly
from segmentation.phantom.disturbance import STILL, Breathing
from segmentation.phantom.layered import LayeredMotion, Layers
from segmentation.phantom.probe import Probe, face_mm
from segmentation.phantom.scanner import Shadow
from segmentation.phantom.scatterers import Scatterers, filled, together
from segmentation.phantom.substance import (
    FAT,
    MUSCLE,
    SKIN,
    TOUGH_FASCIA,
    FasciaLook,
    Streaks,
    Substance,
    lay_fascia,
    paint,
)
from segmentation.phantom.tissue_map import TissueMap
from segmentation.phantom.truth import Edges
from segmentation.results import FloatArray, Side
from segmentation.views import PictureEdge, ViewName

_FACE, _SKIN, _FAT, _TOP, _BONE, _END = range(6)


@dataclass(frozen=True, slots=True)
class MultifidusParasagittal:
    """Plan of one side. The row of facets runs through the picture; one of them is measured."""

    side: Side = "left"
    effort: Activation = REST
    breathing: Breathing = STILL
    radius_mm: float = 60.0  # of the probe's face that the skin lies against; 0 for a flat one
    skin_mm: float = 2.0
    fat_mm: float = 8.0
    fascia_mm: float = 1.2
    muscle_mm: float = 27.0  # over the facet measured
    facets_mm: tuple[float, ...] = (-31.0, 0.0, 29.0)
    measured: int = 1
    hump_mm: float = 7.0
    hump_width_mm: float = 8.0
    bone_slope: float = 0.03
    fascia_slope: float = 0.02
    gain: float = 0.18  # share by which the muscle thickens at full effort
    outward: float = 0.5  # share of the thickening that pushes the fascia out; the rest presses bone away
    fascia_look: FasciaLook = TOUGH_FASCIA
    muscle: Substance = MUSCLE
    fat: Substance = FAT

    @property
    def view(self) -> ViewName:
        """The view that it is seen in."""
        return "lm-thickness"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The one side shown."""
        return (self.side,)

    @property
    def lateral_edge(self) -> PictureEdge | None:
        """None: the picture runs along the spine."""
        return None

    @property
    def stations(self) -> tuple[StationPlan, ...]:
        """The named facet."""
        return (StationPlan(self.side, "facet"),)

    def bodies(self, t_s: float) -> tuple[Body, ...]:
        """Return the muscle at a time."""
        x = np.arange(-58.0, 58.01, 0.1)
        now = self.layers(x, t_s)
        near = np.abs(x - self.facets_mm[self.measured]) < self.hump_width_mm
        apex = int(np.flatnonzero(near)[np.argmin(now.depth_mm[_BONE][near])])
        edges = Edges(x, now.depth_mm[_TOP], now.depth_mm[_BONE])
        place = (float(x[apex]), float(now.depth_mm[_BONE][apex]))
        return (Body(self.side, "lm", self.effort.at(t_s), edges=edges, apex_mm=place),)

    def layers(self, x_mm: FloatArray, t_s: float | None) -> Layers:
        """Return the boundaries at a time, or at rest."""
        breath = 0.0 if t_s is None else self.breathing.at(t_s)
        effort = 0.0 if t_s is None else self.effort.at(t_s)
        thicker = self.muscle_mm * self.gain * effort
        lift = self.breathing.lift_mm * breath
        face = face_mm(Probe(radius_mm=self.radius_mm), x_mm)
        top = (
            self.skin_mm + self.fat_mm + self.fascia_mm + self.fascia_slope * x_mm + 1.0 * (x_mm / 40.0) ** 2
        )
        top = np.maximum(top + lift - self.outward * thicker, face + self.skin_mm + self.fascia_mm + 1.0)
        place = self.facets_mm[self.measured]
        apex = self.skin_mm + self.fat_mm + self.fascia_mm + self.fascia_slope * place + self.muscle_mm
        bone = apex + self.hump_mm + self.bone_slope * (x_mm - place) - self._humps(x_mm)
        bone = bone + lift + (1.0 - self.outward) * thicker
        depth = np.stack(
            [face - 3.0, face + self.skin_mm, top - self.fascia_mm, top, bone, np.full_like(x_mm, 120.0)]
        )
        sway = self.breathing.sway_mm * breath
        return Layers(x_mm, depth, np.array([0.0, 0.0, 0.3, 0.5, 1.0, 1.0]) * sway)

    def scatterers(
        self, probe: Probe, depth_mm: float, per_mm2: float, rng: np.random.Generator
    ) -> Scatterers:
        """Return the tissue in front of a probe, at rest."""
        half, rise = probe.half_width_mm(depth_mm) + 6.0, probe.rise_mm
        painted = TissueMap.blank(-half, -rise - 2.5, 2 * half, depth_mm + rise + 6.0, 0.12)
        sheets = self._painted(painted, probe, rng)
        return together(filled(painted, rng, per_mm2, probe.slice_width_mm), sheets)

    def motion(self, probe: Probe, x_mm: FloatArray, z_mm: FloatArray) -> Motion:
        """Return how points of the tissue, given at rest, move."""
        return LayeredMotion(self.layers, x_mm, z_mm)

    def _humps(self, x_mm: FloatArray) -> FloatArray:
        return np.asarray(
            self.hump_mm
            * np.max(
                [np.exp(-(np.abs((x_mm - at) / self.hump_width_mm) ** 2.6)) for at in self.facets_mm], axis=0
            )
        )

    def shadows(self, t_s: float) -> tuple[Shadow, ...]:
        """Return the row of facets; what lies between them lets some sound through."""
        x = np.arange(-58.0, 58.0, 0.1)
        now = self.layers(x, t_s)
        bone = now.depth_mm[_BONE]
        facet = self._humps(x) > 0.12 * self.hump_mm
        x = x + now.shift_mm[_BONE]
        return (Shadow(x[facet], bone[facet], 36.0), Shadow(x, bone + 1.0, 15.0))

    def _painted(self, tissue: TissueMap, probe: Probe, rng: np.random.Generator) -> Scatterers:
        x = tissue.x_mm
        depth = self.layers(x, None).depth_mm
        streaks = Streaks(5.0, (6.0, 20.0), 9.0, 4.0)
        muscle = replace(self.muscle, along_mm=2.6, tilt_deg=9.0, streaks=streaks)
        paint(tissue, np.ones_like(tissue.amplitude), SKIN, rng)
        for boundary, substance in ((_SKIN, self.fat), (_TOP, muscle), (_BONE, muscle.brighter(-6.0))):
            paint(tissue, tissue.below(depth[boundary]), substance, rng)
        leaves = lay_fascia(tissue, depth[_FAT], depth[_TOP], self.fascia_look, rng)
        line = evenly(np.stack([x, depth[_BONE]], axis=-1))
        level_db = np.where(self._humps(line[:, 0]) > 0.12 * self.hump_mm, 0.0, -9.0)
        return together(leaves, bone_face(line, probe, rng, level_db))
