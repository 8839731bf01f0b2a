from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from segmentation.edges import Flank, inner_edges
from segmentation.fascia import Fascia, fascia_grid
from segmentation.fascia_follow import follow_beside, follow_fasciae
from segmentation.fascia_search import find_fasciae
from segmentation.fascia_strength import strength
from segmentation.layers import Inside, choose_abdominal_wall, choose_layer
from segmentation.results import FloatArray
from tests.segmentation.drawn import ROI, SPACING, layers


def line(at_mm: float, slope: float = 0.0) -> Callable[[FloatArray], FloatArray]:
    return lambda x: at_mm + slope * (x - 25.0)


def test_bands_are_found_where_they_were_drawn() -> None:
    drawn = (6.0, 14.0, 24.0)
    grid = fascia_grid(layers([line(y, 0.1) for y in drawn]), ROI, SPACING)
    found = find_fasciae(grid, most=3)
    assert len(found) == 3
    for fascia, y in zip(found, drawn, strict=True):
        assert np.abs(fascia.y_mm - line(y, 0.1)(grid.x_mm)).mean() < 0.2  # mm; a row of the grid is 0.15


def test_speckle_alone_is_no_fascia() -> None:
    grid = fascia_grid(layers([]), ROI, SPACING)
    real = find_fasciae(fascia_grid(layers([line(10.0)]), ROI, SPACING), most=1)[0]
    assert all(strength(fascia) < 0.4 * strength(real) for fascia in find_fasciae(grid))


@pytest.mark.parametrize("slope", [0.0, 0.15, -0.2])
def test_inner_edges_of_a_drawn_layer_lie_within_a_tenth_of_a_millimetre(slope: float) -> None:
    picture = layers([line(8.0, slope), line(18.0, slope)])
    grid = fascia_grid(picture, ROI, SPACING)
    upper, lower = find_fasciae(grid, most=2)
    room = lower.y_mm - upper.y_mm
    flanks = [Flank(upper.y_mm, True, room), Flank(lower.y_mm, False, room)]
    above, below = inner_edges(picture, ROI, SPACING, grid.x_mm, flanks, edge_fraction=0.5)
    inner = slice(5, -5)
    assert np.abs(above.y_mm - (line(8.0, slope)(above.x_mm) + 0.4))[inner].mean() < 0.1  # mm
    assert np.abs(below.y_mm - (line(18.0, slope)(below.x_mm) - 0.4))[inner].mean() < 0.1


def test_a_band_is_followed_and_does_not_hop_to_its_neighbour() -> None:
    before = find_fasciae(fascia_grid(layers([line(10.0), line(13.0)]), ROI, SPACING), most=2)
    grid = fascia_grid(layers([line(10.8), line(13.8)], seed=1), ROI, SPACING)
    after = follow_fasciae(grid, before)
    assert after[0].y_mm.mean() == pytest.approx(10.8, abs=0.2)
    assert after[1].y_mm.mean() == pytest.approx(13.8, abs=0.2)


def test_following_does_not_drift_over_300_pictures() -> None:
    curves = find_fasciae(fascia_grid(layers([line(10.0), line(15.0)]), ROI, SPACING), most=2)
    grids = [fascia_grid(layers([line(10.0), line(15.0)], seed=k), ROI, SPACING) for k in range(6)]
    for number in range(300):
        curves = follow_fasciae(grids[number % 6], curves)
    assert curves[0].y_mm.mean() == pytest.approx(10.0, abs=0.1)
    assert curves[1].y_mm.mean() == pytest.approx(15.0, abs=0.1)


def test_a_band_runs_into_the_one_beside_it() -> None:
    def deep(x: FloatArray) -> FloatArray:
        return 12.0 + np.clip(0.5 * (x - 15.0), 0.0, 4.0)

    grid = fascia_grid(layers([line(12.0), deep]), ROI, SPACING)
    upper = Fascia(np.full(len(grid.x_mm), 12.0), np.zeros(len(grid.x_mm)))
    guess = Fascia(np.full(len(grid.x_mm), 16.0), np.zeros(len(grid.x_mm)))
    found = follow_beside(grid, upper, guess, held_mm=(35.0, 41.0))
    gap = found.y_mm - upper.y_mm
    assert gap[grid.x_mm > 30.0].mean() == pytest.approx(4.0, abs=0.2)
    assert gap[grid.x_mm < 12.0].mean() < 0.4


def test_a_layer_is_chosen_by_its_seed_and_otherwise_as_the_thick_one() -> None:
    grid = fascia_grid(layers([line(6.0), line(9.0), line(27.0)]), ROI, SPACING)
    fasciae = find_fasciae(grid, most=3)
    assert choose_layer(fasciae, grid.x_mm, (20.0, 30.0)) == (1, 2)
    assert choose_layer(fasciae, grid.x_mm, (20.0, 30.0), [Inside(0, 25.0, 7.5)]) == (0, 1)
    assert choose_layer(fasciae, grid.x_mm, (20.0, 30.0), [Inside(0, 25.0, 35.0)]) is None


def test_the_four_fasciae_of_the_wall_are_told_from_a_faint_band_in_the_fat() -> None:
    depths = (8.0, 14.0, 22.0, 26.0)
    grid = fascia_grid(layers([line(y) for y in depths]), ROI, SPACING)
    fasciae = find_fasciae(grid)
    chosen = choose_abdominal_wall(fasciae, grid.x_mm, (20.0, 30.0))
    assert chosen is not None
    found = [float(fasciae[number].y_mm.mean()) for number in chosen]
    assert found == pytest.approx(depths, abs=0.3)
    assert all(upper < lower for upper, lower in pairwise(found))


def test_three_bands_are_no_abdominal_wall() -> None:
    grid = fascia_grid(layers([line(8.0)]), ROI, SPACING)
    assert choose_abdominal_wall(find_fasciae(grid, most=1), grid.x_mm, (20.0, 30.0)) is None
