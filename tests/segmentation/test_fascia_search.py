from __future__ import annotations

import numpy as np
import pytest

from segmentation.fascia import Fascia, fascia_grid
from segmentation.fascia_follow import follow_beside
from segmentation.fascia_search import find_fasciae
from segmentation.fascia_strength import clear_fasciae, strength
from segmentation.results import FloatArray, Picture
from segmentation.smooth_path import smooth_path
from tests.segmentation.drawn import ROI, SPACING, layers, places_mm, speckle

GREY_OF_MUSCLE = 70.0


def bands(*drawn: tuple[float, float, float, float], seed: int = 0) -> Picture:
    """Level bands of (depth mm, half height mm, first x mm, last x mm) in muscle."""
    x, y = places_mm()
    level = np.full(x.shape, GREY_OF_MUSCLE)
    for depth, half, first, last in drawn:
        level[(np.abs(y - depth) < half) & (x >= first) & (x <= last)] = 170.0
    return speckle(level, seed)


def level_at(depth_mm: float, columns: int) -> Fascia:
    return Fascia(np.full(columns, depth_mm), np.zeros(columns))


def found_in(picture: Picture) -> list[Fascia]:
    return clear_fasciae(find_fasciae(fascia_grid(picture, ROI, SPACING)))


@pytest.mark.parametrize("slope", [-0.5, -0.25, 0.0, 0.25, 0.5])
def test_a_slanted_band_is_found_along_its_whole_length(slope: float) -> None:
    def band(x: FloatArray) -> FloatArray:
        return 20.0 + slope * (x - 25.0)

    grid = fascia_grid(layers([band]), ROI, SPACING)
    best = max(find_fasciae(grid), key=strength)
    assert np.abs(best.y_mm - band(grid.x_mm)).max() < 0.5  # mm


def test_a_band_goes_straight_on_through_a_gap_although_a_piece_lies_beside_it() -> None:
    broken = [(15.0, 0.4, 0.0, 20.0), (15.0, 0.4, 26.0, 50.0), (17.5, 0.4, 20.0, 26.0)]
    found = found_in(bands(*broken))
    assert min(float(np.abs(fascia.y_mm - 15.0).max()) for fascia in found) < 1.0  # mm


def test_an_aponeurosis_of_several_sheets_is_one_band() -> None:
    found = found_in(bands((20.0, 0.9, 0.0, 50.0), (30.0, 0.4, 0.0, 50.0)))
    assert len([fascia for fascia in found if abs(fascia.y_mm.mean() - 20.0) < 2.0]) == 1


def test_the_skin_is_no_fascia() -> None:
    found = found_in(bands((0.4, 0.6, 0.0, 50.0), (14.0, 0.4, 0.0, 50.0)))
    assert [round(float(fascia.y_mm.mean())) for fascia in found] == [14]


def test_what_speckle_puts_in_line_is_not_clear() -> None:
    depths = (8.0, 17.0, 30.0)
    for seed in range(4):
        found = found_in(bands(*[(depth, 0.4, 0.0, 50.0) for depth in depths], seed=seed))
        assert [float(fascia.y_mm.mean()) for fascia in found] == pytest.approx(depths, abs=0.2)


def test_nothing_is_clear_where_nothing_is_found() -> None:
    assert clear_fasciae([]) == []
    assert find_fasciae(fascia_grid(np.full((400, 500), 60, np.uint8), ROI, SPACING)) == []


def test_beside_a_fan_a_band_counts_only_where_it_is_seen() -> None:
    seen = Fascia(np.full(60, 12.0), np.full(60, 20.0))
    beside = np.abs(np.arange(60) - 30) > 15
    in_fan = Fascia(np.where(beside, 25.0, 12.0), np.where(beside, 0.0, 20.0))
    assert strength(in_fan) == pytest.approx(strength(seen))


def test_turning_costs_and_a_slope_does_not() -> None:
    reward = np.zeros((12, 6), np.float32)
    reward[np.arange(6) * 2, np.arange(6)] = 5.0
    assert smooth_path(reward, steepest_rows=2, turn_cost=100.0).tolist() == [0, 2, 4, 6, 8, 10]
    zigzag = np.zeros((6, 6), np.float32)
    zigzag[2 + np.arange(6) % 2, np.arange(6)] = 5.0
    assert len(set(smooth_path(zigzag, steepest_rows=2, turn_cost=100.0).tolist())) == 1


def test_a_faint_fascia_is_not_given_up_for_a_bright_one_beside_it() -> None:
    x, y = places_mm()
    level = np.full(x.shape, GREY_OF_MUSCLE)
    for depth, grey in ((12.0, 240.0), (18.0, 105.0), (21.0, 200.0)):
        level[np.abs(y - depth) < 0.4] = grey
    grid = fascia_grid(speckle(level), ROI, SPACING)
    upper, faint, deep = (level_at(at, len(grid.x_mm)) for at in (12.0, 18.0, 21.0))
    found = follow_beside(grid, deep, faint, below=False, held_mm=(35.0, 41.0), next_one=upper)
    assert np.abs(found.y_mm - 18.0).max() < 0.5  # mm
