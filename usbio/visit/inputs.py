"""What a visit hears: pictures, keys, entries and the clock. Time comes from nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Literal, TypeAlias

from segmentation.results import Measurement, Side, Status
from usbio.visit.facts import Light, LightVerdict, PlaceCompared, Proposed
from usbio.visit.site import Site

Action = Literal[
    "next",  # the one key: whatever comes next
    "start",  # begin a set, or stop what runs
    "confirm",  # stand by the borders
    "repeat",  # take a capture or repetition again
    "undo",
    "redo",
    "breath",  # at rest: this is the end of expiration; in a hold: the breath is held
    "feedback",  # chosen by the patient, for the next repetition
    "skip",  # leave a stage as it is
    "end",  # stop the visit here
]
Field = Literal["pain", "function", "remark", "accept", "override", "caliper"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture of one source, and what was measured in it, without its borders."""

    at_s: float  # when it came, since the visit began
    frame: int
    new_picture: bool
    measured: tuple[Measurement, ...]
    source: int = 0  # of two sources, which
    fault: str = ""  # why nothing was measured, in words

    def shows(self, side: Side) -> bool:
        """Return whether a side is in this picture."""
        return any(m.side == side for m in self.measured)

    def of(self, side: Side, muscle: str) -> Measurement | None:
        """Return one muscle of a side; None where it is not in this picture."""
        return next((m for m in self.measured if m.side == side and m.muscle == muscle), None)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key or a foot switch."""

    at_s: float
    action: Action


@dataclass(frozen=True, slots=True)
class Entered:
    """Something that was typed or chosen."""

    at_s: float
    field: Field
    value: float = nan
    words: str = ""


@dataclass(frozen=True, slots=True)
class Lit:
    """One of the three lights, from now on."""

    at_s: float
    light: Light
    verdict: LightVerdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """How the live picture lies to that of the last visit."""

    at_s: float
    found: PlaceCompared


@dataclass(frozen=True, slots=True)
class Turned:
    """The picture shows this site from now on, measured anew."""

    at_s: float
    site: Site


@dataclass(frozen=True, slots=True)
class Told:
    """What is proposed for the next visit."""

    at_s: float
    proposed: Proposed


@dataclass(frozen=True, slots=True)
class Tick:
    """Time goes on."""

    at_s: float


Input: TypeAlias = Seen | Pressed | Entered | Lit | Compared | Turned | Told | Tick


def stood_by(measurement: Measurement) -> bool:
    """Return whether a value may count: somebody stands by its border."""
    return measurement.border_source != "auto"


def worst_status(seen: Seen, sides: tuple[Side, ...], muscle: str) -> Status:
    """Return the status that explains best why a muscle is not seen well; ``ok`` where it is."""
    found = [m.status for side in sides if (m := seen.of(side, muscle)) is not None]
    if not found:
        return Status.NO_BORDER
    worst = found[0]
    for status in found[1:]:
        worst = worst.or_worse(status)
    return worst
