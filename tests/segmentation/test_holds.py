"""Time in the target band, and TrA alone or with IO."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from segmentation.holds import joining, time_in_band
from segmentation.repetitions import breathing_change, find_repetitions, smallest_change
from segmentation.results import FloatArray, Muscle
from segmentation.timing import Repetition
from segmentation.traces import Level, Span, Trace
from segmentation.trials import Decision, Trial, measure_trials
from tests.segmentation.traces_by_hand import effort, times, trace

STEP_S = 0.1  # tolerance: two steps of the grid
BAND = (4.0, 5.0)


def held(t_s: FloatArray) -> FloatArray:
    """3 mm at rest, 4.5 from 2 to 7 s; in the band, with its ramps of 0.3 s, from 1.9 to 7.1 s."""
    return 3.0 + effort(t_s, [(2.0, 7.0, 1.5)])


@pytest.mark.parametrize("hz", [10.0, 18.0, 25.0, 60.0])
def test_time_in_band_does_not_depend_on_the_picture_rate(hz: float) -> None:
    t_s = times(10.0, hz)
    found = time_in_band(trace(t_s, held(t_s)), Span(1.0, 9.0), *BAND)
    assert found.inside_s == pytest.approx(5.2, abs=STEP_S)
    assert found.longest_s == pytest.approx(found.inside_s)
    assert found.unknown_s == 0.0


def test_uneven_pictures_count_by_time_and_not_by_number() -> None:
    t_s = np.unique(np.concatenate([np.arange(0.0, 3.0, 0.2), np.arange(3.0, 10.0, 0.02)]))
    assert time_in_band(trace(t_s, held(t_s)), Span(1.0, 9.0), *BAND).inside_s == pytest.approx(5.2, abs=0.15)


def test_only_the_span_counts() -> None:
    t_s = times(10.0)
    found = time_in_band(trace(t_s, held(t_s)), Span(3.0, 5.5), *BAND)
    assert found.inside_s == pytest.approx(2.5)


@pytest.mark.parametrize("lost", ["nan", "not ok", "no pictures", "repeated"])
def test_a_gap_is_not_counted_as_inside(lost: str) -> None:
    t_s = times(10.0)
    gap = (t_s >= 4.0) & (t_s < 5.5)
    whole = trace(t_s, held(t_s))
    seen = {
        "nan": replace(whole, values=np.where(gap, nan, whole.values)),
        "not ok": replace(whole, ok=~gap),
        "no pictures": trace(t_s[~gap], held(t_s)[~gap]),
        "repeated": replace(whole, new_picture=~gap),
    }[lost]
    found = time_in_band(seen, Span(1.0, 9.0), *BAND)
    assert found.inside_s == pytest.approx(3.7, abs=STEP_S)
    assert found.unknown_s == pytest.approx(1.5, abs=STEP_S)
    assert found.longest_s == pytest.approx(2.1, abs=STEP_S)  # 1.9 to 4.0 s, not over the gap


def test_a_short_gap_and_a_single_wrong_picture_do_not_break_a_hold() -> None:
    t_s = times(10.0)
    values = held(t_s)
    values[(t_s >= 3.0) & (t_s < 3.4)] = nan
    values[125] = 9.0
    found = time_in_band(trace(t_s, values), Span(1.0, 9.0), *BAND)
    assert found.longest_s == pytest.approx(5.2, abs=STEP_S)


def test_before_and_after_the_pictures_nothing_is_known() -> None:
    t_s = times(4.0)
    found = time_in_band(trace(t_s, np.full(len(t_s), 4.5)), Span(2.0, 10.0), *BAND)
    assert found.inside_s == pytest.approx(2.25, abs=STEP_S)
    assert found.unknown_s == pytest.approx(5.75, abs=STEP_S)
    nothing = time_in_band(trace(t_s, np.full(len(t_s), nan)), Span(0.0, 3.0), *BAND)
    assert (nothing.inside_s, nothing.longest_s) == (0.0, 0.0)
    assert nothing.unknown_s == pytest.approx(3.0)


def test_above_the_ceiling_is_outside_and_an_open_band_has_none() -> None:
    t_s = times(10.0)
    values = 3.0 + effort(t_s, [(2.0, 7.0, 4.0)])
    assert time_in_band(trace(t_s, values), Span(2.5, 6.5), *BAND).inside_s == 0.0
    assert time_in_band(trace(t_s, values), Span(2.5, 6.5), 4.0, inf).inside_s == pytest.approx(4.0)


def test_the_same_hold_whatever_noise() -> None:
    t_s = times(12.0)
    noise = np.random.default_rng(3).normal(0.0, 0.15, len(t_s))
    values = 3.0 + effort(t_s, [(1.0, 11.0, 1.5)]) + noise
    assert time_in_band(trace(t_s, values), Span(1.0, 11.0), *BAND).longest_s == pytest.approx(
        10.0, abs=STEP_S
    )


def test_a_band_or_a_span_that_cannot_be_is_refused() -> None:
    one = trace(times(2.0), np.ones(50))
    with pytest.raises(ValueError, match="forwards"):
        time_in_band(one, Span(2.0, 1.0), *BAND)
    for low, high in ((5.0, 4.0), (nan, 4.0)):
        with pytest.raises(ValueError, match="low"):
            time_in_band(one, Span(0.0, 1.0), low, high)


ONE = Repetition(1, (), Span(3.0, 6.0), Span(3.5, 5.5), Span(4.0, 5.0), True)


def trial(
    rest: float, contracted: float, decision: Decision = "contracted", se: float = 0.2, ok: float = 1.0
) -> Trial:
    return Trial(
        "thickness_mm", ONE, Level(rest, 0.05, 25), Level(contracted, 0.05, 25), decision, 2.0, 50, ok, se
    )


# IO rests at 10 mm; 1.96 x 0.2 mm = 3.92 % of rest, the limit is 10 %.
@pytest.mark.parametrize(
    ("io_mm", "said"),
    [
        (9.5, "alone"),
        (10.6, "alone"),
        (10.62, ""),
        (11.0, ""),
        (11.38, ""),
        (11.4, "io_joins"),
        (12.5, "io_joins"),
    ],
)
def test_words_only_where_the_band_allows(io_mm: float, said: str) -> None:
    assert joining(trial(3.0, 4.5), trial(10.0, io_mm), 10.0) == said


@pytest.mark.parametrize("decision", ["not_contracted", "not_decidable"])
def test_nothing_is_said_of_a_tra_that_did_not_contract(decision: Decision) -> None:
    for io_mm in (10.0, 12.5):
        assert joining(trial(3.0, 4.5, decision), trial(10.0, io_mm), 10.0) == ""


def test_nothing_is_said_of_an_io_that_was_hardly_seen() -> None:
    assert joining(trial(3.0, 4.5), trial(10.0, 10.0, ok=0.4), 10.0) == ""
    assert joining(trial(3.0, 4.5), trial(10.0, 10.0, se=nan), 10.0) == ""
    unseen = replace(trial(10.0, 10.0), contracted=Level(nan, nan, 0))
    assert joining(trial(3.0, 4.5), unseen, 10.0) == ""


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="one repetition"):
        joining(trial(3.0, 4.5), replace(trial(10.0, 10.0), repetition=replace(ONE, number=2)), 10.0)
    with pytest.raises(ValueError, match="thicknesses"):
        joining(replace(trial(3.0, 4.5), quantity="slide_mm"), trial(10.0, 10.0), 10.0)


@pytest.mark.parametrize(("io_gain", "said"), [(0.0, "alone"), (0.02, "alone"), (0.35, "io_joins")])
def test_from_traces_to_words(io_gain: float, said: str) -> None:
    t_s = times(16.0)
    noise = np.random.default_rng(5).normal(0.0, 0.06, (2, len(t_s)))
    up = effort(t_s, [(6.0, 10.0, 1.0)])
    traces: list[Trace] = [
        trace(t_s, 3.5 * (1.0 + 0.6 * up) + noise[0]),
        trace(t_s, 9.0 * (1.0 + io_gain * up) + noise[1]),
    ]
    timing = find_repetitions(traces[:1], least=0.1, swells=True)
    muscles: tuple[Muscle, Muscle] = ("tra", "io")
    (tra,), (io,) = (
        measure_trials(
            timing,
            {"thickness_mm": one},
            "thickness_mm",
            least=smallest_change("tra", muscle),
            breathing=breathing_change(muscle),
        )
        for one, muscle in zip(traces, muscles, strict=True)
    )
    assert joining(tra, io, 15.0) == said
