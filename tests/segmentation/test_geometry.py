from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.border import to_mm, to_px
from segmentation.geometry import Calibration, Roi, polygon_area_cm2

lengths = st.floats(1.0, 500.0)
spacings = st.floats(0.01, 1.0)


@given(lengths, lengths, spacings, spacings)
def test_area_of_a_rectangle_takes_each_direction_with_its_own_spacing(
    width: float, height: float, x_mm: float, y_mm: float
) -> None:
    corners = np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
    expected_cm2 = width * x_mm * height * y_mm / 100.0
    assert polygon_area_cm2(corners, Calibration(x_mm, y_mm)) == pytest.approx(expected_cm2, rel=1e-9)
    assert polygon_area_cm2(corners[::-1], Calibration(x_mm, y_mm)) == pytest.approx(expected_cm2, rel=1e-9)


def test_area_of_two_points_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        polygon_area_cm2(np.zeros((2, 2)), Calibration(1.0, 1.0))


@pytest.mark.parametrize("spacing", [0.0, -0.1, float("nan"), float("inf")])
def test_a_spacing_that_is_none_is_refused(spacing: float) -> None:
    with pytest.raises(ValueError, match="spacing"):
        Calibration(spacing, 0.1)


def test_roi_fits_to_the_last_pixel_and_not_beyond() -> None:
    assert Roi(10, 20, 90, 80).fits((100, 100))
    assert not Roi(10, 20, 91, 80).fits((100, 100))
    assert not Roi(-1, 0, 10, 10).fits((100, 100))


def test_points_go_to_mm_and_back() -> None:
    roi, calibration = Roi(7, 9, 50, 50), Calibration(0.2, 0.05)
    points = np.array([[7.0, 9.0], [30.5, 40.25]])
    assert to_px(to_mm(points, roi, calibration), roi, calibration) == pytest.approx(points)
    assert to_mm(points[:1], roi, calibration)[0] == pytest.approx([0.1, 0.025])
