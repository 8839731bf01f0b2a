"""A muscle with a closed border: an oval in bright fascia, other muscle round it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segmentation.phantom.activation import REST, Activation
from segmentation.phantom.anatomy import Body, Motion, StationPlan
from segmentation.phantom.closed_shape import ClosedShape
from segmentation.phantom.compartment import Compartment, lay_compartment
from segmentation.phantom.disturbance import STILL, Breathing
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
from segmentation.results import FloatArray, Side
from segmentation.views import PictureEdge, ViewName


@dataclass(frozen=True, slots=True)
class MuscleContour:
    """Plan of one muscle."""

    side: Side = "left"
    effort: Activation = REST
    breathing: Breathing = STILL
    skin_mm: float = 1.6
    fat_mm: float = 5.0
    centre_mm: tuple[float, float] = (0.0, 21.0)
    half_width_mm: float = 15.0
    half_depth_mm: float = 10.5
    turn_deg: float = 8.0
    lumps: tuple[float, float] = (0.05, 0.03)  # third and fourth wave of the border, share of the radius
    gain: float = 0.15  # share by which area grows at full effort
    fascia_mm: float = 1.0
    fascia_look: FasciaLook = PLAIN_FASCIA
    muscle: Substance = MUSCLE
    fat: Substance = FAT

    @property
    def view(self) -> ViewName:
        """The view that it is seen in."""
        return "contour"

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
        """None: an area is measured."""
        return ()

    def shape(self) -> ClosedShape:
        """Return the muscle at rest."""
        angle = np.linspace(0.0, 2.0 * np.pi, 37)[:-1]
        third, fourth = self.lumps
        lumpy = 1.0 + third * np.cos(3.0 * angle + 0.5) + fourth * np.cos(4.0 * angle + 2.0)
        x, z = self.half_width_mm * np.cos(angle) * lumpy, self.half_depth_mm * np.sin(angle) * lumpy
        turn = np.deg2rad(self.turn_deg)
        turned = np.stack([x * np.cos(turn) - z * np.sin(turn), x * np.sin(turn) + z * np.cos(turn)], axis=-1)
        return ClosedShape.through(turned + np.array(self.centre_mm), centre_mm=self.centre_mm)

    def bodies(self, t_s: float) -> tuple[Body, ...]:
        """Return the muscle at a time."""
        border = self.shape().border_mm(self.swelling_mm(t_s)) + np.array(self.breath_mm(t_s))
        return (Body(self.side, "contour", self.effort.at(t_s), border_mm=border),)

    def swelling_mm(self, t_s: float) -> float:
        """Return how far the border has moved out."""
        return self.shape().swelling_mm(1.0 + self.gain * self.effort.at(t_s))

    def breath_mm(self, t_s: float) -> tuple[float, float]:
        """Return the shift of all tissue by breathing."""
        breath = self.breathing.at(t_s)
        return self.breathing.sway_mm * breath, self.breathing.lift_mm * breath

    def scatterers(
        self, probe: Probe, depth_mm: float, per_mm2: float, rng: np.random.Generator
    ) -> Scatterers:
        """Return the tissue in front of a probe, at rest."""
        half = probe.aperture_mm / 2.0 + 8.0
        tissue = TissueMap.blank(-half, -3.0, 2 * half, depth_mm + 8.0)
        leaves = self._painted(tissue, probe, rng)
        return together(filled(tissue, rng, per_mm2, probe.slice_width_mm), leaves)

    def motion(self, probe: Probe, x_mm: FloatArray, z_mm: FloatArray) -> Motion:
        """Return how points of the tissue, given at rest, move."""
        held = np.clip(z_mm / 6.0, 0.0, 1.0)  # the probe does not give way
        push_x, push_z = (push * held for push in self.shape().yielding(x_mm, z_mm, reach_mm=8.0))

        def moved(t_s: float) -> tuple[FloatArray, FloatArray]:
            swelling = self.swelling_mm(t_s)
            sway, lift = self.breath_mm(t_s)
            return x_mm + sway + swelling * push_x, z_mm + lift + swelling * push_z

        return moved

    def shadows(self, t_s: float) -> tuple[Shadow, ...]:
        """Return nothing: there is no bone here."""
        return ()

    def _painted(self, tissue: TissueMap, probe: Probe, rng: np.random.Generator) -> Scatterers:
        flat = np.ones_like(tissue.x_mm)
        around = replace(self.muscle.brighter(4.0), streaks=Streaks(5.0, (3.0, 10.0), 6.0, 12.0))
        inside = replace(
            self.muscle, along_mm=1.2, streaks=Streaks(6.0, (1.5, 5.0), 10.0, 35.0), streak_db=12.0
        )
        paint(tissue, np.ones_like(tissue.amplitude), SKIN, rng)
        paint(tissue, tissue.below(self.skin_mm * flat), self.fat, rng)
        cover_mm = (self.skin_mm + self.fat_mm) * flat - 0.6 * (tissue.x_mm / 20.0) ** 2
        paint(tissue, tissue.below(cover_mm), around, rng)
        look = replace(self.fascia_look.fainter(3.0))
        covering = lay_fascia(tissue, cover_mm - 0.8, cover_mm, look, rng)
        return together(
            covering,
            lay_compartment(
                tissue, self.shape(), Compartment(inside, self.fascia_look, self.fascia_mm), probe, rng
            ),
        )
