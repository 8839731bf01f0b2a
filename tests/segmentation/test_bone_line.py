from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from segmentation.bone_line import bone_folded, find_bone_line
from segmentation.coarse_picture import GRID_MM, coarse_picture
from segmentation.geometry import Calibration, polygon_area_cm2
from segmentation.muscle_search import find_borders
from segmentation.results import FloatArray, Picture
from segmentation.views import Panel
from tests.segmentation.drawn import ROI, SPACING, places_mm, speckle

MM = Calibration(1.0, 1.0)
LEFT, RIGHT, HALF = (13.5, 17.0), (36.5, 17.0), (9.0, 8.0)
AREA_CM2 = np.pi * HALF[0] * HALF[1] / 100.0
PROCESS_MM, TIP_MM = 25.0, 12.0
BOTH = Panel(ROI, SPACING, ("left", "right"))
MUSCLE_GREY = 70.0


def bone_mm(x_mm: FloatArray) -> FloatArray:
    """Depth of bone: laminae under both muscles, and the spinous process between them."""
    laminae = 25.5 - 0.02 * np.minimum((x_mm - LEFT[0]) ** 2, (x_mm - RIGHT[0]) ** 2)
    return np.asarray(np.where(np.abs(x_mm - PROCESS_MM) < 1.8, TIP_MM, laminae), np.float64)


def back(shadow_grey: float) -> Picture:
    """Both muscles, 0.5 mm above the laminae, in brighter tissue; below bone noise of this grey."""
    x, y = places_mm()
    reach = np.minimum(*(np.hypot((x - at[0]) / HALF[0], (y - at[1]) / HALF[1]) for at in (LEFT, RIGHT)))
    out_mm = (reach - 1.0) * min(HALF)
    level = np.where(out_mm < 0, MUSCLE_GREY, np.where(out_mm < 1.0, 170.0, 110.0))
    below_mm = y - bone_mm(x)
    level = np.where(np.abs(below_mm) < 0.5, 200.0, np.where(below_mm > 0, shadow_grey, level))
    return speckle(gaussian_filter(level, 1.5), seed=3, noise=6.0)


@pytest.mark.parametrize("shadow_grey", [8.0, 0.8 * MUSCLE_GREY, MUSCLE_GREY])
def test_bone_is_found_however_grey_its_shadow_is(shadow_grey: float) -> None:
    bone = find_bone_line(coarse_picture(back(shadow_grey), ROI, SPACING))
    assert bone.process_mm == pytest.approx(PROCESS_MM, abs=0.6)  # mm
    x: FloatArray = (np.arange(len(bone.depth_mm), dtype=np.float64) + 0.5) * GRID_MM
    clear_of_walls = (np.abs(x - PROCESS_MM) > 4.0) & (np.abs(x - 25.0) < 20.0)
    off_mm = (bone.depth_mm - bone_mm(x))[clear_of_walls]
    assert off_mm.min() > 0.0  # the shadow begins behind the echo,
    assert off_mm.max() < 3.5  # mm: half of it, its smoothed tail, and room


@pytest.mark.parametrize("shadow_grey", [8.0, 0.8 * MUSCLE_GREY, MUSCLE_GREY])
def test_muscles_end_at_bone_and_take_in_no_shadow(shadow_grey: float) -> None:
    found = find_borders(back(shadow_grey), BOTH, None, BOTH.sides, {})
    for side, centre in zip(BOTH.sides, (LEFT, RIGHT), strict=True):
        assert found[side].mean(axis=0) == pytest.approx(centre, abs=0.6)  # mm
        assert polygon_area_cm2(found[side], MM) == pytest.approx(AREA_CM2, rel=0.06)


def test_where_there_is_no_shadow_nothing_is_hidden() -> None:
    coarse = coarse_picture(speckle(np.full((400, 500), 70.0)), ROI, SPACING)
    bone = find_bone_line(coarse)
    assert isnan(bone.process_mm)
    assert np.mean(bone.depth_mm < 30.0) < 0.05  # of the columns: 40 mm are shown
    assert np.median(bone_folded(coarse, bone).grey) == pytest.approx(70.0, abs=2.0)


def test_the_midline_is_crossed_from_neither_side() -> None:
    bone = find_bone_line(coarse_picture(back(8.0), ROI, SPACING))
    x = np.array([15.0, 24.0, 26.0, 35.0])
    assert bone.beyond_middle(x, 15.0).tolist() == [False, False, True, True]
    assert bone.beyond_middle(x, 35.0).tolist() == [True, True, False, False]
