"""When a repetition asks for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmentation.timing import Phase
from segmentation.traces import Span
from usbio.protocol import Dose

CuePhase = Literal["count_in", "contract", "hold", "relax", "over"]
_PHASES: dict[CuePhase, Phase] = {
    "count_in": Phase.REST,
    "contract": Phase.TRANSITION,
    "hold": Phase.CONTRACTION,
    "relax": Phase.TRANSITION,
    "over": Phase.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """One repetition: count-in, way there, hold, relax; the same with feedback and without."""

    began_s: float
    cue_s: float
    hold_began_s: float
    hold_end_s: float
    end_s: float

    def phase(self, at_s: float) -> CuePhase:
        """Return what is asked for at a moment."""
        if at_s < self.cue_s:
            return "count_in"
        if at_s < self.hold_began_s:
            return "contract"
        if at_s < self.hold_end_s:
            return "hold"
        return "relax" if at_s < self.end_s else "over"

    def cued(self, at_s: float) -> Phase:
        """Return the phase that was asked for, for the table of frames."""
        return _PHASES[self.phase(at_s)]

    def countdown_s(self, at_s: float) -> float:
        """Return how long what is asked for now still lasts."""
        ends = (self.cue_s, self.hold_began_s, self.hold_end_s, self.end_s)
        return next((end - at_s for end in ends if at_s < end), 0.0)

    @property
    def contraction(self) -> Span:
        """From the cue to the end of the hold."""
        return Span(self.cue_s, self.hold_end_s)

    @property
    def hold(self) -> Span:
        """The hold as it was asked for."""
        return Span(self.hold_began_s, self.hold_end_s)


def timeline(began_s: float, dose: Dose) -> Timeline:
    """Return when a repetition that begins now asks for what."""
    cue_s = began_s + dose.count_in_s.value
    hold_began_s = cue_s + dose.contract_s.value
    hold_end_s = hold_began_s + dose.hold_s.value
    return Timeline(began_s, cue_s, hold_began_s, hold_end_s, hold_end_s + dose.relax_s.value)
