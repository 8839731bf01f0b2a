"""What is proposed for the next visit: to stay, to advance, to ease, or to hold back because of pain.

It is proposed, never decided: every proposal says why, and the clinician accepts it or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from usbio.mastery import Retention, VisitOutcome, mastery, retention
from usbio.pain_rise import pain_over_visits, pain_rise, pain_told
from usbio.protocol import Protocol, Sourced
from usbio.texts import Text

Kind = Literal["stay", "advance", "ease", "held_back"]


@dataclass(frozen=True, slots=True)
class DoseChange:
    """One number of the dose, in the unit of its name."""

    key: Literal["hold_s"]
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Override:
    """The clinician goes on in spite of pain, and says why. Without a reason nothing is overridden."""

    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, and why, the weightiest reason first."""

    kind: Kind
    protocol: str  # by name: the same, or what follows
    changes: tuple[DoseChange, ...]
    reasons: tuple[Text, ...]
    choices: tuple[str, ...] = ()  # other protocols that may follow as well


def propose(
    protocol: Protocol,
    outcomes: Sequence[VisitOutcome],
    ladder: Mapping[str, Protocol],
    override: Override | None = None,
) -> Proposal:
    """Return what is proposed after these visits, the newest last; ``ladder`` is every protocol by its name.

    Only the last visits in a row with this protocol count. The newest one may have no training yet, only the
    test that opens it: that is where the proposal can say whether the last training was kept.
    """
    run = _run(protocol, outcomes)
    before = outcomes[-len(run) - 1].protocol if len(run) < len(outcomes) else ""
    base = _base(_Steps(protocol, ladder, before), run)
    reminders = _reminders(protocol, run)
    pain = pain_rise(protocol, run)
    if pain is None:
        untold = () if base.kind != "advance" or pain_told(run) else (Text("visit.progress.pain_unknown"),)
        return replace(base, reasons=(*base.reasons, *untold, *reminders))
    reason = override.reason.strip() if override else ""
    if reason:
        overridden = Text("visit.progress.overridden", reason=reason)
        return replace(base, reasons=(*base.reasons, pain, overridden, *reminders))
    if base.kind == "ease":
        return replace(base, reasons=(pain, *base.reasons, *reminders))
    return Proposal("held_back", protocol.name, (), (pain, *base.reasons, *reminders))


def with_changes(protocol: Protocol, changes: Sequence[DoseChange]) -> Protocol:
    """Return the protocol with another dose; the changed numbers are sourced as their step is."""
    for change in changes:
        step = protocol.progression.hold_step_s
        source = (step.source, step.population) if step else ("the clinician", "this patient")
        protocol = replace(protocol, dose=replace(protocol.dose, hold_s=Sourced(change.after, *source)))
    return protocol


def _run(protocol: Protocol, outcomes: Sequence[VisitOutcome]) -> Sequence[VisitOutcome]:
    """The last visits in a row with this protocol, each with its hold."""
    run: list[VisitOutcome] = []
    for outcome in reversed(outcomes):
        if outcome.protocol != protocol.name:
            break
        hold_s = outcome.hold_s if isfinite(outcome.hold_s) else protocol.dose.hold_s.value
        run.insert(0, replace(outcome, hold_s=hold_s))
    return run


def _base(steps: _Steps, run: Sequence[VisitOutcome]) -> Proposal:
    """What is proposed from what was reached and kept, pain aside."""
    trained = [number for number, outcome in enumerate(run) if outcome.trained]
    if not trained:
        return steps.stay(Text("visit.progress.first"))
    last = trained[-1]
    met = mastery(steps.protocol, run[last])
    if not met.any_passed and any(mastery(steps.protocol, run[k]).met for k in trained[:-1]):
        return steps.ease(run, Text("visit.progress.none_passed"))
    if steps.protocol.criterion.retention == "not_required":
        return steps.advance(run, met.reason) if met.met else steps.stay(met.reason)
    # The newest test that says whether training was kept: that of the next visit, else that of this one.
    tested = min(last + 1, len(run) - 1)
    kept, before = _kept(steps.protocol, run, tested), _kept(steps.protocol, run, tested - 1)
    if kept is not None and kept.kept is False:
        if before is not None and before.kept is False:
            return steps.ease(run, Text("visit.progress.not_kept_twice"), kept.reason)
        return steps.stay(kept.reason, met.reason)
    if not met.met:
        return steps.stay(met.reason)
    if kept is None:
        return steps.stay(met.reason, Text("visit.progress.retention_open"))
    return steps.advance(run, met.reason, kept.reason) if kept.kept else steps.stay(kept.reason, met.reason)


def _kept(protocol: Protocol, run: Sequence[VisitOutcome], tested: int) -> Retention | None:
    """Whether a visit opened with what the one before had mastered with this dose; None where it had not."""
    if tested < 1:
        return None
    before, after = run[tested - 1], run[tested]
    mastered = before.hold_s == after.hold_s and mastery(protocol, before).met
    return retention(protocol, before, after) if mastered else None


def _reminders(protocol: Protocol, run: Sequence[VisitOutcome]) -> tuple[Text, ...]:
    """When it is time to screen again: nothing comes of it, or it gets worse."""
    least = protocol.progression.visits_without_response.value
    newest = [outcome for outcome in run if outcome.trained][-least:]
    silent = len(newest) == least and not any(mastery(protocol, one).any_passed for one in newest)
    worse = pain_over_visits(protocol, run)
    return (
        *((Text("visit.progress.no_response", count=least),) if silent else ()),
        *((worse,) if worse else ()),
    )


@dataclass(frozen=True, slots=True)
class _Steps:
    """Where one can go from a protocol."""

    protocol: Protocol
    ladder: Mapping[str, Protocol]
    came_from: str = ""  # the protocol before this one; "" where there was none

    def stay(self, *reasons: Text) -> Proposal:
        return Proposal("stay", self.protocol.name, (), reasons)

    def advance(self, run: Sequence[VisitOutcome], *reasons: Text) -> Proposal:
        """A longer hold first, then what follows."""
        progression, hold_s = self.protocol.progression, run[-1].hold_s
        if progression.hold_step_s and progression.hold_most_s and hold_s < progression.hold_most_s.value:
            longer = min(hold_s + progression.hold_step_s.value, progression.hold_most_s.value)
            return self._held("advance", hold_s, longer, reasons)
        following = [name for name in progression.next if name in self.ladder]
        if not following:
            return self.stay(*reasons, Text("visit.progress.last_stage"))
        return Proposal("advance", following[0], (), reasons, tuple(following[1:]))

    def ease(self, run: Sequence[VisitOutcome], *reasons: Text) -> Proposal:
        """A shorter hold first, as long as it was made longer, then where one came from."""
        step, hold_s, least = (
            self.protocol.progression.hold_step_s,
            run[-1].hold_s,
            self.protocol.dose.hold_s.value,
        )
        if step and hold_s > least:
            return self._held("ease", hold_s, max(hold_s - step.value, least), reasons)
        easier = self._easier()
        if not easier:
            return self.stay(*reasons, Text("visit.progress.nothing_easier"))
        return Proposal("ease", easier[0], (), reasons, tuple(easier[1:]))

    def _easier(self) -> Sequence[str]:
        """What leads here: where the patient came from, then whose next step this is."""
        ranks = {
            name: (name != self.came_from, one.progression.next.index(self.protocol.name), name)
            for name, one in self.ladder.items()
            if self.protocol.name in one.progression.next
        }
        return sorted(ranks, key=ranks.__getitem__)

    def _held(self, kind: Kind, before_s: float, after_s: float, reasons: tuple[Text, ...]) -> Proposal:
        told = Text("visit.progress.hold", before=before_s, after=after_s)
        return Proposal(
            kind, self.protocol.name, (DoseChange("hold_s", before_s, after_s),), (*reasons, told)
        )
