"""What is painted for the patient, looked at by its pixels."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import nan
from typing import Any, get_args

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QColor, QImage

from bench.draw_patient import drawn
from bench.patient_scenes import scenes
from gui.patient_anatomy import ANATOMIES
from gui.patient_layout import lay_out
from gui.patient_painting import NIGHT, PICTURES
from gui.patient_strip_picture import trace_path
from gui.theme import DARK, LIGHT, Theme
from segmentation.results import SIDES, FloatArray, Side
from tests.gui.test_theme import contrast
from usbio.patient_scene import PatientScene, PatientShape, PictureKind
from usbio.patient_strip import LevelTrace, ThicknessStrip

SIZE = (960, 540)
ALL = [name for name in get_args(PictureKind) if name in PICTURES]
LEVELS = (-0.5, -0.2, 0.0, 0.3, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0)
pytestmark = pytest.mark.usefixtures("qapp")


def pixels(image: QImage) -> FloatArray:
    """(H, W, 3) blue, green, red."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB32)
    table = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.width(), 4)
    return table[:, :, :3].astype(float)


def within(table: FloatArray, box: QRectF) -> FloatArray:
    return table[int(box.top()) : int(box.bottom()), int(box.left()) : int(box.right())]


def one_shape(side: Side, level: float, **changes: Any) -> PatientScene:
    plain: dict[str, Any] = {"band": None, "ceiling": None, "shapes": (PatientShape(side, level),)}
    return replace(scenes()["contract"], **(plain | changes))


def coloured(scene: PatientScene, theme: Theme = DARK) -> int:
    """How many pixels of the picture have more of a colour than greys have."""
    box = next(iter(lay_out(scene, QSizeF(*SIZE)).shapes.values()))
    part = within(pixels(drawn(scene, *SIZE, theme)), box)
    return int((np.ptp(part, axis=2) > 40).sum())


@pytest.mark.parametrize("picture", [name for name in ALL if name != "strip"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("muscle", ["lm", "tra"])
def test_the_shape_grows_with_the_level(picture: PictureKind, side: Side, muscle: Any) -> None:
    sizes = [coloured(one_shape(side, level, picture=picture, muscle=muscle)) for level in LEVELS]
    assert sizes[0] > 0
    assert all(b > 1.02 * a for a, b in pairwise(sizes))


@pytest.mark.parametrize("picture", ALL)
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_dark_screen_shows_the_same_whatever_the_muscle_does(picture: PictureKind, theme: Theme) -> None:
    scene = replace(scenes(picture=picture)["dark"], picture=picture)
    other = replace(scene, shapes=(PatientShape("left", 0.1),), hold_s=0.0, io="quiet", hint="probe back")
    shown = drawn(scene, *SIZE, theme)
    assert shown == drawn(other, *SIZE, theme)
    assert np.ptp(pixels(shown), axis=2).max() == 0  # no colour of a side, a target or a warning
    assert shown.pixelColor(0, 0) == QColor(NIGHT)
    assert contrast(DARK.soft, NIGHT) >= 4.5


@pytest.mark.parametrize("picture", ALL)
def test_under_a_hint_nothing_has_a_sides_colour(picture: PictureKind) -> None:
    scene = replace(one_shape("left", 0.9, picture=picture), hint="hold still")
    other = replace(scene, shapes=(PatientShape("left", 0.2),))
    assert drawn(scene, *SIZE, DARK) == drawn(other, *SIZE, DARK)
    assert coloured(scene) == 0


@pytest.mark.parametrize("picture", [name for name in ALL if name != "strip"])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("muscle", ["lm", "tra"])
def test_left_and_right_differ_in_grey_too(picture: PictureKind, theme: Theme, muscle: Any) -> None:
    """Inside the shape the left one is plain and the right one has stripes."""
    spread = {}
    for side in SIDES:
        scene = one_shape(side, 1.0, picture=picture, muscle=muscle)
        box = lay_out(scene, QSizeF(*SIZE)).shapes[side]
        part = within(pixels(drawn(scene, *SIZE, theme)), box)
        inside = np.ptp(part, axis=2) > 40
        grey = part @ np.array([0.114, 0.587, 0.299])
        spread[side] = float(np.percentile(grey[inside], 90) - np.percentile(grey[inside], 10))
    assert spread["left"] < 12  # grey values of 255
    assert spread["right"] > 50


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_in_the_target_is_seen_without_colour(theme: Theme) -> None:
    """Out of it nothing in the picture is as bright, or as dark, as text; in it the outline is."""

    def like_text(level: float) -> int:
        scene = one_shape("left", level, band=(0.8, 1.2))
        box = lay_out(scene, QSizeF(*SIZE)).shapes["left"]
        colour = QColor(theme.text)
        part = within(pixels(drawn(scene, *SIZE, theme)), box)
        wanted = np.array([colour.blue(), colour.green(), colour.red()])
        return int((np.abs(part - wanted).max(axis=2) < 8).sum())

    assert like_text(0.75) == 0
    assert like_text(0.85) > 500


def test_the_ring_fills_while_it_holds() -> None:
    filled = []
    for hold_s in (0.0, 2.5, 5.0, 7.5, 10.0, 12.0):
        scene = replace(one_shape("left", 1.0), phase="hold", hold_of_s=10.0, hold_s=hold_s)
        ring = lay_out(scene, QSizeF(*SIZE)).ring
        assert ring is not None
        part = within(pixels(drawn(scene, *SIZE, DARK)), ring)
        filled.append(int((np.ptp(part, axis=2) > 60).sum()))
    assert filled[0] == 0
    assert np.allclose(np.array(filled[1:5]) / filled[4], [0.25, 0.5, 0.75, 1.0], atol=0.02)  # of the ring
    assert filled[5] == filled[4]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_target_stands_out_by_an_outline(theme: Theme) -> None:
    # graphics need 3 : 1
    assert contrast(theme.target, theme.window) >= 3.0
    assert contrast(theme.warning, theme.window) >= 3.0
    assert contrast(theme.on_warning, theme.warning) >= 4.5


def test_the_dot_of_the_strip_rises_with_the_level() -> None:
    box = lay_out(one_shape("left", 0.0), QSizeF(*SIZE)).shapes["left"]
    heights = []
    for level in LEVELS:
        part = within(pixels(drawn(one_shape("left", level, picture="strip"), *SIZE, DARK)), box)
        rows = np.flatnonzero((np.ptp(part, axis=2) > 40).any(axis=1))
        heights.append(float(rows.mean()))
    assert all(b < a for a, b in pairwise(heights))


def test_a_trace_has_gaps_and_ends_now() -> None:
    box = QRectF(0, 0, 800, 400)
    trace = LevelTrace("left", tuple(np.linspace(-8.0, 0.0, 241)), (0.0,) * 100 + (nan,) * 41 + (1.0,) * 100)
    path = trace_path(trace, box)
    x = [path.elementAt(i).x for i in range(path.elementCount())]
    steps = np.diff(x)
    assert max(x) == pytest.approx(0.96 * 800)  # px
    assert np.sum(steps > 100) == 1
    assert len(x) <= 80


@pytest.mark.parametrize("side", SIDES)
def test_an_mmode_has_its_target_where_the_thickness_is_to_be(side: Side) -> None:
    """Upper edge at a quarter, target from a half to three quarters of the height."""
    columns = np.full(320, 1.0)
    strip = ThicknessStrip(
        side,
        np.full((120, 320), 90, np.uint8),
        0.25 * columns,
        0.6 * columns,
        (0.5 * columns, 0.75 * columns),
    )
    scene = one_shape(side, 1.0, picture="strip", strips=(strip,))
    box = lay_out(scene, QSizeF(*SIZE)).shapes[side]
    part = within(pixels(drawn(scene, *SIZE, DARK)), box)
    middle = part[:, part.shape[1] // 4 : part.shape[1] * 3 // 4].mean(axis=1)
    green = (middle[:, 1] - middle[:, 2]) > 12  # more green than red: the tint, and its two limits
    at = np.flatnonzero(green & (middle[:, 1] > middle[:, 0])) / len(middle)
    assert at.min() == pytest.approx(0.5, abs=0.02)
    assert at.max() == pytest.approx(0.75, abs=0.02)
    hinted = drawn(replace(scene, hint="hold still"), *SIZE, DARK)
    assert np.ptp(within(pixels(hinted), box), axis=2).max() < 40


def test_bands_and_edges_of_the_muscles_agree() -> None:
    """The edge of a level is part of the shape's outline, and a larger level holds a smaller one."""
    for anatomy in ANATOMIES.values():
        for low, high in pairwise(LEVELS):
            smaller, larger = anatomy.muscle(low), anatomy.muscle(high)
            edge = anatomy.edge(high)
            for i in range(20):
                at = edge.pointAtPercent(0.15 + 0.035 * i)
                assert not smaller.contains(at)
                assert larger.boundingRect().adjusted(-0.01, -0.01, 0.01, 0.01).contains(at)
        assert QRectF(-0.01, -0.01, 1.02, 1.02).contains(anatomy.muscle(2.0).boundingRect())
