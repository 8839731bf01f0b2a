"""Which target holds for a side."""

from __future__ import annotations

from dataclasses import replace

from segmentation.results import Side
from usbio.visit.facts import Block, TargetSet
from usbio.visit.state import VisitState


def target_of(state: VisitState, side: Side, block: Block | None) -> TargetSet | None:
    """Return what a side is held to; None where nothing is asked of it yet.

    A first test has none, for the target comes from it. A retention test is held to that of the last visit.
    """
    if block == "pretest":
        return None
    if block == "retention":
        earlier = [one for one in state.plan.earlier_targets if (one.site, one.side) == (state.site, side)]
        # Whoever has improved meanwhile has kept it.
        return replace(earlier[-1], high_percent=earlier[-1].ceiling_percent) if earlier else None
    return state.record.target(state.site, side)
