"""Statuses on recordings of people: gastrocnemius clips and stills, as they are and with faults laid over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest

from bench.people import FAR_MM
from bench.stepping import pictures_of, results
from bench.truth import REAL, observed_clips, observed_stills
from segmentation.chance import tolerance
from segmentation.geometry import Roi
from segmentation.phantom.picture_faults import at_other_depth, covered, in_air, shadowed
from segmentation.results import FloatArray, FrameResult, Picture, Status
from segmentation.screen import picture_mask
from segmentation.sector import from_face_px
from usbio.measuring import Task
from usbio.setup import CalibrationTable, ImageTable, SetupFile, StationTable

pytestmark = pytest.mark.skipif(
    not (REAL / "thickness_clips").exists(), reason="set USBIO_REAL_DATA to the folder of real data"
)

FPS = 25.0
BEGINS, PICTURES = 20, 60
ROI = Roi(210, 43, 726, 578)
MM_PER_PX = 1 / 11.35
CLIP, OTHER = "p6_isokinetic120_01_push_01.mp4", "p6_isokinetic210_01_push_01.mp4"
TASK = Task(
    "layer",
    SetupFile(
        image=ImageTable(crop_px=(210, 43, 726, 578)),
        calibration=CalibrationTable(x_mm_per_px=MM_PER_PX, y_mm_per_px=MM_PER_PX),
        station=[StationTable(rule="range", x_range_px=(924.0, 934.0), direction="vertical")],
    ),
    side="left",
)
Fault = Callable[[Picture, int], Picture]


def clip(name: str = CLIP, most: int = PICTURES) -> list[Picture]:
    return pictures_of(REAL / "thickness_clips" / name, most)


def measured(shown: Iterable[Picture], fps: float = FPS, task: Task = TASK) -> list[FrameResult]:
    return list(results("gastrocnemius", task, ((picture, k / fps) for k, picture in enumerate(shown))))


def said(found: Sequence[FrameResult]) -> set[Status]:
    return {m.status for r in found for m in r.measurements}


def with_fault(fault: Fault, most: int) -> list[FrameResult]:
    whole = clip(most=most)
    late = [fault(picture, k) for k, picture in enumerate(whole[BEGINS:])]
    return measured([*whole[:BEGINS], *late])


def menu(picture: Picture, k: int) -> Picture:
    return covered(picture, Roi(600, 150, 300, 350))


def shadow(picture: Picture, k: int) -> Picture:
    return shadowed(picture, ROI, 900.0, 160.0, 130.0, from_px=8.0)


def half_shadow(picture: Picture, k: int) -> Picture:
    return shadowed(picture, ROI, 900.0, 160.0, 60.0, from_px=8.0)


def air(picture: Picture, k: int) -> Picture:
    ringing = (200.0, 4.0, 12.0)  # grey, and mm
    inside, depth_mm = face()
    return in_air(picture, ROI, depth_mm, inside, ringing, np.random.default_rng((5, k)))


@lru_cache(maxsize=1)
def face() -> tuple[npt.NDArray[np.bool_], FloatArray]:
    """Where echoes can be, and how deep each place is."""
    inside = picture_mask(clip(most=1)[0], ROI)
    return inside, from_face_px(inside) * MM_PER_PX


def shallower(picture: Picture, k: int) -> Picture:
    return at_other_depth(picture, ROI, 1.25)


def deeper(picture: Picture, k: int) -> Picture:
    return at_other_depth(picture, ROI, 0.85)


@pytest.mark.parametrize(
    ("fault", "status", "most"),
    [
        (menu, Status.LOST, PICTURES),
        (shadow, Status.SHADOW, PICTURES),
        (air, Status.LOST, BEGINS + 8),
        (shallower, Status.IMPLAUSIBLE, BEGINS + 8),
        (deeper, Status.IMPLAUSIBLE, BEGINS + 8),
    ],
)
def test_a_fault_laid_over_a_real_clip_is_named_at_once(fault: Fault, status: Status, most: int) -> None:
    found = with_fault(fault, most)
    assert said(found[:BEGINS]) == {Status.OK}
    assert said(found[BEGINS + 1 :]) == {status}


@pytest.mark.parametrize("fault", [lambda picture, k: picture, half_shadow], ids=["as it is", "half shadow"])
def test_what_is_called_ok_is_as_near_to_people_as_it_says(fault: Fault) -> None:
    found = with_fault(fault, PICTURES)
    people = {k: seen.median_mm for k, seen in observed_clips()[CLIP].items() if BEGINS < k < PICTURES}
    ok = [k for k in people if found[k].measurements[0].status is Status.OK]
    assert len(ok) >= 2
    for k in ok:
        off_mm = abs(found[k].measurements[0].thickness_mm - people[k])
        assert off_mm <= max(FAR_MM, tolerance("thickness_mm", people[k]))


@pytest.mark.parametrize("name", [CLIP, OTHER])
def test_a_recording_faster_than_its_scanner_is_not_frozen(name: str) -> None:
    shown = [picture for picture in clip(name, 30) for _ in range(3)]
    found = measured(shown, fps=3 * FPS)
    assert Status.FROZEN not in said(found)
    assert [r.new_picture for r in found].count(False) >= 60


def test_a_real_picture_that_stands_for_three_seconds_is_frozen() -> None:
    whole = clip(most=10)
    found = measured([*whole, *[whole[-1]] * 75])
    assert Status.FROZEN not in said(found[: 9 + 50])  # two seconds
    assert said(found[9 + 52 :]) == {Status.FROZEN}


def test_stills_in_time_order_are_no_change_of_depth() -> None:
    mm_per_px = 0.08676789587852494
    setup = SetupFile(
        image=ImageTable(crop_px=(111, 60, 578, 460)),
        calibration=CalibrationTable(x_mm_per_px=mm_per_px, y_mm_per_px=mm_per_px),
        station=[StationTable(rule="range", x_range_px=(111.0, 131.0), direction="vertical")],
    )
    shown = [
        picture for name in observed_stills() for picture in pictures_of(REAL / "thickness_stills" / name)
    ]
    found = measured(shown, task=Task("layer", setup, side="left"))
    assert len(found) > 20
    assert not any(r.depth_changed for r in found)
