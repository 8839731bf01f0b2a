"""Whether a visit met the protocol's criterion, and whether that was kept until the next one opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

from usbio.protocol import Protocol
from usbio.texts import Text
from usbio.visit.facts import Outcome

_ROUNDING = 1e-9  # two of three are 0.6666 of them


@dataclass(frozen=True, slots=True)
class SiteOutcome:
    """What came of the repetitions at one site, in their order."""

    site: str  # as its words say
    opening: tuple[Outcome, ...] = ()  # without feedback, before training
    training: tuple[Outcome, ...] = ()  # with feedback, over all sets
    closing: tuple[Outcome, ...] = ()  # without feedback, after training


@dataclass(frozen=True, slots=True)
class PainPair:
    """Pain from 0 to 10 before and after a set, or a whole visit; nan where it was not told."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class VisitOutcome:
    """What of a visit matters for the next one."""

    protocol: str
    sites: tuple[SiteOutcome, ...]
    pains: tuple[PainPair, ...] = ()
    pain_at_start: float = nan
    hold_s: float = nan  # as it was asked for; nan: as the protocol says

    @property
    def trained(self) -> bool:
        """Whether there was any training."""
        return any(site.training for site in self.sites)

    def opening(self, site: str) -> tuple[Outcome, ...]:
        """Return the test that opened the visit at a site; empty where there was none."""
        return next((one.opening for one in self.sites if one.site == site), ())


@dataclass(frozen=True, slots=True)
class Mastery:
    """Whether a training met the criterion at every site, and why not."""

    met: bool
    any_passed: bool
    reason: Text


@dataclass(frozen=True, slots=True)
class Retention:
    """Whether what was trained is still there without feedback; None where that could not be told."""

    kept: bool | None
    reason: Text


def mastery(protocol: Protocol, outcome: VisitOutcome) -> Mastery:
    """Return whether every site that was trained met the criterion; the first that did not is told."""
    sites = [site for site in outcome.sites if site.training]
    any_passed = any("passed" in site.training for site in sites)
    wanted = protocol.criterion.consecutive_passes.value
    for site in sites:
        if in_a_row(site.training) < wanted:
            row = in_a_row(site.training)
            reason = Text("visit.progress.criterion_open", site=site.site, passed=row, asked=wanted)
            return Mastery(False, any_passed, reason)
        least = protocol.criterion.passed_share
        passed, made = _passed(site.training)
        if least is not None and passed < least.value * made - _ROUNDING:
            few = Text("visit.progress.too_few", site=site.site, passed=passed, made=made)
            return Mastery(False, any_passed, few)
    return Mastery(bool(sites), any_passed, Text("visit.progress.criterion_met", count=wanted))


def retention(protocol: Protocol, before: VisitOutcome, after: VisitOutcome) -> Retention:
    """Return whether what was trained at one visit was kept until the test that opened the next."""
    least = protocol.criterion.retention_share.value
    totals = []
    for site in (one for one in before.sites if one.training):
        passed, made = _passed(after.opening(site.site))
        if not set(after.opening(site.site)) & {"passed", "not_passed"}:
            return Retention(None, Text("visit.progress.not_decidable"))
        if passed < least * made - _ROUNDING:
            return Retention(False, Text("visit.progress.not_kept", site=site.site, passed=passed, made=made))
        totals.append((passed, made))
    passed, made = (sum(one[k] for one in totals) for k in (0, 1))
    return Retention(True, Text("visit.progress.kept", passed=passed, made=made))


def in_a_row(outcomes: Sequence[Outcome]) -> int:
    """Return the most that passed one after another.

    One that could not be decided ends a row, for nobody can say that it passed; one that was broken off was
    none, and is passed over.
    """
    most = row = 0
    for outcome in outcomes:
        if outcome != "broken":
            row = row + 1 if outcome == "passed" else 0
        most = max(most, row)
    return most


def _passed(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """How many passed of how many that were made."""
    made = [outcome for outcome in outcomes if outcome != "broken"]
    return made.count("passed"), len(made)
