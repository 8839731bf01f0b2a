"""Lines of one height a column: as wide as asked, where they are, with their gaps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QColor

from gui.mmode_lines import draw_line, tint_between
from segmentation.results import FloatArray

WHITE = QColor("#ffffff")


def canvas() -> npt.NDArray[np.uint8]:
    return np.zeros((200, 400, 4), np.uint8)


def line(heights: FloatArray | float) -> FloatArray:
    x = np.arange(0.0, 400.0, 2.0)
    return np.column_stack([x, np.broadcast_to(heights, x.shape)])


def light(drawn: npt.NDArray[np.uint8], columns: slice = slice(50, 350)) -> float:
    """White pixels a column."""
    return float(drawn[:, columns, 0].sum(axis=0).mean() / 255)


@pytest.mark.parametrize("width", [4.0, 6.0, 10.0])
def test_a_line_is_as_wide_as_asked_and_where_it_is(width: float) -> None:
    drawn = canvas()
    draw_line(drawn, line(100.0), WHITE, width)
    assert light(drawn) == pytest.approx(width, abs=0.4)  # px
    rows = np.arange(200) + 0.5
    assert np.average(rows, weights=drawn[:, 200, 0]) == pytest.approx(100.0, abs=0.6)  # px


def test_a_steep_line_is_as_wide_across_itself() -> None:
    drawn = canvas()
    draw_line(drawn, line(np.linspace(0.0, 398.0, 200)), WHITE, 6.0)  # 45 degrees
    assert light(drawn, slice(50, 150)) == pytest.approx(6.0 * np.sqrt(2.0), abs=0.8)  # px, downwards


def test_gaps_and_dashes_are_left_out() -> None:
    heights = np.full(200, 100.0)
    heights[80:120] = np.nan
    drawn = canvas()
    draw_line(drawn, line(heights), WHITE, 6.0)
    assert drawn[:, 170:230].max() == 0
    assert drawn[100, 100].max() == drawn[100, 300].max() == 255
    dashed = canvas()
    draw_line(dashed, line(100.0), WHITE, 6.0, dash=30.0)
    share = (dashed[100, :, 0] > 127).mean()
    assert 0.45 < share < 0.75
    nothing = canvas()
    draw_line(nothing, line(np.nan), WHITE, 6.0)
    assert nothing.max() == 0


def test_a_band_is_tinted_between_its_limits_and_nowhere_else() -> None:
    drawn = canvas()
    half = QColor("#ffffff")
    half.setAlphaF(0.5)
    heights = np.full(200, 60.0)
    heights[80:120] = np.nan
    tint_between(drawn, line(heights), line(120.0), half)
    assert drawn[61:119, 20:140, 0].min() >= 127
    assert drawn[:58].max() == drawn[123:].max() == 0
    assert drawn[:, 170:230].max() == 0
    tint_between(drawn, line(np.nan), line(np.nan), half)
