"""Effort of a simulated patient: a course of its own, or what somebody asks for from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from math import exp, inf
from typing import Any

from segmentation.phantom.activation import Activation
from segmentation.phantom.clip import ClipPlan

_LAG_S = 0.12  # 95 % of a change is there after 0.57 s, without a jump in speed
_MOST_CHANGES = 4000
_DT_S = 1e-3


@dataclass(frozen=True, slots=True)
class _Change:
    """From this moment on the effort tends to a level, or to the own course where there is none."""

    t_s: float
    level: float | None
    off: float  # how far from it the effort was then
    off_per_s: float

    def off_at(self, t_s: float) -> float:
        """Return what is left of that: a critically damped return."""
        since_s = t_s - self.t_s
        return (self.off + (self.off_per_s + self.off / _LAG_S) * since_s) * exp(-since_s / _LAG_S)


class Steering:
    """The effort of the muscle that leads, 0 to 1, as a function of the simulator's time.

    `steer` may be called from any thread; `begin` and `follow` belong to the thread that draws. What was
    true of a past moment stays true, so that the truth of every picture can be asked for later.
    """

    def __init__(self, own: Callable[[float], float]) -> None:
        self._own = own
        self._wanted: float | None = None
        self._changes = [_Change(-inf, None, 0.0, 0.0)]

    @property
    def wanted(self) -> float | None:
        """What was asked for last; None while it contracts by itself."""
        return self._wanted

    def steer(self, level: float | None) -> None:
        """Ask for a level from the next picture on; None gives it back to itself."""
        if level is not None and not 0.0 <= level <= 1.0:
            raise ValueError(f"level must be from 0 to 1, came {level}")
        self._wanted = level

    def begin(self) -> None:
        """Start at time 0, at the level that is asked for."""
        self._changes = [_Change(-inf, self._wanted, 0.0, 0.0)]

    def follow(self, t_s: float) -> None:
        """Take up what is asked for, from this moment on."""
        wanted = self._wanted
        if wanted == self._changes[-1].level:
            return
        here, before = (self.effort(at) - self._target(wanted, at) for at in (t_s, t_s - _DT_S))
        self._changes = self._changes[-_MOST_CHANGES:]
        self._changes.append(_Change(t_s, wanted, here, (here - before) / _DT_S))

    def effort(self, t_s: float) -> float:
        """Return the effort at a moment."""
        changes = self._changes
        change = next((c for c in reversed(changes) if c.t_s <= t_s), changes[0])
        off = change.off_at(t_s) if change.off or change.off_per_s else 0.0
        return min(max(self._target(change.level, t_s) + off, 0.0), 1.0)

    def _target(self, level: float | None, t_s: float) -> float:
        return self._own(t_s) if level is None else level


@dataclass(frozen=True, slots=True)
class SteeredActivation(Activation):
    """A muscle that does its share of what the leading one does."""

    steering: Steering = field(kw_only=True)
    share: float = field(kw_only=True)

    def at(self, t_s: float) -> float:
        """Return the effort at a moment."""
        return self.share * self.steering.effort(t_s)


def steered(plan: ClipPlan, loop_s: float) -> tuple[ClipPlan, Steering]:
    """Return the plan with its muscles steered together, and what steers them.

    By itself it repeats the plan's own course every ``loop_s``; all muscles of a plan have one course and
    differ in strength alone.
    """
    anatomy: Any = plan.anatomy  # each kind names its muscles' efforts in its own way
    courses = {
        f.name: course for f in fields(anatomy) if isinstance(course := getattr(anatomy, f.name), Activation)
    }
    strength = {name: max((c.effort for c in a.contractions), default=0.0) for name, a in courses.items()}
    lead = max(strength, key=strength.__getitem__)
    steering = Steering(lambda t_s: courses[lead].at(t_s % loop_s))
    shared = {
        name: SteeredActivation(steering=steering, share=strength[name] / strength[lead]) for name in courses
    }
    return replace(plan, anatomy=replace(anatomy, **shared)), steering
