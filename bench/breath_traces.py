"""Made-up traces in which somebody breathes, or does not but trembles, wanders or contracts slowly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from segmentation.results import FloatArray
from segmentation.traces import Trace

HZ = 25.0
LEVEL = 3.5
BREATH = 0.3  # from end to end, in the unit of the trace
_SD = 0.35 * BREATH  # standard deviation of such a breath
Quiet = Literal["noise", "fast wander", "wander", "slow wander", "walk", "tremor", "slow contraction", "step"]
QUIETS: tuple[Quiet, ...] = get_args(Quiet)


@dataclass(frozen=True, slots=True)
class Breather:
    """Breaths that are never quite alike, and what is laid over them."""

    period_s: float
    depth: float  # against `BREATH`
    uneven: float  # standard deviation of a breath's length and size, as a share
    noise: float  # standard deviation against that of the breath; it lasts a third of a second

    def curve(self, t_s: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return how much thicker than at full inspiration, 1 a whole breath; expiration lasts longer."""
        values = np.zeros(len(t_s))
        start_s = float(t_s[0]) - rng.uniform(0.0, self.period_s)
        while start_s < t_s[-1]:
            length_s = self.period_s * max(0.5, 1.0 + self.uneven * rng.normal())
            size = max(0.2, 1.0 + self.uneven * rng.normal())
            turn = (t_s - start_s) / length_s
            here = (turn >= 0.0) & (turn < 1.0)
            values[here] = -size * np.sin(np.pi * np.minimum(turn[here] / 0.7, 1.0)) ** 2
            start_s += length_s
        return self.depth * values


def drawn(seed: int, *key: int) -> tuple[Breather, np.random.Generator]:
    """Return somebody who breathes in a way that chance decides."""
    rng = np.random.default_rng((seed, 61, *key))
    period, uneven = rng.uniform(2.8, 5.5), rng.uniform(0.0, 0.15)
    return Breather(float(period), 1.0, float(uneven), float(rng.uniform(0.1, 0.6))), rng


def quiet(kind: Quiet, t_s: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return a trace without any breath, about 0, of the size that a breath would have."""
    if kind == "noise":
        course = rng.normal(size=len(t_s))
    elif kind in _LASTING_S:
        course = wander(t_s, _LASTING_S[kind], rng)
    elif kind == "walk":
        course = 5.7 * np.cumsum(rng.normal(size=len(t_s))) / np.sqrt(len(t_s)) + 0.1 * rng.normal(
            size=len(t_s)
        )
    elif kind == "tremor":
        shifts = rng.uniform(0.0, 2.0 * np.pi, 3)
        waves = [np.sin(2.0 * np.pi * f * t_s + p) for f, p in zip((0.7, 0.9, 1.1), shifts, strict=True)]
        course = np.sum(waves, axis=0) + 0.3 * rng.normal(size=len(t_s))
    else:
        course = _event(kind, t_s, rng) / 0.35 + 0.3 * rng.normal(size=len(t_s))
    return np.asarray(_SD * course, float)


_LASTING_S: dict[Quiet, float] = {"fast wander": 0.3, "wander": 1.0, "slow wander": 3.0}


def _event(kind: Quiet, t_s: FloatArray, rng: np.random.Generator) -> FloatArray:
    """A step, or a contraction that comes and goes slowly; 1 is the size of a breath."""
    start_s = float(t_s[0]) + rng.uniform(0.0, 0.7 * float(t_s[-1] - t_s[0]))
    if kind == "step":
        return np.asarray(t_s > start_s, float)
    rise_s, hold_s = rng.uniform(0.5, 3.0), rng.uniform(0.0, 6.0)
    corners = np.cumsum([start_s, rise_s, hold_s, rise_s])
    return np.asarray(rng.uniform(0.3, 5.0) * np.interp(t_s, corners, [0.0, 1.0, 1.0, 0.0]), float)


def wander(t_s: FloatArray, lasting_s: float, rng: np.random.Generator) -> FloatArray:
    """Return a first-order autoregressive course, standard deviation 1, that forgets itself in so long."""
    keeps = float(np.exp(-1.0 / HZ / lasting_s))
    steps = rng.normal(size=len(t_s)) * np.sqrt(1.0 - keeps**2)
    values: FloatArray = np.empty(len(t_s))
    values[0] = rng.normal()
    for k in range(1, len(t_s)):
        values[k] = keeps * values[k - 1] + steps[k]
    return values


def trace_of(t_s: FloatArray, values: FloatArray) -> Trace:
    """Return a trace of which every picture is new and good."""
    yes = np.ones(len(t_s), bool)
    return Trace(t_s, LEVEL + values, yes, yes)


def noise_of(one: Breather, t_s: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return what is laid over somebody's breath: noise that lasts a third of a second, and a slow drift."""
    place = (t_s - t_s[0]) / (t_s[-1] - t_s[0])
    drift = BREATH * (rng.uniform(-1.0, 1.0) * place + rng.uniform(-1.0, 1.0) * place**2)
    return np.asarray(one.noise * _SD * wander(t_s, 0.3, rng) + drift, float)
