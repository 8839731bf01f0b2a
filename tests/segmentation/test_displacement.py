from __future__ import annotations

import cv2
import numpy as np
import pytest

from segmentation.displacement import EvenPicture, displacement, even_picture, region_motion
from segmentation.geometry import Calibration, Roi
from segmentation.traces import BoolArray
from tests.segmentation.stretched import ROI, SPACING, deformed, grain

GRAIN = grain()


def even(picture: np.ndarray) -> EvenPicture:
    return even_picture(picture, ROI, SPACING)


def middle() -> BoolArray:
    region = np.zeros(even(GRAIN).grey.shape, bool)
    region[60:140, 70:170] = True
    return region


@pytest.mark.parametrize(("right_mm", "down_mm"), [(0.1, 0.0), (0.37, -0.52), (-1.2, 0.9)])
def test_a_shift_is_found_to_a_fiftieth_of_a_millimetre(right_mm: float, down_mm: float) -> None:
    first, now = even(GRAIN), even(deformed(GRAIN, right_mm, down_mm))
    found = region_motion(first, now, displacement(first, now), middle())
    assert (found.right_mm, found.down_mm) == pytest.approx((right_mm, down_mm), abs=0.02)  # mm
    np.testing.assert_allclose(found.strain, 0.0, atol=0.001)
    assert found.agreement > 0.95


@pytest.mark.parametrize("stretch", [(0.0, 0.05), (0.03, -0.08), (-0.02, 0.15)])
def test_strain_is_that_of_the_stretch_whatever_the_shift(stretch: tuple[float, float]) -> None:
    first, now = even(GRAIN), even(deformed(GRAIN, 0.8, -0.6, stretch))
    found = region_motion(first, now, displacement(first, now), middle())
    np.testing.assert_allclose(found.strain[:2], stretch, atol=0.003)
    assert found.strain[2] == pytest.approx(0.0, abs=0.003)


def test_with_the_last_flow_to_begin_with_a_long_way_is_followed() -> None:
    first, flow = even(GRAIN), None
    for down_mm in np.arange(1.0, 8.1, 1.0):
        now = even(deformed(GRAIN, 0.0, float(down_mm)))
        flow = displacement(first, now, flow)
    found = region_motion(first, now, np.asarray(flow), middle())
    assert found.down_mm == pytest.approx(8.0, abs=0.05)  # mm: nothing adds up over eight pictures


def test_another_picture_is_not_the_same_tissue() -> None:
    first, now = even(GRAIN), even(grain(seed=9))
    found = region_motion(first, now, displacement(first, now), middle())
    assert np.isnan([found.right_mm, found.down_mm, *found.strain]).all()


def test_the_number_of_threads_changes_no_number() -> None:
    first, now = even(GRAIN), even(deformed(GRAIN, 0.5, 1.0, (0.0, 0.05)))
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = displacement(first, now)
        cv2.setNumThreads(4)
        assert np.array_equal(alone, displacement(first, now))
    finally:
        cv2.setNumThreads(before)


def test_the_guess_is_not_written_to() -> None:
    first, now = even(GRAIN), even(deformed(GRAIN, 0.5))
    guess = displacement(first, now)
    kept = guess.copy()
    displacement(first, now, guess)
    assert np.array_equal(guess, kept)


def test_pixels_need_not_be_square() -> None:
    tall = Calibration(0.4, 0.2)
    picture = cv2.resize(GRAIN, (120, 200), interpolation=cv2.INTER_AREA)
    moved = cv2.resize(deformed(GRAIN, 0.8, 0.6), (120, 200), interpolation=cv2.INTER_AREA)
    first, now = (even_picture(np.asarray(p, np.uint8), Roi(0, 0, 120, 200), tall) for p in (picture, moved))
    found = region_motion(first, now, displacement(first, now), middle())
    assert (found.right_mm, found.down_mm) == pytest.approx((0.8, 0.6), abs=0.03)  # mm


def test_pictures_of_two_sizes_are_our_bug() -> None:
    with pytest.raises(ValueError, match="one size"):
        displacement(even(GRAIN), even_picture(GRAIN, Roi(0, 0, 100, 100), SPACING))


def test_a_place_in_the_frame_is_a_cell_of_the_grid() -> None:
    part = even_picture(GRAIN, Roi(40, 20, 100, 80), Calibration(0.4, 0.2))
    assert part.grey.shape == (80, 200)
    np.testing.assert_allclose(
        part.places(np.array([[40.0, 20.0], [139.0, 99.0]])), [[0.5, 0.0], [198.5, 79.0]]
    )
