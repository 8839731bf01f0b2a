from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmentation import tracking
from segmentation.results import FrameResult, Picture
from segmentation.views import MeasureSetup
from tests.usbio.recorded import sample_pictures
from usbio.errors import InputError
from usbio.measuring_process import AwayState, MeasuringProcess
from usbio.preparation import prepare

PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def scene() -> tuple[MeasureSetup, list[Picture]]:
    pictures, setup = sample_pictures("layer", 4)
    return prepare("layer", setup, pictures[0], name="clip").measure, pictures


@pytest.fixture
def away() -> Iterator[MeasuringProcess]:
    process = MeasuringProcess()
    yield process
    process.close()
    process.close()
    assert process.pid is None


def _alike(found: FrameResult, expected: FrameResult) -> None:
    for one, other in zip(found.measurements, expected.measurements, strict=True):
        assert (one.side, one.muscle, one.status) == (other.side, other.muscle, other.status)
        assert one.thickness_mm == other.thickness_mm
        assert one.quality == other.quality
        assert one.border_source == other.border_source
        for name in ("superficial_px", "deep_px", "caliper_px"):
            assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)


def test_measures_the_same_to_the_last_bit(
    away: MeasuringProcess, scene: tuple[MeasureSetup, list[Picture]]
) -> None:
    measure, pictures = scene
    away.open()
    far = away.start(measure, pictures[0])
    near = tracking.start(measure, pictures[0])
    assert isinstance(far, AwayState)
    for index, picture in enumerate(pictures):
        far, found = away.step(far, picture, index / 25, index)
        near, expected = tracking.step(near, picture, index / 25, index)
        _alike(found, expected)
        if index == 1:
            far = away.confirm(far, frozenset({"left"}))
            near = tracking.confirm(near, frozenset({"left"}))
    assert far.setup.confirmed == {"left"}
    assert away.pid != os.getpid()


def test_older_state_is_still_known_after_a_picture_that_failed(
    away: MeasuringProcess, scene: tuple[MeasureSetup, list[Picture]]
) -> None:
    measure, pictures = scene
    state = away.start(measure, pictures[0])
    with pytest.raises(ValueError, match="expected a uint8 picture") as caught:
        away.step(state, np.zeros((3,), np.uint8), 0.0, 0)
    assert "measuring_service.py" in "".join(caught.value.__notes__)  # where it came from goes into the log
    for index in range(3):
        state, found = away.step(state, pictures[index], index / 25, index)
    assert found.measurements[0].status.carries_value


def test_killed_process_costs_one_picture_and_what_was_confirmed_holds(
    away: MeasuringProcess, scene: tuple[MeasureSetup, list[Picture]]
) -> None:
    measure, pictures = scene
    state = away.confirm(away.start(measure, pictures[0]), frozenset({"left"}))
    first = away.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(InputError, match="its process ended by itself; the next picture begins anew"):
        away.step(state, pictures[0], 0.0, 0)
    state, found = away.step(state, pictures[1], 0.04, 1)
    assert away.pid not in (None, first)
    assert found.measurements[0].border_source == "confirmed"
    assert isinstance(state, AwayState)
    _, found = away.step(state, pictures[2], 0.08, 2)
    assert found.measurements[0].status.carries_value


def test_closing_ends_a_process_that_hangs_and_lets_go_of_who_waits(
    away: MeasuringProcess, scene: tuple[MeasureSetup, list[Picture]]
) -> None:
    measure, pictures = scene
    state = away.start(measure, pictures[0])
    pid = away.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    failed: list[BaseException] = []

    def _measure() -> None:
        try:
            away.step(state, pictures[0], 0.0, 0)
        except InputError as error:
            failed.append(error)

    waiting = threading.Thread(target=_measure)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    away.close()
    waiting.join(PATIENCE_S)
    assert not waiting.is_alive()
    assert len(failed) == 1
    assert not Path(f"/proc/{pid}").exists()


def test_nothing_is_begun_after_the_end_until_it_is_opened_again(
    away: MeasuringProcess, scene: tuple[MeasureSetup, list[Picture]]
) -> None:
    measure, pictures = scene
    state = away.start(measure, pictures[0])
    away.close()
    with pytest.raises(InputError, match="measuring: has ended"):
        away.step(state, pictures[0], 0.0, 0)  # the last picture that a thread had in hand
    assert away.pid is None
    away.open()
    _, found = away.step(state, pictures[0], 0.0, 0)
    assert found.measurements[0].status.carries_value


class _Unsendable(MeasureSetup):
    """With a learned model in it, such as one that no other process can have."""

    def __reduce__(self) -> Any:
        raise TypeError("cannot be sent")


def test_setup_that_cannot_be_sent_is_measured_here(
    away: MeasuringProcess, scene: tuple[MeasureSetup, list[Picture]]
) -> None:
    measure, pictures = scene
    setup = _Unsendable(*(getattr(measure, name) for name in measure.__dataclass_fields__))
    state, found = away.step(away.start(setup, pictures[0]), pictures[0], 0.0, 0)
    assert isinstance(state, tracking.TrackState)
    assert found.measurements[0].status.carries_value
    confirmed = away.confirm(state, frozenset({"left"}))
    assert confirmed.setup.confirmed == {"left"}
    assert away.pid is None


_SCRIPT = """
import os, signal, time
from usbio.measuring_process import MeasuringProcess

away = MeasuringProcess()  # without the guard that multiprocessing wants of a main module
away.open()
while away.pid is None:
    time.sleep(0.01)
print(away.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_process_ends_with_the_program_even_a_killed_one(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    place, pause = Path("/proc") / said.stdout.strip(), threading.Event()
    for _ in range(round(PATIENCE_S * 20)):
        if not place.exists():
            return
        pause.wait(0.05)
    raise AssertionError("the measuring process outlived its program")
