"""What a lifted probe shows in the bench, and when a muscle counts as found again."""

from __future__ import annotations

import numpy as np

from bench.lifted import Air, Ringing, told
from segmentation.geometry import Roi
from segmentation.results import FrameResult, Measurement, Status


def test_air_fills_the_picture_and_nothing_else() -> None:
    inside = np.ones((300, 400), bool)
    inside[:, :50] = False
    air = Air(np.full((400, 500), 77, np.uint8), Roi(60, 70, 400, 300), 0.1, inside)
    rng = np.random.default_rng(1)
    picture = air.picture(rng, Ringing("lines", 235.0, 1.1, 2.5))
    box = picture[70:370, 60:460]
    assert (np.delete(picture, slice(70, 370), axis=0) == 77).all()
    assert (box[:, :50] == 0).all()
    assert box[0, 50:].min() > 200  # the probe's own face
    assert 3 < box[-30:, 50:].mean() < 30  # noise in the depth, no black
    assert (picture != air.picture(rng, Ringing("lines", 235.0, 1.1, 2.5))).mean() > 0.3


def result(status: Status, thickness_mm: float) -> FrameResult:
    return FrameResult(True, (Measurement("left", "layer", status, 0.9, thickness_mm=thickness_mm),))


def test_found_again_is_ok_and_near() -> None:
    truth = {("left", "layer", "thickness_mm"): dict.fromkeys(range(10), 8.0)}
    after = [
        (0, result(Status.LOST, float("nan"))),
        (1, result(Status.LOW_QUALITY, 8.0)),
        (2, result(Status.OK, 8.6)),
        (3, result(Status.OK, 8.4)),
        (4, result(Status.OK, 8.6)),
    ]
    row = told([result(Status.OK, 3.0), result(Status.LOST, float("nan"))], after, truth)  # type: ignore[arg-type]  # names
    assert row["found again after s"] == 0.16  # the fourth picture at 25 a second
    assert row["then found in % of pictures"] == 50.0
    assert row["called ok while lifted %"] == 50.0
