from __future__ import annotations

from math import nan

import numpy as np
import pytest

from segmentation.edges import InnerEdge
from segmentation.geometry import Calibration, Roi
from segmentation.junction import find_junction, lateral_sign
from segmentation.results import FloatArray
from segmentation.station import median, station_for, station_points_mm, station_range_mm, thickness_mm
from segmentation.views import Station

ROI, SPACING = Roi(100, 50, 500, 400), Calibration(0.1, 0.1)
X = np.arange(0.4, 50.0, 0.8)


def edge(y_mm: FloatArray) -> InnerEdge:
    return InnerEdge(X, y_mm, np.full(len(X), 50.0), np.full(len(X), 70.0))


def test_the_perpendicular_of_a_layer_at_15_degrees_is_3_and_a_half_percent_less_than_its_height() -> None:
    slope = np.tan(np.radians(15.0))
    top, bottom = edge(10.0 + slope * X), edge(20.0 + slope * X)
    upright, _ = thickness_mm(top, bottom, (15.0, 35.0), "vertical")
    across, _ = thickness_mm(top, bottom, (15.0, 35.0), "perpendicular")
    assert upright == pytest.approx(10.0)
    assert across / upright == pytest.approx(np.cos(np.radians(15.0)), abs=1e-6)


def test_a_few_stray_columns_do_not_move_the_mean() -> None:
    bottom = np.full(len(X), 14.0)
    bottom[30:32] = 20.0
    value, _ = thickness_mm(edge(np.full(len(X), 10.0)), edge(bottom), (15.0, 35.0), "vertical")
    assert value == pytest.approx(4.0)


def test_a_layer_whose_columns_do_not_agree_has_no_thickness() -> None:
    bottom = np.array([14.0, 25.0, 40.0])[np.arange(len(X)) // 3 % 3]
    value, _ = thickness_mm(edge(np.full(len(X), 10.0)), edge(bottom), (15.0, 35.0), "vertical")
    assert np.isnan(value)


def test_the_points_of_a_station_lie_in_the_picture() -> None:
    assert station_points_mm((10.0, 20.0), X) == pytest.approx(np.arange(10.2, 20.0, 0.4))
    assert station_points_mm((48.0, 60.0), X) == pytest.approx([48.2, 48.6, 49.0, 49.4])  # 49.6 mm wide
    assert station_points_mm((60.0, 65.0), X) == pytest.approx([49.6])  # beside it: the nearest
    assert len(station_points_mm((nan, nan), X)) == 0


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_the_quick_median_is_the_median(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    assert median(values) == pytest.approx(np.median(values))


def test_station_rules() -> None:
    given = Station("left", "range", x_range_px=(200.0, 300.0))
    assert station_range_mm(given, ROI, SPACING) == pytest.approx((10.05, 20.05))
    assert station_range_mm(Station(), ROI, SPACING) == pytest.approx((50 / 3, 100 / 3))
    assert station_range_mm(Station(), ROI, SPACING, 8.0, 1) == pytest.approx((22.0, 36.0))
    assert station_range_mm(Station(rule="junction", offset_mm=15.0), ROI, SPACING, 8.0, 1) == pytest.approx(
        (20.5, 25.5)
    )
    assert np.isnan(station_range_mm(Station(rule="junction"), ROI, SPACING, nan, 1)[0])


def test_a_station_belongs_to_its_side() -> None:
    stations = (Station("left", "junction"), Station("right", "range", (1.0, 2.0)))
    assert station_for(stations, "right").rule == "range"
    assert station_for((), "right").rule == "mid"


@pytest.mark.parametrize("sign", [1, -1])
def test_the_junction_is_where_the_gap_closes_whichever_way_lateral_is(sign: int) -> None:
    x = np.arange(0.4, 50.0, 0.75)
    gap = np.clip(0.5 * (x - 9.0), 0.0, 4.0)
    if sign < 0:
        gap = gap[::-1]
    assert lateral_sign(None, gap) == sign
    expected = 9.0 + 1.0 / 0.5 if sign > 0 else x[-1] + x[0] - 11.0
    assert find_junction(x, gap, sign) == pytest.approx(expected, abs=0.5)  # mm
    assert lateral_sign("left", gap) == -1


def test_a_muscle_that_does_not_taper_has_no_junction() -> None:
    x = np.arange(0.4, 50.0, 0.75)
    assert lateral_sign(None, np.full(len(x), 4.0)) == 0
    assert np.isnan(find_junction(x, np.full(len(x), 4.0), 1))
