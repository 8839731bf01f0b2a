from __future__ import annotations

import numpy as np
import pytest

from segmentation.geometry import Roi
from segmentation.tracking import start, step
from segmentation.views import VIEWS
from usbio.own_coordinates import measure_in_picture, setup_in_frame, setup_in_picture
from usbio.preparation import prepare
from usbio.samples import SampleClip, sample_clips
from usbio.setup import (
    BorderTable,
    CalibrationTable,
    ImageTable,
    KeepTable,
    SeedTable,
    SetupFile,
    StationTable,
    load_setup,
)
from usbio.sources.clip import open_clip
from usbio.visible import visible_panels

ROI = Roi(70, 46, 400, 300)
WHOLE = SetupFile(
    image=ImageTable(crop_px=(70, 46, 400, 300), side="left", mask_px=[(60, 40, 50, 20), (600, 0, 10, 10)]),
    calibration=CalibrationTable(x_mm_per_px=0.1, y_mm_per_px=0.1, for_size_px=(800, 600)),
    station=[
        StationTable(rule="range", x_range_px=(328.25, 440.1)),
        StationTable(side="left", rule="facet", point_px=(213.83, 186.79)),
    ],
    border=[
        BorderTable(side="left", muscle="lm", points_px=[(213.83, 186.79), (214.0, 180.1), (300.0, 99.9)])
    ],
    seed=[SeedTable(side="left", point_px=(430.0, 200.0))],
    keep=[KeepTable(name="ruler", region_px=(0, 46, 60, 300))],
)


def test_places_are_counted_from_the_first_pixel_of_the_picture() -> None:
    own = setup_in_picture(WHOLE, ROI)
    assert own.image.crop_px == (0, 0, 400, 300)
    assert own.calibration.for_size_px == (400, 300)
    assert own.station[0].x_range_px == (258.25, 370.1)
    assert own.station[1].point_px == (143.83, 140.79)
    assert own.border[0].points_px == [(143.83, 140.79), (144.0, 134.1), (230.0, 53.9)]
    assert own.seed[0].point_px == (360.0, 154.0)


def test_of_what_lies_outside_nothing_is_left() -> None:
    own = setup_in_picture(WHOLE, ROI)
    assert own.image.mask_px == [(0, 0, 40, 14)]  # the part that lies inside
    assert own.keep == []


def test_there_and_back_is_the_same_setup() -> None:
    assert setup_in_frame(setup_in_picture(WHOLE, ROI), ROI, WHOLE) == WHOLE


@pytest.mark.parametrize("clip", sample_clips(), ids=lambda clip: clip.path.stem)
def test_the_picture_alone_gives_the_same_numbers_as_the_whole_frame(clip: SampleClip) -> None:
    """Exactly the same values and statuses; quality to the 6th decimal, for the mask is found anew."""
    setup = load_setup(clip.setup_path)
    assert setup.measure.view is not None
    quantity = VIEWS[setup.measure.view].quantity
    frames = [frame for frame in open_clip(clip.path).frames() if frame.index < 12]
    whole = prepare(setup.measure.view, setup, frames[0].image, name="clip").measure
    visible = visible_panels(whole, frames[0].image)
    alone = measure_in_picture(whole, visible.roi)
    pictures = [visible.of(frame.image) for frame in frames]
    assert pictures[0] is not None
    states = start(whole, frames[0].image), start(alone, pictures[0])
    for frame, picture in zip(frames, pictures, strict=True):
        assert picture is not None
        one, found = step(states[0], frame.image, frame.t_s, frame.index)
        two, again = step(states[1], picture, frame.t_s, frame.index)
        states = one, two
        for a, b in zip(found.measurements, again.measurements, strict=True):
            assert a.status is b.status
            assert np.array_equal(getattr(a, quantity), getattr(b, quantity), equal_nan=True)
            assert a.quality == pytest.approx(b.quality, abs=1e-6)
