from __future__ import annotations

import numpy as np
import pytest

from segmentation.geometry import Calibration, polygon_area_cm2
from segmentation.muscle_search import find_borders
from segmentation.results import Picture
from segmentation.views import Panel
from tests.segmentation.drawn import ROI, SPACING, oval, speckle

MM = Calibration(1.0, 1.0)
LEFT, RIGHT, HALF = (13.0, 20.0), (37.0, 20.0), (9.0, 8.0)
AREA_CM2 = np.pi * HALF[0] * HALF[1] / 100.0
BOTH = Panel(ROI, SPACING, ("left", "right"))


def pair() -> Picture:
    """Two ovals side by side, the spine between them left out."""
    one, other = oval(LEFT, HALF), oval(RIGHT, HALF)
    middle = one.shape[1] // 2
    return np.concatenate([one[:, :middle], other[:, middle:]], axis=1)


def test_both_muscles_of_a_picture_are_found_each_on_its_side() -> None:
    found = find_borders(pair(), BOTH, None, BOTH.sides, {})
    for side, centre in zip(BOTH.sides, (LEFT, RIGHT), strict=True):
        assert found[side].mean(axis=0) == pytest.approx(centre, abs=0.5)  # mm
        assert polygon_area_cm2(found[side], MM) == pytest.approx(AREA_CM2, rel=0.06)


def test_a_point_in_one_of_them_says_which_is_meant() -> None:
    found = find_borders(pair(), Panel(ROI, SPACING, ("left",)), None, ("left",), {"left": RIGHT})
    assert found["left"].mean(axis=0) == pytest.approx(RIGHT, abs=0.5)  # mm


def test_only_the_side_that_is_missing_is_given() -> None:
    assert list(find_borders(pair(), BOTH, None, ("right",), {})) == ["right"]


def test_nothing_is_found_in_speckle() -> None:
    assert find_borders(speckle(np.full((400, 500), 70.0)), BOTH, None, BOTH.sides, {}) == {}
