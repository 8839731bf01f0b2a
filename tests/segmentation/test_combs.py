"""Ticks against the places they were drawn at."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation.combs import find_combs
from segmentation.results import Picture


def ticked(spacing_px: float, count: int, start: float = 30.0, left_out: tuple[int, ...] = ()) -> Picture:
    screen = np.full((600, 120), 20, np.uint8)
    for k in range(count):
        if k not in left_out:
            row = round(start + k * spacing_px)
            screen[row : row + 2, 50 : 62 if k % 2 == 0 else 56] = 200
    return screen


@pytest.mark.parametrize("spacing_px", [6.4, 11.55, 28.87, 57.7, 113.5])
def test_spacing_to_a_thousandth(spacing_px: float) -> None:
    count = int(540 / spacing_px) + 1
    combs = find_combs(ticked(spacing_px, count), range(120), (0, 600), 250.0)
    finest = min(combs, key=lambda comb: comb.spacing_px)
    assert finest.spacing_px == pytest.approx(spacing_px, rel=1.5e-3)
    assert abs(finest.start_px - 30.5) < 0.6  # px; rows are whole
    assert finest.count == count


def test_long_ticks_are_a_comb_of_their_own() -> None:
    combs = find_combs(ticked(40.0, 14), range(120), (0, 600), 250.0)
    assert sorted(round(comb.spacing_px) for comb in combs) == [40, 80]


def test_a_hidden_tick_does_not_stop_it() -> None:
    comb = find_combs(ticked(40.0, 14, left_out=(4, 9)), range(50, 56), (0, 600), 250.0)[0]
    assert comb.spacing_px == pytest.approx(40.0, abs=0.1)
    assert comb.count == 12


def test_ticks_on_a_line() -> None:
    screen = ticked(50.0, 11)
    screen[30:532, 50] = 200
    (comb, *_) = find_combs(screen, range(120), (0, 600), 250.0)
    assert comb.spacing_px == pytest.approx(50.0, abs=0.1)


def test_a_short_row_is_no_ruler() -> None:
    assert find_combs(ticked(12.0, 8), range(120), (0, 600), 250.0) == ()


def test_speckle_has_no_ticks() -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 255, (600, 120), dtype=np.uint8)
    assert find_combs(noise, range(120), (0, 600), 250.0) == ()
