"""The views: what a picture shows and what is measured in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from segmentation.geometry import Calibration, Roi
from segmentation.results import BorderSource, FloatArray, Muscle, Picture, Side

ViewName = Literal["lm-csa", "lm-thickness", "tra", "layer", "contour"]
StationRule = Literal["range", "junction", "mid", "facet"]
Direction = Literal["perpendicular", "vertical"]
PictureEdge = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class View:
    """A name, the muscles measured, and the quantity that leads."""

    name: ViewName
    title: str
    muscles: tuple[Muscle, ...]  # the leading muscle first
    quantity: str  # key of QUANTITIES
    two_sided: bool  # both sides can stand in one picture


VIEWS: dict[str, View] = {
    v.name: v
    for v in (
        View("lm-csa", "multifidus, transverse", ("lm",), "area_cm2", True),
        View("lm-thickness", "multifidus, parasagittal", ("lm",), "thickness_mm", False),
        View("tra", "lateral abdominal wall", ("tra", "io", "eo"), "thickness_mm", False),
        View("layer", "muscle between two fasciae", ("layer",), "thickness_mm", False),
        View("contour", "muscle with a closed border", ("contour",), "area_cm2", True),
    )
}


@dataclass(frozen=True, slots=True)
class Panel:
    """One B-mode picture inside the frame, its spacing, and the side or sides it shows.

    ``sides`` has one entry for a one-sided picture; two for a two-sided one, that on the left of the
    picture first.
    """

    roi: Roi
    calibration: Calibration
    sides: tuple[Side, ...]


Mask = npt.NDArray[np.bool_]  # (roi.height, roi.width) of a panel
MaskFinder = Callable[[Picture, Panel], Mapping[Muscle, Sequence[Mask]]]
"""Something that says where muscles are in one picture, as a learned model does; a muscle may have several
masks, and which side each is of follows from its half of the picture. Equal pictures give equal masks."""


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """Where on a muscle a layer is measured."""

    side: Side | None = None  # None: any
    rule: StationRule = "mid"
    x_range_px: tuple[float, float] | None = None
    point_px: tuple[float, float] | None = None
    offset_mm: float | None = None
    direction: Direction = "perpendicular"
    source: BorderSource = "traced"  # of the facet's apex: who stands by it


@dataclass(frozen=True, slots=True, eq=False)
class GivenBorder:
    """A closed border, or one edge of a layer, given by hand on one frame."""

    side: Side
    muscle: Muscle
    frame: int
    points_px: FloatArray  # (N, 2)
    edge: Literal["superficial", "deep"] | None = None  # None: closed
    source: BorderSource = "traced"  # who stands by it


@dataclass(frozen=True, slots=True)
class Seed:
    """A point inside a muscle."""

    side: Side
    muscle: Muscle
    point_px: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class MeasureSetup:
    """All that measuring needs to know besides the pictures. Sides and spacing are never guessed."""

    view: ViewName
    panels: tuple[Panel, ...]
    frame_size_px: tuple[int, int]  # width, height; pictures of another size are refused
    stations: tuple[Station, ...] = ()
    borders: tuple[GivenBorder, ...] = ()
    seeds: tuple[Seed, ...] = ()
    lateral_edge: PictureEdge | None = None  # None: found from the taper
    confirmed: frozenset[Side] = frozenset()  # sides whose automatic border the operator confirmed
    mask_finder: MaskFinder | None = None  # asked in place of the search; None: the search
