"""Rest, contracted, change, hold and their means, recomputed by hand."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest

from segmentation.asymmetry import size_asymmetry_percent
from segmentation.comparison import (
    ACTIVATION_ASYMMETRY,
    ECHO_RATIO,
    PAINFUL_MINUS_OTHER,
    SHARE_DIFFERENCE,
    SIZE_ASYMMETRY,
    SIZE_ASYMMETRY_UNSIGNED,
    SUBCUTANEOUS_DIFFERENCE,
    compare,
)
from segmentation.indices import preferential_activation
from segmentation.repetitions import breathing_change, find_repetitions
from segmentation.results import FloatArray, Muscle, Side
from segmentation.share_errors import WallMuscle
from segmentation.share_trials import share_trials
from segmentation.summary import ErrorFigure, MuscleRecord, Summary, summarise
from segmentation.timing import Mark, Timing
from segmentation.traces import Level, Span, Trace
from segmentation.trials import Trial, decide, measure_trials
from tests.segmentation.traces_by_hand import breathing, effort, times, trace

# A recording at one picture a second, so that it can be laid out as a table; all values in mm.
#
#   t (s)   0     1     2     3     4     5     6     7     8     9     10    11
#   mark    rest  rest  rest        contraction             rest  rest  artefact
#   new     1     1     1     1     1     1     0     1     1     1     1     1
#   TrA     3.0   3.2   3.1   4.0   5.0   5.2   9.9   5.1   3.3   2.9   20    20
#   IO      8.0   8.0   8.3   8.5   9.0   9.2   9.9   9.1   8.1   8.1   20    20
#   EO      6.0   6.2   6.1   6.1   6.0   6.4   9.9   6.2   6.0   6.2   20    20
#
#   rest      TrA (3.0 + 3.2 + 3.1 + 3.3 + 2.9) / 5 = 15.5 / 5 = 3.10
#             IO  (8.0 + 8.0 + 8.3 + 8.1 + 8.1) / 5 = 40.5 / 5 = 8.10
#             EO  (6.0 + 6.2 + 6.1 + 6.0 + 6.2) / 5 = 30.5 / 5 = 6.10
#   The pictures 4, 5 and 7 lie in the stretch; picture 6 is repeated and does not count.
#   contracted TrA (5.0 + 5.2 + 5.1) / 3 = 5.10   IO (9.0 + 9.2 + 9.1) / 3 = 9.10   EO 18.6 / 3 = 6.20
#   change    TrA 5.10 - 3.10 = 2.00;  2.00 / 3.10 x 100 = 64.516 %;  5.10 / 3.10 = 1.64516
#             IO  9.10 - 8.10 = 1.00;  1.00 / 8.10 x 100 = 12.346 %
#   share     rest 3.10 / 17.30 = 0.179191;  contracted 5.10 / 20.40 = 0.250000
#   PAR       0.250000 - 0.179191 = 0.070809
#   rest sd   TrA deviations -0.1 0.1 0.0 0.2 -0.2: squares sum to 0.10; / 4 = 0.025; root 0.158114
T_S = np.arange(12.0)
NEW = np.array([1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1], float)
TRA = np.array([3.0, 3.2, 3.1, 4.0, 5.0, 5.2, 9.9, 5.1, 3.3, 2.9, 20.0, 20.0])
IO = np.array([8.0, 8.0, 8.3, 8.5, 9.0, 9.2, 9.9, 9.1, 8.1, 8.1, 20.0, 20.0])
EO = np.array([6.0, 6.2, 6.1, 6.1, 6.0, 6.4, 9.9, 6.2, 6.0, 6.2, 20.0, 20.0])
MARKS = (
    Mark("rest", Span(0.0, 2.0)),
    Mark("rest", Span(8.0, 9.0)),
    Mark("contraction", Span(4.0, 7.0)),
    Mark("artefact", Span(10.0, 11.0)),
)


WALL_MM: dict[WallMuscle, FloatArray] = {"tra": TRA, "io": IO, "eo": EO}
WALL_TRACES = {muscle: trace(T_S, mm, NEW) for muscle, mm in WALL_MM.items()}


def by_hand() -> tuple[Timing, dict[WallMuscle, list[Trial]]]:
    """The table above, with the contracted stretch 4 to 7 s as marked."""
    found = find_repetitions([trace(T_S, TRA, NEW)], least=0.1, swells=True, marks=MARKS)
    repetition = found.repetitions[0]
    assert repetition.rest == (Span(0.0, 2.0), Span(8.0, 9.0))
    whole = type(repetition)(1, repetition.rest, Span(4.0, 7.0), Span(4.0, 7.0), Span(4.0, 7.0), True)
    timing = Timing((whole,), found.rest, MARKS, found.rest_rule, found.contracted_rule)
    trials = {
        name: measure_trials(timing, {"thickness_mm": mm}, "thickness_mm", least=0.1)
        for name, mm in WALL_TRACES.items()
    }
    return timing, trials


@pytest.mark.parametrize(
    ("muscle", "rest", "contracted", "change", "percent", "ratio"),
    [
        ("tra", 3.10, 5.10, 2.00, 64.516, 1.645161),
        ("io", 8.10, 9.10, 1.00, 12.346, 1.123457),
    ],
)
def test_the_table_by_hand(
    muscle: WallMuscle, rest: float, contracted: float, change: float, percent: float, ratio: float
) -> None:
    trial = by_hand()[1][muscle][0]
    assert trial.decision == "contracted"
    assert trial.rest.mean == pytest.approx(rest, abs=1e-9)  # mm
    assert trial.contracted.mean == pytest.approx(contracted, abs=1e-9)  # mm
    assert trial.change_absolute == pytest.approx(change, abs=1e-9)  # mm
    assert trial.change_percent == pytest.approx(percent, abs=1e-3)  # %
    assert trial.contraction_ratio == pytest.approx(ratio, abs=1e-6)
    assert trial.n_pictures == 5 + 3
    assert trial.ok_fraction == 1.0


def test_spread_and_counts_by_hand() -> None:
    trial = by_hand()[1]["tra"][0]
    assert trial.rest.sd == pytest.approx(0.158114, abs=1e-6)  # mm
    assert (trial.rest.n, trial.contracted.n) == (5, 3)


def test_an_oblique_that_stays_has_no_change() -> None:
    trial = by_hand()[1]["eo"][0]  # 6.10 to 6.20 mm
    assert trial.decision == "not_contracted"
    assert trial.contracted.mean == pytest.approx(6.2, abs=1e-9)
    assert isnan(trial.change_absolute)
    assert isnan(trial.change_percent)
    assert isnan(trial.hold_s)


def test_preferential_activation_by_hand() -> None:
    timing, trials = by_hand()
    found = share_trials(timing, WALL_TRACES, trials)["tra"][-1]
    assert found.quantity == "preferential_activation"
    assert found.rest.mean == pytest.approx(0.179191, abs=1e-6)
    assert found.contracted.mean == pytest.approx(0.250000, abs=1e-6)
    assert found.change_absolute == pytest.approx(0.070809, abs=1e-6)
    assert found.change_absolute == pytest.approx(
        preferential_activation((3.1, 8.1, 6.1), (5.1, 9.1, 6.2)), abs=1e-12
    )
    assert isnan(found.change_percent)


def test_without_the_external_oblique_there_is_no_preferential_activation() -> None:
    timing, trials = by_hand()
    trials["eo"] = []
    found = share_trials(timing, WALL_TRACES, trials)["tra"][-1]
    assert isnan(found.change_absolute)
    assert isnan(found.change_se)


def measured(
    values: FloatArray,
    t_s: FloatArray,
    *,
    timing: Timing | None = None,
    side: Side = "left",
    muscle: Muscle = "lm",
    quantity: str = "area_cm2",
    least: float = 0.04,
) -> MuscleRecord:
    lead = trace(t_s, values)
    when = timing or find_repetitions([lead], least=least, swells=quantity == "thickness_mm")
    trials = measure_trials(when, {quantity: lead}, quantity, least=least)
    return MuscleRecord(side, muscle, quantity, when, {quantity: lead}, trials)


@pytest.mark.parametrize("seed", range(4))
def test_values_are_those_put_in(seed: int) -> None:
    t_s = times(18.0)
    rng = np.random.default_rng(seed)
    efforts = [(3.0, 5.0, 0.6), (8.0, 10.0, 0.4), (13.0, 16.0, 0.9)]
    mm = 3.0 * (1.0 + effort(t_s, efforts)) + rng.normal(0.0, 0.1, len(t_s))
    record = measured(mm, t_s, quantity="thickness_mm", muscle="tra", least=0.1)
    assert [trial.decision for trial in record.trials] == ["contracted"] * 3
    for trial, (start, end, height) in zip(record.trials, efforts, strict=True):
        assert trial.rest.mean == pytest.approx(3.0, abs=0.08)  # mm
        assert trial.contracted.mean == pytest.approx(3.0 * (1 + height), abs=0.08)  # mm
        assert trial.hold_s == pytest.approx(end - start, abs=0.4)  # s


def test_contracted_is_never_the_maximum_of_a_frame() -> None:
    t_s = times(8.0)
    mm = 3.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.6)]))
    mm[80] = 30.0  # 3.2 s
    (trial,) = measured(mm, t_s, quantity="thickness_mm", least=0.1).trials
    assert trial.contracted.mean == pytest.approx(4.8, abs=0.01)  # mm


def test_a_marked_contraction_that_is_none_leaves_the_change_empty() -> None:
    t_s = times(8.0)
    mm = 3.0 + np.random.default_rng(5).normal(0.0, 0.05, len(t_s))
    timing = find_repetitions(
        [trace(t_s, mm)], least=0.1, swells=True, marks=(Mark("contraction", Span(3.0, 5.0)),)
    )
    (trial,) = measured(mm, t_s, timing=timing, quantity="thickness_mm", least=0.1).trials
    assert trial.decision == "not_contracted"
    assert isnan(trial.change_percent)
    assert trial.contracted.mean == pytest.approx(3.0, abs=0.05)  # mm


def test_breathing_as_large_as_the_change_is_not_decidable() -> None:
    t_s = times(16.0)
    mm = 3.0 + 0.4 * breathing(t_s, 3.0)
    timing = find_repetitions(
        [trace(t_s, mm)], least=0.1, swells=True, marks=(Mark("contraction", Span(7.5, 9.5)),)
    )
    (trial,) = measured(mm, t_s, timing=timing, quantity="thickness_mm", least=0.1).trials
    assert trial.decision == "not_decidable"


def test_a_breath_between_short_rests_is_no_contraction() -> None:
    # marks every 3.1 s, a breath every 3.3 s that thins by 9 %: each rest falls on nearly the same phase
    t_s = times(13.4)
    breath = np.sin(np.pi * np.minimum((t_s / 3.3 + 0.35) % 1.0 / 0.7, 1.0)) ** 2
    mm = 3.5 * (1.0 - 0.09 * breath) + np.random.default_rng(2).normal(0.0, 0.01, len(t_s))
    marks = tuple(Mark("contraction", Span(3.1 * k + 1.3, 3.1 * k + 3.1)) for k in range(4))
    timing = find_repetitions([trace(t_s, mm)], least=0.1, swells=True, marks=marks)
    traces = {"thickness_mm": trace(t_s, mm)}
    breathing = breathing_change("tra")
    trials = measure_trials(timing, traces, "thickness_mm", least=0.1, breathing=breathing)
    assert max(abs(trial.difference) for trial in trials) > 0.15  # mm, what the breath made
    assert "contracted" not in [trial.decision for trial in trials]


def test_few_good_pictures_are_not_decidable() -> None:
    rest, contracted = Level(3.0, 0.05, 25), Level(5.0, 0.05, 25)
    assert decide(rest, contracted, error=0.05, least=0.1, ok_fraction=0.4) == "not_decidable"
    assert decide(rest, Level(5.0, 0.05, 2), error=0.05, least=0.1, ok_fraction=1.0) == "not_decidable"
    assert decide(Level(nan, nan, 0), contracted, error=nan, least=0.1, ok_fraction=1.0) == "not_decidable"


def test_low_quality_pictures_lower_the_fraction() -> None:
    t_s = times(8.0)
    mm = 3.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.6)]))
    ok = np.arange(len(t_s)) % 4 != 0
    lead = Trace(t_s, mm, np.ones(len(t_s), bool), ok)
    timing = find_repetitions([lead], least=0.1, swells=True)
    (trial,) = measure_trials(timing, {"thickness_mm": lead}, "thickness_mm", least=0.1)
    assert trial.ok_fraction == pytest.approx(0.75, abs=0.03)


def test_the_slide_has_a_change_but_no_percentage() -> None:
    t_s = times(8.0)
    up = effort(t_s, [(3.0, 5.0, 1.0)])
    traces = {"thickness_mm": trace(t_s, 3.0 + 2.0 * up), "slide_mm": trace(t_s, 7.0 * up)}
    timing = find_repetitions([traces["thickness_mm"]], least=0.1, swells=True)
    slide = measure_trials(timing, traces, "thickness_mm", least=0.1)[1]
    assert slide.change_absolute == pytest.approx(7.0, abs=1e-6)  # mm
    assert isnan(slide.change_percent)


def row(rows: list[Summary], quantity: str) -> Summary:
    return next(one for one in rows if one.quantity == quantity)


def test_summary_is_the_mean_over_repetitions() -> None:
    # contracted 4.8 and 4.2: mean 4.5, sd 0.3 x sqrt(2) = 0.424264; change 60 % and 40 %: mean 50 %
    t_s = times(14.0)
    mm = 3.0 * (1.0 + effort(t_s, [(3.0, 5.0, 0.6), (9.0, 11.0, 0.4)]))
    record = measured(mm, t_s, quantity="thickness_mm", muscle="tra", least=0.1)
    (found,) = summarise(record, {("tra", "thickness_mm"): ErrorFigure(0.4, "a paper")})
    assert found.n_repetitions == 2
    assert found.rest.mean == pytest.approx(3.0, abs=1e-6)
    assert found.contracted.mean == pytest.approx(4.5, abs=1e-6)
    assert found.contracted.sd == pytest.approx(0.424264, abs=1e-6)
    assert found.change_percent == pytest.approx(50.0, abs=1e-4)
    assert found.band == pytest.approx(1.96 * 0.4, abs=1e-9)
    assert found.mdc95 == pytest.approx(1.96 * 2**0.5 * 0.4, abs=1e-9)


def two_sides(left: FloatArray, right: FloatArray, t_s: FloatArray) -> tuple[MuscleRecord, MuscleRecord]:
    timing = find_repetitions([trace(t_s, left), trace(t_s, right)], least=0.04, swells=False)
    return measured(left, t_s, timing=timing), measured(right, t_s, timing=timing, side="right")


def test_sides_compared_by_hand() -> None:
    # rest 6.0 and 5.0 cm2: (5 - 6) / 6 = -16.667 %; contracted 6.72 and 5.40: -1.32 / 6.72 = -19.643 %
    # change 12 % and 8 %: 8 - 12 = -4 points; SEM sqrt(2) x 0.33 / 6 x 100 = 7.778 points
    t_s = times(12.0)
    up = effort(t_s, [(4.0, 6.0, 1.0)])
    sides = two_sides(6.0 * (1 + 0.12 * up), 5.0 * (1 + 0.08 * up), t_s)
    rows = compare(*sides, {("lm", "area_cm2"): ErrorFigure(0.33, "a paper")}, painful_side="right")
    signed = row(rows, SIZE_ASYMMETRY)
    assert signed.side == "both"
    assert signed.rest.mean == pytest.approx(-16.667, abs=1e-3)  # %
    assert signed.contracted.mean == pytest.approx(-19.643, abs=1e-2)  # %
    assert signed.error.sem == pytest.approx(7.778, abs=1e-3)  # points
    assert signed.told_from_zero is True
    assert row(rows, SIZE_ASYMMETRY_UNSIGNED).rest.mean == pytest.approx(16.667, abs=1e-3)
    assert row(rows, PAINFUL_MINUS_OTHER).rest.mean == pytest.approx(-16.667, abs=1e-3)
    assert row(rows, ACTIVATION_ASYMMETRY).change_absolute == pytest.approx(-4.0, abs=0.05)  # points
    assert row(rows, ACTIVATION_ASYMMETRY).told_from_zero is None


def test_a_side_that_does_not_respond_is_compared_with_what_it_did() -> None:
    t_s = times(12.0)
    sides = two_sides(6.0 * (1 + effort(t_s, [(4.0, 6.0, 0.12)])), np.full(len(t_s), 5.0), t_s)
    assert [record.trials[0].decision for record in sides] == ["contracted", "not_contracted"]
    assert isnan(sides[1].trials[0].change_percent)
    assert row(compare(*sides, {}), ACTIVATION_ASYMMETRY).change_absolute == pytest.approx(-12.0, abs=0.05)


def test_asymmetry_is_of_means_and_not_a_mean_over_frames() -> None:
    t_s = times(12.0)
    up = effort(t_s, [(2.0, 9.0, 1.0)])
    left, right = 6.0 * (1 + 0.5 * up), np.full(len(t_s), 5.0)
    signed = row(compare(*two_sides(left, right, t_s), {}), SIZE_ASYMMETRY)
    over_frames = np.mean([size_asymmetry_percent(a, b) for a, b in zip(left, right, strict=True)])
    assert signed.rest.mean == pytest.approx(-16.667, abs=1e-3)
    assert abs(over_frames - signed.rest.mean) > 5.0


def test_a_pair_compares_shares_too() -> None:
    t_s = times(8.0)
    records = []
    for side, share in (("left", 20.0), ("right", 23.0)):
        lead = trace(t_s, np.full(len(t_s), 3.0))
        traces = {"thickness_mm": lead, "relative_thickness_percent": trace(t_s, np.full(len(t_s), share))}
        timing = find_repetitions([lead], least=0.1, swells=True)
        records.append(
            MuscleRecord("left" if side == "left" else "right", "tra", "thickness_mm", timing, traces, [])
        )
    found = row(compare(records[0], records[1], {}), SHARE_DIFFERENCE)
    assert found.rest.mean == pytest.approx(3.0, abs=1e-9)  # points


def test_echo_of_the_sides_by_hand() -> None:
    # rest 60 right over 48 left: 1.25; contracted 57 over 45.6: 1.25; fat 9.5 - 8.0 = 1.5 mm
    t_s = times(12.0)
    up = effort(t_s, [(4.0, 6.0, 1.0)])
    areas = [trace(t_s, cm2 * (1.0 + 0.12 * up)) for cm2 in (6.0, 5.0)]
    timing = find_repetitions(areas, least=0.04, swells=False)
    records = []
    for side, area, grey, fat_mm in (("left", areas[0], 48.0, 8.0), ("right", areas[1], 60.0, 9.5)):
        traces = {
            "area_cm2": area,
            "echo_intensity_grey": trace(t_s, grey * (1.0 - 0.05 * up)),
            "subcutaneous_mm": trace(t_s, np.full(len(t_s), fat_mm)),
        }
        trials = measure_trials(timing, traces, "area_cm2", least=0.04)
        which: Side = "left" if side == "left" else "right"
        records.append(MuscleRecord(which, "lm", "area_cm2", timing, traces, trials))
    rows = compare(records[0], records[1], {})
    ratio, fat = row(rows, ECHO_RATIO), row(rows, SUBCUTANEOUS_DIFFERENCE)
    assert (ratio.side, ratio.unit, fat.unit) == ("both", "ratio", "mm")
    assert ratio.rest.mean == pytest.approx(1.25, abs=1e-6)
    assert ratio.contracted.mean == pytest.approx(1.25, abs=1e-3)
    assert ratio.told_from_zero is None
    assert fat.rest.mean == pytest.approx(1.5, abs=1e-6)  # mm


def test_without_echo_on_a_side_there_is_no_ratio() -> None:
    t_s = times(12.0)
    rows = compare(*two_sides(np.full(len(t_s), 6.0), np.full(len(t_s), 5.0), t_s), {})
    assert not {ECHO_RATIO, SUBCUTANEOUS_DIFFERENCE} & {one.quantity for one in rows}


def test_a_side_never_measured_leaves_comparisons_empty() -> None:
    t_s = times(8.0)
    rows = compare(*two_sides(np.full(len(t_s), 6.0), np.full(len(t_s), nan), t_s), {})
    assert isnan(row(rows, SIZE_ASYMMETRY).rest.mean)
    assert isnan(row(rows, ACTIVATION_ASYMMETRY).change_absolute)


def test_the_latest_repetition_alone_is_as_it_is_among_all() -> None:
    t_s = times(40.0)
    values = 3.0 + effort(t_s, [(4.0, 8.0, 1.2), (14.0, 19.0, 1.5), (26.0, 31.0, 0.9)])
    traces = {"thickness_mm": trace(t_s, values)}
    timing = find_repetitions(list(traces.values()), least=0.1, swells=True)
    assert len(timing.repetitions) == 3
    every = measure_trials(timing, traces, "thickness_mm", least=0.1)
    latest = measure_trials(timing, traces, "thickness_mm", least=0.1, only=timing.repetitions[-1:])
    assert latest == every[-1:]
