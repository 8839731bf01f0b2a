"""What a visit asks of whoever drives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from usbio.texts import Text
from usbio.visit.facts import Fact, TrialName
from usbio.visit.site import Site

Sound = Literal["count", "cue", "hold", "relax", "end"]


@dataclass(frozen=True, slots=True)
class Keep:
    """Write a fact down before anything else is done."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class TurnTo:
    """Measure another site from now on."""

    site: Site


@dataclass(frozen=True, slots=True)
class ConfirmBorders:
    """Stand by the borders that are shown."""


@dataclass(frozen=True, slots=True)
class TakeStill:
    """Keep the picture that is shown, and of the screen around it what may be kept."""

    trial: TrialName


@dataclass(frozen=True, slots=True)
class Propose:
    """Work out what the next visit should be."""


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the operator in a line."""

    text: Text


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to hear."""

    sound: Sound


Effect: TypeAlias = Keep | TurnTo | ConfirmBorders | TakeStill | Propose | Say | Cue
