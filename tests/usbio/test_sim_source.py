"""The simulated scanner as a source."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from segmentation.results import Picture, Status
from segmentation.tracking import start, step
from segmentation.views import ViewName
from usbio.frames import Frame
from usbio.sources.flash import flash_on
from usbio.sources.sim import LOOP_S, SimSource

VIEWS = get_args(ViewName)


class _Clock:
    """A clock that only waiting and working move."""

    def __init__(self, work_s: float = 0.0, now_s: float = 0.0) -> None:
        self.now_s, self.work_s = now_s, work_s

    def __call__(self) -> float:
        self.now_s += self.work_s
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


def test_pictures_come_at_true_speed_and_move() -> None:
    clock = _Clock()
    source = SimSource("tra", seed=2, clock=clock, wait=clock.wait)
    frames = _first(source, 60)
    assert source.name == "sim:tra"
    assert [f.index for f in frames] == list(range(60))
    assert [f.t_s for f in frames] == pytest.approx([n / 25.0 for n in range(60)])
    assert [f.arrived_s for f in frames] == pytest.approx([n / 25.0 for n in range(60)])
    assert frames[0].image.shape == (600, 800)
    assert _tra_mm(source, 2.36) > 1.2 * _tra_mm(source, 0.0)
    assert not np.array_equal(frames[0].image, frames[1].image)


def test_a_slow_reader_loses_pictures_but_no_time() -> None:
    clock = _Clock(work_s=0.05)  # each look at the clock costs more than a picture's time
    frames = _first(SimSource("contour", clock=clock, wait=clock.wait), 20)
    assert frames[-1].index > 30
    assert frames[-1].arrived_s == pytest.approx(frames[-1].t_s, abs=0.2)


def test_everything_happens_faster_with_a_speed() -> None:
    clock = _Clock()
    frames = _first(SimSource("contour", speed=4.0, clock=clock, wait=clock.wait), 30)
    assert [f.t_s for f in frames] == pytest.approx([n / 25.0 for n in range(30)])
    assert [f.arrived_s for f in frames] == pytest.approx([n / 100.0 for n in range(30)])


def test_control_comes_back_within_a_second_while_a_picture_is_waited_for() -> None:
    clock = _Clock()
    stamps = []
    with closing(SimSource("contour", fps=1.0, clock=clock, wait=clock.wait).frames()) as frames:
        for _ in range(12):
            next(frames)
            stamps.append(clock.now_s)
    assert np.diff(stamps).max() <= 0.21  # s


def test_the_loop_has_no_seam() -> None:
    source = SimSource("contour")
    before, after = (source.truth(t).of("left", "contour") for t in (LOOP_S - 1e-6, LOOP_S))
    assert before.area_cm2 == pytest.approx(after.area_cm2, abs=1e-4)
    assert before.border_px is not None
    assert after.border_px is not None
    assert np.abs(before.border_px - after.border_px).max() < 0.01  # px


def test_it_says_what_it_shows() -> None:
    source = SimSource("lm-thickness", side="right")
    assert source.setup.panels[0].sides == ("right",)
    assert source.setup.stations[0].rule == "facet"


# steered from outside


@pytest.mark.parametrize("view", VIEWS)
def test_muscles_follow_what_is_asked_for_and_keep_their_shares(view: ViewName) -> None:
    source = SimSource(view, clock=(clock := _Clock()), wait=clock.wait)
    own = [m.activation for m in source.truth(2.5).muscles]
    source.steer(0.6)
    _first(source, 2)
    steered = [m.activation for m in source.truth(9.0).muscles]
    assert max(steered) == pytest.approx(0.6, abs=1e-6)
    assert np.array(steered) / max(steered) == pytest.approx(np.array(own) / max(own), abs=1e-6)


def test_a_change_is_smooth_and_there_in_half_a_second_or_so() -> None:
    source = SimSource("tra", clock=(clock := _Clock()), wait=clock.wait)
    source.steer(0.0)
    with closing(source.frames()) as run:
        frames = (frame for frame in run if frame is not None)
        list(islice(frames, 10))
        assert _effort(source, 0.3) == 0.0
        source.steer(1.0)
        came = list(islice(frames, 25))
    asked_s = came[0].t_s - 1 / 25  # the picture ahead may have been drawn
    course = [_effort(source, t) for t in np.arange(asked_s, asked_s + 0.8, 0.02)]
    assert course[0] == 0.0
    assert course[-1] > 0.97
    assert np.diff(course).min() >= -1e-9
    assert np.diff(course).max() < 0.08  # of the full effort, in 20 ms
    assert _tra_mm(source, asked_s + 1.0) > 1.3 * _tra_mm(source, asked_s)


def test_pictures_show_what_is_true_while_steered() -> None:
    source = SimSource("tra", fps=10.0, clock=(clock := _Clock()), wait=clock.wait)
    efforts = {0: 0.0, 20: 1.0, 40: 0.4}
    measured, true, state = [], [], None
    with closing(source.frames()) as run:
        for frame in islice((f for f in run if f is not None), 60):
            if frame.index in efforts:
                source.steer(efforts[frame.index])
            state = state or start(source.setup, frame.image)
            state, result = step(state, frame.image, frame.t_s, frame.index)
            measured.append(next(m.thickness_mm for m in result.measurements if m.muscle == "tra"))
            true.append(_tra_mm(source, frame.t_s))
    assert max(true[22:40]) > 1.4 * true[5]
    assert np.nanmedian(np.abs(np.subtract(measured, true))) < 0.25  # mm
    assert np.corrcoef(measured, true)[0, 1] > 0.97


def test_given_back_to_itself_it_contracts_on() -> None:
    free, held = (SimSource("contour", clock=(c := _Clock()), wait=c.wait) for _ in range(2))
    held.steer(0.0)
    with closing(held.frames()) as run:
        frames = (frame for frame in run if frame is not None)
        list(islice(frames, 25))
        held.steer(None)
        assert held.steered_to is None
        list(islice(frames, 25))
    times = np.arange(3.0, 18.0, 0.25)

    def ask(source: SimSource) -> list[float]:
        return [source.truth(t).of("left", "contour").activation for t in times]

    assert ask(held) == pytest.approx(ask(free), abs=1e-4)
    assert max(ask(held)) > 0.5


@pytest.mark.parametrize("level", [-0.1, 1.1, float("nan")])
def test_an_effort_is_from_0_to_1(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        SimSource("tra").steer(level)


# the flashing square


@pytest.mark.parametrize("view", VIEWS)
def test_the_square_is_lit_in_every_other_second_of_the_clock(view: ViewName) -> None:
    clock = _Clock(now_s=1000.37)
    source = SimSource(view, fps=10.0, flash=True, clock=clock, wait=clock.wait)
    place = source.flash_px
    frames = _first(source, 30)
    lit = [bool(frame.image[place.slices].min() == 255) for frame in frames]
    dark = [bool(frame.image[place.slices].max() == 0) for frame in frames]
    assert lit == [flash_on(frame.arrived_s) for frame in frames]
    changed = [b.arrived_s for a, b in pairwise(frames) if flash_on(a.arrived_s) != flash_on(b.arrived_s)]
    assert changed == pytest.approx([1001.0, 1002.0, 1003.0])  # a picture was due at that very moment
    assert dark == [not one for one in lit]
    assert [a != b for a, b in pairwise(lit)].count(True) == 3  # 1001, 1002 and 1003


@pytest.mark.parametrize("view", VIEWS)
def test_the_square_is_off_the_muscles_and_changes_no_value(view: ViewName) -> None:
    source = SimSource(view, fps=8.0, flash=True, clock=(c := _Clock()), wait=c.wait)
    place = source.flash_px
    with_square = _first(source, 24)
    without = _first(SimSource(view, fps=8.0, clock=(d := _Clock()), wait=d.wait), 24)
    outside = np.ones(without[0].image.shape, bool)
    outside[place.slices] = False
    outside[: source.setup.panels[0].roi.y] = False  # the words above the picture
    assert all(
        np.array_equal(a.image[outside], b.image[outside]) for a, b in zip(with_square, without, strict=True)
    )
    one, other = (_values(source, [f.image for f in frames]) for frames in (with_square, without))
    assert one == pytest.approx(other, rel=0.01, nan_ok=True)
    assert np.isfinite(one).all()


# from the start


def test_the_first_picture_of_a_fresh_process_comes_soon(tmp_path: Path) -> None:
    """From its very start, imports and all, with nothing kept on disk.

    Counted in the process's own time, the least of three: other work on the machine makes it up to half again
    as much, and is not what is asked about. 1.4 s on a quiet machine; a slow host took 2.6.
    """
    ask = (
        "import time; from usbio.sources.address import open_source\n"
        "frames = open_source('sim:lm-csa').frames()\n"
        "next(frame for frame in frames if frame is not None)\n"
        "print(time.process_time()); frames.close()"
    )
    environment = {**os.environ, "USBIO_CACHE_DIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    took_s = [
        float(subprocess.check_output([sys.executable, "-c", ask], timeout=60, env=environment))
        for _ in range(3)
    ]
    assert min(took_s) < 5.0  # s


def _first(source: SimSource, count: int) -> list[Frame]:
    with closing(source.frames()) as frames:
        return list(islice((frame for frame in frames if frame is not None), count))


def _tra_mm(source: SimSource, t_s: float) -> float:
    return source.truth(t_s).of("left", "tra").thickness_mm


def _effort(source: SimSource, t_s: float) -> float:
    return source.truth(t_s).of("left", "tra").activation


def _values(source: SimSource, pictures: list[Picture]) -> list[float]:
    setup = replace(source.setup)
    state, values = start(setup, pictures[0]), []
    for index, shown in enumerate(pictures):
        state, result = step(state, shown, index / 8.0, index)
        assert {m.status for m in result.measurements} <= {Status.OK, Status.LOW_QUALITY}
        values += [m.area_cm2 if np.isfinite(m.area_cm2) else m.thickness_mm for m in result.measurements]
    return values
