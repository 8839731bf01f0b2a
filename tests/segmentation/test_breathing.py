"""Breathing seen where there is some, not seen where there is none, and told of a hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import nan

import numpy as np
import pytest

from bench.breath_traces import BREATH, Breather, Quiet, noise_of, quiet, trace_of
from segmentation.breathing import (
    UNSEEN,
    Breathing,
    breathed_during,
    end_expiration,
    expiration_sign,
    find_breaths,
)
from segmentation.results import FloatArray
from segmentation.traces import Span, Trace, level
from tests.segmentation.traces_by_hand import times, trace

EVEN = Breather(period_s=4.0, depth=1.0, uneven=0.0, noise=0.3)
UNEVEN = Breather(period_s=4.3, depth=1.0, uneven=0.1, noise=0.3)


def breathes(one: Breather, t_s: FloatArray, seed: int) -> tuple[Trace, FloatArray]:
    """A trace and the curve of its breath: 0 at end-expiration, -1 at full inspiration."""
    rng = np.random.default_rng(seed)
    curve = one.curve(t_s, rng)
    return trace_of(t_s, BREATH * curve + noise_of(one, t_s, rng)), curve


@pytest.mark.parametrize("seed", range(5))
def test_period_and_height_of_a_breath(seed: int) -> None:
    found = find_breaths([breathes(EVEN, times(16.0), seed)[0]], [1])
    assert found.seen
    assert found.period_s == pytest.approx(4.0, rel=0.06)
    assert found.amplitude == pytest.approx(BREATH, rel=0.25)


def test_ends_of_expiration_are_where_the_breath_is_out() -> None:
    one, curve = breathes(UNEVEN, times(16.0), 7)
    found = find_breaths([one], [1])
    assert len(found.ends_s) >= 3
    for end_s in found.ends_s:
        assert np.interp(end_s, one.t_s, curve) > -0.25


@pytest.mark.parametrize("seed", range(8))
def test_a_resting_capture_is_taken_at_end_expiration(seed: int) -> None:
    one, curve = breathes(UNEVEN, times(16.0), seed)
    span = end_expiration(one, find_breaths([one], [1]))
    assert span is not None
    assert 0.5 < span.duration_s < 3.5
    assert curve[span.holds(one.t_s)].mean() > -0.25


def test_a_trace_that_falls_as_one_breathes_out_is_read_the_other_way_round() -> None:
    one, curve = breathes(EVEN, times(16.0), 3)
    upside = replace(one, values=7.0 - one.values)
    up, down = find_breaths([one], [1]), find_breaths([upside], [-1])
    assert down.ends_s == pytest.approx(up.ends_s, abs=0.051)
    span = end_expiration(upside, down)
    assert span is not None
    assert curve[span.holds(one.t_s)].mean() > -0.25


def test_where_the_sign_is_not_known_breathing_is_seen_but_no_end_of_it() -> None:
    one, _ = breathes(EVEN, times(16.0), 3)
    found = find_breaths([one], [0])
    assert found.seen
    assert found.ends_s == ()
    assert end_expiration(one, found) is None


def test_the_trace_that_tells_the_end_goes_first_and_a_quiet_one_is_passed_over() -> None:
    t_s = times(16.0)
    noisy = replace(EVEN, noise=0.7)
    signed, clear = breathes(noisy, t_s, 5)[0], breathes(EVEN, t_s, 6)[0]
    still = trace_of(t_s, quiet("noise", t_s, np.random.default_rng(1)))
    assert find_breaths([still, clear, signed], [1, 0, 1]).trace == 2
    assert find_breaths([still, clear], [1, 0]).trace == 1


def test_a_slow_drift_and_single_wrong_pictures_do_not_hide_it() -> None:
    one, _ = breathes(EVEN, times(16.0), 3)
    values = one.values + 0.05 * one.t_s
    values[20::40] += 3.0
    assert find_breaths([replace(one, values=values)], [1]).seen


@pytest.mark.parametrize("hz", [10.0, 18.0, 60.0])
def test_it_does_not_depend_on_the_picture_rate(hz: float) -> None:
    t_s = times(16.0, hz)
    values = (
        3.5 + 0.15 * np.cos(2.0 * np.pi * t_s / 4.0) + np.random.default_rng(2).normal(0.0, 0.03, len(t_s))
    )
    found = find_breaths([trace(t_s, values)], [1])
    assert found.period_s == pytest.approx(4.0, rel=0.06)


QUIETS: tuple[Quiet, ...] = (
    "noise",
    "fast wander",
    "wander",
    "slow wander",
    "tremor",
    "slow contraction",
    "step",
)


@pytest.mark.parametrize("kind", QUIETS)
def test_where_nobody_breathes_none_is_seen(kind: Quiet) -> None:
    t_s = times(16.0)
    seen = [
        find_breaths([trace_of(t_s, quiet(kind, t_s, np.random.default_rng((4, k))))], [1]).seen
        for k in range(25)
    ]
    assert sum(seen) <= 1  # measured on more: at most 3 in 100


def test_contractions_that_come_and_go_in_step_are_no_breath() -> None:
    t_s = times(16.0)
    swells = 3.5 + 4.0 * np.clip(np.sin(2.0 * np.pi * t_s / 4.0), 0.0, 0.5)
    assert find_breaths([trace(t_s, swells)], [1]) == UNSEEN


def test_asked_again_every_second_it_still_sees_none() -> None:
    t_s, seen = times(14.2), []
    for k in range(25):
        one = trace_of(t_s, quiet("slow wander", t_s, np.random.default_rng((5, k))))
        seen.append(
            any(find_breaths([one], [1], within=Span(0.0, now_s)).seen for now_s in np.arange(6.0, 14.1))
        )
    assert sum(seen) <= 2  # measured on more: 3 in 100, and some 20 with one limit for all lengths


def test_too_little_is_nothing() -> None:
    short, _ = breathes(EVEN, times(4.5), 3)
    whole, _ = breathes(EVEN, times(16.0), 3)
    gone = replace(whole, values=np.where(whole.t_s > 9.0, nan, whole.values))
    for one in (
        short,
        gone,
        replace(whole, ok=np.zeros(len(whole.ok), bool)),
        trace(np.empty(0), np.empty(0)),
    ):
        assert find_breaths([one], [1]) == UNSEEN
    assert find_breaths([], []) == UNSEEN
    assert find_breaths([whole], [1], within=Span(50.0, 60.0)) == UNSEEN


def test_only_the_stretch_asked_for_is_looked_at() -> None:
    one, _ = breathes(EVEN, times(30.0), 3)
    after = replace(one, values=np.where(one.t_s > 15.0, 9.0, one.values))
    found = find_breaths([after], [1], within=Span(0.0, 14.9))
    assert found.seen
    assert max(found.ends_s) < 15.0


def test_a_stretch_without_enough_pictures_is_no_capture() -> None:
    one, _ = breathes(EVEN, times(16.0), 3)
    found = find_breaths([one], [1])
    last = max(found.ends_s)
    blind = replace(one, ok=one.ok & (np.abs(one.t_s - last) > 1.5))
    span = end_expiration(blind, found)
    assert span is not None
    assert span.end_s < last - 1.5
    assert end_expiration(replace(one, ok=np.zeros(len(one.ok), bool)), found) is None


def test_a_capture_at_end_expiration_is_thicker_than_the_mean_of_breathing() -> None:
    deep = Breather(4.0, 2.0, 0.0, 0.1)
    one, _ = breathes(deep, times(16.0), 3)
    span = end_expiration(one, find_breaths([one], [1]))
    assert span is not None
    assert level(one, [span]).mean - level(one, None).mean > 0.12  # mm, of a breath of 0.6 mm


@cache
def at_rest() -> Breathing:
    return find_breaths([breathes(UNEVEN, times(16.0), 11)[0]], [1])


def hold(breaths: float, depth: float, seed: int, kind: Quiet | None = None) -> tuple[Trace, Span]:
    t_s = 40.0 + times(breaths * 4.3 + 0.1)
    rng = np.random.default_rng(seed)
    values = 2.0 + BREATH * replace(UNEVEN, depth=depth).curve(t_s, rng) + noise_of(UNEVEN, t_s, rng)
    if kind is not None:
        values += 0.5 * quiet(kind, t_s, rng)
    return trace_of(t_s, values), Span(40.0, float(t_s[-1]))


def said(breaths: float, depth: float, kind: Quiet | None = None, n: int = 20) -> list[str]:
    return [breathed_during(*hold(breaths, depth, seed, kind), at_rest()) for seed in range(n)]


@pytest.mark.parametrize("breaths", [1.5, 2.0, 2.5])
def test_a_hold_with_breath_and_one_without(breaths: float) -> None:
    with_breath, without = said(breaths, 1.0), said(breaths, 0.0)
    assert with_breath.count("breathing") >= 14
    assert with_breath.count("held") == 0
    assert without.count("held") >= 12
    assert without.count("breathing") == 0


@pytest.mark.parametrize("kind", ["noise", "fast wander", "wander", "slow wander", "tremor"])
def test_a_hold_that_wavers_is_not_called_breathing(kind: Quiet) -> None:
    assert said(2.3, 0.0, kind).count("breathing") <= 1


def test_a_hold_of_about_one_breath_is_not_decidable() -> None:
    assert set(said(1.15, 1.0) + said(1.15, 0.0)) == {"not_decidable"}


def test_without_a_breath_at_rest_nothing_is_said_of_a_hold() -> None:
    assert breathed_during(*hold(2.5, 1.0, 1), UNSEEN) == "not_decidable"


def test_a_hold_that_was_hardly_measured_is_not_decidable() -> None:
    one, span = hold(2.5, 1.0, 1)
    lost = replace(one, ok=(one.t_s < 43.0) | (one.t_s > 48.0))
    assert breathed_during(lost, span, at_rest()) == "not_decidable"


def test_signs_by_muscle() -> None:
    assert [expiration_sign(one, "thickness_mm") for one in ("tra", "io", "eo", "lm")] == [1, 1, 0, 0]
    assert expiration_sign("tra", "subcutaneous_mm") == 0
    with pytest.raises(ValueError, match="sign"):
        find_breaths([trace(times(1.0), np.ones(25))], [])
