"""Writing in the picture is proposed to be masked; tissue is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sample_clips
from segmentation.burned_in import burned_in_text
from segmentation.geometry import Roi
from segmentation.phantom.lettering import Font, text_width, write
from segmentation.phantom.looks import PLAIN_CART
from segmentation.screen import find_pictures
from tests.segmentation.drawn_screens import coded, screen_of
from tests.segmentation.real_screens import first_picture, real_file

SAMPLES = sorted(Path(sample_clips.__file__).parent.glob("*.mp4"))
NAME = "DOE^JANE 004217"


@pytest.mark.parametrize("font", ["simplex", "duplex", "pil"])
@pytest.mark.parametrize("size_px", [20, 26])
def test_a_name_over_speckle_is_found_and_covered(font: Font, size_px: int) -> None:
    covered = 0
    for number, path in enumerate(SAMPLES):
        picture = first_picture(path).copy()
        roi = find_pictures(picture)[0]
        x, y = roi.x + roi.width // 4, roi.y + roi.height // 3 + 20 * number
        write(picture, NAME, (x, y), font, size_px, 255)
        columns = np.zeros(picture.shape[1], np.bool_)
        for box in burned_in_text(coded(picture), roi):
            if box.y <= y <= box.y + box.height:
                columns[box.x : box.x + box.width] = True
        covered += bool(columns[x : x + text_width(NAME, font, size_px)].mean() > 0.95)
    assert covered >= 4  # of 6: it proposes, and the operator looks


def test_tissue_is_no_writing() -> None:
    for seed in range(6):
        for curved in (False, True):
            screen = screen_of(PLAIN_CART, 45.0, curved, seed)
            assert burned_in_text(screen.picture, screen.roi) == ()
    for path in SAMPLES:
        picture = first_picture(path)
        assert burned_in_text(picture, find_pictures(picture)[0]) == ()


def test_real_tissue_is_no_writing_and_real_writing_is_found() -> None:
    for name in ("thickness_clips/p6_isokinetic030_01_push_01.mp4", "screens/clarius-ocular-short.mp4"):
        picture = first_picture(real_file(name))
        assert burned_in_text(picture, find_pictures(picture)[0]) == ()


def test_a_region_outside_the_frame_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="does not lie"):
        burned_in_text(np.zeros((20, 20), np.uint8), Roi(0, 0, 30, 10))
