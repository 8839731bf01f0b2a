"""What is known of a source while it is set up, step by step; a draft is never changed, a new one is made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import nan
from typing import Literal, get_args

from segmentation.geometry import Roi
from segmentation.results import Side
from segmentation.ruler import Ruler
from segmentation.views import VIEWS, ViewName
from usbio.device import Device
from usbio.scale_by_hand import Scale
from usbio.setup import BorderTable, SetupFile, StationTable

StepName = Literal["picture", "scale", "view", "side", "station", "border"]
STEPS: tuple[StepName, ...] = get_args(StepName)
PictureSource = Literal["setup", "dicom", "found", "remembered", "hand"]
KeepName = Literal["ruler", "depth", "preset"]
SpanPx = tuple[float, float]


class Standing(StrEnum):
    """How far a step has come."""

    MISSING = "missing"
    FOUND = "found"  # proposed, and waits for the operator
    CONFIRMED = "confirmed"  # given, sure, or accepted


@dataclass(frozen=True, slots=True)
class Keep:
    """A part of the screen outside the picture that may be kept as a still."""

    name: KeepName
    roi: Roi


@dataclass(frozen=True, slots=True, eq=False)
class PanelDraft:
    """One B-mode picture of the frame, and its scale."""

    roi: Roi
    span_px: SpanPx  # y of depth 0, the probe's face in the middle, and of the end of the picture
    ruler: Ruler | None = None
    no_ruler: str = ""  # why none was read
    scale: Scale | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SetupDraft:
    """All that is known so far. Pixels are those of the whole frame."""

    name: str
    size_px: tuple[int, int]
    known: SetupFile  # what a file says; what is not asked here is carried on as it stands there
    pictures: tuple[PanelDraft, ...] = ()  # from left to right
    picture_source: PictureSource = "found"
    view: ViewName | None = None
    side: Side | None = None
    image_left: Side | None = None
    masks: tuple[Roi, ...] = ()
    keeps: tuple[Keep, ...] = ()
    proposed_masks: tuple[Roi, ...] = ()
    proposed_keeps: tuple[Keep, ...] = ()
    stations: tuple[StationTable, ...] = ()
    borders: tuple[BorderTable, ...] = ()
    confirmed: frozenset[StepName] = frozenset()
    recognised: str = ""
    device: Device | None = None
    found: tuple[Roi, ...] = ()  # where pictures were found before anybody moved an edge
    notes: tuple[str, ...] = ()

    @property
    def panels(self) -> tuple[Roi, ...]:
        """The pictures' places, from left to right."""
        return tuple(p.roi for p in self.pictures)

    @property
    def rulers(self) -> tuple[Ruler | None, ...]:
        """The ruler that was read beside each picture."""
        return tuple(p.ruler for p in self.pictures)

    @property
    def ruler_reasons(self) -> tuple[str, ...]:
        """Why no ruler was read beside each picture; empty where one was."""
        return tuple(p.no_ruler for p in self.pictures)

    @property
    def scales(self) -> tuple[Scale | None, ...]:
        """The scale of each picture."""
        return tuple(p.scale for p in self.pictures)

    @property
    def depth_spans_px(self) -> tuple[SpanPx, ...]:
        """Where depth begins and ends in each picture."""
        return tuple(p.span_px for p in self.pictures)

    @property
    def dual(self) -> bool:
        """True for two pictures side by side."""
        return len(self.pictures) == 2

    @property
    def two_sided(self) -> bool:
        """True where what is on the left has to be said: two pictures, or one that may show both sides."""
        return self.dual or (self.view is not None and VIEWS[self.view].two_sided)

    @property
    def measured_sides(self) -> tuple[Side, ...]:
        """Whose muscles are measured; empty until that is said."""
        if self.image_left is not None:
            return ("left", "right")
        return () if self.side is None else (self.side,)

    @property
    def depth_mm(self) -> float:
        """How deep the first picture reaches; nan where the scale is not known."""
        if not self.pictures or self.pictures[0].scale is None:
            return nan
        top, bottom = self.pictures[0].span_px
        return (bottom - top) * self.pictures[0].scale.calibration.y_mm_per_px

    def lacks(self, step: StepName) -> bool:
        """Say whether nothing can be measured without this step."""
        if step == "picture":
            return not self.pictures
        if step == "scale":
            return not self.pictures or any(scale is None for scale in self.scales)
        if step == "view":
            return self.view is None
        if step == "side":
            return not self.measured_sides
        return False  # the view has its own rule for the station, and borders are found

    def standing(self, step: StepName) -> Standing:
        """Return how far a step has come."""
        if self.lacks(step):
            return Standing.MISSING
        return Standing.CONFIRMED if step in self.confirmed or self._needless(step) else Standing.FOUND

    def _needless(self, step: StepName) -> bool:
        return step == "station" and self.view is not None and VIEWS[self.view].quantity == "area_cm2"

    @property
    def missing(self) -> tuple[StepName, ...]:
        """The steps without which nothing can be measured."""
        return tuple(step for step in STEPS if self.lacks(step))

    @property
    def next_step(self) -> StepName | None:
        """The first step that is not confirmed; None once all are."""
        return next((step for step in STEPS if self.standing(step) is not Standing.CONFIRMED), None)

    @property
    def ready(self) -> bool:
        """True where nothing is missing."""
        return not self.missing
