from __future__ import annotations

import numpy as np

from segmentation.geometry import Calibration, Roi
from segmentation.results import Picture
from segmentation.views import MeasureSetup, Panel
from usbio.setup import ImageTable, SetupFile
from usbio.visible import Visible, visible_panels, visible_part

ROI = Roi(0, 20, 200, 100)


def screen() -> Picture:
    """Speckle under a headline, with lettering in its upper left corner."""
    picture = np.zeros((120, 200), np.uint8)
    picture[20:] = np.random.default_rng(3).integers(30, 200, (100, 200))
    picture[:10] = 255  # the scanner's headline with the patient's name
    picture[24:34, 4:44] = 254
    return picture


def test_nothing_outside_the_picture_and_its_mask_is_handed_on() -> None:
    mask = np.full((100, 200), 255, np.uint8)
    mask[:20, :30] = 0
    shown = Visible(ROI, mask, (200, 120)).of(screen())
    assert shown is not None
    assert shown.shape == (100, 200)
    assert not shown[:20, :30].any()
    np.testing.assert_array_equal(shown[20:], screen()[40:])
    assert not shown.flags.writeable


def test_a_frame_of_another_size_shows_nothing_even_if_the_place_would_fit() -> None:
    visible = Visible(ROI, np.full((100, 200), 255, np.uint8), (200, 120))
    assert visible.of(np.zeros((130, 210), np.uint8)) is None
    assert visible.of(np.zeros((60, 100), np.uint8)) is None


def test_masked_boxes_are_black_before_and_after_it_is_known_what_is_measured() -> None:
    masks = [(0, 20, 50, 16), (190, 110, 40, 40)]  # the second reaches beyond the frame
    setup = SetupFile(image=ImageTable(crop_px=(0, 20, 200, 100), mask_px=masks))
    measure = MeasureSetup("layer", (Panel(ROI, Calibration(0.2, 0.2), ("left",)),), (200, 120))
    for visible in (visible_part(setup, screen()), visible_panels(measure, screen(), masks)):
        assert visible is not None
        shown = visible.of(screen())
        assert shown is not None
        assert not (shown == 254).any()
        assert not shown[90:, 190:].any()
        assert (shown[20:80] > 0).all()
