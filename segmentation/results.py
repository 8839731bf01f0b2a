"""What a measurement is: the values of one muscle in one frame, and the table of quantities."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import nan
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]

Side = Literal["left", "right"]
Muscle = Literal["lm", "tra", "io", "eo", "layer", "contour"]
BorderSource = Literal["auto", "traced", "confirmed", "corrected"]
BORDER_SOURCES: tuple[BorderSource, ...] = get_args(BorderSource)  # the least sure one first

SIDES: tuple[Side, ...] = get_args(Side)


class Status(StrEnum):
    """Whether a value can be stood by, and if not, why."""

    OK = "ok"
    LOW_QUALITY = "low_quality"
    NO_BORDER = "no_border"
    LOST = "lost"
    MOVED = "moved"
    FROZEN = "frozen"
    CLIPPED = "clipped"
    SHADOW = "shadow"
    IMPLAUSIBLE = "implausible"

    @property
    def carries_value(self) -> bool:
        """True where the table shows a value beside this status."""
        return self in _WITH_VALUE

    def or_worse(self, other: Status) -> Status:
        """Return the one that explains a comparison: one without a value first, then one that is not ok."""
        for status in (self, other):
            if not status.carries_value:
                return status
        return other if self is Status.OK else self


_WITH_VALUE = frozenset({Status.OK, Status.LOW_QUALITY, Status.MOVED, Status.SHADOW})


@dataclass(frozen=True, slots=True)
class Quantity:
    """One row of `QUANTITIES`: how a value is named, shown and bounded."""

    name: str  # field of Measurement and column of the tables
    label: str
    unit: str
    decimals: int
    meaning: str
    # Physical limits, never healthy norms: an atrophied muscle must not be refused.
    plausible_low: float
    plausible_high: float


QUANTITIES: dict[str, Quantity] = {
    q.name: q
    for q in (
        Quantity(
            "thickness_mm",
            "thickness",
            "mm",
            1,
            "distance between the inner fascial edges, mean over the station; lm: facet apex to fascia",
            0.3,
            90.0,
        ),
        Quantity("area_cm2", "area", "cm²", 2, "area inside the closed border", 0.1, 60.0),
        Quantity(
            "relative_thickness_percent",
            "relative thickness",
            "%",
            0,
            "thickness of the muscle of TrA + IO + EO",
            0.0,
            100.0,
        ),
        Quantity(
            "slide_mm",
            "slide",
            "mm",
            1,
            "movement of the anterior muscle-fascia junction since the first frames, lateral positive",
            -60.0,
            60.0,
        ),
        Quantity(
            "echo_intensity_grey",
            "echo intensity",
            "grey",
            0,
            "mean full-range luma 0-255 inside the border inset by 1.5 mm, between fasciae by 1.0 mm; a "
            "correlate of fat, not fat; comparable only within one preset, and changed by the fat above",
            0.0,
            255.0,
        ),
        Quantity(
            "subcutaneous_mm", "subcutaneous", "mm", 1, "skin to the first fascia over the muscle", 0.0, 150.0
        ),
        Quantity(
            "probe_shift_mm",
            "probe shift",
            "mm",
            1,
            "displacement of the whole picture against the reference frame",
            0.0,
            1000.0,
        ),
    )
}


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """What was measured of one muscle of one side in one frame.

    Values that were not measurable are ``nan``; the status says why. Borders are ``(N, 2)`` arrays of
    ``(x, y)`` in pixels of the whole frame and are never written to.
    """

    side: Side
    muscle: Muscle
    status: Status
    quality: float
    border_source: BorderSource = "auto"
    thickness_mm: float = nan
    area_cm2: float = nan
    relative_thickness_percent: float = nan
    slide_mm: float = nan
    echo_intensity_grey: float = nan
    subcutaneous_mm: float = nan
    probe_shift_mm: float = nan
    border_px: FloatArray | None = None  # closed border, without repeating the first point
    superficial_px: FloatArray | None = None  # inner edge of the superficial fascia
    deep_px: FloatArray | None = None  # inner edge of the deep fascia
    caliper_px: FloatArray | None = None  # (2, 2): the line measured along, superficial end first
    evidence: tuple[float, ...] = ()  # what the quality was made from; see `segmentation.chance`


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """Everything measured in one frame."""

    new_picture: bool  # False where the scanner had not drawn a new picture since the last frame
    measurements: tuple[Measurement, ...]
    depth_changed: bool = False  # on the scanner: no length in mm holds until the scale is set again

    def of(self, side: Side, muscle: Muscle) -> Measurement | None:
        """Return the measurement of one muscle of one side, or None."""
        return next((m for m in self.measurements if m.side == side and m.muscle == muscle), None)
