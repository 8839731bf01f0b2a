"""Figures carried through to the rows of a summary, and their words."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation.carried_figures import with_carried_errors
from segmentation.comparison import SHARE_DIFFERENCE, compare
from segmentation.repetitions import find_repetitions
from segmentation.results import FloatArray, Muscle, Side
from segmentation.share_errors import WALL, WallMuscle
from segmentation.share_trials import SHARE, THICKNESS, share_trials
from segmentation.summary import ErrorFigure, ErrorFigures, MuscleRecord, Summary, summarise
from segmentation.timing import Timing
from segmentation.traces import Trace
from segmentation.trials import PREFERENTIAL_ACTIVATION, measure_trials
from tests.segmentation.traces_by_hand import effort, times, trace

T_S = times(16.0)
UP = effort(T_S, [(4.0, 6.0, 1.0), (10.0, 12.0, 1.0)])
PAPER: ErrorFigures = {(muscle, THICKNESS): ErrorFigure(0.4, "a paper") for muscle in WALL}


def wall(side: Side = "left", noise_mm: float = 0.05) -> list[MuscleRecord]:
    """TrA 4 to 6, IO stays at 9, EO 7 to 5 mm: the sum stays at 20, the PAR is 0.1."""
    rng = np.random.default_rng(3 if side == "left" else 4)
    mm: dict[WallMuscle, FloatArray] = {
        "tra": 4.0 + 2.0 * UP + rng.normal(0.0, noise_mm, len(T_S)),
        "io": 9.0 + rng.normal(0.0, noise_mm, len(T_S)),
        "eo": 7.0 - 2.0 * UP + rng.normal(0.0, noise_mm, len(T_S)),
    }
    total = sum(mm.values())
    traces: dict[WallMuscle, dict[str, Trace]] = {
        one: {THICKNESS: trace(T_S, mm[one]), SHARE: trace(T_S, 100.0 * mm[one] / total)} for one in WALL
    }
    traces["tra"]["slide_mm"] = trace(T_S, 6.0 * UP + rng.normal(0.0, 0.3, len(T_S)))
    timing = find_repetitions([traces["tra"][THICKNESS]], least=0.1, swells=True)
    trials = {one: measure_trials(timing, traces[one], THICKNESS, least=0.1) for one in WALL}
    shares = share_trials(timing, {one: traces[one][THICKNESS] for one in WALL}, trials)
    return [MuscleRecord(side, one, THICKNESS, timing, traces[one], shares[one]) for one in WALL]


def rows(records: list[MuscleRecord], errors: ErrorFigures) -> list[Summary]:
    return [row for record in with_carried_errors(records, errors) for row in summarise(record, errors)]


def of(found: list[Summary], muscle: Muscle, quantity: str) -> Summary:
    return next(row for row in found if (row.muscle, row.quantity) == (muscle, quantity))


def test_shares_carry_the_errors_of_three_thicknesses() -> None:
    # rest 4, 9, 7 of 20 mm, each 0.4 mm: TrA 0.4 x sqrt(16² + 4² + 4²) / 400 = 1.697 %
    # IO 0.4 x sqrt(11² + 9² + 9²) / 400 = 1.682 %; EO 0.4 x sqrt(13² + 7² + 7²) / 400 = 1.634 %
    found = rows(wall(), PAPER)
    for muscle, percent in zip(WALL, (1.697, 1.682, 1.634), strict=True):
        row = of(found, muscle, SHARE)
        assert row.error.sem == pytest.approx(percent, abs=0.01)  # percent of the wall
        assert row.mdc95 == pytest.approx(1.96 * 2**0.5 * percent, abs=0.03)
        assert row.error.source.startswith("carried through from the thickness of TrA, IO and EO")
        assert row.error.source.endswith(": a paper")


def test_preferential_activation_carries_them_at_rest_and_in_contraction() -> None:
    # 16² + 4² + 4² = 288 at rest, 14² + 6² + 6² = 268 in contraction: 0.4 x sqrt(556) / 400 = 0.02358
    row = of(rows(wall(), PAPER), "tra", PREFERENTIAL_ACTIVATION)
    assert row.change_absolute == pytest.approx(0.1, abs=0.005)
    assert row.error.sem == pytest.approx(0.02358, abs=2e-4)


def test_a_figure_that_exists_goes_before_one_that_is_carried() -> None:
    own = ErrorFigure(2.5, "twelve captures of our own")
    found = rows(wall(), {**PAPER, ("tra", SHARE): own, ("tra", "slide_mm"): own})
    assert of(found, "tra", SHARE).error == own
    assert of(found, "tra", "slide_mm").error == own
    assert of(found, "io", SHARE).error.source.startswith("carried through")


def test_without_a_figure_the_scatter_of_the_clip_stands_in_and_says_so() -> None:
    found = rows(wall(noise_mm=0.1), {("tra", THICKNESS): ErrorFigure(0.4, "a paper")})
    for muscle in WALL:
        error = of(found, muscle, SHARE).error
        assert 0.0 < error.sem < 0.5  # percent of the wall: half-second means of 0.1 mm of noise
        assert "within this clip alone" in error.source
    assert "within this clip alone" in of(found, "tra", PREFERENTIAL_ACTIVATION).error.source
    slide = of(found, "tra", "slide_mm").error
    assert 0.03 < slide.sem < 0.2  # mm, of 0.3 mm from picture to picture
    assert slide.source.startswith("scatter of the slide at rest")


def test_the_difference_of_shares_has_the_error_of_both_sides() -> None:
    left, right = (with_carried_errors(wall(side), PAPER) for side in ("left", "right"))
    both = {row.quantity: row for row in compare(left[0], right[0], PAPER)}
    assert both[SHARE_DIFFERENCE].error.sem == pytest.approx(1.697 * 2**0.5, abs=0.02)  # points
    assert both[SHARE_DIFFERENCE].told_from_zero is False


def test_the_change_of_every_repetition_has_its_error() -> None:
    for record in wall(noise_mm=0.05):
        for trial in record.trials:
            assert trial.change_se > 0.0


def test_errors_that_go_together_make_a_share_surer() -> None:
    breath = 0.2 * np.sin(2 * np.pi * T_S / 3.0)

    def par_se(io_goes_along: float) -> float:
        mm: dict[WallMuscle, FloatArray] = {
            "tra": 4.0 + 2.0 * UP + breath,
            "io": 9.0 + io_goes_along * 2.0 * breath,
            "eo": 7.0 - 2.0 * UP,
        }
        traces = {one: trace(T_S, mm[one]) for one in WALL}
        timing = find_repetitions([traces["tra"]], least=0.1, swells=True)
        trials = {one: measure_trials(timing, {THICKNESS: traces[one]}, THICKNESS, least=0.1) for one in WALL}
        return share_trials(timing, traces, trials)["tra"][-1].change_se

    assert par_se(1.0) < 0.9 * par_se(-1.0)


def test_one_muscle_alone_has_a_slide_but_no_share() -> None:
    timing = Timing((), None, (), "", "")
    slide = trace(T_S, np.random.default_rng(1).normal(0.0, 0.3, len(T_S)))
    record = MuscleRecord("left", "tra", THICKNESS, timing, {"slide_mm": slide}, [])
    (found,) = with_carried_errors([record], {})
    assert list(found.carried) == ["slide_mm"]
