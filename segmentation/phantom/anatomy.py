"""What an anatomy is: tissue that can be put into any moment, with what is true of it then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from typing import Protocol

import numpy as np

from segmentation.phantom.probe import Probe
from segmentation.phantom.scanner import Shadow
from segmentation.phantom.scatterers import Scatterers
from segmentation.phantom.truth import Edges
from segmentation.results import FloatArray, Muscle, Side
from segmentation.views import Direction, PictureEdge, StationRule, ViewName


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One muscle at one moment, in mm of the tissue."""

    side: Side
    muscle: Muscle
    activation: float
    border_mm: FloatArray | None = None  # (N, 2), closed
    edges: Edges | None = None
    apex_mm: tuple[float, float] | None = None  # the facet measured from
    junction_mm: tuple[float, float] | None = None
    slide_mm: float = nan


@dataclass(frozen=True, slots=True)
class StationPlan:
    """Where a layer is measured, in mm of the first picture."""

    side: Side
    rule: StationRule
    range_mm: tuple[float, float] | None = None
    direction: Direction = "perpendicular"


# From a time to x and z of the points that a motion was asked for, mm.
Motion = Callable[[float], tuple[FloatArray, FloatArray]]


class Anatomy(Protocol):
    """The plan of a body part, all numbers. One file an anatomy."""

    @property
    def view(self) -> ViewName:
        """The view that it is seen in."""
        ...

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides shown, that on the left of the picture first."""
        ...

    @property
    def lateral_edge(self) -> PictureEdge | None:
        """Which edge of the picture is lateral."""
        ...

    @property
    def stations(self) -> tuple[StationPlan, ...]:
        """Where layers are measured."""
        ...

    def bodies(self, t_s: float) -> tuple[Body, ...]:
        """Return the muscles at a time, in the order of the view."""
        ...

    def scatterers(
        self, probe: Probe, depth_mm: float, per_mm2: float, rng: np.random.Generator
    ) -> Scatterers:
        """Return the tissue in front of a probe, at rest."""
        ...

    def motion(self, probe: Probe, x_mm: FloatArray, z_mm: FloatArray) -> Motion:
        """Return how points of the tissue, given at rest, move."""
        ...

    def shadows(self, t_s: float) -> tuple[Shadow, ...]:
        """Return what stops sound at a time."""
        ...
