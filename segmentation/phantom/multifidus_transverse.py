"""Both multifidus muscles across: spinous process, laminae, thoracolumbar fascia, longissimus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from segmentation.phantom.activation import REST, Activation
from segmentation.phantom.anatomy import Body, StationPlan
from segmentation.phantom.bone import bone_face, evenly
from segmentation.phantom.closed_shape import ClosedShape
from segmentation.phantom.compartment import Compartment, lay_compartment
from segmentation.phantom.disturbance import STILL, Breathing
from segmentation.phantom.probe import Probe
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
from segmentation.phantom.tissue_map import TissueMap, soft_step
from segmentation.results import FloatArray, Side
from segmentation.views import PictureEdge, ViewName

# Border of a multifidus on the right of the picture: x from the midline, z from the spinous tip.
_LANDMARKS = np.array(
    [
        [4.5, 3.0],
        [13.0, 0.2],
        [22.5, 0.8],
        [30.0, 5.5],
        [33.0, 13.5],
        [29.5, 21.5],
        [20.0, 25.0],
        [9.5, 23.0],
        [4.2, 14.0],
    ]
)
_LONGISSIMUS = np.array(
    [
        [35.0, 6.0],
        [44.0, 3.0],
        [56.0, 5.5],
        [63.0, 14.0],
        [58.0, 24.0],
        [46.0, 27.0],
        [37.0, 22.5],
        [35.5, 14.0],
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
        sign = self._sign(side)
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

    def tissue(self, probe: Probe, depth_mm: float, per_mm2: float, rng: np.random.Generator) -> BackTissue:
        """Return the tissue in front of a probe."""
        return BackTissue(self, probe, depth_mm, per_mm2, rng)

    def _body(self, side: Side, t_s: float) -> Body:
        border = self.shape(side).border_mm(self.swelling_mm(side, t_s)) + self.breath_mm(t_s)
        return Body(side, "lm", self._effort(side, t_s), border_mm=border)

    def _effort(self, side: Side, t_s: float) -> float:
        return (self.left if side == "left" else self.right).at(t_s)

    def _gain(self, side: Side) -> float:
        return self.left_gain if side == "left" else self.right_gain

    def _sign(self, side: Side) -> int:
        return -1 if side == self.sides[0] else 1


class BackTissue:
    """The lumbar back as scatterers."""

    def __init__(
        self,
        plan: MultifidusTransverse,
        probe: Probe,
        depth_mm: float,
        per_mm2: float,
        rng: np.random.Generator,
    ) -> None:
        self.plan = plan
        half, rise = probe.half_width_mm(depth_mm) + 6.0, probe.rise_mm
        self._map = TissueMap.blank(-half, -rise - 2.0, 2 * half, depth_mm + rise + 6.0, 0.12)
        self._shapes = {side: plan.shape(side) for side in plan.sides}
        self._bone = [self._spinous(), *(self._lamina(side) for side in plan.sides)]
        steady = self._painted(probe, rng)
        self.scatterers: Scatterers = together(filled(self._map, rng, per_mm2, probe.slice_width_mm), steady)
        self._push = {side: self._yielding(side, probe) for side in plan.sides}

    def moved(self, t_s: float) -> tuple[FloatArray, FloatArray]:
        """Return x and z of every scatterer at a time, mm."""
        sway, lift = self.plan.breath_mm(t_s)
        x, z = self.scatterers.x_mm + sway, self.scatterers.z_mm + lift
        for side, (push_x, push_z) in self._push.items():
            swelling = self.plan.swelling_mm(side, t_s)
            x, z = x + swelling * push_x, z + swelling * push_z
        return x, z

    def shadows(self, t_s: float) -> tuple[Shadow, ...]:
        """Return spinous process and laminae."""
        sway, lift = self.plan.breath_mm(t_s)
        return tuple(Shadow(line[:, 0] + sway, line[:, 1] + lift, 34.0) for line in self._bone)

    def _yielding(self, side: Side, probe: Probe) -> tuple[FloatArray, FloatArray]:
        x, z = self.scatterers.x_mm, self.scatterers.z_mm
        push_x, push_z = self._shapes[side].yielding(x, z, reach_mm=9.0)
        _, distance = probe.beam_and_range(x, z)
        held = np.clip(distance / 8.0, 0.0, 1.0)  # the probe does not give way
        return push_x * held, push_z * held

    def _spinous(self) -> FloatArray:
        x = np.arange(-2.6, 2.61, 0.05)
        return np.stack([x, self.plan.fat_mm + 1.2 + 0.28 * x**2], axis=-1)

    def _lamina(self, side: Side) -> FloatArray:
        """Return the deep border, on along the process beyond it, from the midline out."""
        border = self._shapes[side].border_mm()
        sign = self.plan._sign(side)
        deep = border[
            (border[:, 1] > np.percentile(border[:, 1], 62)) & (sign * border[:, 0] < 31 * self.plan.size)
        ]
        deep = deep[np.argsort(np.abs(deep[:, 0]))]
        root = np.array([[sign * 1.5, deep[0, 1] - 1.5]])
        tip = deep[-1] + np.array([[sign * 3.0, 1.0], [sign * 6.5, 3.5], [sign * 9.0, 7.0]])
        return evenly(np.vstack([root, deep, tip]))

    def _painted(self, probe: Probe, rng: np.random.Generator) -> Scatterers:
        plan, tissue = self.plan, self._map
        x, z = tissue.x_mm, tissue.z_mm
        _, distance = probe.beam_and_range(x[None, :], z[:, None])
        fascia = self._fascia(x)
        paint(tissue, np.ones_like(tissue.amplitude), SKIN, rng)
        paint(tissue, soft_step((distance - 2.2) / tissue.step_mm), plan.fat, rng)
        paint(tissue, tissue.below(fascia), plan.fat.brighter(3.0), rng)
        sheets = [self._longissimus(sign, probe, rng) for sign in (-1, 1)]
        sheets += [self._multifidus(side, probe, rng) for side in plan.sides]
        sheets.append(lay_fascia(tissue, fascia - plan.fascia_mm, fascia, plan.fascia_look, probe, rng))
        sheets += [bone_face(line, probe, rng) for line in self._bone]
        return together(*sheets)

    def _fascia(self, x: FloatArray) -> FloatArray:
        """Return the deep edge of the thoracolumbar fascia: over the muscles, dipping to the spinous tip."""
        size = self.plan.size
        knots = np.array([0.0, 6.0, 13.0, 22.0, 32.0, 46.0, 62.0, 90.0]) * size
        depth = np.array([0.6, 0.1, -0.6, -0.5, 0.7, 1.3, 5.0, 17.0]) * size + self.plan.fat_mm
        return np.asarray(np.interp(np.abs(x), *_smooth(knots, depth)))

    def _longissimus(self, sign: int, probe: Probe, rng: np.random.Generator) -> Scatterers:
        points = (_LONGISSIMUS * self.plan.size + (0.0, self.plan.fat_mm)) * (sign, 1.0)
        shape = ClosedShape.through(points)
        look = self.plan.fascia_look.fainter(6.0 + self.plan.border_fade_db)
        streaks = Streaks(5.0, (2.0, 9.0), sign * 15.0, 25.0)
        muscle = Substance(self.plan.muscle.level_db + 3.0, 3.5, 1.4, 0.3, sign * 12.0, 2.5, streaks, 12.0)
        return lay_compartment(self._map, shape, Compartment(muscle, look, 0.6), probe, rng)

    def _multifidus(self, side: Side, probe: Probe, rng: np.random.Generator) -> Scatterers:
        plan, sign = self.plan, self.plan._sign(side)
        streaks = Streaks(7.0, (1.5, 7.0), sign * 28.0, 28.0)
        muscle = Substance(
            plan.muscle.level_db,
            plan.muscle.grain_db,
            1.3,
            0.32,
            sign * 15.0,
            plan.muscle.patches_db,
            streaks,
            13.0,
        )
        infiltration = plan.left_infiltration if side == "left" else plan.right_infiltration
        look = plan.fascia_look.fainter(5.0 + plan.border_fade_db)
        return lay_compartment(
            self._map, self._shapes[side], Compartment(muscle, look, plan.border_mm, infiltration), probe, rng
        )


def _smooth(knots: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    dense = np.linspace(knots[0], knots[-1], 400)
    return dense, np.asarray(PchipInterpolator(knots, values)(dense))
