"""Whether a capture or repetition can begin, and how the lights stand then."""

from __future__ import annotations

from typing import get_args

from usbio.texts import Text
from usbio.visit.effects import Say
from usbio.visit.facts import (
    Checked,
    Light,
)
from usbio.visit.inputs import stood_by
from usbio.visit.state import Turn, VisitState

SILENT_S = 1.0
"""A source that gives no picture for so long breaks off what runs."""


def ready(turn: Turn) -> bool:
    """Say why nothing can begin, or True."""
    state = turn.state
    if state.silent_s > SILENT_S:
        turn.ask(Say(Text("visit.trouble.no_picture")))
        return False
    if not confirmed(state):
        turn.ask(Say(Text("visit.why.unconfirmed")))
        return False
    return True


def confirmed(state: VisitState) -> bool:
    """Return whether somebody stands by the borders of every side of this site, as they are now."""
    sides = {
        m.side
        for one in state.newest
        for m in one.measured
        if m.muscle == state.part.muscle and m.status.carries_value and stood_by(m)
    }
    return set(state.site.sides) <= sides


def unconfirmed(state: VisitState) -> bool:
    """Return whether borders are seen that nobody stands by yet."""
    return (
        state.silent_s <= SILENT_S
        and not confirmed(state)
        and any(
            m.status.carries_value and not stood_by(m)
            for one in state.newest
            for m in one.measured
            if m.side in state.site.sides
        )
    )


def keep_lights(turn: Turn) -> None:
    """Keep how the three lights stand now."""
    state = turn.state
    now = {one.light: one for one in state.lights}
    for light in get_args(Light):
        lit = now.get(light)
        verdict, reason = (lit.verdict, lit.reason) if lit is not None else ("not_checked", "")
        turn.keep(Checked(state.at_s, state.site, light, verdict, reason))
