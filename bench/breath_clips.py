"""Phantom examinations of the abdominal wall: rest, a hold with the breath going on, a hold with it stopped.

`python -m bench.breath_clips` draws and measures those that are missing, three minutes each, and keeps what
was measured. A sixth of them never breathe; of every other six one is drawn from the hard ranges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from segmentation.phantom.abdominal_wall import AbdominalWall
from segmentation.phantom.activation import Activation, Contraction
from segmentation.phantom.clip import RENDERER, ClipPlan, Phantom
from segmentation.phantom.disturbance import Breathing
from segmentation.phantom.ranges import HARD, ORDINARY
from segmentation.phantom.scenes import random_clip
from segmentation.results import FloatArray, Status
from segmentation.traces import Span, Trace
from segmentation.tracking import start, step
from usbio.render_cache import cache_folder

SEEDS = range(700, 708)
REST, BREATHING_HOLD, HELD_HOLD = Span(0.0, 13.5), Span(15.0, 22.2), Span(27.0, 34.2)
_DEPTHS = (0.0, 0.02, 0.04, 0.07, 0.10, 0.15)  # share by which TrA and IO are thinner at full inspiration
_FPS, _SECONDS = 10.0, 36.0
_STOPS_S, _STOPPED_S = 25.5, 10.5
COLUMNS = (
    "t_s",
    "tra",
    "tra_ok",
    "io",
    "io_ok",
    "eo",
    "eo_ok",
    "subcutaneous",
    "shift",
    "true_tra",
    "breath",
)


@dataclass(frozen=True, slots=True)
class StoppedBreathing(Breathing):
    """A breath that is held for a while and then goes on from there."""

    from_s: float = 0.0
    for_s: float = 0.0

    def at(self, t_s: float) -> float:
        """Return how deep the breath is, 0 end-expiration to 1."""
        return Breathing.at(self, t_s if t_s < self.from_s else max(self.from_s, t_s - self.for_s))


@dataclass(frozen=True)
class Examination:
    """One clip; its seed decides all of it."""

    seed: int

    @property
    def depth(self) -> float:
        """Share by which TrA and IO are thinner at full inspiration."""
        return _DEPTHS[self.seed % len(_DEPTHS)]

    @property
    def hard(self) -> bool:
        """Whether it is drawn from the hard ranges."""
        return (self.seed // len(_DEPTHS)) % 2 == 1

    @cached_property
    def plan(self) -> ClipPlan:
        """The plan of the clip."""
        ranges = replace(
            HARD if self.hard else ORDINARY,
            breath_mm=(0.0, 0.5),
            gain_step_chance=0.0,
            lost_contact_chance=0.0,
            repeat_pictures=(1,),
        )
        plan = random_clip("tra", self.seed, ranges, seconds=_SECONDS, fps=_FPS)
        assert isinstance(plan.anatomy, AbdominalWall)
        rng = np.random.default_rng((self.seed, 51))
        effort = float(rng.uniform(0.3, 1.0))
        tra = Activation(tuple(Contraction(at_s, 0.6, 8.0, 0.6, effort) for at_s in (14.0, 26.0)))
        breath = self._breath(float(rng.uniform(2.8, 5.5)), rng)
        wall = replace(
            plan.anatomy,
            tra=tra,
            io=tra.scaled(float(rng.uniform(0.1, 0.6))),
            eo=tra.scaled(0.1),
            breathing=breath,
        )
        return replace(plan, anatomy=wall)

    def _breath(self, period_s: float, rng: np.random.Generator) -> Breathing:
        if not self.depth:
            return Breathing()
        lift = self.depth / 0.06
        return StoppedBreathing(
            period_s, min(0.5, lift), min(0.25, lift / 2), self.depth, rng.random(), _STOPS_S, _STOPPED_S
        )

    @cached_property
    def rows(self) -> FloatArray:
        """``(N, 11)``, see `COLUMNS`; drawn and measured where it is not kept."""
        path = cache_folder() / f"breath_{RENDERER}_{self.seed}.npy"
        if not path.exists():
            _write(path, self._measured())
        return np.asarray(np.load(path), float)

    def trace(self, muscle: str) -> Trace:
        """Thickness of "tra" or "io" over time."""
        at = COLUMNS.index(muscle)
        return Trace(
            self.rows[:, 0], self.rows[:, at], np.ones(len(self.rows), bool), self.rows[:, at + 1] > 0
        )

    def _measured(self) -> FloatArray:
        phantom = Phantom(self.plan)
        state = start(phantom.setup, phantom.picture(0))
        rows = []
        for k in range(len(phantom)):
            t_s = k / _FPS
            state, result = step(state, phantom.picture(k), t_s)
            side = self.plan.anatomy.sides[0]
            found = {m.muscle: m for m in result.measurements}
            row = [t_s]
            for one in (found["tra"], found["io"], found["eo"]):
                row += [
                    one.thickness_mm if one.status.carries_value else np.nan,
                    float(one.status is Status.OK),
                ]
            true_mm = phantom.truth(k).of(side, "tra").thickness_mm
            tra, breath = found["tra"], phantom.plan.anatomy
            assert isinstance(breath, AbdominalWall)
            rows.append([*row, tra.subcutaneous_mm, tra.probe_shift_mm, true_mm, breath.breathing.at(t_s)])
        return np.array(rows)


def _write(path: Path, rows: FloatArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, rows)


def examinations() -> Iterator[Examination]:
    """Yield all of them."""
    return map(Examination, SEEDS)


if __name__ == "__main__":
    for one in examinations():
        print(one.seed, one.depth, one.hard, len(one.rows), flush=True)
