from __future__ import annotations

import numpy as np
import pytest

from segmentation.experimental import flexion_findings, onset_findings, tissue_findings
from segmentation.flexion import Bend, bends
from segmentation.timing import Mark, Repetition, Timing
from segmentation.traces import Span, Trace

T_S = np.arange(0.0, 14.0, 0.04)
DOWN, UP = Span(3.0, 5.0), Span(9.0, 11.0)
YES = np.ones(len(T_S), bool)


def thickness(at_end_mm: float, scatter_mm: float = 0.1) -> Trace:
    """25 mm standing, 28 on both ways, and so much at the end of the range."""
    mm = np.full(len(T_S), 25.0)
    mm[DOWN.holds(T_S) | UP.holds(T_S)] = 28.0
    mm[(DOWN.end_s < T_S) & (UP.start_s > T_S)] = at_end_mm
    return Trace(T_S, mm + np.random.default_rng(3).normal(0.0, scatter_mm, len(T_S)), YES, YES)


def way(number: int, span: Span, rest: tuple[Span, ...] = (Span(1.0, 2.0),)) -> Repetition:
    return Repetition(number, rest, span, span, span, True)


WAYS = (way(1, DOWN), way(2, UP))


def one_bend(trace: Trace, ways: tuple[Repetition, ...] = WAYS) -> Bend:
    (found,) = bends(ways, trace)
    return found


def test_the_four_phases_have_their_thickness() -> None:
    bend = one_bend(thickness(26.0))
    told = {phase: round(found.mean, 1) for phase, (_, found) in bend.phases.items()}
    assert told == {"start": 25.0, "way_down": 28.0, "end_range": 26.0, "way_up": 28.0}  # mm
    assert bend.change_mm == pytest.approx(1.0, abs=0.05)  # mm
    assert bend.band_mm == pytest.approx(1.96 * np.sqrt(2) * 0.25, rel=0.01)  # mm: 1 % of 25 mm, not 0.1


@pytest.mark.parametrize(
    ("at_end_mm", "words"),
    [
        (25.1, "end range is within the band of the start: it falls back"),
        (27.0, "end range is above the start by more than the band: it does not fall back"),
        (23.0, "end range is below the start by more than the band"),
    ],
)
def test_whether_it_falls_back(at_end_mm: float, words: str) -> None:
    bend = one_bend(thickness(at_end_mm))
    assert bend.words == words
    assert "normal" not in bend.words


def test_more_scatter_hides_a_small_difference() -> None:
    assert one_bend(thickness(26.0, 0.1)).words.endswith("it does not fall back")
    assert one_bend(thickness(26.0, 1.0)).words.endswith("it falls back")


def test_a_scatter_smaller_than_following_is_not_believed() -> None:
    assert one_bend(thickness(25.5, 0.001)).words.endswith("it falls back")
    assert one_bend(thickness(24.5, 0.001)).words.endswith("it falls back")


def test_an_end_range_that_is_too_short_or_lost_is_not_decided() -> None:
    short = (way(1, DOWN), way(2, Span(5.5, 7.0)))
    assert one_bend(thickness(26.0), short).words.startswith("not decidable: the end range")
    lost = thickness(26.0)
    lost.values[(T_S > 5.5) & (T_S < 8.5)] = np.nan
    assert one_bend(lost).words == "not decidable: too few pictures with a value"
    restless = (way(1, DOWN, ()), way(2, UP))
    assert one_bend(thickness(26.0), restless).words == "not decidable: no rest before the way down"


def test_a_way_without_its_way_back_is_refused_in_words() -> None:
    timing = Timing(WAYS[:1], None, (), "", "")
    (found,) = flexion_findings("left", "lm", thickness(26.0), timing)
    assert found.note.startswith("refused: a bend needs two contractions")
    three = Timing((*WAYS, way(3, Span(12.0, 13.0))), None, (), "", "")
    notes = [found.note for found in flexion_findings("left", "lm", thickness(26.0), three)]
    assert len(notes) == 5
    assert notes[-1].startswith("refused")


def test_a_phase_is_a_row_with_its_change() -> None:
    rows = list(flexion_findings("left", "lm", thickness(26.0), Timing(WAYS, None, (), "", "")))
    assert [row.bend_phase for row in rows] == ["start", "way_down", "end_range", "way_up"]
    assert rows[2].change == pytest.approx(1.0, abs=0.05)  # mm
    assert rows[2].change_percent == pytest.approx(4.0, abs=0.2)  # %


def test_onset_is_against_the_mark_where_there_is_one() -> None:
    t_s = np.arange(0.0, 2.0, 0.01)
    strain = np.random.default_rng(0).normal(0.0, 1e-4, (200, 3)) + 0.5 * np.maximum(t_s - 1.2, 0)[:, None]
    one = (way(1, Span(1.0, 1.9), (Span(0.2, 0.9),)),)
    marked = Timing(one, None, (Mark("contraction", Span(1.0, 1.9)),), "", "")
    (found,) = onset_findings("left", "lm", t_s, strain, marked)
    assert found.value == pytest.approx(0.2, abs=0.021)  # s
    assert "against the marked start" in found.note
    (found,) = onset_findings("left", "lm", t_s, strain, Timing(one, None, (), "", ""))
    assert "as found" in found.note


def test_a_clip_without_contraction_has_rest_alone() -> None:
    timing = Timing((), (Span(0.0, 2.0),), (), "", "")
    (found,) = tissue_findings("left", "lm", {("deep", "thickness_mm"): thickness(26.0)}, timing)
    assert found.rest.mean == pytest.approx(25.0, abs=0.05)  # mm
    assert np.isnan([found.value, found.change, found.change_percent]).all()
    assert found.note == "no contraction"
