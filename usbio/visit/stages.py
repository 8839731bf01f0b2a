"""The order of a visit."""

from __future__ import annotations

from dataclasses import dataclass

from usbio.visit.facts import StepName, VisitBegun
from usbio.visit.site import Site


@dataclass(frozen=True, slots=True)
class Stage:
    """One step at one site."""

    step: StepName
    site: Site


def stages_of(begun: VisitBegun) -> tuple[Stage, ...]:
    """Return the stages of a visit from its first to ``done``.

    Every site is looked at, rested and tested before any is trained, so that no test has seen feedback.
    The probe then stays where it is: the last site that was tested is trained first, the others follow.
    """
    test: StepName = "retention" if begun.in_a_row > 1 else "pretest"
    before: tuple[StepName, ...] = ("place", "checks", "borders", "rest", test)
    stages = [Stage(step, site) for site in begun.sites for step in before]
    for k, site in enumerate(reversed(begun.sites)):
        after: tuple[StepName, ...] = (
            ("training", "posttest") if k == 0 else ("borders", "training", "posttest")
        )
        stages += [Stage(step, site) for step in after]
    last = stages[-1].site
    return (*stages, Stage("closing", last), Stage("done", last))
