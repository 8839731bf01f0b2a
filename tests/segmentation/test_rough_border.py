from __future__ import annotations

import numpy as np
import pytest

from segmentation.border import normals, resampled
from segmentation.geometry import Calibration, polygon_area_cm2
from segmentation.results import FloatArray
from segmentation.rough_border import curve_through, drawn_border, roughness_mm
from tests.segmentation.drawn import ROI, SPACING, oval, oval_border_mm, speckle

MM = Calibration(1.0, 1.0)
CENTRE, HALF = (25.0, 20.0), (12.0, 9.0)
AREA_CM2 = np.pi * HALF[0] * HALF[1] / 100.0


def off(mm: float, seed: int = 0, count: int = 24) -> FloatArray:
    """The border of an oval with every point so far off, each in a direction of its own."""
    angle = np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi, count)
    return oval_border_mm(CENTRE, HALF, count) + mm * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def error_percent(points_mm: FloatArray) -> float:
    return abs(polygon_area_cm2(points_mm, MM) / AREA_CM2 - 1.0) * 100.0


def test_a_careful_border_is_kept_to_the_point() -> None:
    picture = oval(CENTRE, HALF)
    for drawn in (oval_border_mm(CENTRE, HALF, 24), off(0.2), off(0.2, count=48)):
        kept = drawn_border(picture, ROI, SPACING, drawn)
        assert kept == pytest.approx(curve_through(drawn))
        assert error_percent(kept) < 1.5  # percent of area


def test_a_rough_border_is_put_on_the_rim_and_is_nearer_than_before() -> None:
    picture = oval(CENTRE, HALF)
    rough, better = [], []
    for seed in range(6):
        drawn = off(1.5, seed)
        assert 0.3 < roughness_mm(drawn) < 1.4
        rough.append(error_percent(curve_through(drawn)))
        better.append(error_percent(drawn_border(picture, ROI, SPACING, drawn)))
    assert max(better) < 3.0  # percent of area
    assert np.mean(better) < 0.6 * np.mean(rough)


@pytest.mark.parametrize("aside_mm", [-1.5, 1.5])
def test_a_smooth_border_all_to_one_side_of_the_rim_is_put_on_it(aside_mm: float) -> None:
    even = resampled(oval_border_mm(CENTRE, HALF, 200), 24)
    drawn = even + aside_mm * normals(even)
    assert roughness_mm(drawn) < 0.1
    assert error_percent(curve_through(drawn)) > 20.0  # percent of area
    assert error_percent(drawn_border(oval(CENTRE, HALF), ROI, SPACING, drawn)) < 5.0


def test_where_no_rim_is_seen_a_rough_border_is_only_made_smooth() -> None:
    noise = speckle(np.full((400, 500), 70.0), seed=9)
    drawn = off(1.5)
    smooth = drawn_border(noise, ROI, SPACING, drawn)
    assert roughness_mm(smooth) < 0.3
    assert error_percent(smooth) < error_percent(curve_through(drawn)) + 1.0  # points


def test_a_few_points_are_not_judged() -> None:
    assert roughness_mm(off(1.5, count=12)) == 0.0
    assert len(curve_through(off(0.0, count=6))) == 6
