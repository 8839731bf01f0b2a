"""Screens round a B-mode picture: what is drawn where."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.phantom.looks import LOOKS, ScreenLook
from segmentation.phantom.screen import drawn_screen, picture_origin

_SPACING = Calibration(0.1, 0.1)
_GREY = np.full((450, 480), 90, np.uint8)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_picture_is_left_as_it_is(look: ScreenLook) -> None:
    screen = drawn_screen(_GREY, _SPACING, look)
    x, y = picture_origin(look, (480, 450), (800, 600))
    assert screen.shape == (600, 800)
    assert np.array_equal(screen[Roi(x, y, 480, 450).slices], _GREY)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_ticks_stand_at_their_distance(look: ScreenLook) -> None:
    rows = _tick_rows(drawn_screen(_GREY, _SPACING, look), look)
    steps = {b - a for a, b in pairwise(rows)}
    assert steps == {round(look.tick_mm / 0.1)}
    assert rows[0] == picture_origin(look, (480, 450), (800, 600))[1]  # 0 mm is the first row


def test_zero_of_a_curved_array_is_its_face() -> None:
    look = LOOKS[0]
    rows = _tick_rows(drawn_screen(_GREY, _SPACING, look, first_row_mm=-3.0), look)
    assert rows[0] == picture_origin(look, (480, 450), (800, 600))[1] + 30


def test_looks_differ_in_name_and_side_and_unit() -> None:
    assert len(LOOKS) >= 8
    assert len({look.name for look in LOOKS}) == len(LOOKS)
    assert {look.unit for look in LOOKS} == {"cm", "mm"}
    assert {look.ruler for look in LOOKS} >= {"left", "right"}


def test_a_picture_too_large_for_the_screen_is_refused() -> None:
    with pytest.raises(ValueError, match="picture within"):
        drawn_screen(np.zeros((590, 480), np.uint8), _SPACING, LOOKS[0])


def _tick_rows(screen: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], look: ScreenLook) -> list[int]:
    x, y = picture_origin(look, (480, 450), (800, 600))
    out = (1 if look.ruler == "right" else -1) * (-1 if look.ticks_inward else 1)
    base = x + 479 + look.ruler_gap_px if look.ruler == "right" else x - look.ruler_gap_px
    column = screen[: y + 452, base + 3 * out] == look.ruler_grey
    return [int(row) for row in np.flatnonzero(column & ~np.roll(column, 1))]
