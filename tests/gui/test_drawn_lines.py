"""Truth is where a line was put: in pixels of the picture it is drawn on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from gui.drawn_lines import Line, paint_with_lines
from segmentation.results import Picture

BLUE = QColor("#56B4E9")
ORANGE = QColor("#E69F00")
CORNER = QPoint(0, 0)


def painted(grey: Picture, corner: QPoint, lines: Sequence[Line], ratio: float) -> QImage:
    """What the screen shows of the picture that lies at this corner of the window."""
    height, width = grey.shape
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    painter.translate(-corner)
    paint_with_lines(painter, QRect(corner, image.deviceIndependentSize().toSize()), grey, lines)
    painter.end()
    return image


def pixels(image: QImage) -> np.ndarray:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return np.asarray(rows[:, :, 2::-1], int)  # red, green, blue


def near(image: QImage, colour: QColor, tolerance: int = 60) -> np.ndarray:
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    return np.asarray((np.abs(pixels(image) - wanted) <= tolerance).all(axis=2))


def level(y: float, first: float = 20.0, last: float = 180.0) -> np.ndarray:
    x = np.linspace(first, last, 33)
    return np.column_stack([x, np.full_like(x, y)])


def test_without_lines_the_picture_is_left_as_it_is() -> None:
    grey = np.arange(200, dtype=np.uint8).reshape(10, 20)
    shown = pixels(painted(grey.copy(), CORNER, [], 1.0))
    assert (shown == grey[:, :, np.newaxis]).all()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("y", [40.0, 40.25, 40.5, 40.75])
def test_a_line_lies_where_it_was_put_to_a_fifth_of_a_pixel(y: float, ratio: float) -> None:
    grey = np.zeros((round(100 * ratio), round(200 * ratio)), np.uint8)
    blue = pixels(painted(grey, CORNER, [Line(level(y), BLUE)], ratio))[:, :, 2]
    column = blue[:, blue.shape[1] // 2]
    middle = float((column * (np.arange(len(column)) + 0.5)).sum() / column.sum()) / ratio
    assert middle == pytest.approx(y, abs=0.2)  # pixels of the window
    assert (column > 128).sum() / ratio == pytest.approx(1.8, abs=0.9)  # how wide it is


def test_lines_are_counted_from_the_corner_of_the_picture_in_the_window() -> None:
    grey = np.zeros((100, 200), np.uint8)
    line = Line(level(40.0) + np.array([300.0, 70.0]), BLUE)
    found = np.argwhere(near(painted(grey, QPoint(300, 70), [line], 1.0), BLUE))
    np.testing.assert_allclose(found.min(axis=0), [39, 20], atol=1)
    np.testing.assert_allclose(found.max(axis=0), [40, 180], atol=1)


def test_a_dashed_line_has_gaps_of_even_length_all_along_and_a_solid_one_has_none() -> None:
    """Colour alone tells too few people apart which side it is."""
    for dashed in (True, False):
        grey = np.zeros((100, 200), np.uint8)
        lines = [Line(level(y), ORANGE, dashed) for y in (30.0, 60.0)]
        for y in (30, 60):
            found = near(painted(grey.copy(), CORNER, lines, 1.0), ORANGE)
            drawn = found[y - 1 : y + 1].any(axis=0)
            ends = np.flatnonzero(np.diff(drawn.astype(int)))
            gaps = ends[2::2] - ends[1:-1:2]
            assert len(gaps) == (13 if dashed else 0)  # 160 pixels, a dash every 12
            assert all(3 <= gap <= 6 for gap in gaps)


def test_a_gap_in_a_border_is_left_out_and_a_line_without_any_point_is_none() -> None:
    broken = level(50.0)
    broken[10:20] = np.nan
    lines = [Line(broken, BLUE), Line(np.full((5, 2), np.nan), BLUE)]
    found = near(painted(np.zeros((100, 200), np.uint8), CORNER, lines, 1.0), BLUE)
    drawn = np.flatnonzero(found.any(axis=0))
    assert {*range(20, 64), *range(122, 179)} <= set(drawn)
    assert not set(range(68, 118)) & set(drawn)


def test_a_dark_rim_parts_a_bright_line_from_bright_tissue() -> None:
    bright = np.full((100, 200), 240, np.uint8)
    shown = pixels(painted(bright, CORNER, [Line(level(50.0), BLUE)], 1.0))[:, 100, 0]
    assert shown[:46].min() == shown[54:].min() == 240
    assert shown[46:49].min() < 110
    assert shown[51:54].min() < 110


def test_what_lies_outside_the_picture_is_not_drawn() -> None:
    grey = np.full((100, 200), 90, np.uint8)
    away = [Line(level(50.0) + np.array(by), BLUE) for by in ((-900.0, 0.0), (900.0, 0.0), (0.0, 400.0))]
    assert (pixels(painted(grey, CORNER, away, 1.0)) == 90).all()
