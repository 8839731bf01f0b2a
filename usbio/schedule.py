"""When the patient sees how it goes: what repetition k of n may show, by the protocol's schedule.

Nobody promises that one schedule is better than another: constant feedback learns fastest, varied feedback
kept better after a month in 23 people without pain (Herbert 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from usbio.protocol import Schedule

_ROUNDING = 1e-9  # of a sum of shares


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one repetition may show to the patient."""

    during: bool  # while the muscle works
    after: bool  # its result, once it is over
    only_outside: bool = False  # words alone, and only where the value is outside the target

    def tells_after(self, passed: bool | None) -> bool:
        """Return whether the result is told: within a bandwidth only that of a repetition that missed."""
        return self.after and not (self.only_outside and passed is True)


NONE = Feedback(during=False, after=False)
"""Of tests: the patient's screen is dark."""


def feedback(schedule: Schedule, repetition: int, of: int, chosen: bool | None = None) -> Feedback:
    """Return what repetition ``repetition`` of ``of`` may show, counted from 1 over all sets.

    ``chosen`` is what the patient chose before this repetition; it matters only where the schedule leaves
    the choice to the patient, and None, nothing chosen, is taken as no. The same always gives the same.
    """
    if not 1 <= repetition <= of:
        raise ValueError(f"expected a repetition from 1 to {of}, came {repetition}")
    match schedule.kind:
        case "concurrent":
            return Feedback(during=True, after=True)
        case "terminal":
            return Feedback(during=False, after=True)
        case "bandwidth":
            return Feedback(during=True, after=True, only_outside=True)
        case "faded":
            shown = repetition in faded(schedule, of)
            return Feedback(during=shown, after=shown)
        case "self_chosen":
            return Feedback(during=bool(chosen), after=bool(chosen))


def faded(schedule: Schedule, of: int) -> Sequence[int]:
    """Return which of the repetitions have feedback where it fades.

    The share runs in even steps from the first to the last; the shares up to a repetition add up to how many
    were shown, so that feedback thins out evenly and without chance.
    """
    if schedule.first_share is None or schedule.last_share is None:
        raise ValueError(f"expected both shares of a faded schedule, came {schedule}")
    first, last = schedule.first_share.value, schedule.last_share.value
    shown, total, so_far = [], 0.0, 0
    for number in range(1, of + 1):
        total += first + (last - first) * ((number - 1) / (of - 1) if of > 1 else 0.0)
        due = ceil(total - _ROUNDING)
        if due > so_far:
            shown.append(number)
        so_far = due
    return shown
