"""Targets: from the patient's own change, never from what was not seen, never above the ceiling."""

from __future__ import annotations

from math import inf, isfinite, nan
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.repetitions import find_repetitions
from segmentation.traces import Trace
from segmentation.trials import Decision, measure_trials
from usbio.protocol import Part
from usbio.protocol_library import shipped_protocols
from usbio.target import UnaidedChange, least_percent, target_from, unaided_change

TRA = shipped_protocols()["tra_draw_in_lying"].part  # 0.8 to 1.2 of the own change, ceiling 150 %, IO 25 %
LM = shipped_protocols()["lm_swelling_prone"].part  # ceiling 60 %, no IO

CEILING = "visit.target.ceiling"


def test_the_band_lies_around_the_own_change() -> None:
    band = target_from(_reached(40.0, 50.0, 60.0), TRA)
    assert (band.low_percent, band.high_percent) == pytest.approx((40.0, 60.0))
    assert (band.own_percent, band.source.code, band.widened) == (50.0, "visit.target.pretest", False)
    assert (band.ceiling_percent, band.io_limit_percent) == (150.0, 25.0)


def test_only_contractions_count() -> None:
    tested = [*_reached(50.0), UnaidedChange("not_contracted", nan), UnaidedChange("not_decidable", 400.0)]
    assert target_from(tested, TRA) == target_from(_reached(50.0), TRA)


def test_never_above_the_ceiling() -> None:
    near = target_from(_reached(140.0), TRA)
    assert (near.low_percent, near.high_percent, near.source.code) == (112.0, 150.0, CEILING)
    far = target_from(_reached(300.0), TRA)
    assert (far.low_percent, far.high_percent) == pytest.approx((100.0, 150.0))
    assert far.source.code == CEILING


def test_never_below_what_is_told_from_breathing() -> None:
    assert least_percent(TRA) == 10.0
    assert least_percent(LM) == 4.0
    band = target_from(_reached(11.0), TRA)
    assert (band.low_percent, band.high_percent) == pytest.approx((10.0, 15.0))


def test_a_band_is_no_narrower_than_the_error() -> None:
    """Errors of 10 points: 1.96 x 10 = 19.6 points to both sides of 50, in place of 10."""
    band = target_from([UnaidedChange("contracted", 50.0, 10.0)], TRA)
    assert (band.low_percent, band.high_percent) == pytest.approx((30.4, 69.6))
    assert band.widened


def test_without_a_contraction_the_protocol_says_what_holds() -> None:
    silent = [UnaidedChange("not_contracted", nan), UnaidedChange("not_decidable", nan)]
    for tested, source in ((silent, "not_contracted"), (silent[1:], "fallback"), ([], "not_tested")):
        band = target_from(tested, TRA)
        assert (band.low_percent, band.high_percent) == (15.0, 50.0)
        assert band.source.code == f"visit.target.{source}"
        assert (band.ceiling_percent, band.io_limit_percent, band.own_percent) == (150.0, 25.0, None)


def test_thinning_is_nothing_to_train_towards() -> None:
    assert target_from(_reached(-30.0), LM).source.code == "visit.target.not_contracted"
    assert target_from(_reached(-30.0), LM).io_limit_percent is None


def test_from_what_the_engine_finds() -> None:
    """TrA from 3.0 to 4.5 mm is 50 %, to 0.5 %."""
    t_s = np.arange(0.0, 8.0, 0.04)
    yes = np.ones(len(t_s), bool)
    trace = Trace(t_s, np.where((t_s > 3) & (t_s < 5), 4.5, 3.0), yes, yes)
    timing = find_repetitions([trace], least=0.1, swells=True)
    (trial,) = measure_trials(timing, {"thickness_mm": trace}, "thickness_mm", least=0.1)
    change = unaided_change(trial)
    assert change.decision == "contracted"
    assert change.change_percent == pytest.approx(50.0, abs=0.5)
    assert 0.0 < change.error_percent < 5.0
    assert target_from([change], TRA).own_percent == pytest.approx(50.0, abs=0.5)


NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([nan, inf, -inf])
TESTED = st.builds(UnaidedChange, st.sampled_from(get_args(Decision)), NUMBERS, NUMBERS.map(abs))
PARTS = st.sampled_from([part for protocol in shipped_protocols().values() for part in protocol.parts])


@given(st.lists(TESTED, max_size=5), PARTS)
def test_whatever_was_seen_the_band_can_be_stood_by(tested: list[UnaidedChange], part: Part) -> None:
    band = target_from(tested, part)
    assert all(map(isfinite, (band.low_percent, band.high_percent, band.ceiling_percent)))
    assert least_percent(part) <= band.low_percent < band.high_percent <= band.ceiling_percent
    assert (band.io_limit_percent is None) == (part.muscle != "tra")


def _reached(*percent: float) -> list[UnaidedChange]:
    return [UnaidedChange("contracted", one, 2.0) for one in percent]
