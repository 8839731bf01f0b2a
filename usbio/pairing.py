"""Left beside right where they come in two pictures: the newest of each side, with their ages.

Pure: the same steps, in the order in which pictures were measured, give the same pairs live and afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Literal

from segmentation.asymmetry import size_asymmetry_percent
from segmentation.results import BORDER_SOURCES, BorderSource, Measurement, Muscle, Side, Status
from segmentation.timing import Phase

HELD_S = 1.0
"""From this age on a value is held: its side may have done anything since."""
ValueKind = Literal["live", "held"]


@dataclass(frozen=True, slots=True)
class SideMoment:
    """What one side showed in one picture."""

    side: Side
    frame: int
    arrived_s: float  # when its picture came, on the one clock of both
    measured_s: float  # when it had been measured
    measurements: tuple[Measurement, ...]
    phase: Phase = Phase.UNKNOWN
    kept: bool = False  # True where the side is measured no more, however young its picture is

    def of(self, muscle: Muscle) -> Measurement | None:
        """Return what was measured of a muscle; None where it is not in the picture."""
        return next((m for m in self.measurements if m.muscle == muscle), None)


@dataclass(frozen=True, slots=True)
class Pair:
    """The newest of both sides at one moment."""

    left: SideMoment
    right: SideMoment

    @property
    def arrived_s(self) -> float:
        """When the newer picture came."""
        return max(self.left.arrived_s, self.right.arrived_s)

    def age_s(self, side: Side) -> float:
        """How much older a side's picture is than the newer one; 0 for the newer one."""
        return self.arrived_s - self.of(side).arrived_s

    def kind(self, side: Side) -> ValueKind:
        """Say whether a side is measured now, or its last value is held."""
        return "held" if self.of(side).kept or self.age_s(side) >= HELD_S else "live"

    def of(self, side: Side) -> SideMoment:
        """Return one side."""
        return self.left if side == "left" else self.right

    @property
    def alike(self) -> bool:
        """True where like is compared with like: at the same time, or both at rest or both contracted."""
        if self.kind("left") == self.kind("right") == "live":
            return True
        steady = self.left.phase in (Phase.REST, Phase.CONTRACTION)
        return steady and self.left.phase is self.right.phase

    def comparison(self, muscle: Muscle, quantity: str) -> PairedValues | None:
        """Return one muscle of both sides; None where a side does not show it."""
        left, right = self.left.of(muscle), self.right.of(muscle)
        if left is None or right is None:
            return None
        values = tuple(_value(m, quantity) for m in (left, right))
        known = self.alike and all(isfinite(value) and value > 0 for value in values)
        return PairedValues(
            muscle,
            values[0],
            values[1],
            size_asymmetry_percent(*values) if known else nan,
            left.status.or_worse(right.status),
            min(left.quality, right.quality),
            min(left.border_source, right.border_source, key=BORDER_SOURCES.index),
        )


@dataclass(frozen=True, slots=True)
class PairedValues:
    """One muscle, left and right."""

    muscle: Muscle
    left: float  # nan where it has no value
    right: float
    asymmetry_percent: float  # (right - left) / larger x 100; nan where like cannot be compared with like
    status: Status  # the one that explains the comparison
    quality: float  # of the weaker side
    border_source: BorderSource  # the less sure one


@dataclass(frozen=True, slots=True)
class Pairing:
    """The newest of each side so far."""

    left: SideMoment | None = None
    right: SideMoment | None = None

    def step(self, moment: SideMoment) -> tuple[Pairing, Pair | None]:
        """Take what was measured next; the pair is None while only one side was seen."""
        now = replace(self, **{moment.side: moment})
        return now, now.pair

    @property
    def pair(self) -> Pair | None:
        """The newest of both sides; None while only one was seen."""
        return Pair(self.left, self.right) if self.left is not None and self.right is not None else None


def paired(moments: Iterable[SideMoment]) -> Iterator[Pair]:
    """Yield a pair for every picture of either side, in the order in which they were measured."""
    pairing = Pairing()
    for moment in sorted(moments, key=lambda one: (one.measured_s, one.side)):
        pairing, pair = pairing.step(moment)
        if pair is not None:
            yield pair


def _value(measurement: Measurement, quantity: str) -> float:
    return float(getattr(measurement, quantity)) if measurement.status.carries_value else nan
