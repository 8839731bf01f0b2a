"""The B-mode picture on a screen: box and sector against what was drawn, and on real screens."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from segmentation.geometry import Roi
from segmentation.phantom.looks import LOOKS, ScreenLook
from segmentation.screen import find_picture, find_pictures, picture_mask
from tests.segmentation.drawn_screens import coded, overlap, screen_of, speckle
from tests.segmentation.real_screens import first_picture, real_file

LOOK_NAMES = [look.name for look in LOOKS]


@pytest.mark.parametrize("curved", [False, True], ids=["rectangle", "fan"])
@pytest.mark.parametrize("look", LOOKS, ids=LOOK_NAMES)
def test_box_is_found_in_every_look(look: ScreenLook, curved: bool) -> None:
    drawn = screen_of(look, 60.0, curved)
    found = find_picture(drawn.picture)
    assert found is not None
    assert overlap(found, drawn.roi) > 0.97


@pytest.mark.parametrize("look", LOOKS, ids=LOOK_NAMES)
def test_rectangle_is_all_picture(look: ScreenLook) -> None:
    drawn = screen_of(look, 40.0)
    assert picture_mask(drawn.picture, drawn.roi).all()


@pytest.mark.parametrize("look", LOOKS, ids=LOOK_NAMES)
def test_fan_is_told_from_what_is_outside(look: ScreenLook) -> None:
    drawn = screen_of(look, 70.0, curved=True)
    found = picture_mask(drawn.picture, drawn.roi)
    assert (found ^ drawn.sector).mean() < 0.02  # about 3 px of rim after the codec
    face = int(drawn.sector.argmax(axis=0)[drawn.roi.width // 2])
    assert face > 20  # the face does dip into the box
    assert not found[: face - 3, drawn.roi.width // 2].any()


def test_dark_parts_inside_belong_to_the_picture() -> None:
    drawn = screen_of(LOOKS[0], 70.0, curved=True)
    picture = drawn.picture.copy()
    cv2.ellipse(picture, (drawn.roi.x + 250, drawn.roi.y + 220), (70, 50), 0, 0, 360, 0, -1)
    picture[drawn.roi.y + 300 :, drawn.roi.x + 300 : drawn.roi.x + 360] = 0  # a shadow to the far arc
    assert (
        picture_mask(picture, drawn.roi) ^ drawn.sector
    ).mean() < 0.02  # about 3 px of rim after the codec


def test_lower_corner_in_shadow_stays_in_the_rectangle() -> None:
    drawn = screen_of(LOOKS[0], 40.0)
    picture = drawn.picture.copy()
    picture[drawn.roi.y + 200 :, drawn.roi.x : drawn.roi.x + 150] = 0
    assert picture_mask(picture, drawn.roi).all()
    found = find_picture(picture)
    assert found is not None
    assert overlap(found, drawn.roi) > 0.97


def test_grey_user_interface_with_panels_that_touch() -> None:
    screen = np.full((624, 1148), 51, np.uint8)
    screen[:43] = 61
    for x in (390, 640, 850):
        cv2.putText(screen, "General 3.6.1", (x, 36), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 190, 1, cv2.LINE_AA)
    screen[75:200, 8:33] = np.linspace(255, 0, 125).astype(np.uint8)[:, None]
    screen[43:, 210:937] = speckle(581, 727) // 2
    found = find_picture(coded(screen))
    assert found is not None
    assert overlap(found, Roi(210, 43, 727, 581)) > 0.98


def test_picture_without_a_screen_is_the_whole_frame() -> None:
    assert find_picture(np.maximum(speckle(300, 400), 8)) == Roi(0, 0, 400, 300)


@pytest.mark.parametrize("grey", [0, 51])
def test_screen_without_a_picture(grey: int) -> None:
    screen = np.full((600, 800), grey, np.uint8)
    cv2.putText(screen, "NO SIGNAL 4.5 cm", (200, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 220, 2)
    assert find_picture(screen) is None
    assert find_pictures(screen) == ()


def test_two_pictures_side_by_side() -> None:
    screen = np.zeros((600, 1000), np.uint8)
    screen[60:540, 40:470] = speckle(480, 430, 1)
    screen[60:540, 500:930] = speckle(480, 430, 2)
    left, right = find_pictures(coded(screen))
    assert overlap(left, Roi(40, 60, 430, 480)) > 0.97
    assert overlap(right, Roi(500, 60, 430, 480)) > 0.97


def test_one_picture_is_not_parted() -> None:
    drawn = screen_of(LOOKS[0], 70.0, curved=True)
    assert find_pictures(drawn.picture) == (find_picture(drawn.picture),)


def test_wrong_calls() -> None:
    with pytest.raises(TypeError, match="uint8"):
        find_picture(np.zeros((10, 10, 3), np.uint8))
    with pytest.raises(ValueError, match="does not lie"):
        picture_mask(np.zeros((100, 100), np.uint8), Roi(50, 50, 60, 10))


@pytest.mark.parametrize(
    ("name", "roi"),
    [
        ("thickness_clips/p6_isokinetic030_01_push_01.mp4", Roi(210, 43, 727, 579)),
        ("thickness_clips/p6_isometric_max_01_push_01.mp4", Roi(210, 43, 727, 579)),
        ("thickness_stills/gastroc_jumping_048.png", Roi(111, 60, 578, 461)),
        ("screens/sonosite-anon-eye1-video.mp4", Roi(386, 40, 338, 600)),
        ("screens/butterfly-ocular-phantom.mp4", Roi(78, 198, 613, 694)),
        ("../other_phantom/tra_left.mp4", Roi(70, 46, 588, 529)),
        ("../other_phantom/lm_bilateral.mp4", Roi(40, 60, 700, 418)),
    ],
)
def test_box_on_screens_of_other_makers(name: str, roi: Roi) -> None:
    found = find_picture(first_picture(real_file(name)))
    assert found is not None
    assert overlap(found, roi) > 0.96


def test_lines_right_across_the_frame_are_no_picture() -> None:
    screen = np.full((60, 80), 5, np.uint8)
    screen[30::4] = 200
    assert find_picture(screen) is None
