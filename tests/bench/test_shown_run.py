"""What is timed is what is meant: from due to the end of the paint event, nothing left out."""

from __future__ import annotations

import time
from dataclasses import asdict
from itertools import islice

import numpy as np
import pytest

from bench.bench_latency import Found
from bench.memory_device import MemoryDevice
from bench.shown_run import Shown, shown
from usbio.frames import Frame, is_device
from usbio.sample import Counts

PICTURES = [np.full((4, 4), grey, np.uint8) for grey in range(5)]


def test_pictures_are_stamped_with_the_moment_they_were_due() -> None:
    device = MemoryDevice(PICTURES, fps=200.0)
    came = _first(device, 20)
    assert is_device(device)
    due_s = came[0].arrived_s + np.array([frame.index for frame in came]) / 200.0
    assert [frame.arrived_s for frame in came] == pytest.approx(due_s, abs=1e-9)
    assert all(late_s >= 0 for late_s in device.late_s)
    assert [int(frame.image[0, 0]) for frame in came[:3]] == [0, 1, 2] or came[2].index > 2


def test_what_a_late_reader_missed_is_a_gap_and_its_lateness_counts_to_the_age() -> None:
    run = MemoryDevice(PICTURES, fps=100.0).frames()
    frames = (frame for frame in run if frame is not None)
    first = next(frames)
    until_s = time.perf_counter() + 0.055
    while time.perf_counter() < until_s:
        pass
    second, now_s = next(frames), time.perf_counter()
    assert second.index - first.index >= 5
    assert 0 <= now_s - second.arrived_s < 0.011 + 0.05  # s: the newest that was due, and some patience
    run.close()


def test_figures_are_taken_from_the_ages() -> None:
    run = Shown([10.0] * 94 + [20.0] * 4 + [90.0] * 2, 125, Counts())
    assert run.percentiles_ms() == pytest.approx((10.0, 20.0, 90.0, 90.0))
    assert run.dropped_percent == pytest.approx(20.0)
    assert list(asdict(Found.of(30.0, (800, 600), run))) == [
        *("fps", "width", "height"),
        *("median", "p95", "p99", "max", "dropped"),
    ]


def test_slow_drawing_is_inside_the_age() -> None:
    run = shown(30.0, (800, 600), 1.0, paint_ms=40.0)
    assert run.drawn >= 5
    assert min(run.ages_ms) >= 40.0
    # Never a queue: two drawings and one measuring, however slow the machine. The bench judges milliseconds.
    drawing_ms = 1050.0 / run.drawn
    assert np.median(run.ages_ms) < 3.0 * max(drawing_ms, 40.0)
    assert run.counts.delivered == run.counts.measured + run.counts.dropped + run.counts.waiting


def _first(device: MemoryDevice, count: int) -> list[Frame]:
    run = device.frames()
    came = list(islice((frame for frame in run if frame is not None), count))
    run.close()
    return came
