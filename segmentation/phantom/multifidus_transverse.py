"""Both multifidus muscles across: spinous process, laminae, thoracolumbar fascia, longissimus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.phantom.activation import REST, Activation
from segmentation.phantom.anatomy import Body, Motion, StationPlan
from segmentation.phantom.bone import evenly
from segmentation.phantom.closed_shape import ClosedShape
from segmentation.phantom.disturbance import STILL, Breathing
from segmentation.phantom.lumbar_back import LumbarBack
from segmentation.phantom.probe import Probe
from segmentation.phantom.scanner import Shadow
from segmentation.phantom.scatterers import Scatterers, filled, together
from segmentation.phantom.substance import (
    FAT,
    MUSCLE,
    TOUGH_FASCIA,
    FasciaLook,
    Substance,
)
from segmentation.phantom.tissue_map import TissueMap
from segmentation.results import FloatArray, Side
from segmentation.views import PictureEdge, ViewName

# Border of a multifidus on the right of the picture: x from the midline, z from the spinous tip.
_LANDMARKS = np.array(
    [
        [5.2, 3.0],
        [13.0, 0.2],
        [22.5, 0.8],
        [30.0, 5.5],
        [33.0, 13.5],
        [29.5, 21.5],
        [20.0, 25.0],
        [9.5, 23.0],
        [5.0, 14.0],
    ]
)
_UP_AND_OUT = np.deg2rad(-55.0)


@dataclass(frozen=True, slots=True)
class MultifidusTransverse:
    """Plan of both sides; ``left`` and ``right`` are the patient's."""

    left: Activation = REST
    right: Activation = REST
    image_left: Side = "left"
    breathing: Breathing = STILL
    fat_mm: float = 14.0  # from the face to the spinous tip's level
    size: float = 1.05  # of muscles in length against the standard
    left_atrophy: float = 0.0  # share of area lost
    right_atrophy: float = 0.0
    left_infiltration: float = 0.1  # share of the muscle taken by fat
    right_infiltration: float = 0.1
    left_gain: float = 0.14  # share by which area grows at full effort
    right_gain: float = 0.14
    unlike: float = 0.0  # difference of shape between the sides
    fascia_mm: float = 1.2
    border_mm: float = 0.8
    fascia_look: FasciaLook = TOUGH_FASCIA
    border_fade_db: float = 0.0  # how much fainter the fascia to longissimus is
    muscle: Substance = MUSCLE
    fat: Substance = FAT

    @property
    def view(self) -> ViewName:
        """The view that it is seen in."""
        return "lm-csa"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides shown, that on the left of the picture first."""
        return ("left", "right") if self.image_left == "left" else ("right", "left")

    @property
    def lateral_edge(self) -> PictureEdge | None:
        """Both edges are lateral."""
        return None

    @property
    def stations(self) -> tuple[StationPlan, ...]:
        """None: an area is measured."""
        return ()

    def shape(self, side: Side) -> ClosedShape:
        """Return the muscle of one side at rest."""
        atrophy = self.left_atrophy if side == "left" else self.right_atrophy
        uneven = self.unlike * (1 if side == "left" else -1)
        points = _LANDMARKS * self.size * (1.0 + 0.06 * uneven, 1.0 - 0.05 * uneven)
        # a wasted muscle keeps its place on lamina and spinous process
        corner = np.array([6.0, 22.0]) * self.size
        points = corner + (points - corner) * np.sqrt(1.0 - atrophy)
        sign = self.sign(side)
        points = (points + np.array([0.0, self.fat_mm])) * (sign, 1.0)
        towards = _UP_AND_OUT if sign > 0 else np.pi - _UP_AND_OUT
        return ClosedShape.through(points, float(towards))

    def bodies(self, t_s: float) -> tuple[Body, ...]:
        """Return both muscles at a time, that on the left of the picture first."""
        return tuple(self._body(side, t_s) for side in self.sides)

    def swelling_mm(self, side: Side, t_s: float) -> float:
        """Return how far the border of one side has moved out."""
        return self.shape(side).swelling_mm(1.0 + self._gain(side) * self._effort(side, t_s))

    def breath_mm(self, t_s: float) -> tuple[float, float]:
        """Return the shift of all tissue by breathing."""
        breath = self.breathing.at(t_s)
        return self.breathing.sway_mm * breath, self.breathing.lift_mm * breath

    def scatterers(
        self, probe: Probe, depth_mm: float, per_mm2: float, rng: np.random.Generator
    ) -> Scatterers:
        """Return the tissue in front of a probe, at rest."""
        half, rise = probe.half_width_mm(depth_mm) + 6.0, probe.rise_mm
        tissue = TissueMap.blank(-half, -rise - 2.0, 2 * half, depth_mm + rise + 6.0, 0.12)
        sheets = LumbarBack(self, tissue, probe, rng).painted()
        return together(filled(tissue, rng, per_mm2, probe.slice_width_mm), sheets)

    def motion(self, probe: Probe, x_mm: FloatArray, z_mm: FloatArray) -> Motion:
        """Return how points of the tissue, given at rest, move."""
        _, distance = probe.beam_and_range(x_mm, z_mm)
        held = np.clip(distance / 8.0, 0.0, 1.0)  # the probe does not give way
        pushes = {
            side: np.stack(self.shape(side).yielding(x_mm, z_mm, reach_mm=9.0)) * held for side in self.sides
        }

        def moved(t_s: float) -> tuple[FloatArray, FloatArray]:
            sway, lift = self.breath_mm(t_s)
            push_x, push_z = np.sum([self.swelling_mm(s, t_s) * push for s, push in pushes.items()], axis=0)
            return x_mm + sway + push_x, z_mm + lift + push_z

        return moved

    def shadows(self, t_s: float) -> tuple[Shadow, ...]:
        """Return spinous process and laminae."""
        sway, lift = self.breath_mm(t_s)
        return tuple(Shadow(line[:, 0] + sway, line[:, 1] + lift, 34.0) for line in self.bones())

    def bones(self) -> tuple[FloatArray, ...]:
        """Return the faces of bone ``(N, 2)`` at rest: spinous process, then the laminae."""
        x = np.arange(-2.1, 2.11, 0.05)
        spinous = np.stack([x, self.fat_mm + 1.2 + 0.4 * x**2], axis=-1)
        return (spinous, *(self._lamina(side) for side in self.sides))

    def _lamina(self, side: Side) -> FloatArray:
        """Return the deep border, on along the process beyond it, from the midline out."""
        border, sign = self.shape(side).border_mm(), self.sign(side)
        deep = border[border[:, 1] > np.percentile(border[:, 1], 62)]
        deep = deep[sign * deep[:, 0] < 31 * self.size]
        deep = deep[np.argsort(np.abs(deep[:, 0]))]
        root = np.array([[sign * 1.5, deep[0, 1] - 1.5]])
        tip = deep[-1] + np.array([[sign * 3.0, 1.0], [sign * 6.5, 3.5], [sign * 9.0, 7.0]])
        return evenly(np.vstack([root, deep, tip]))

    def _body(self, side: Side, t_s: float) -> Body:
        border = self.shape(side).border_mm(self.swelling_mm(side, t_s)) + self.breath_mm(t_s)
        return Body(side, "lm", self._effort(side, t_s), border_mm=border)

    def _effort(self, side: Side, t_s: float) -> float:
        return (self.left if side == "left" else self.right).at(t_s)

    def _gain(self, side: Side) -> float:
        return self.left_gain if side == "left" else self.right_gain

    def sign(self, side: Side) -> int:
        """Return 1 for the side on the right of the picture, -1 for the other."""
        return -1 if side == self.sides[0] else 1
