from __future__ import annotations

import numpy as np
import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.results import SIDES, FrameResult, Measurement, Status
from segmentation.views import MeasureSetup, Panel
from tests.fakes import oval
from usbio.frames import Frame
from usbio.mmode_strip import COLUMN_S, DEPTH, StripRecorder
from usbio.sample import Counts, Sample

SETUP = MeasureSetup(
    "lm-csa", (Panel(Roi(0, 0, 200, 101), Calibration(0.2, 0.5), ("left", "right")),), (200, 101)
)


def sample(t_s: float, down: float = 20.0, run: int = 0, grey: int = 0) -> Sample:
    found = tuple(
        Measurement(side, "lm", Status.OK, 1.0, area_cm2=5.0, border_px=oval(x, 50.0, 30.0, down, 360))
        for side, x in zip(SIDES, (50.0, 150.0), strict=True)
    )
    image = np.full((101, 200), grey, np.uint8)
    image[40] = 250
    return Sample(Frame(0, t_s, 0.0, image), FrameResult(True, found), Counts(), "", 0.0, run, image)


@pytest.fixture
def recorder() -> StripRecorder:
    made = StripRecorder(span_s=2.0)
    made.use(SETUP)
    return made


def test_a_strip_a_side_in_picture_order_with_the_edges_where_they_are(recorder: StripRecorder) -> None:
    recorder(sample(0.0))
    recorder(sample(COLUMN_S, down=30.0))
    left, right = recorder.strips()
    assert (left.side, right.side) == ("left", "right")
    assert left.image.shape == (DEPTH, round(2.0 / COLUMN_S))
    assert left.depth_mm == pytest.approx(50.0)  # 100 px of 0.5 mm
    # one step of the oval is 1.7 degrees: well inside half a pixel
    np.testing.assert_allclose(left.edges["lm"][:, -2:], [[0.3, 0.2], [0.7, 0.8]], atol=0.005)
    bright = np.argmax(left.image[:, -1]) / (DEPTH - 1)
    assert bright == pytest.approx(0.4, abs=0.01)


def test_columns_stand_in_true_time_and_a_long_gap_stays_blank(recorder: StripRecorder) -> None:
    recorder(sample(0.0, grey=50))
    recorder(sample(4 * COLUMN_S, grey=60))  # overtaken frames between are bridged
    recorder(sample(0.1 + 0.5, grey=70))
    row = recorder.strips()[0].image[-1]
    assert row[-1] == 70
    assert set(row[-20:-1].tolist()) == {0}
    assert row[-21:-25:-1].tolist() == [60] * 4
    assert row[-25] == 50


def test_a_new_run_begins_with_nothing(recorder: StripRecorder) -> None:
    for i in range(10):
        recorder(sample(i * COLUMN_S, grey=50))
    recorder(sample(0.0, run=1, grey=90))
    row = recorder.strips()[0].image[-1]
    assert row[-1] == 90
    assert not row[:-1].any()


def test_without_a_setup_nothing_is_kept() -> None:
    recorder = StripRecorder()
    recorder(sample(0.0))
    assert recorder.strips() == ()
