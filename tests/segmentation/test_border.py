from __future__ import annotations

import numpy as np
import pytest

from segmentation.border import normals, resampled, smoothed
from segmentation.border_motion import border_reference, follow_border
from segmentation.contour import find_round_shapes
from segmentation.geometry import Calibration, polygon_area_cm2
from segmentation.results import FloatArray
from segmentation.rim import read_rim
from tests.segmentation.drawn import ROI, SPACING, oval, oval_border_mm, speckle

MM = Calibration(1.0, 1.0)


def area(points_mm: FloatArray) -> float:
    return polygon_area_cm2(points_mm, MM)


def test_normals_point_outwards_whichever_way_a_border_runs() -> None:
    border = oval_border_mm((25.0, 20.0), (12.0, 9.0))
    for points in (border, border[::-1]):
        outward = ((points - points.mean(axis=0)) * normals(points)).sum(axis=1)
        assert (outward > 0).all()
        assert np.hypot(*normals(points).T) == pytest.approx(np.ones(96))


def test_resampling_keeps_the_area_and_spaces_evenly() -> None:
    points = oval_border_mm((25.0, 20.0), (12.0, 9.0), 400)
    even = resampled(points, 200)
    steps = np.hypot(*np.diff(np.concatenate([even, even[:1]]), axis=0).T)
    assert area(even) == pytest.approx(area(points), rel=1e-3)
    assert steps.std() / steps.mean() < 0.01


def test_a_border_of_one_place_is_refused() -> None:
    with pytest.raises(ValueError, match="different points"):
        resampled(np.zeros((10, 2)))


def test_smoothing_runs_round_and_keeps_the_mean() -> None:
    values = np.zeros(96)
    values[0] = 1.0
    even = smoothed(values, 3.0)
    assert even.mean() == pytest.approx(values.mean())
    assert even[1] == pytest.approx(even[-1])


@pytest.mark.parametrize(
    ("centre", "half"),
    [((25.0, 20.0), (12.0, 9.0)), ((26.5, 21.0), (12.0, 9.0)), ((25.5, 19.5), (12.6, 9.9))],
    ids=["still", "probe moved 1.8 mm", "swollen by 15 %"],
)
def test_a_border_is_followed_to_two_percent_of_area(
    centre: tuple[float, float], half: tuple[float, float]
) -> None:
    first = oval((25.0, 20.0), (12.0, 9.0))
    reference = border_reference(first, ROI, SPACING, oval_border_mm((25.0, 20.0), (12.0, 9.0)))
    match = follow_border(oval(centre, half, seed=3), ROI, SPACING, reference, reference.points_mm)
    assert area(match.points_mm) == pytest.approx(np.pi * half[0] * half[1] / 100.0, rel=0.02)
    assert match.agreement.mean() > 0.7


def test_following_one_picture_over_and_over_does_not_drift() -> None:
    first = oval((25.0, 20.0), (12.0, 9.0))
    reference = border_reference(first, ROI, SPACING, oval_border_mm((25.0, 20.0), (12.0, 9.0)))
    points = reference.points_mm
    for _ in range(200):
        points = follow_border(first, ROI, SPACING, reference, points).points_mm
    assert area(points) == pytest.approx(area(reference.points_mm), rel=0.005)


def test_a_picture_without_the_muscle_agrees_badly() -> None:
    first = oval((25.0, 20.0), (12.0, 9.0))
    reference = border_reference(first, ROI, SPACING, oval_border_mm((25.0, 20.0), (12.0, 9.0)))
    noise = speckle(np.full((400, 500), 70.0), seed=9)
    assert follow_border(noise, ROI, SPACING, reference, reference.points_mm).agreement.mean() < 0.45


@pytest.mark.parametrize("half", [(12.0, 9.0), (9.0, 8.0), (15.0, 11.0)])
def test_an_oval_is_found_and_its_rim_read(half: tuple[float, float]) -> None:
    picture = oval((24.0, 19.0), half, seed=2)
    shape = find_round_shapes(picture, ROI, SPACING)[0]
    assert shape.contains(24.0, 19.0)
    border = read_rim(picture, ROI, SPACING, shape)
    assert area(border) == pytest.approx(np.pi * half[0] * half[1] / 100.0, rel=0.08)


def test_a_point_says_which_shape_is_meant_and_speckle_holds_none() -> None:
    picture = oval((24.0, 19.0), (10.0, 8.0), seed=2)
    assert find_round_shapes(picture, ROI, SPACING, inside=[(24.0, 19.0)])
    assert not find_round_shapes(picture, ROI, SPACING, inside=[(45.0, 36.0)])
    assert not find_round_shapes(speckle(np.full((400, 500), 70.0)), ROI, SPACING)
