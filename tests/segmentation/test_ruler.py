"""Scale from the ruler: within 1 % of the truth, or a reason; never anything else."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.phantom.looks import LOOKS, PLAIN_CART, ScreenLook
from segmentation.phantom.screen import drawn_screen, picture_origin
from segmentation.results import Picture
from segmentation.ruler import Ruler, UnreadableRuler, find_ruler, ruler_changed
from segmentation.screen import find_picture
from tests.segmentation.drawn_screens import coded, screen_of, speckle
from tests.segmentation.real_screens import first_picture, real_file

WITHIN = 0.01  # of the true scale
LABELLED = [look for look in LOOKS if look.label_mm]


def error(found: Ruler | UnreadableRuler, mm_per_px: float) -> float:
    assert isinstance(found, Ruler), found
    return max(abs(found.y_mm_per_px / mm_per_px - 1), abs(found.x_mm_per_px / mm_per_px - 1))


@pytest.mark.parametrize("curved", [False, True], ids=["rectangle", "fan"])
@pytest.mark.parametrize("depth_mm", [56.0, 78.0])
@pytest.mark.parametrize("look", LABELLED, ids=[look.name for look in LABELLED])
def test_every_look_with_digits_is_read(look: ScreenLook, depth_mm: float, curved: bool) -> None:
    drawn = screen_of(look, depth_mm, curved)
    assert error(find_ruler(drawn.picture, drawn.roi), drawn.mm_per_px) < WITHIN


def random_look(seed: int) -> tuple[ScreenLook, float]:
    """Ticks, digits, fonts and places of all kinds, right or wrong in taste."""
    rng = np.random.default_rng(seed)
    unit = str(rng.choice(["cm", "mm"]))
    label_mm = float(rng.choice([10, 20] if unit == "cm" else [5, 10, 20]))
    tick_mm = float(rng.choice([t for t in (2.0, 2.5, 5.0, 10.0) if (label_mm / t).is_integer()]))
    gap_px = int(rng.integers(4, 60))
    look = replace(
        PLAIN_CART,
        ruler="left" if rng.random() < 0.5 else "right",
        unit="cm" if unit == "cm" else "mm",
        tick_mm=tick_mm,
        major_mm=label_mm,
        label_mm=label_mm,
        unit_shown=bool(rng.random() < 0.3),
        zero_shown=bool(rng.random() < 0.5),
        ruler_line=bool(rng.random() < 0.3),
        ruler_gap_px=gap_px,
        tick_px=(int(rng.integers(4, 8)), int(rng.integers(8, 15))),
        tick_thickness_px=int(rng.integers(1, 4)),
        font=("pil", "simplex", "duplex", "plain")[int(rng.integers(4))],
        font_px=int(rng.integers(11, 20)),
        ruler_grey=int(rng.integers(140, 256)),
        background=int(rng.choice([0, 0, 20, 50])),
        note="depth" if rng.random() < 0.4 else "",
        grey_bar="none",
    )
    return look, float(rng.uniform(30, 110))


@pytest.mark.parametrize("seed", range(40))
def test_random_screens_are_right_or_said_to_be_unread(seed: int) -> None:
    look, depth_mm = random_look(seed)
    drawn = screen_of(look, depth_mm, seed=seed)
    found = find_ruler(drawn.picture, drawn.roi)
    if isinstance(found, Ruler):
        assert error(found, drawn.mm_per_px) < WITHIN, found.read
    else:
        assert found.reason


def test_most_random_screens_are_read() -> None:
    screens = [screen_of(*random_look(seed), seed=seed) for seed in range(40, 56)]
    read = sum(isinstance(find_ruler(drawn.picture, drawn.roi), Ruler) for drawn in screens)
    assert read >= 11


@pytest.mark.parametrize("tick_mm", [5.0, 10.0])
def test_ticks_without_digits_are_not_guessed(tick_mm: float) -> None:
    look = replace(PLAIN_CART, label_mm=0, tick_mm=tick_mm, major_mm=2 * tick_mm, note="")
    found = find_ruler((drawn := screen_of(look, 60.0)).picture, drawn.roi)
    assert isinstance(found, UnreadableRuler)
    assert "5 and 10 mm look alike" in found.reason


@pytest.mark.parametrize("depth_mm", [43.0, 60.0, 85.0])
def test_written_depth_serves_where_there_are_no_digits(depth_mm: float) -> None:
    drawn = screen_of(replace(PLAIN_CART, label_mm=0, note="depth"), depth_mm)
    assert error(find_ruler(drawn.picture, drawn.roi), drawn.mm_per_px) < WITHIN


@pytest.mark.parametrize("text", ["8.8 cm", "9.1 cm", "Dist 9.1 cm", "Dist 94 mm", "D1 9.1 cm", "Diam 94 mm"])
def test_measured_length_of_twice_the_depth_is_not_the_depth(text: str) -> None:
    """Each is twice what is shown, so that ticks of 5 mm would pass for ticks of 10 mm."""
    look = replace(PLAIN_CART, label_mm=0, note="", notes=(), grey_bar="none")
    drawn = screen_of(look, float(text.split()[-2]) * (5.0 if "cm" in text else 0.5))
    picture = drawn.picture.copy()
    cv2.putText(picture, text, (20, 300), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 220, 1, cv2.LINE_AA)
    assert isinstance(find_ruler(picture, drawn.roi), UnreadableRuler)


def test_written_length_that_is_no_depth_does_not() -> None:
    look = replace(PLAIN_CART, label_mm=0, note="", notes=("D 3.1 cm",))  # 60 mm are shown
    drawn = screen_of(look, 60.0)
    assert isinstance(find_ruler(drawn.picture, drawn.roi), UnreadableRuler)


def labelled_in_fives(depth_units: int, note: str = "") -> tuple[Picture, Roi]:
    """A ruler with a tick a unit and digits 0, 5, 10, ..."""
    screen = np.zeros((600, 800), np.uint8)
    roi = Roi(100, 40, 500, 500)
    screen[roi.slices] = speckle(500, 500)
    for k in range(depth_units + 1):
        row = 40 + round(k * 499 / depth_units)
        screen[row, 620 : 634 if k % 5 == 0 else 627] = 230
        if k % 5 == 0:
            cv2.putText(screen, str(k), (640, row + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 230, 1, cv2.LINE_AA)
    cv2.putText(screen, note, (620, 580), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 230, 1, cv2.LINE_AA)
    return coded(screen), roi


def test_fives_may_be_mm_or_cm() -> None:
    found = find_ruler(*labelled_in_fives(18))
    assert isinstance(found, UnreadableRuler)
    assert "mm or cm" in found.reason


@pytest.mark.parametrize(("note", "mm"), [("18 cm", 180.0), ("D 18 mm", 18.0)])
def test_a_written_unit_decides_between_mm_and_cm(note: str, mm: float) -> None:
    assert error(find_ruler(*labelled_in_fives(18, note)), mm / 499) < WITHIN


def test_digits_that_do_not_go_up_evenly_are_refused() -> None:
    screen = np.zeros((600, 800), np.uint8)
    roi = Roi(100, 40, 500, 500)
    screen[roi.slices] = speckle(500, 500)
    for k, text in enumerate("0297"):
        row = 40 + 150 * k
        screen[row, 620:634] = 230
        cv2.putText(screen, text, (640, row + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 230, 1, cv2.LINE_AA)
    assert isinstance(find_ruler(screen, roi), UnreadableRuler)


def test_pixels_need_not_be_square() -> None:
    look = replace(PLAIN_CART, tick_mm=10, bottom_ruler=True)
    calibration = Calibration(0.108, 0.1)
    screen = drawn_screen(speckle(500, 560), calibration, look)
    roi = Roi(*picture_origin(look, (560, 500), (800, 600)), 560, 500)
    found = find_ruler(coded(screen), roi)
    assert isinstance(found, Ruler)
    assert found.y_mm_per_px == pytest.approx(0.1, rel=WITHIN)
    assert found.x_mm_per_px == pytest.approx(0.108, rel=WITHIN)
    assert any("not square" in note for note in found.notes)


def test_no_ruler_at_all() -> None:
    look = replace(PLAIN_CART, ruler="none")
    found = find_ruler((drawn := screen_of(look, 60.0)).picture, drawn.roi)
    assert isinstance(found, UnreadableRuler)
    assert "no ruler" in found.reason


def test_what_lies_beyond_another_picture_is_its_own() -> None:
    screen = np.zeros((600, 1200), np.uint8)
    left, right = Roi(20, 40, 500, 500), Roi(560, 40, 500, 500)
    for roi in (left, right):
        screen[roi.slices] = speckle(500, 500)
    for k in range(6):
        row = 40 + 98 * k
        screen[row, 1080:1094] = 230
        cv2.putText(screen, str(k), (1100, row + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 230, 1, cv2.LINE_AA)
    assert isinstance(find_ruler(screen, left, (right,)), UnreadableRuler)
    assert error(find_ruler(screen, right, (left,)), 10 / 98) < WITHIN


def test_another_depth_shows() -> None:
    first, later = screen_of(PLAIN_CART, 60.0), screen_of(PLAIN_CART, 80.0)
    ruler = find_ruler(first.picture, first.roi)
    assert isinstance(ruler, Ruler)
    assert not ruler_changed(first.picture, ruler, first.roi)
    assert ruler_changed(later.picture, ruler, first.roi)


def test_a_box_outside_the_picture_is_our_bug() -> None:
    with pytest.raises(ValueError, match="does not lie"):
        find_ruler(np.zeros((50, 50), np.uint8), Roi(10, 10, 80, 20))


REAL = [
    *(
        (f"thickness_clips/p6_{name}_01.mp4", 1 / 11.35)
        for name in ("isometric_max_01_push", "passive_ROM_01_push")
    ),
    ("thickness_clips/p6_isokinetic500_02_push_01.mp4", 1 / 11.35),
    ("thickness_stills/gastroc_jumping_048.png", 1 / 11.525),
    ("thickness_stills/gastroc_jumping_088.png", 1 / 11.525),
    ("../other_phantom/tra_left.mp4", 0.085066),
    ("../other_phantom/lm_bilateral.mp4", 0.199799),
    ("screens/clarius-ocular-short.mp4", 40.0 / 787),  # 0 to "4 cm", measured by hand
    ("screens/sonosite-anon-eye1-video.mp4", 45.0 / 593),  # "4.5 cm" over 9 ticks, measured by hand
    ("screens/butterfly-ocular-phantom.mp4", 10.0 / 173.4),  # 1 to 4, measured by hand
]


@pytest.mark.parametrize(("name", "mm_per_px"), REAL, ids=[name for name, _ in REAL])
def test_real_screens(name: str, mm_per_px: float) -> None:
    picture = first_picture(real_file(name))
    roi = find_picture(picture)
    assert roi is not None
    assert error(find_ruler(picture, roi), mm_per_px) < WITHIN


@pytest.mark.parametrize(
    "name", ["screens/clarius_axial-lateral-resolution-2020.png", "fascia_masks/img_00011_image.png"]
)
def test_real_screens_that_say_too_little(name: str) -> None:
    """No ruler at all; and one whose digits are mirrored."""
    picture = first_picture(real_file(name))
    roi = find_picture(picture)
    assert roi is not None
    assert isinstance(find_ruler(picture, roi), UnreadableRuler)
