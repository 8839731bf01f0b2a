"""The lumbar back across, as it is painted: everything round the two multifidus muscles too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator

from segmentation.phantom.bone import bone_face
from segmentation.phantom.closed_shape import ClosedShape
from segmentation.phantom.compartment import Compartment, lay_compartment
from segmentation.phantom.probe import Probe
from segmentation.phantom.scatterers import Scatterers, together
from segmentation.phantom.substance import (
    SKIN,
    Streaks,
    Substance,
    lay_fascia,
    paint,
)
from segmentation.phantom.tissue_map import TissueMap, soft_step
from segmentation.results import FloatArray, Side

if TYPE_CHECKING:
    from segmentation.phantom.multifidus_transverse import MultifidusTransverse

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


@dataclass(frozen=True, slots=True)
class LumbarBack:
    """A plan of the muscles and the map that is painted from it."""

    plan: MultifidusTransverse
    tissue: TissueMap
    probe: Probe
    rng: np.random.Generator

    def painted(self) -> Scatterers:
        """Paint the map and return fasciae and bone as sheets."""
        plan, tissue, probe, rng = self.plan, self.tissue, self.probe, self.rng
        x, z = tissue.x_mm, tissue.z_mm
        _, distance = probe.beam_and_range(x[None, :], z[:, None])
        fascia = self._fascia(x)
        paint(tissue, np.ones_like(tissue.amplitude), SKIN, rng)
        paint(tissue, soft_step((distance - 2.2) / tissue.step_mm), plan.fat, rng)
        paint(tissue, tissue.below(fascia), plan.fat.brighter(3.0), rng)
        sheets = [self._longissimus(sign) for sign in (-1, 1)]
        sheets += [self._multifidus(side) for side in plan.sides]
        sheets.append(lay_fascia(tissue, fascia - plan.fascia_mm, fascia, plan.fascia_look, rng))
        sheets += [bone_face(line, probe, rng) for line in plan.bones()]
        return together(*sheets)

    def _fascia(self, x: FloatArray) -> FloatArray:
        """Return the deep edge of the thoracolumbar fascia: over the muscles, dipping to the spinous tip."""
        size = self.plan.size
        knots = np.array([0.0, 6.0, 13.0, 22.0, 32.0, 46.0, 62.0, 90.0]) * size
        depth = np.array([0.6, 0.1, -0.6, -0.5, 0.7, 1.3, 5.0, 17.0]) * size + self.plan.fat_mm
        return np.asarray(np.interp(np.abs(x), *_smooth(knots, depth)))

    def _longissimus(self, sign: int) -> Scatterers:
        points = (_LONGISSIMUS * self.plan.size + (0.0, self.plan.fat_mm)) * (sign, 1.0)
        shape = ClosedShape.through(points)
        look = self.plan.fascia_look.fainter(6.0 + self.plan.border_fade_db)
        streaks = Streaks(5.0, (2.0, 9.0), sign * 15.0, 25.0)
        muscle = Substance(self.plan.muscle.level_db + 3.0, 3.5, 1.4, 0.3, sign * 12.0, 2.5, streaks, 12.0)
        return lay_compartment(self.tissue, shape, Compartment(muscle, look, 0.6), self.probe, self.rng)

    def _multifidus(self, side: Side) -> Scatterers:
        plan, sign = self.plan, self.plan.sign(side)
        streaks = Streaks(7.0, (1.5, 7.0), sign * 28.0, 28.0)
        muscle = replace(
            plan.muscle,
            along_mm=1.3,
            across_mm=0.32,
            tilt_deg=sign * 15.0,
            streaks=streaks,
            streak_db=13.0,
        )
        infiltration = plan.left_infiltration if side == "left" else plan.right_infiltration
        look = plan.fascia_look.fainter(5.0 + plan.border_fade_db)
        return lay_compartment(
            self.tissue,
            plan.shape(side),
            Compartment(muscle, look, plan.border_mm, infiltration),
            self.probe,
            self.rng,
        )


def _smooth(knots: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    dense = np.linspace(knots[0], knots[-1], 400)
    return dense, np.asarray(PchipInterpolator(knots, values)(dense))
