"""The scale checked with the scanner's own caliper: what it says of the muscle beside what is measured."""

from __future__ import annotations

from math import isfinite, nan

from usbio.texts import Text
from usbio.visit.effects import Say
from usbio.visit.facts import LightVerdict
from usbio.visit.inputs import Lit, Seen
from usbio.visit.state import Turn

LIMIT_MM, LIMIT_SHARE = 0.5, 0.05
"""A hand sets a caliper on a border to 0.2 to 0.3 mm; beyond this it is not the hand."""


def check_caliper(turn: Turn, typed: str) -> None:
    """Compare a thickness that the operator read off the scanner with the newest one, and set the light."""
    caliper_mm, own_mm = _number(typed), _thickness_mm(turn)
    if not caliper_mm > 0:
        turn.ask(Say(Text("visit.caliper.no_number")))
        return
    if not own_mm > 0:
        turn.ask(Say(Text("visit.caliper.no_value")))
        return
    agrees = abs(caliper_mm - own_mm) <= max(LIMIT_MM, LIMIT_SHARE * own_mm)
    code = "visit.caliper.agrees" if agrees else "visit.caliper.differs"
    turn.ask(Say(Text(code, caliper_mm=caliper_mm, own_mm=own_mm)))
    verdict: LightVerdict = "ok" if agrees else "differs"
    reason = f"caliper {caliper_mm:.1f} mm, usbio {own_mm:.1f} mm"
    others = tuple(one for one in turn.state.lights if one.light != "scale")
    turn.change(lights=(*others, Lit(turn.state.at_s, "scale", verdict, reason)))


def _thickness_mm(turn: Turn) -> float:
    """The leading muscle's thickness on the first side; a border need not be confirmed to be compared."""
    state = turn.state
    shown: list[Seen] = [one for one in state.newest if one.shows(state.site.sides[0])]
    found = shown[0].of(state.site.sides[0], state.part.muscle) if shown else None
    return found.thickness_mm if found is not None and found.status.carries_value else nan


def _number(typed: str) -> float:
    try:
        value = float(typed.replace("mm", "").replace(",", ".").strip())
    except ValueError:
        return nan
    return value if isfinite(value) else nan
