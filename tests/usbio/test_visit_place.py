"""The rest picture of the last visit is found, read and compared with the live one."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path

import cv2
import numpy as np
import pytest

from segmentation.geometry import Calibration
from segmentation.results import Measurement, Picture, Status
from tests.usbio.recorded import sample_pictures
from tests.usbio.visit_facts import BEGUN, LEFT, RIGHT, capture
from usbio.visit.facts import LevelOf, StillKept, Withdrawn
from usbio.visit.record import record_of
from usbio.visit_place import EarlierStill, EarlierVisit, PlaceWatch, place_reasons, pressure_reasons

SPACING = Calibration(0.1, 0.1)


def _asked(then: Picture, now: Picture) -> PlaceWatch:
    watch = PlaceWatch(EarlierStill(then, SPACING))
    watch.ask(now, SPACING)
    watch.stop(20.0)
    return watch


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """Of the sample clip of TrA, cut to the tissue."""
    found, setup = sample_pictures("tra", 20)
    x, y, width, height = setup.image.crop_px or (0, 0, *found[0].shape[::-1])
    return [np.ascontiguousarray(one[y : y + height, x : x + width]) for one in found]


def test_the_same_place_matches(pictures: list[Picture]) -> None:
    watch = _asked(pictures[0], pictures[10])
    assert watch.match.place == "same"
    assert place_reasons(watch.match) == ()


def test_a_probe_that_lies_6_mm_away_is_said_to(pictures: list[Picture]) -> None:
    away = np.roll(pictures[10], 60, axis=1)
    (reason,) = place_reasons(_asked(pictures[0], away).match)
    assert reason.code == "visit.place.why.shift"
    assert dict(reason.parameters)["shift_mm"] == pytest.approx(6.0, abs=0.8)  # mm


def test_what_is_another_picture_altogether_is_not_the_same_place(pictures: list[Picture]) -> None:
    assert _asked(pictures[0], pictures[10][::-1].copy()).match.place in ("different", "not_decidable")


def test_the_still_of_a_capture_that_stands_is_taken(tmp_path: Path) -> None:
    one, two = capture(4.0, 1), capture(9.0, 2)
    for name, grey in (("1.png", 50), ("2.png", 90)):
        cv2.imwrite(str(tmp_path / name), np.full((20, 30), grey, np.uint8))
    stills = [
        StillKept(taken.at_s, taken.trial, name, 0.1, 0.2) for taken, name in ((one, "1.png"), (two, "2.png"))
    ]
    record = record_of((BEGUN, one, stills[0], two, stills[1], Withdrawn(10.0, one.trial, one.at_s)))
    assert record is not None
    earlier = EarlierVisit(record, tmp_path)
    found = earlier.still(LEFT)
    assert found is not None
    assert int(found.picture[0, 0]) == 90
    assert found.spacing == Calibration(0.1, 0.2)
    assert earlier.still(RIGHT) is None
    (tmp_path / "2.png").write_bytes(b"no picture")
    assert earlier.still(LEFT) is None
    assert replace(earlier, folder=tmp_path / "gone").still(LEFT) is None


@pytest.mark.parametrize(
    ("now_mm", "code"),
    [
        (12.0, ""),
        (11.4, ""),
        (8.0, "visit.place.why.pressed_more"),
        (16.0, "visit.place.why.pressed_less"),
        (nan, ""),
    ],
)
def test_a_probe_that_is_pressed_otherwise_is_said_to(now_mm: float, code: str) -> None:
    """12 mm lay over TrA last time."""
    fat = LevelOf("left", "tra", "subcutaneous_mm", "mm", 12.0, 0.1, 25, 1.0)
    taken = capture(4.0, 1)
    record = record_of((BEGUN, replace(taken, levels=(*taken.levels, fat))))
    assert record is not None
    now = Measurement("left", "tra", Status.OK, 0.9, subcutaneous_mm=now_mm)
    reasons = pressure_reasons(record, LEFT, [now])
    assert [one.code for one in reasons] == ([code] if code else [])
    assert pressure_reasons(record, RIGHT, [now]) == ()
