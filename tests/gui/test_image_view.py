from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from gui.image_view import ImageView
from gui.theme import ON_PICTURE, UNCONFIRMED
from segmentation.geometry import Calibration, Roi
from segmentation.results import FrameResult, Measurement, Picture, Side, Status
from segmentation.views import MeasureSetup, Panel


def setup(roi: Roi, x_mm: float = 0.2, y_mm: float = 0.2) -> MeasureSetup:
    return MeasureSetup("lm-csa", (Panel(roi, Calibration(x_mm, y_mm), ("left", "right")),), (200, 120))


def painted(view: ImageView) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def where(pixels: np.ndarray, colour: QColor, tolerance: int = 40) -> np.ndarray:
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    return np.argwhere((np.abs(pixels.astype(int) - wanted) <= tolerance).all(axis=2))


def blank() -> Picture:
    return np.zeros((120, 200), np.uint8)


def square(side: Side = "left", status: Status = Status.OK) -> Measurement:
    border = np.array([[40.0, 30.0], [80.0, 30.0], [80.0, 90.0], [40.0, 90.0]])
    return Measurement(side, "lm", status, 0.9, area_cm2=5.0, border_px=border)


@pytest.fixture
def view(qtbot: Any) -> ImageView:
    made = ImageView()
    qtbot.addWidget(made)
    made.resize(800, 480)
    return made


@pytest.mark.parametrize(
    ("size", "spacing", "aspect"),
    [((800, 480), (0.2, 0.2), 2.0), ((400, 900), (0.2, 0.2), 2.0), ((800, 480), (0.1, 0.2), 1.0)],
)
def test_the_picture_is_as_large_as_it_goes_and_keeps_the_tissues_proportions(
    view: ImageView, size: tuple[int, int], spacing: tuple[float, float], aspect: float
) -> None:
    view.resize(*size)
    view.show_frame(np.full((100, 200), 90, np.uint8))
    view.show_setup(setup(Roi(0, 0, 200, 100), *spacing))
    grey = np.argwhere((painted(view) == 90).all(axis=2))
    height, width = np.ptp(grey, axis=0) + 1
    assert width / height == pytest.approx(aspect, rel=0.01)
    assert width == size[0] or height == size[1]


def test_a_picture_is_shown_before_it_is_known_what_is_measured(view: ImageView) -> None:
    view.show_frame(None)
    assert not painted(view).any()
    picture = blank()
    picture[60:80] = 255
    view.show_frame(picture)
    assert (painted(view) > 200).any()


def test_a_border_lies_where_it_was_measured(view: ImageView) -> None:
    view.show_setup(setup(Roi(0, 0, 200, 120)))
    view.show_frame(blank(), FrameResult(True, (square(),)), frozenset({"left"}))
    found = where(painted(view), ON_PICTURE.side("left"))
    # scale 4: pixel centres 40 and 80 lie at 162 and 322, 30 and 90 at 122 and 362; the line is 1.8 wide.
    # The letter L stands above and left of it.
    inside = found[(found[:, 0] > 100)]
    np.testing.assert_allclose(inside.min(axis=0), [122, 162], atol=2)
    np.testing.assert_allclose(inside.max(axis=0), [362, 322], atol=2)


def test_an_automatic_border_is_grey_until_it_is_confirmed(view: ImageView) -> None:
    view.show_setup(setup(Roi(0, 0, 200, 120)))
    view.show_frame(blank(), FrameResult(True, (square(),)))
    below = painted(view)[100:]
    assert len(where(below, UNCONFIRMED)) > 500
    assert len(where(below, ON_PICTURE.side("left"))) == 0
    view.recolour(frozenset({"left"}))
    assert len(where(painted(view)[100:], ON_PICTURE.side("left"))) > 500


def test_a_border_without_a_value_is_not_drawn(view: ImageView) -> None:
    view.show_setup(setup(Roi(0, 0, 200, 120)))
    view.show_frame(blank(), FrameResult(True, (square(status=Status.LOST),)), frozenset({"left"}))
    assert len(where(painted(view)[100:440], ON_PICTURE.side("left"))) == 0


def test_left_and_right_stand_on_the_picture_as_the_patient_has_them(view: ImageView) -> None:
    panel = Panel(Roi(0, 0, 200, 120), Calibration(0.2, 0.2), ("right", "left"))
    view.show_setup(MeasureSetup("lm-csa", (panel,), (200, 120)))
    view.show_frame(blank())
    pixels = painted(view)
    assert len(where(pixels[:80, :200], ON_PICTURE.side("right"))) > 50
    assert len(where(pixels[:80, -200:], ON_PICTURE.side("left"))) > 50


def test_a_warning_is_one_line_over_the_picture(view: ImageView) -> None:
    view.show_frame(blank())
    view.show_warning("left: muscle lost")
    assert len(where(painted(view)[:38], QColor(ON_PICTURE.warning))) > 5000
    assert view.accessibleDescription() == "left: muscle lost"
    view.show_warning("")
    assert len(where(painted(view)[:38], QColor(ON_PICTURE.warning))) == 0


def test_the_age_is_said_after_painting_and_once(view: ImageView, qtbot: Any) -> None:
    ages: list[float] = []
    view.drawn.connect(ages.append)
    view.show()
    arrived_s = time.perf_counter() - 0.5
    with qtbot.waitSignal(view.drawn, timeout=5000):
        view.show_frame(blank(), arrived_s=arrived_s)
    view.repaint()
    assert len(ages) == 1
    assert 0.5 <= ages[0] < 5.0
    view.hide()


@pytest.mark.parametrize("times", [1, 2, 3, 7])
def test_a_picture_larger_than_its_place_is_averaged_and_stays_where_it_is(
    view: ImageView, times: int
) -> None:
    """A fine chequerboard turns grey, and an edge keeps its place to a pixel."""
    rows, columns = np.indices((120 * times, 200 * times))
    fine = np.where((rows + columns) % 2, 60, 180).astype(np.uint8)
    fine[:, 100 * times :] = 255
    view.resize(200, 160) if times > 1 else view.resize(800, 480)
    view.show_frame(fine)
    grey = painted(view).mean(axis=2)
    shown = grey[grey.shape[0] // 2 - 20 : grey.shape[0] // 2 + 20]
    edge = int(np.argmax(shown.mean(axis=0) > 200))
    assert edge == pytest.approx(grey.shape[1] / 2, abs=2)
    if times > 2:
        assert shown[:, : edge - 3].std() < 20  # grey levels
