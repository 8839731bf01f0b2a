from __future__ import annotations

import numpy as np

from segmentation.results import FrameResult, Measurement, Side, Status
from segmentation.views import VIEWS
from usbio.overlay import SIDE_COLOURS, border_lines, draw_overlay

GREY = np.full((200, 300), 60, np.uint8)
CIRCLE = np.column_stack([np.cos(a := np.linspace(0, 2 * np.pi, 60, endpoint=False)), np.sin(a)])


def closed(side: Side, x: float, status: Status = Status.OK) -> Measurement:
    return Measurement(side, "lm", status, 0.9, area_cm2=5.0, border_px=CIRCLE * 30 + [x, 120.0])


def drawn(*measurements: Measurement) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return draw_overlay(GREY, FrameResult(True, measurements), VIEWS["lm-csa"])


def pixels_of(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], side: Side) -> int:
    """Pixels of the picture that have the colour of a side, edges of the line not counted."""
    away = np.abs(picture[: len(GREY)].astype(int) - np.array(SIDE_COLOURS[side])).sum(axis=2)
    return int((away < 60).sum())


def test_each_side_has_its_colour_and_the_right_is_dashed() -> None:
    left, right = drawn(closed("left", 80.0)), drawn(closed("right", 220.0))
    assert pixels_of(left, "left") > 80
    assert pixels_of(left, "right") == 0
    assert 30 < pixels_of(right, "right") < 0.85 * pixels_of(left, "left")


def test_the_picture_itself_is_left_alone() -> None:
    before = GREY.copy()
    drawn(closed("left", 80.0))
    assert np.array_equal(before, GREY)


def test_values_stand_under_the_picture_and_missing_ones_say_why() -> None:
    sound, doubtful = drawn(closed("left", 80.0)), drawn(closed("left", 80.0, Status.LOW_QUALITY))
    missing = drawn(Measurement("left", "lm", Status.NO_BORDER, 0.0))
    assert sound.shape == doubtful.shape == missing.shape == (200 + 28, 300, 3)
    assert np.array_equal(missing[:200], np.repeat(GREY[:, :, np.newaxis], 3, axis=2))
    strips = [picture[200:] for picture in (sound, doubtful, missing)]
    assert all(strip.any() for strip in strips)
    assert not np.array_equal(strips[0], strips[1])
    assert not np.array_equal(strips[1], strips[2])


def test_two_sides_have_a_line_each() -> None:
    assert drawn(closed("left", 80.0), closed("right", 220.0)).shape == (200 + 56, 300, 3)


def test_borders_with_gaps_are_drawn_where_they_are_known() -> None:
    edge = np.column_stack([np.arange(50.0), np.full(50, 100.0)])
    edge[10:20] = np.nan
    layer = Measurement("left", "layer", Status.OK, 0.9, superficial_px=edge, deep_px=edge)
    result = FrameResult(True, (layer,))
    picture = draw_overlay(GREY, result, VIEWS["layer"])
    assert 36 <= pixels_of(picture, "left") <= 40
    assert np.array_equal(picture[100, 15], [60, 60, 60])


def test_names_of_borders() -> None:
    layer = Measurement("right", "tra", Status.OK, 0.9, superficial_px=CIRCLE, deep_px=CIRCLE)
    assert [name for name, _ in border_lines(layer)] == ["right_tra_superficial", "right_tra_deep"]
    assert [name for name, _ in border_lines(closed("left", 80.0))] == ["left_lm"]
