"""The simulated scanner as a source."""

from __future__ import annotations

from contextlib import closing
from itertools import islice

import numpy as np
import pytest

from usbio.frames import Frame
from usbio.sources.sim import LOOP_S, SimSource


class _Clock:
    """A clock that only waiting and working move."""

    def __init__(self, work_s: float = 0.0) -> None:
        self.now_s, self.work_s = 0.0, work_s

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
    assert (
        source.truth(2.36).of("left", "tra").thickness_mm
        > 1.2 * source.truth(0.0).of("left", "tra").thickness_mm
    )
    assert not np.array_equal(frames[0].image, frames[1].image)


def test_a_slow_reader_loses_pictures_but_no_time() -> None:
    clock = _Clock(work_s=0.05)  # each look at the clock costs more than a picture's time
    frames = _first(SimSource("contour", clock=clock, wait=clock.wait), 20)
    assert frames[-1].index > 30
    assert frames[-1].arrived_s == pytest.approx(frames[-1].t_s, abs=0.2)


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


def _first(source: SimSource, count: int) -> list[Frame]:
    with closing(source.frames()) as frames:
        return list(islice((frame for frame in frames if frame is not None), count))
