from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest

from gui.frame_canvas import FrameCanvas
from gui.frame_marks import Box, Edge, Knobs, Outline, Ticks
from gui.frame_tools import BoxTool, EdgeTool
from gui.point_tools import KnobTool, OutlineTool, StretchTool
from gui.scaled_picture import scaled_picture
from segmentation.geometry import Roi
from tests.fakes import picture

FRAME = picture(40, height=300, width=400)
SIZE = (400, 300)


@pytest.fixture
def canvas(qtbot: Any) -> FrameCanvas:
    canvas = FrameCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(800, 700)
    canvas.show_frame(FRAME)
    canvas.show()
    canvas.setFocus()
    return canvas


def at(canvas: FrameCanvas, x: float, y: float) -> QPoint:
    return canvas.widget_point((x, y)).toPoint()


def drag(canvas: FrameCanvas, start: tuple[float, float], end: tuple[float, float]) -> None:
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, *start))
    for share in (0.5, 1.0):
        x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
        QTest.mouseMove(canvas, at(canvas, x, y))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, *end))


@pytest.mark.parametrize("size", [(800, 700), (500, 900), (1200, 300)])
def test_the_whole_frame_is_shown_and_never_stretched(canvas: FrameCanvas, size: tuple[int, int]) -> None:
    canvas.resize(*size)
    low, high = canvas.widget_point((-0.5, -0.5)), canvas.widget_point((399.5, 299.5))
    across, down = (high.x() - low.x()) / 400, (high.y() - low.y()) / 300
    assert across == pytest.approx(down, rel=1e-6)
    assert min(low.x(), low.y()) >= -0.5
    assert high.x() <= size[0] + 0.5
    assert high.y() <= size[1] + 0.5
    assert max((high.x() - low.x()) / size[0], (high.y() - low.y()) / size[1]) > 0.995
    assert canvas.frame_point(canvas.widget_point((12.0, 34.0))) == pytest.approx((12.0, 34.0))


class Edges:
    """A picture whose edges move."""

    def __init__(self) -> None:
        self.roi = Roi(100, 80, 200, 150)

    def move(self, _: int, edge: Edge, by_px: int) -> tuple[Roi, ...]:
        r = self.roi
        left, top, right, bottom = r.x, r.y, r.x + r.width, r.y + r.height
        moved = {"left": left, "top": top, "right": right, "bottom": bottom}
        moved[edge] += by_px
        self.roi = Roi(
            moved["left"], moved["top"], moved["right"] - moved["left"], moved["bottom"] - moved["top"]
        )
        return (self.roi,)


def test_keys_move_the_edges_and_tab_goes_round_and_out(canvas: FrameCanvas) -> None:
    edges = Edges()
    tool = EdgeTool((edges.roi,), edges.move)
    canvas.use(tool)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Tab, Qt.Key.Key_Down, Qt.Key.Key_Tab):
        QTest.keyClick(canvas, key)
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert edges.roi == Roi(99, 81, 211, 149)
    assert [tool.key(Qt.Key.Key_Tab, False) for _ in range(2)] == [True, False]


def test_the_mouse_drags_an_edge_and_a_corner(canvas: FrameCanvas) -> None:
    edges = Edges()
    canvas.use(EdgeTool((edges.roi,), edges.move))
    drag(canvas, (99.5, 150.0), (119.5, 150.0))
    assert abs(edges.roi.x - 120) <= 1
    drag(canvas, (299.5, 229.5), (279.5, 249.5))
    assert abs(edges.roi.x + edges.roi.width - 280) <= 1
    assert abs(edges.roi.y + edges.roi.height - 250) <= 1
    before = edges.roi
    drag(canvas, (200.0, 150.0), (230.0, 170.0))  # its middle is no edge
    assert edges.roi == before


def test_boxes_are_drawn_chosen_moved_and_removed(canvas: FrameCanvas) -> None:
    boxes: list[Roi] = []

    def _add(roi: Roi) -> tuple[Roi, ...]:
        boxes.append(roi)
        return tuple(boxes)

    def _remove(index: int) -> tuple[Roi, ...]:
        del boxes[index]
        return tuple(boxes)

    canvas.use(BoxTool((), "mask", SIZE, _add, _remove))
    drag(canvas, (20.0, 30.0), (80.0, 50.0))
    assert len(boxes) == 1
    assert np.allclose((boxes[0].x, boxes[0].y, boxes[0].width, boxes[0].height), (20, 30, 60, 20), atol=1)
    drag(canvas, (390.0, 290.0), (500.0, 400.0))  # beyond the frame: cut to it
    assert boxes[1].fits(FRAME.shape)
    QTest.keyClick(canvas, Qt.Key.Key_N)
    x = boxes[2].x
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert boxes[2].x == x + 1
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert len(boxes) == 2
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 30, 40))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert len(boxes) == 1


def test_two_points_are_drawn_with_one_drag_and_moved_by_keys(canvas: FrameCanvas) -> None:
    tool = KnobTool(((10.0, 10.0), (20.0, 20.0)), SIZE, lambda _: None)
    canvas.use(tool)
    drag(canvas, (100.0, 50.0), (100.0, 250.0))
    assert np.allclose(tool.points, ((100, 50), (100, 250)), atol=0.6)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    QTest.keyClick(canvas, Qt.Key.Key_Backtab)
    QTest.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert np.allclose(tool.points, ((100, 60), (100, 249)), atol=0.6)


def test_a_stretch_is_drawn_and_stays_in_the_picture(canvas: FrameCanvas) -> None:
    tool = StretchTool(Roi(100, 80, 200, 150), (160.0, 200.0), lambda _: None)
    canvas.use(tool)
    drag(canvas, (250.0, 100.0), (210.0, 100.0))
    assert np.allclose(tool.x_range_px, (210, 250), atol=0.6)
    drag(canvas, (210.0, 100.0), (10.0, 100.0))
    assert tool.x_range_px[0] == 100.0


def test_a_border_is_traced_by_clicks_by_a_drag_and_by_keys(canvas: FrameCanvas) -> None:
    tool = OutlineTool((200.0, 150.0), SIZE, True, lambda: None)
    canvas.use(tool)
    for corner in ((100, 100), (150, 100), (150, 180)):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, *corner))
    assert np.allclose(tool.points, ((100, 100), (150, 100), (150, 180)), atol=0.6)
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert (len(tool.points), tool.enough) == (2, False)
    QTest.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    n = len(tool.points)
    assert (n, tool.enough) == (3, True)
    drag(canvas, (200.0, 200.0), (260.0, 200.0))
    assert len(tool.points) >= n + 2


def test_every_mark_is_painted(canvas: FrameCanvas) -> None:
    plain = canvas.grab().toImage()
    for mark in (
        Box(Roi(100, 80, 200, 150), "picture"),
        Box(Roi(120, 90, 60, 20), "mask", "hidden"),
        Box(Roi(120, 90, 60, 20), "proposed mask"),
        Box(Roi(10, 90, 30, 100), "keep", "ruler"),
        Box(Roi(100, 80, 100, 150), "half"),
        Knobs(((50.0, 50.0), (50.0, 150.0)), 0, "100 px"),
        Ticks(50.0, (50.0, 100.0, 150.0), "10 mm"),
        Outline(((150.0, 100.0), (200.0, 100.0), (180.0, 150.0)), True, (190.0, 120.0)),
    ):
        canvas.show_marks((mark,))
        assert canvas.grab().toImage() != plain, mark


def test_a_large_frame_is_averaged_not_skipped() -> None:
    """A pattern of single pixels is grey when it is drawn at a third of its size."""
    image = np.zeros((600, 900), np.uint8)
    image[::2, ::2] = image[1::2, 1::2] = 255
    small = scaled_picture(image, QSize(300, 200), 1.0)
    assert small.shape == (200, 300)
    assert small.min() > 115
    assert small.max() < 140


def test_the_age_of_what_was_painted_is_said(canvas: FrameCanvas, qtbot: Any) -> None:
    with qtbot.waitSignal(canvas.drawn, timeout=5000) as drawn:
        canvas.show_frame(FRAME, arrived_s=0.0)
    assert drawn.args[0] > 0
