"""A muscle between two fasciae, as the gastrocnemius: fibres run slantwise from one to the other."""

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
    FAT,
    MUSCLE,
    PLAIN_FASCIA,
    SKIN,
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

_FACE, _SKIN, _FAT, _TOP, _BOTTOM, _UNDER, _END = range(7)


@dataclass(frozen=True, slots=True)
class MuscleLayer:
    """Plan of one muscle; thicknesses in mm at rest, in the middle of the picture."""

    side: Side = "left"
    effort: Activation = REST
    breathing: Breathing = STILL
    skin_mm: float = 1.6
    fat_mm: float = 4.0
    muscle_mm: float = 16.0
    fascia_mm: tuple[float, float] = (1.0, 1.0)
    fascia_looks: tuple[FasciaLook, FasciaLook] = (PLAIN_FASCIA, PLAIN_FASCIA)
    slope: float = 0.03  # of the superficial fascia
    converging: float = -0.03  # slope of the deep fascia less that of the superficial
    bow_mm: float = 0.8  # sag of the deep fascia from the middle to 25 mm aside
    fibre_deg: float = -16.0  # of the fibres against the superficial fascia; negative: rising to the right
    gain: float = 0.15  # share by which it thickens at full effort; negative: thins
    pull_mm: float = 3.0  # way that the deep fascia slides at full effort
    station_mm: tuple[float, float] = (-8.0, 8.0)
    muscle: Substance = MUSCLE
    fat: Substance = FAT

    @property
    def view(self) -> ViewName:
        """The view that it is seen in."""
        return "layer"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The one side shown."""
        return (self.side,)

    @property
    def lateral_edge(self) -> PictureEdge | None:
        """None: nothing is measured sideways."""
        return None

    @property
    def stations(self) -> tuple[StationPlan, ...]:
        """Where the thickness is measured."""
        return (StationPlan(self.side, "range", self.station_mm),)

    def bodies(self, t_s: float) -> tuple[Body, ...]:
        """Return the muscle at a time."""
        x = np.arange(-45.0, 45.1, 0.25)
        depth = self.layers(x, t_s).depth_mm
        return (Body(self.side, "layer", self.effort.at(t_s), edges=Edges(x, depth[_TOP], depth[_BOTTOM])),)

    def layers(self, x_mm: FloatArray, t_s: float | None) -> Layers:
        """Return the boundaries at a time, or at rest."""
        breath = 0.0 if t_s is None else self.breathing.at(t_s)
        effort = 0.0 if t_s is None else self.effort.at(t_s)
        top = self.skin_mm + self.fat_mm + self.fascia_mm[0] + self.slope * x_mm
        top = np.maximum(top + self.breathing.lift_mm * breath, self.skin_mm + self.fascia_mm[0] + 0.8)
        # no thinner than a third of the middle, however the fasciae converge
        spread = 1.0 + (self.converging * x_mm + self.bow_mm * (x_mm / 25.0) ** 2) / self.muscle_mm
        muscle = self.muscle_mm * np.maximum(spread, 0.33) * (1.0 + self.gain * effort)
        bottom = top + muscle
        face = np.full_like(x_mm, -3.0)
        skin = np.full_like(x_mm, self.skin_mm)
        under = bottom + self.fascia_mm[1]
        depth = np.stack([face, skin, top - self.fascia_mm[0], top, bottom, under, np.full_like(x_mm, 90.0)])
        travel = np.array([0.0, 0.0, 0.0, 0.1, 1.0, 1.0, 0.0]) * self.pull_mm * effort
        return Layers(x_mm, depth, travel)

    def scatterers(
        self, probe: Probe, depth_mm: float, per_mm2: float, rng: np.random.Generator
    ) -> Scatterers:
        """Return the tissue in front of a probe, at rest."""
        half = probe.aperture_mm / 2.0 + 10.0
        painted = TissueMap.blank(-half, -2.5, 2 * half, depth_mm + 8.0)
        sheets = self._painted(painted, rng)
        return together(filled(painted, rng, per_mm2, probe.slice_width_mm), sheets)

    def motion(self, probe: Probe, x_mm: FloatArray, z_mm: FloatArray) -> Motion:
        """Return how points of the tissue, given at rest, move."""
        return LayeredMotion(self.layers, x_mm, z_mm)

    def shadows(self, t_s: float) -> tuple[Shadow, ...]:
        """Return nothing: there is no bone here."""
        return ()

    def _painted(self, tissue: TissueMap, rng: np.random.Generator) -> Scatterers:
        depth = self.layers(tissue.x_mm, None).depth_mm
        tilt = self.fibre_deg + float(np.rad2deg(np.arctan(self.slope)))
        fibres = replace(
            self.muscle, along_mm=2.8, tilt_deg=tilt, streaks=Streaks(9.0, (6.0, 20.0), tilt, 2.5)
        )
        below = replace(
            self.muscle.brighter(-2.0),
            tilt_deg=-0.6 * tilt,
            streaks=Streaks(4.0, (4.0, 12.0), -0.6 * tilt, 5.0),
        )
        paint(tissue, np.ones_like(tissue.amplitude), SKIN, rng)
        for boundary, substance in ((_SKIN, self.fat), (_TOP, fibres), (_BOTTOM, below)):
            paint(tissue, tissue.below(depth[boundary]), substance, rng)
        bands = ((_FAT, _TOP), (_BOTTOM, _UNDER))
        return together(
            *(
                lay_fascia(tissue, depth[upper], depth[lower], look, rng)
                for (upper, lower), look in zip(bands, self.fascia_looks, strict=True)
            )
        )
