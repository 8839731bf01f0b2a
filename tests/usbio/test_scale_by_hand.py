"""The size of a pixel from two points or a depth: read as people type, refused where it cannot be true."""

from __future__ import annotations

import pytest

from usbio.errors import CallError
from usbio.scale_by_hand import (
    LengthUnit,
    agrees,
    beside_ruler,
    scale_of_depth,
    scale_of_points,
    typed_length,
)


@pytest.mark.parametrize(
    ("text", "unit", "mm", "half_step_mm"),
    [
        ("40", "mm", 40.0, 0.5),
        (" 4,5 ", "cm", 45.0, 0.5),
        ("4.5", "cm", 45.0, 0.5),
        ("45 mm", "cm", 45.0, 0.5),
        ("6cm", "mm", 60.0, 5.0),
        ("6.50 CM", "mm", 65.0, 0.05),
    ],
)
def test_lengths_are_read_as_people_type_them(
    text: str, unit: LengthUnit, mm: float, half_step_mm: float
) -> None:
    length = typed_length(text, unit)
    assert (length.mm, length.half_step_mm) == pytest.approx((mm, half_step_mm))


@pytest.mark.parametrize("text", ["", "four", "1,234,5", "-4", "4 in", "1e3", "nan", "0", "0,0"])
def test_what_is_no_length_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(CallError, match="the length"):
        typed_length(text, "mm")


def test_two_points_40_mm_and_500_pixels_apart() -> None:
    scale = scale_of_points((100.0, 50.0), (400.0, 450.0), "40")
    assert scale.calibration.x_mm_per_px == scale.calibration.y_mm_per_px == pytest.approx(0.08)
    assert scale.error_percent == pytest.approx(0.2)  # one pixel of 500
    assert "square" in scale.words


def test_a_depth_is_no_better_than_the_figure_on_the_scanner() -> None:
    scale = scale_of_depth((50.0, 550.0), "4,5", "cm")
    assert scale.calibration.y_mm_per_px == pytest.approx(0.09)
    assert scale.error_percent == pytest.approx(0.2 + 100 * 0.5 / 45)  # one pixel, and half a mm of 45


@pytest.mark.parametrize("far_px", [0.0, 49.0])
def test_points_too_near_each_other_are_refused(far_px: float) -> None:
    with pytest.raises(CallError, match="farther apart"):
        scale_of_points((10.0, 10.0), (10.0, 10.0 + far_px), "5")


@pytest.mark.parametrize(("text", "unit"), [("40", "cm"), ("4", "mm")])
def test_the_wrong_unit_is_noticed(text: str, unit: LengthUnit) -> None:
    """4 cm over 300 px is 0.13 mm a pixel; as 40 cm or 4 mm no scanner draws it."""
    with pytest.raises(CallError, match="unit"):
        scale_of_points((0.0, 0.0), (0.0, 300.0), text, unit)


def test_a_ruler_that_disagrees_is_said_and_one_that_agrees_as_well() -> None:
    scale = scale_of_points((0.0, 0.0), (0.0, 400.0), "40")
    assert agrees(scale, 0.101)
    assert beside_ruler(scale, 0.101).notes == ("the ruler agrees with it",)
    (note,) = beside_ruler(scale, 0.08).notes
    assert "25% more" in note
    assert not agrees(scale, 0.08)
