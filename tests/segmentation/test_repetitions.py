from __future__ import annotations

import doctest
from math import nan

import numpy as np
import pytest

from segmentation import contractions, repetitions, traces, trials
from segmentation.repetitions import find_repetitions
from segmentation.results import FloatArray
from segmentation.timing import Mark, Phase, Timing, phases
from segmentation.traces import Span, Trace
from tests.segmentation.traces_by_hand import breathing, effort, times, trace

LEAST_TRA, LEAST_AREA = 0.10, 0.04


def of_tra(values: FloatArray, t_s: FloatArray, marks: tuple[Mark, ...] = ()) -> Timing:
    return find_repetitions([trace(t_s, values)], least=LEAST_TRA, swells=True, marks=marks)


def of_area(*sides: FloatArray, t_s: FloatArray, marks: tuple[Mark, ...] = ()) -> Timing:
    leads = [trace(t_s, values) for values in sides]
    return find_repetitions(leads, least=LEAST_AREA, swells=False, marks=marks)


def holds(timing: Timing) -> list[tuple[float, float]]:
    return [(r.hold.start_s, r.hold.end_s) for r in timing.repetitions]


def close(found: list[tuple[float, float]], expected: list[tuple[float, float]], within_s: float) -> bool:
    return len(found) == len(expected) and bool(
        np.allclose(np.array(found), np.array(expected), rtol=0, atol=within_s)
    )


@pytest.mark.parametrize("module", [traces, contractions, repetitions, trials])
def test_the_examples_run(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]  # parametrize knows objects only
    assert result.attempted > 0
    assert result.failed == 0


def test_three_efforts_of_different_size_are_three_repetitions() -> None:
    t_s = times(18.0)
    efforts = [(2.0, 4.0, 0.6), (7.0, 9.0, 0.25), (12.0, 15.0, 0.9)]
    found = of_tra(3.0 * (1.0 + effort(t_s, efforts)), t_s)
    assert close(holds(found), [(2.0, 4.0), (7.0, 9.0), (12.0, 15.0)], within_s=0.15)
    assert all(r.complete for r in found.repetitions)


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_breathing_move_the_hold_by_less_than_a_third_of_a_second(seed: int) -> None:
    t_s = times(18.0)
    efforts = [(2.0, 4.0, 0.6), (7.0, 9.0, 0.5), (12.0, 15.0, 0.9)]
    noise = np.random.default_rng(seed).normal(0.0, 0.1, len(t_s))  # mm
    found = of_tra(3.0 * (1.0 + effort(t_s, efforts)) + 0.15 * breathing(t_s) + noise, t_s)
    assert close(holds(found), [(2.0, 4.0), (7.0, 9.0), (12.0, 15.0)], within_s=0.35)


@pytest.mark.parametrize("amplitude_mm", [0.0, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("period_s", [2.5, 4.0, 6.0])
def test_breathing_is_no_contraction(amplitude_mm: float, period_s: float) -> None:
    t_s = times(20.0)
    noise = np.random.default_rng(3).normal(0.0, 0.05, len(t_s))
    found = of_tra(3.0 + amplitude_mm * breathing(t_s, period_s) + noise, t_s)
    assert found.repetitions == ()
    assert "no contraction found" in found.rest_rule
    assert found.rest is not None
    assert found.rest[0].duration_s == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_is_no_contraction(seed: int) -> None:
    t_s = times(20.0)
    noise = np.random.default_rng(seed).normal(0.0, 0.3, len(t_s))
    assert of_tra(3.0 + noise, t_s).repetitions == ()


def test_single_wrong_frames_are_no_contraction() -> None:
    t_s = times(10.0)
    mm = np.full(len(t_s), 3.0)
    mm[[40, 41, 120, 200]] = 9.0
    assert of_tra(mm, t_s).repetitions == ()


def test_a_clip_that_starts_contracted_takes_the_rest_that_follows() -> None:
    t_s = times(12.0)
    found = of_tra(3.0 * (1.0 + effort(t_s, [(-1.0, 2.0, 0.6), (7.0, 9.0, 0.5)])), t_s)
    assert close(holds(found), [(0.0, 2.0), (7.0, 9.0)], within_s=0.15)
    first = found.repetitions[0]
    assert first.rest[0].start_s > 2.3
    assert first.rest[0].end_s < 6.7


def test_a_clip_that_ends_contracted_says_that_the_last_goes_on() -> None:
    t_s = times(6.0)
    found = of_tra(3.0 * (1.0 + effort(t_s, [(4.0, 9.0, 0.6)])), t_s)
    assert [r.complete for r in found.repetitions] == [False]


def test_an_area_that_shrinks_is_a_contraction_too() -> None:
    t_s = times(12.0)
    found = of_area(7.0 * (1.0 - effort(t_s, [(3.0, 5.0, 0.12), (8.0, 10.0, 0.08)])), t_s=t_s)
    assert close(holds(found), [(3.0, 5.0), (8.0, 10.0)], within_s=0.2)
    assert all(r.rest[0].end_s < r.hold.start_s for r in found.repetitions)


def test_a_gap_inside_the_hold_does_not_split_it() -> None:
    t_s = times(10.0)
    mm = 3.0 * (1.0 + effort(t_s, [(3.0, 7.0, 0.6)]))
    mm[(t_s > 4.5) & (t_s < 5.5)] = nan
    found = of_tra(mm, t_s)
    assert close(holds(found), [(3.0, 7.0)], within_s=0.15)
    contracted = found.repetitions[0].contracted
    assert contracted is not None
    assert not (contracted.start_s < 5.0 < contracted.end_s)


def test_one_side_that_does_not_respond_shares_the_repetition_of_the_other() -> None:
    t_s = times(12.0)
    left = 6.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.12), (8.0, 10.0, 0.12)]))
    found = of_area(left, np.full(len(t_s), 5.0), t_s=t_s)
    assert close(holds(found), [(3.0, 5.0), (8.0, 10.0)], within_s=0.15)


def test_a_side_lost_for_a_moment_does_not_end_the_repetition() -> None:
    t_s = times(8.0)
    left = 6.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.12)]))
    left[(t_s > 3.6) & (t_s < 4.4)] = nan
    found = of_area(left, np.full(len(t_s), 5.0), t_s=t_s)
    assert close(holds(found), [(3.0, 5.0)], within_s=0.15)


def test_sides_that_change_in_opposite_directions_do_not_cancel() -> None:
    t_s = times(8.0)
    up = effort(t_s, [(3.0, 5.0, 0.1)])
    assert len(of_area(6.0 * (1.0 + up), 6.0 * (1.0 - up), t_s=t_s).repetitions) == 1


def test_marked_rest_and_contraction_are_taken_as_marked() -> None:
    t_s = times(10.0)
    mm = 3.0 * (1.0 + effort(t_s, [(4.0, 6.0, 0.6)]))
    marks = (
        Mark("rest", Span(0.5, 1.0)),
        Mark("rest", Span(2.0, 2.5)),
        Mark("contraction", Span(3.8, 6.2)),
    )
    found = of_tra(mm, t_s, marks)
    assert found.repetitions[0].rest == (Span(0.5, 1.0), Span(2.0, 2.5))
    assert found.rest_rule == "mean over 2 marked rest intervals"
    assert "marked contraction" in found.contracted_rule
    assert close(holds(found), [(4.0, 6.0)], within_s=0.15)


def test_a_marked_contraction_without_a_change_is_still_a_repetition() -> None:
    t_s = times(8.0)
    found = of_tra(np.full(len(t_s), 3.0), t_s, (Mark("contraction", Span(3.0, 5.0)),))
    assert close(
        [(r.contraction.start_s, r.contraction.end_s) for r in found.repetitions], [(3.0, 5.0)], 0.06
    )


def test_what_is_marked_as_artefact_is_left_out() -> None:
    t_s = times(12.0)
    cough = effort(t_s, [(2.0, 3.0, 1.5)])
    mm = 3.0 * (1.0 + effort(t_s, [(7.0, 9.0, 0.6)]) + cough)
    assert len(of_tra(mm, t_s).repetitions) == 2
    marks = (Mark("artefact", Span(1.5, 3.5)),)
    found = of_tra(mm, t_s, marks)
    assert close(holds(found), [(7.0, 9.0)], within_s=0.15)
    phase, number = phases(found, t_s)
    assert phase[50] is Phase.ARTEFACT  # 2.0 s
    assert number[50] == 0


def test_every_frame_gets_a_phase() -> None:
    t_s = times(8.0)
    found = of_tra(3.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.6)])), t_s)
    phase, number = phases(found, t_s)
    at = {
        0.0: Phase.REST,
        2.85: Phase.TRANSITION,
        4.0: Phase.CONTRACTION,
        5.2: Phase.TRANSITION,
        7.0: Phase.REST,
    }
    for time_s, expected in at.items():
        assert phase[round(time_s * 25)] is expected, time_s
    assert number[100] == 1
    assert number[0] == 0


def test_what_is_not_marked_is_unknown_where_contractions_are_marked() -> None:
    t_s = times(8.0)
    marks = (Mark("rest", Span(0.0, 1.0)), Mark("contraction", Span(3.0, 5.0)))
    phase, _ = phases(of_tra(3.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.6)])), t_s, marks), t_s)
    assert phase[10] is Phase.REST
    assert phase[50] is Phase.UNKNOWN  # 2.0 s


def test_without_time_stamps_rest_is_all_pictures() -> None:
    found = of_tra(np.full(5, 3.0), np.full(5, nan))
    assert found.repetitions == ()
    assert found.rest is None
    assert "no time stamps" in found.rest_rule
    assert phases(found, np.full(5, nan))[0] == [Phase.UNKNOWN] * 5


def test_a_single_picture_is_rest() -> None:
    found = of_area(np.array([6.0]), np.array([5.0]), t_s=np.array([0.0]))
    assert found.rest == (Span(0.0, 0.0),)
    assert "shorter than half a second" in found.rest_rule


def test_nothing_measured_gives_no_repetition() -> None:
    t_s = times(5.0)
    assert of_tra(np.full(len(t_s), nan), t_s).repetitions == ()


def test_slow_drift_of_rest_does_not_hide_repetitions() -> None:
    t_s = times(120.0)
    starts = np.arange(10.0, 115.0, 10.0)
    efforts = [(float(s), float(s) + 3.0, 0.5) for s in starts]
    found = of_tra(3.0 * (1.0 + effort(t_s, efforts)) + 0.8 * t_s / 120.0, t_s)
    assert len(found.repetitions) == len(efforts)


def test_the_live_window_sees_what_the_clip_gives() -> None:
    """Called again on a growing trace: finished repetitions stay, and the one that goes on is last."""
    t_s = times(16.0)
    mm = 3.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.6), (9.0, 11.0, 0.5)]))
    whole = holds(of_tra(mm, t_s))
    counts = [len(of_tra(mm[:n], t_s[:n]).repetitions) for n in range(50, len(t_s), 25)]
    assert counts == sorted(counts)
    at_8_s = of_tra(mm[:200], t_s[:200])
    assert close(holds(at_8_s), whole[:1], within_s=0.06)
    at_10_s = of_tra(mm[:250], t_s[:250])
    assert [r.complete for r in at_10_s.repetitions] == [True, False]


def test_traces_are_needed() -> None:
    with pytest.raises(ValueError, match="leading trace"):
        find_repetitions([], least=0.1, swells=True)


def test_repeated_pictures_do_not_shift_the_timing() -> None:
    t_s = times(10.0, hz=60.0)
    mm = 3.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.6)]))
    new = np.arange(len(t_s)) % 3 == 0
    mm = mm[(np.arange(len(t_s)) // 3) * 3]
    found = find_repetitions([trace(t_s, mm, new)], least=LEAST_TRA, swells=True)
    assert close(holds(found), [(3.0, 5.0)], within_s=0.15)


def test_trace_arrays_are_left_alone() -> None:
    t_s = times(5.0)
    given: Trace = trace(t_s, np.full(len(t_s), 3.0))
    before = given.values.copy()
    find_repetitions([given], least=0.1, swells=True, marks=(Mark("artefact", Span(0.0, 1.0)),))
    assert np.array_equal(given.values, before)


def test_recordings_of_every_kind_are_counted_right() -> None:
    """Picture rate, noise, breathing, efforts, rests and gaps at random: 97 in 100 recordings right."""
    rng = np.random.default_rng(9)
    right = sum(_random_recording_is_counted_right(rng) for _ in range(150))
    assert right >= 0.97 * 150


def _random_recording_is_counted_right(rng: np.random.Generator) -> bool:
    swells = bool(rng.integers(2))
    sign = 1.0 if swells else float(rng.choice([-1.0, 1.0]))  # an area may shrink
    efforts, t_s = [], float(rng.uniform(1.5, 3.0))
    for _ in range(rng.integers(1, 5)):
        end = t_s + float(rng.uniform(1.2, 4.0))
        efforts.append((t_s, end, sign * float(rng.uniform(0.3, 0.9) if swells else rng.uniform(0.08, 0.15))))
        t_s = end + float(rng.uniform(1.5, 4.0))
    at = times(t_s, hz=float(rng.choice([8.0, 15.0, 25.0, 60.0])))
    noise, breath = rng.uniform(0.0, (0.04, 0.06) if swells else (0.01, 0.008))
    values = 3.0 * (
        1.0
        + effort(at, efforts, float(rng.uniform(0.1, 0.6)))
        + breath * breathing(at, float(rng.uniform(3.0, 5.0)))
        + rng.normal(0.0, noise, len(at))
    )
    for gap_s in rng.uniform(0.0, t_s, rng.integers(0, 3)):
        values[(at > gap_s) & (at < gap_s + 0.4)] = nan
    least = LEAST_TRA if swells else LEAST_AREA
    found = find_repetitions([trace(at, values)], least=least, swells=swells)
    return close(holds(found), [(start, end) for start, end, _ in efforts], within_s=0.5)


def test_an_artefact_in_the_hold_is_not_its_steadiest_second() -> None:
    t_s = times(10.0)
    mm = 3.0 * (1.0 + effort(t_s, [(4.0, 7.0, 0.6)])) + 0.01 * np.sin(40.0 * t_s)
    artefact = Span(4.6, 5.0)  # so short that the grid bridges it, along a line without any spread
    contracted = of_tra(mm, t_s, (Mark("artefact", artefact),)).repetitions[0].contracted
    assert contracted is not None
    overlap_s = min(contracted.end_s, artefact.end_s) - max(contracted.start_s, artefact.start_s)
    assert overlap_s < 0.21  # at most a fifth of the second
