"""The three lights: each is green for what is right, and says why where it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segmentation.results import FrameResult, Measurement, Side, Status
from segmentation.tap import TapResult
from usbio.frames import Frame
from usbio.sample import Counts, Sample
from usbio.visit_lights import rate_light, scale_light, side_light

FRAME = Frame(0, 0.0, 0.0, np.zeros((4, 4), np.uint8))
STEADY = Counts(delivered=60, new=60, measured=60)


def _sample(*statuses: tuple[Side, Status]) -> Sample:
    found = tuple(Measurement(side, "lm", status, 0.9) for side, status in statuses)
    return Sample(FRAME, FrameResult(True, found), STEADY, "", 0.0)


OK = _sample(("left", Status.OK))


@pytest.mark.parametrize(
    ("tapped", "verdict", "code"),
    [
        (None, "not_checked", ""),
        (TapResult(ready=True), "not_checked", "visit.light.why.no_press"),
        (TapResult(ready=True, half="left"), "ok", ""),
        (TapResult(ready=True, half="right"), "differs", "visit.light.why.other_side"),
    ],
)
def test_side(tapped: TapResult | None, verdict: str, code: str) -> None:
    found, why = side_light(tapped, "left")
    assert (found, why.code if why is not None else "") == (verdict, code)


def test_scale() -> None:
    assert OK.result is not None
    deeper = replace(OK, result=replace(OK.result, depth_changed=True))
    told = [scale_light(changed, sample) for changed, sample in ((False, OK), (True, OK), (False, deeper))]
    assert [verdict for verdict, _ in told] == ["ok", "differs", "differs"]
    assert scale_light(False, None)[0] == "not_checked"


@pytest.mark.parametrize(
    ("since", "sample", "verdict", "code"),
    [
        (STEADY, OK, "ok", ""),
        (replace(STEADY, lost=1), OK, "ok", ""),  # a single gap
        (replace(STEADY, lost=12), OK, "differs", "visit.light.why.lost"),
        (replace(STEADY, new=10), OK, "differs", "visit.light.why.slow"),
        (replace(STEADY, new=24), OK, "ok", "visit.light.why.duplicates"),  # a fast grabber on a slow scanner
        (STEADY, _sample(("left", Status.FROZEN)), "differs", "visit.light.why.frozen"),
        (
            STEADY,
            _sample(("left", Status.FROZEN), ("right", Status.OK)),
            "differs",
            "visit.light.why.half_frozen",
        ),
        (STEADY, None, "not_checked", ""),
    ],
)
def test_rate(since: Counts, sample: Sample | None, verdict: str, code: str) -> None:
    found, why = rate_light(since, 2.0, sample)
    assert (found, why.code if why is not None else "") == (verdict, code)
