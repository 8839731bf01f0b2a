from __future__ import annotations

import numpy as np
import pytest

from segmentation.geometry import Calibration, polygon_area_cm2
from segmentation.zones import half_way_px, split_zones, zone_areas_cm2, zone_echo_grey, zone_thicknesses_mm

ANGLE = np.linspace(0, 2 * np.pi, 360, endpoint=False)
CIRCLE = np.column_stack([100 + 50 * np.cos(ANGLE), 100 + 50 * np.sin(ANGLE)])
SPACING = Calibration(0.2, 0.2)


def test_a_circle_splits_into_two_halves() -> None:
    zones = split_zones(CIRCLE, half_way_px(CIRCLE))
    assert zones is not None
    halves = zone_areas_cm2(zones, SPACING)
    assert halves == pytest.approx((np.pi * 100 / 200, np.pi * 100 / 200), rel=0.001)  # half of 10 mm radius
    assert zones.superficial_px[:, 1].max() <= 100.0 + 1e-9
    assert zones.deep_px[:, 1].min() >= 100.0 - 1e-9


@pytest.mark.parametrize("slope", [-0.4, 0.0, 0.3])
def test_the_two_zones_make_up_the_muscle_wherever_the_split_goes(slope: float) -> None:
    x = np.linspace(60, 140, 20)
    zones = split_zones(CIRCLE, np.column_stack([x, 112 + slope * (x - 100)]))
    assert zones is not None
    superficial, deep = zone_areas_cm2(zones, SPACING)
    assert superficial + deep == pytest.approx(polygon_area_cm2(CIRCLE, SPACING), rel=1e-6)
    assert superficial > deep


def test_a_segment_of_a_circle_has_its_area() -> None:
    zones = split_zones(CIRCLE, np.array([[60.0, 125.0], [140.0, 125.0]]))  # half a radius below the middle
    assert zones is not None
    segment = 10.0**2 * (np.pi / 3 - np.sqrt(3) / 4) / 100  # cm2
    assert zone_areas_cm2(zones, SPACING)[1] == pytest.approx(segment, rel=0.002)


@pytest.mark.parametrize(
    "split", [np.array([[0.0, 200.0], [200.0, 200.0]]), np.full((4, 2), np.nan), np.array([[50.0, 90.0]])]
)
def test_a_split_beside_the_muscle_or_unknown_gives_no_zones(split: np.ndarray) -> None:
    assert split_zones(CIRCLE, split) is None


def test_a_flat_border_has_no_half_way() -> None:
    with pytest.raises(ValueError, match="no height"):
        half_way_px(np.array([[0.0, 5.0], [9.0, 5.0], [4.0, 5.0]]))


def test_a_slanting_caliper_is_shared_along_itself() -> None:
    caliper = np.array([[0.0, 0.0], [30.0, 40.0]])  # 6 and 8 mm: 10 mm
    assert zone_thicknesses_mm(caliper, np.array([15.0, 20.0]), SPACING) == pytest.approx((5.0, 5.0))
    assert np.isnan(zone_thicknesses_mm(caliper, np.array([60.0, 80.0]), SPACING)).all()


def test_the_rim_is_left_out_of_the_echo() -> None:
    picture = np.full((200, 200), 50, np.uint8)
    zones = split_zones(CIRCLE, half_way_px(CIRCLE))
    assert zones is not None
    y, x = np.mgrid[:200, :200]
    picture[np.abs(np.hypot(x - 100, y - 100) - 50) < 6] = 250  # fascia, 1.2 mm to the inside
    picture[np.abs(y - 100) < 6] = 250
    assert zone_echo_grey(picture, zones.deep_px, SPACING) == 50.0
    assert np.isnan(zone_echo_grey(picture, CIRCLE[:3], SPACING))
