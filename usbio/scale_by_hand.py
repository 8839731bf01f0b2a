"""The size of a pixel from what the operator says: two points and their distance, or the depth."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import hypot, nan
from typing import Literal

from segmentation.geometry import Calibration
from usbio.errors import CallError

LengthUnit = Literal["mm", "cm"]
ScaleSource = Literal["setup", "dicom", "ruler", "points", "depth", "remembered", "sent"]
PointPx = tuple[float, float]

FINEST_MM_PER_PX, COARSEST_MM_PER_PX = 0.02, 1.0
LEAST_PX = 50.0  # below, placing a point one pixel off changes every value by more than 2 %
AGREE = 0.03  # a scale by hand and the ruler
_MM_PER: dict[LengthUnit, float] = {"mm": 1.0, "cm": 10.0}
_LENGTH = re.compile(r"(\d{1,4})(?:[.,](\d{1,4}))?\s*(mm|cm)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a pixel, where it comes from and in words how it was read."""

    calibration: Calibration
    source: ScaleSource
    words: str
    error_percent: float = nan  # of one pixel and of the last figure typed; nan where nobody measured by hand
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Length:
    """A length that was typed."""

    mm: float
    half_step_mm: float  # half of its last figure: it was not said more exactly


def typed_length(text: str, unit: LengthUnit) -> Length:
    """Return a length as it was typed, with comma or point; a unit that is typed wins."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise CallError("the length", f'"{text.strip()}" is no number', "type it as 40 or 4,5 or 4.5 cm")
    whole, part, named = found.groups()
    mm_per = _MM_PER["cm" if (named or unit).lower() == "cm" else "mm"]
    mm = float(f"{whole}.{part or 0}") * mm_per
    if mm <= 0:
        raise CallError("the length", "is nought", "type how long it is")
    return Length(mm, 0.5 * mm_per * 10.0 ** -len(part or ""))


def scale_of_points(a_px: PointPx, b_px: PointPx, text: str, unit: LengthUnit = "mm") -> Scale:
    """Return the scale that makes two points of a picture with square pixels as far apart as is said."""
    length = typed_length(text, unit)
    apart_px = hypot(b_px[0] - a_px[0], b_px[1] - a_px[1])
    _refuse_short(apart_px, "the two points are", "set them farther apart, on the ruler best of all")
    # The distance typed is that of two marks of the ruler: it is exact, the points are not.
    size = _plausible(length.mm / apart_px, "the two points")
    words = f"{length.mm:g} mm between two points {apart_px:.0f} pixels apart; pixels are taken as square"
    return Scale(Calibration(size, size), "points", words, 100.0 / apart_px)


def scale_of_depth(span_px: tuple[float, float], text: str, unit: LengthUnit = "cm") -> Scale:
    """Return the scale that makes the picture as deep as is said from its top to its bottom."""
    depth = typed_length(text, unit)
    rows_px = span_px[1] - span_px[0]
    _refuse_short(rows_px, "the picture's top and bottom are", "move the top or the bottom of the picture")
    size = _plausible(depth.mm / rows_px, "the depth")
    error_percent = 100.0 * (1.0 / rows_px + depth.half_step_mm / depth.mm)
    words = f"depth of {depth.mm:g} mm over {rows_px:.0f} pixels; pixels are taken as square"
    return Scale(Calibration(size, size), "depth", words, error_percent)


def beside_ruler(scale: Scale, ruler_mm_per_px: float) -> Scale:
    """Return a scale with a note on whether the ruler that was read agrees with it."""
    if agrees(scale, ruler_mm_per_px):
        return replace(scale, notes=(*scale.notes, "the ruler agrees with it"))
    off = scale.calibration.y_mm_per_px / ruler_mm_per_px - 1
    note = (
        f"the ruler gives {ruler_mm_per_px:.4f} mm per pixel, this gives {abs(off):.0%} "
        f"{'more' if off > 0 else 'less'}: look at both again"
    )
    return replace(scale, notes=(*scale.notes, note))


def agrees(scale: Scale, ruler_mm_per_px: float) -> bool:
    """True where a scale by hand and the ruler say the same."""
    off = scale.calibration.y_mm_per_px / ruler_mm_per_px - 1
    return abs(off) <= max(AGREE, scale.error_percent / 100.0)


def _refuse_short(px: float, what: str, to_do: str) -> None:
    if px < LEAST_PX:
        raise CallError(
            "the scale",
            f"{what} {max(px, 0.0):.0f} pixels apart, where one pixel is more than "
            f"{100 / LEAST_PX:.0f} % (at least {LEAST_PX:.0f})",
            to_do,
        )


def _plausible(mm_per_px: float, what: str) -> float:
    if not FINEST_MM_PER_PX <= mm_per_px <= COARSEST_MM_PER_PX:
        raise CallError(
            "the scale",
            f"{what} would make a pixel {mm_per_px:.3g} mm, and scanners draw {FINEST_MM_PER_PX:g} to "
            f"{COARSEST_MM_PER_PX:g}",
            "look at the number and its unit again",
        )
    return mm_per_px
