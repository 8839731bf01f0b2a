"""Breathing as a trace shows it: whether it is seen, when expiration ends, and whether it went on in a hold.

A breath moves TrA and IO by little, in quiet lying often by nothing that can be seen [1]_. So nothing is said
unless the same wave comes back: a curve of two harmonics has to explain most of what a trace does beside its
slow trend, and every single breath has to look like it. What wanders, ramps or trembles does not.
How often that fails stands in docs/measuring-visits.md.

References
----------
.. [1] Whittaker J (2008). PMID 17544826: 1.3 % (SD 5.8) of TrA between the ends of a quiet breath, lying
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
from scipy import ndimage

from segmentation.results import FloatArray, Muscle
from segmentation.traces import STEP_S, BoolArray, Span, Trace, even_grid, on_grid, smoothed

WINDOW_S = 16.0
"""What is looked at: longer, and breaths that are never quite alike fall out of step."""
FEWEST_BREATHS = 2.5
EXPLAINED, CLEARLY_EXPLAINED, FEW_BREATHS = 0.75, 0.85, 3.5
"""Share of a trace beside its trend that the wave has to explain at rest.

The larger one where fewer than three and a half breaths were seen, for who asks every second asks of short
stretches many times; and of traces that do not tell which end of the breath is which, for they follow the
hand as well.
"""
EXPLAINED_IN_HOLD, EXPLAINED_IN_SHORT_HOLD = 0.8, 0.9
"""The same in a hold; under two breaths it has to be clearer, for a bend of the trend looks like one."""
HALF_AS_DEEP = 0.5
"""A hold was without breath where not even a breath this deep against rest could hide in it."""
SHORTEST_HOLD = 1.25  # breaths; a shorter one is not decidable
_PERIODS_S = (2.0, 10.0)  # 6 to 30 breaths a minute
_N_PERIODS = 32
_EACH_ALIKE = (0.5, 1.7)  # size of every single breath against the mean one
_KNOWN = 0.8  # of the window
_TOP = 0.25  # of the breath's height, which counts as relaxed end-expiration
_DEEPEST = (
    0.4  # of the muscle: 21 % (SD 8) is the most that was told of people who lie [1]_; more is no breath
)
_FEWEST_PICTURES = 5
_IN_HOLD = (0.65, 1.5)  # periods in a hold, against that at rest
_SHIFTS = 24
_DEPTHS, _SURELY = (0.4, 2.0), 0.2  # of the depth at rest: what is called breathing, and its lower end
_Z = 1.64  # one-sided 95 %
_INDEPENDENT_HZ = 1.5

Sign = Literal[-1, 0, 1]
HoldBreath = Literal["breathing", "held", "not_decidable"]


@dataclass(frozen=True, slots=True)
class Breathing:
    """The breath at rest, as one trace shows it. Where it is not seen, all is empty or ``nan``."""

    seen: bool
    ends_s: tuple[float, ...] = ()  # ends of expiration; empty where the trace does not tell which end it is
    period_s: float = nan
    amplitude: float = nan  # from end to end, in the unit of the trace
    scatter: float = nan  # standard deviation of what is neither breath nor trend
    trace: int = -1  # which of the traces it was seen in
    sign: Sign = 0  # 1 where that grows as one breathes out, -1 where it falls, 0 where that is not known
    wave: tuple[float, float, float, float] = (nan, nan, nan, nan)  # cos and sin of one and two a breath

    def at(self, turn: FloatArray) -> FloatArray:
        """The wave at turns (1 is a whole breath), of any shape, in the unit of the trace."""
        angles = 2.0 * np.pi * np.asarray(turn)
        a, b, c, d = self.wave
        curve: FloatArray = (
            a * np.cos(angles) + b * np.sin(angles) + c * np.cos(2 * angles) + d * np.sin(2 * angles)
        )
        return curve


UNSEEN = Breathing(seen=False)


def expiration_sign(muscle: Muscle, quantity: str) -> Sign:
    """Return whether a value grows (1) or falls (-1) as one breathes out; 0 where it is not known.

    Parameters
    ----------
    muscle : str
        Name of the muscle.
    quantity : str
        A key of `segmentation.results.QUANTITIES`.

    Returns
    -------
    int

    References
    ----------
    .. [1] Amerijckx C et al. (2020). doi:10.1016/j.msksp.2019.102105: TrA and IO, 67 people, standing

    Examples
    --------
    >>> expiration_sign("tra", "thickness_mm"), expiration_sign("lm", "subcutaneous_mm")
    (1, 0)
    """
    return 1 if muscle in ("tra", "io") and quantity == "thickness_mm" else 0


def find_breaths(traces: Sequence[Trace], signs: Sequence[Sign], within: Span | None = None) -> Breathing:
    """Return the breath that the traces show at rest.

    Looked at are the last 16 s; at least two and a half breaths have to be seen. It costs 3 ms a trace, and
    every trace more is one chance more to see what is not there. Of several traces the one
    that tells the end of expiration goes before one that does not, and then the clearer one.

    Parameters
    ----------
    traces : sequence of Trace
        Values of one picture over time.
    signs : sequence of {-1, 0, 1}
        Of each trace: whether it grows as one breathes out; see `expiration_sign`.
    within : Span, optional
        Where to look; a stretch of rest, for a contraction that comes and goes is a wave too.

    Returns
    -------
    Breathing

    Raises
    ------
    ValueError
        If there is not one sign a trace.

    Examples
    --------
    >>> t_s = np.arange(0.0, 16.0, 0.04)
    >>> yes, noise = np.ones(len(t_s), bool), np.random.default_rng(1).normal(0.0, 0.05, len(t_s))
    >>> breath = 0.15 * np.cos(2.0 * np.pi * (t_s - 1.0) / 4.0)
    >>> found = find_breaths([Trace(t_s, 3.5 + breath + noise, yes, yes)], [1])
    >>> found.seen, round(found.period_s), round(found.amplitude, 1), [round(end) for end in found.ends_s]
    (True, 4, 0.3, [1, 5, 9, 13])
    >>> find_breaths([Trace(t_s, 3.5 + noise, yes, yes)], [1]).seen
    False
    """
    if len(traces) != len(signs):
        raise ValueError(f"expected a sign for each trace, came {len(traces)} traces and {len(signs)} signs")
    found = [
        _seen_in(k, trace, sign, within) for k, (trace, sign) in enumerate(zip(traces, signs, strict=True))
    ]
    seen = [(sign != 0, share, one) for sign, (share, one) in zip(signs, found, strict=True) if one.seen]
    return max(seen, key=lambda told: told[:2])[2] if seen else UNSEEN


def end_expiration(trace: Trace, breathing: Breathing) -> Span | None:
    """Return the last stretch of relaxed end-expiration, to take a resting capture from.

    It is where the breath's curve is within a quarter of its height of its top.

    Parameters
    ----------
    trace : Trace
        The trace that is captured; any of the picture.
    breathing : Breathing
        From `find_breaths`.

    Returns
    -------
    Span or None
        None where breathing is not seen, where its end is not known, or where no such stretch holds five
        pictures with a value and status ok.

    Examples
    --------
    >>> t_s = np.arange(0.0, 16.0, 0.04)
    >>> yes = np.ones(len(t_s), bool)
    >>> trace = Trace(t_s, 3.5 + 0.15 * np.cos(2.0 * np.pi * (t_s - 1.0) / 4.0), yes, yes)
    >>> span = end_expiration(trace, find_breaths([trace], [1]))
    >>> round(span.start_s, 1), round(span.end_s, 1)
    (12.4, 13.7)
    """
    if not breathing.ends_s:
        return None
    before_s, after_s = _top(breathing)
    known = trace.new_picture & trace.ok & np.isfinite(trace.values)
    for end_s in reversed(breathing.ends_s):
        span = Span(end_s - before_s, end_s + after_s)
        if int((known & span.holds(trace.t_s)).sum()) >= _FEWEST_PICTURES and span.end_s <= np.nanmax(
            trace.t_s
        ):
            return span
    return None


def breathed_during(trace: Trace, hold: Span, rest: Breathing) -> HoldBreath:
    """Return whether the breath went on during a hold.

    The wave of rest is looked for about the hold's slow trend, somewhat faster or slower and however deep.

    Parameters
    ----------
    trace : Trace
        The trace in which breathing was seen at rest.
    hold : Span
        The hold, without the way there and back.
    rest : Breathing
        From `find_breaths`, at rest.

    Returns
    -------
    str
        "breathing" where the wave explains most of what is left beside the trend; "held" where no breath of
        half the depth of rest could hide in it; else, where breathing was not seen at rest, in a hold shorter
        than one and a quarter breaths, and where much of it was not measured, "not_decidable". A breath
        that is far shallower than at rest may be told as held.

    Examples
    --------
    >>> t_s = np.arange(0.0, 26.0, 0.04)
    >>> yes, noise = np.ones(len(t_s), bool), np.random.default_rng(1).normal(0.0, 0.05, len(t_s))
    >>> breath, up = 0.15 * np.cos(2.0 * np.pi * t_s / 4.0), np.where(t_s > 17.0, 2.0, 0.0)
    >>> goes_on = Trace(t_s, 3.5 + up + breath + noise, yes, yes)
    >>> stops = Trace(t_s, 3.5 + up + np.where(t_s < 17.0, breath, 0.0) + noise, yes, yes)
    >>> rest = find_breaths([goes_on], [1], within=Span(0.0, 16.0))
    >>> [breathed_during(one, Span(17.5, 25.5), rest) for one in (goes_on, stops)]
    ['breathing', 'held']
    >>> breathed_during(stops, Span(17.5, 20.5), rest)
    'not_decidable'
    """
    if not rest.seen or not hold.duration_s >= SHORTEST_HOLD * rest.period_s:
        return "not_decidable"
    window = _window(trace, hold, hold.duration_s)
    if window is None:
        return "not_decidable"
    t_s, values = window
    return _told(t_s, values, rest, hold.duration_s)


def _told(t_s: FloatArray, values: FloatArray, rest: Breathing, duration_s: float) -> HoldBreath:
    trend = _trend(t_s, 2 if duration_s >= 1.5 * rest.period_s else 1)
    periods = np.geomspace(_IN_HOLD[0] * rest.period_s, min(_IN_HOLD[1] * rest.period_s, duration_s), 9)
    shifts = np.arange(_SHIFTS) / _SHIFTS
    waves = rest.at(t_s[:, None, None] / periods[None, :, None] + shifts).reshape(len(t_s), -1)
    waves, left = waves - trend @ (trend.T @ waves), values - trend @ (trend.T @ values)
    power = np.square(waves).sum(axis=0)
    depths = np.maximum(left @ waves / power, 0.0)
    best = int(np.argmax(depths**2 * power))
    depth = float(depths[best])
    rest_of_it = left - depth * waves[:, best]
    scatter = max(float(rest_of_it.std()), rest.scatter)
    error = scatter / float(np.sqrt(power[best] / len(t_s) * max(_INDEPENDENT_HZ * duration_s, 1.0)))
    explained = 1.0 - float(rest_of_it @ rest_of_it) / max(float(left @ left), 1e-12)
    enough = EXPLAINED_IN_HOLD if duration_s >= 2.0 * rest.period_s else EXPLAINED_IN_SHORT_HOLD
    if explained > enough and _DEPTHS[0] < depth < _DEPTHS[1] and depth - _Z * error > _SURELY:
        return "breathing"
    return "held" if depth + _Z * error < HALF_AS_DEEP else "not_decidable"


def _seen_in(k: int, trace: Trace, sign: Sign, within: Span | None) -> tuple[float, Breathing]:
    """Share of the trace that its best wave explains, and the breathing if that will do."""
    window = _window(trace, within, WINDOW_S)
    if window is None:
        return 0.0, UNSEEN
    t_s, values = window
    duration_s = float(t_s[-1] - t_s[0])
    if duration_s < FEWEST_BREATHS * _PERIODS_S[0]:
        return 0.0, UNSEEN
    longest_s = min(_PERIODS_S[1], duration_s / FEWEST_BREATHS)
    best = _best_fit(t_s, values, np.geomspace(_PERIODS_S[0], longest_s, _N_PERIODS))
    few = duration_s < FEW_BREATHS * best.period_s
    enough = CLEARLY_EXPLAINED if few or sign == 0 else EXPLAINED
    if best.explained < enough or not best.each_alike(t_s):
        return best.explained, UNSEEN
    a, b, c, d = best.wave.tolist()
    curve = Breathing(True, period_s=best.period_s, wave=(a, b, c, d)).at(np.linspace(0.0, 1.0, 200))
    scatter = float((best.left - best.curve).std())
    ends_s = _ends(t_s, sign * best.left, sign * best.curve, best.period_s) if sign else ()
    height = float(np.ptp(curve))
    if sign and height > _DEEPEST * abs(float(np.median(values))):
        return best.explained, UNSEEN
    return best.explained, Breathing(True, ends_s, best.period_s, height, scatter, k, sign, (a, b, c, d))


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """A wave of one period, beside a trend."""

    period_s: float
    explained: float
    wave: FloatArray  # (4,)
    curve: FloatArray  # the wave along the window
    left: FloatArray  # the window without its trend

    def each_alike(self, t_s: FloatArray) -> bool:
        """Whether every whole breath of the window has about the size of the mean one."""
        number = ((t_s - t_s[0]) / self.period_s).astype(int)
        sizes = []
        for k in range(int((t_s[-1] - t_s[0]) / self.period_s + 1e-6)):
            wave, left = self.curve[number == k], self.left[number == k]
            wave = wave - wave.mean()
            sizes.append(float(wave @ left) / max(float(wave @ wave), 1e-12))
        return bool(sizes) and _EACH_ALIKE[0] < min(sizes) and max(sizes) < _EACH_ALIKE[1]


def _best_fit(t_s: FloatArray, values: FloatArray, periods_s: FloatArray) -> _Fit:
    """The wave that explains most of what is not trend; all periods are fitted at once."""
    trend = _trend(t_s, 2)
    angle = 2.0 * np.pi * t_s[None, :] / periods_s[:, None]
    waves = np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], axis=2)
    beside = values - trend @ (trend.T @ values)
    free = waves - trend @ (trend.T @ waves)  # of trend
    aim = np.einsum("pnk,n->pk", free, beside)
    fitted = np.linalg.solve(np.einsum("pnk,pnl->pkl", free, free), aim[:, :, None])[:, :, 0]
    explained = (fitted * aim).sum(axis=1) / max(float(beside @ beside), 1e-12)
    best = int(np.argmax(explained))
    curve = waves[best] @ fitted[best]
    left = values - trend @ (trend.T @ (values - curve))
    return _Fit(float(periods_s[best]), float(explained[best]), fitted[best], curve, left)


def _window(trace: Trace, within: Span | None, longest_s: float) -> tuple[FloatArray, FloatArray] | None:
    """Times and smoothed values of the last so many seconds; None where too little of it was measured."""
    good = Trace(trace.t_s, np.where(trace.ok, trace.values, np.nan), trace.new_picture, trace.ok)
    grid_s = even_grid(trace.t_s)
    here = np.ones(len(grid_s), bool) if within is None else within.holds(grid_s)
    if not here.any():
        return None
    here &= grid_s >= grid_s[here].max() - longest_s - 1e-9
    values = smoothed(on_grid(grid_s, good)[here])
    known: BoolArray = np.isfinite(values)
    if known.mean() < _KNOWN or int(known.sum()) < 10:
        return None
    return grid_s[here][known], values[known]


def _trend(t_s: FloatArray, order: int) -> FloatArray:
    """``(N, order + 1)`` columns at right angles that span every slow trend."""
    place = 2.0 * (t_s - t_s[0]) / (t_s[-1] - t_s[0]) - 1.0
    return np.asarray(np.linalg.qr(np.vander(place, order + 1, increasing=True))[0])


def _ends(t_s: FloatArray, left: FloatArray, curve: FloatArray, period_s: float) -> tuple[float, ...]:
    """Tops of the curve, each moved to the top of the trace itself near by: no two breaths are alike."""
    calm = ndimage.uniform_filter1d(left, max(1, round(0.3 * period_s / STEP_S)), mode="nearest")
    turn = ((t_s - t_s[int(np.argmax(curve))]) / period_s).round()
    ends = []
    for number in np.unique(turn):
        near = turn == number
        top_s = float(t_s[int(np.argmax(curve))]) + number * period_s
        near &= np.abs(t_s - top_s) <= period_s / 4.0
        if near.any():
            at = int(np.argmax(np.where(near, calm, -np.inf)))
            if 0 < at < len(t_s) - 1:
                ends.append(float(t_s[at]))
    return tuple(ends)


def _top(breathing: Breathing) -> tuple[float, float]:
    """Seconds before and after its top in which the wave stays within a quarter of its height."""
    n = 400
    curve = breathing.at(np.arange(n) / n)
    if breathing.sign < 0:
        curve = -curve
    high = np.roll(curve >= curve.max() - _TOP * np.ptp(curve), -int(np.argmax(curve)))
    before, after = int(np.argmin(high[::-1])), int(np.argmin(high))
    return float(before * breathing.period_s / n), float(after * breathing.period_s / n)
