from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segmentation.results import FrameResult, Measurement, Status
from tests.fakes import picture
from usbio.frames import Frame
from usbio.history import History
from usbio.sample import Counts, Sample


def sample(index: int, area_cm2: float | None = 5.0, run: int = 0) -> Sample:
    frame = Frame(index, index / 10, 0.0, picture())
    result = None
    if area_cm2 is not None:
        result = FrameResult(True, (Measurement("left", "lm", Status.OK, 0.8, area_cm2=area_cm2),))
    return Sample(frame, result, Counts(), "", 0.0, run)


def test_a_trace_comes_back_in_order() -> None:
    history = History()
    for i in range(4):
        history(sample(i, 5.0 + i))
    t_s, values = history.trace("left", "lm", "area_cm2")
    np.testing.assert_allclose(t_s, [0.0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(values, [5.0, 6.0, 7.0, 8.0])
    assert history.keys == (("left", "lm"),)


def test_only_the_last_seconds_are_handed_out_where_they_are_asked_for() -> None:
    history = History(capacity=6)
    for i in range(20):
        history(sample(i, float(i)))
    t_s, values = history.trace("left", "lm", "area_cm2", last_s=0.25)
    np.testing.assert_allclose(t_s, [1.7, 1.8, 1.9])
    np.testing.assert_allclose(values, [17.0, 18.0, 19.0])
    assert len(History().trace("left", "lm", "area_cm2", last_s=5.0)[0]) == 0


def test_it_keeps_the_newest_and_never_grows() -> None:
    history = History(capacity=3)
    for i in range(8):
        history(sample(i, float(i + 1)))
    t_s, values = history.trace("left", "lm", "area_cm2")
    np.testing.assert_allclose(t_s, [0.5, 0.6, 0.7])
    np.testing.assert_allclose(values, [6.0, 7.0, 8.0])


def test_a_picture_that_could_not_be_measured_leaves_a_gap() -> None:
    history = History()
    for i, area in enumerate([5.0, None, 6.0]):
        history(sample(i, area))
    np.testing.assert_allclose(history.trace("left", "lm", "area_cm2")[1], [5.0, np.nan, 6.0])


def test_a_device_that_was_away_leaves_a_gap_and_a_slow_clip_none() -> None:
    away, slow = History(), History()
    for i in (0, 1, 2, 40, 41):  # 3.8 s without a picture
        away(sample(i, 5.0))
    np.testing.assert_allclose(away.trace("left", "lm", "area_cm2")[0], [0.0, 0.1, 0.2, 2.1, 4.0, 4.1])
    np.testing.assert_allclose(away.trace("left", "lm", "area_cm2")[1], [5.0, 5.0, 5.0, np.nan, 5.0, 5.0])
    for i in range(3):
        seen = sample(i, 5.0)
        slow(replace(seen, frame=replace(seen.frame, t_s=2.0 * i)))
    np.testing.assert_allclose(slow.trace("left", "lm", "area_cm2")[1], [5.0, 5.0, 5.0])


def test_a_new_run_begins_with_nothing() -> None:
    history = History()
    history(sample(0))
    history(sample(0, 7.0, run=1))
    np.testing.assert_allclose(history.trace("left", "lm", "area_cm2")[1], [7.0])


def test_the_mean_for_the_eye_is_nan_as_soon_as_the_value_is() -> None:
    history = History()
    assert np.isnan(history.recent_mean("left", "lm", "area_cm2"))
    for i, area in enumerate([4.0, 5.0, 6.0]):
        history(sample(i, area))
    assert history.recent_mean("left", "lm", "area_cm2", n=2) == pytest.approx(5.5)
    history(sample(3, None))
    assert np.isnan(history.recent_mean("left", "lm", "area_cm2", n=2))
    assert np.isnan(history.recent_mean("right", "lm", "area_cm2"))


def test_what_was_handed_out_does_not_change() -> None:
    history = History(capacity=2)
    history(sample(0, 1.0))
    _, values = history.trace("left", "lm", "area_cm2")
    history(sample(1, 2.0))
    history(sample(2, 3.0))
    np.testing.assert_allclose(values, [1.0])
