"""The side that was measured before the probe was moved to the other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from segmentation.results import Side
from segmentation.timing import Phase
from usbio.pairing import SideMoment
from usbio.reading import Reading
from usbio.sample import Sample


@dataclass(frozen=True, slots=True)
class HeldSide:
    """The last values of a side: as they were read, and as they were measured."""

    readings: tuple[Reading, ...]
    moment: SideMoment

    @property
    def side(self) -> Side:
        """Whose they are."""
        return self.moment.side

    def before(self, zero_s: float) -> SideMoment:
        """Return what was measured on a time that begins at this moment on the clock."""
        at_s = self.moment.arrived_s - zero_s
        return replace(self.moment, arrived_s=at_s, measured_s=at_s, kept=True)

    def at(self, now_s: float) -> tuple[Reading, ...]:
        """Return the readings with the age they have at a moment on the clock."""
        return tuple(replace(one, age_s=now_s - self.moment.arrived_s, kept=True) for one in self.readings)


def hold_side(found: Sequence[Reading], sample: Sample) -> HeldSide | None:
    """Return what is held of a one-sided picture; None where nothing of it has a value."""
    measured = sample.result.measurements if sample.result is not None else ()
    if not any(m.status.carries_value for m in measured):
        return None
    phase = found[0].phase if found else Phase.UNKNOWN
    return HeldSide(tuple(found), moment_of(measured[0].side, sample, phase))


def moment_of(side: Side, sample: Sample, phase: Phase = Phase.UNKNOWN) -> SideMoment:
    """Return what a sample shows of one side."""
    measured = sample.result.measurements if sample.result is not None else ()
    # Borders are of no use in another picture, and an hour of them is not small.
    bare: dict[str, Any] = {"border_px": None, "superficial_px": None, "deep_px": None, "caliper_px": None}
    found = tuple(replace(m, **bare) for m in measured if m.side == side)
    return SideMoment(side, sample.frame.index, sample.frame.arrived_s, sample.measured_s, found, phase)
