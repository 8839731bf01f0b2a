"""What the clinician's page of a visit says, in the clinician's language."""

from __future__ import annotations

from math import isfinite, isnan

from segmentation.asymmetry import Asymmetry, told_from_zero
from segmentation.results import QUANTITIES, Quantity, Side
from usbio.protocol import Part
from usbio.protocol_library import shipped_protocols
from usbio.texts import Text, Texts
from usbio.visit.facts import PainNoted, Proposed, TargetSet
from usbio.visit.view import RepetitionView, RestView, RunningView, VisitView
from usbio.visit.words import (
    BREATHS,
    FEEDBACKS,
    MUSCLES,
    OUTCOMES,
    PAINFUL,
    SELECTIVITY,
    SIDES,
    STEPS,
    pain_words,
)

BETWEEN = " · "
_DECIMAL_SIGN = {"de": ","}


class VisitWords:
    """Says the records of a visit."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def say(self, code: str, /, **parameters: str | int | float | Text) -> str:
        """Say a text by its code."""
        return self.texts.say(Text(code, **parameters))

    def number(self, value: float, decimals: int, signed: bool = False) -> str:
        """Write a number with the sign of the language; a dash where there is none."""
        if not isfinite(value):
            return "–"
        words = f"{value:{'+' if signed else ''}.{decimals}f}".replace("-", "−")
        return words.replace(".", _DECIMAL_SIGN.get(self.texts.language, "."))

    def side(self, side: Side) -> str:
        """Name a side."""
        return self.texts.say(SIDES[side])

    def patient(self, view: VisitView) -> str:
        """Say whose visit it is."""
        none = view.painful_side == "none"
        painful = "" if none else self.say("visit.pain_at", side=PAINFUL[view.painful_side])
        return BETWEEN.join(filter(None, (view.subject, painful, view.level)))

    def protocol(self, view: VisitView) -> str:
        """Say what is trained."""
        return view.protocol.text("title", self.texts.language)

    def step(self, view: VisitView) -> str:
        """Say where the visit stands, and where the probe."""
        sides = " + ".join(self.side(side) for side in view.site.sides)
        place = f"{self.texts.say(MUSCLES[view.part.muscle])} {sides}"
        step = self.texts.say(STEPS[view.step])
        return step if view.step in ("closing", "done") else BETWEEN.join((step, place))

    def trial(self, view: VisitView, running: RunningView) -> str:
        """Say which capture or repetition of how many is on, of which set."""
        number, of = running.trial.number, running.of
        if running.phase is None:
            return self.say("visit.capture", number=number, total=of)
        said = self.say("visit.repetition", number=number, total=of)
        if view.sets > 1:
            said += BETWEEN + self.say("visit.set", number=view.set_number, total=view.sets)
        return said

    def changes(self, running: RunningView) -> str:
        """Say how far each side is from its rest now."""
        said = [
            self.say("visit.change_now", side=SIDES[side], percent=percent)
            for side, percent in running.change_percent
        ]
        return "     ".join(said).replace("-", "−")

    def feedback(self, running: RunningView) -> str:
        """Say what the patient sees of it."""
        return self.texts.say(FEEDBACKS[running.feedback])

    def target(self, target: TargetSet, alone: bool) -> str:
        """Say what a side is asked to reach, and where that comes from."""
        band = self.say("visit.target", low_percent=target.low_percent, high_percent=target.high_percent)
        side = "" if alone else f" ({self.side(target.side)})"
        return f"{self.say('visit.target.name')}{side}: {band}, {self.say(target.source)}"

    def rest(self, rest: RestView, part: Part) -> str:
        """Say the mean of the captures of a side with its band."""
        quantity, together = QUANTITIES[part.quantity], rest.together
        mean, band = (self.number(v, quantity.decimals) for v in (together.mean, together.band95))
        return self.say("visit.rest.mean", mean=mean, unit=quantity.unit, band=band)

    def capture(self, value: float, sd: float, quantity: Quantity) -> str:
        """Say one capture of one side."""
        return f"{self.number(value, quantity.decimals)} ± {self.number(sd, quantity.decimals)}"

    def breath(self, rest: RestView, place: int) -> str:
        """Say when in the breath a capture was taken."""
        return self.texts.say(BREATHS[rest.captures[place].breath])

    def repetition(self, one: RepetitionView, alone: bool) -> str:
        """Say what a repetition came to, and why it does not count."""
        side = "" if alone else f"{self.side(one.side)} "
        change = f"{side}{self.number(one.change_percent, 0, signed=True)} %"
        held = f"{self.number(one.in_target_s, 1)} s" if isfinite(one.in_target_s) else ""
        outcome = self.texts.say(OUTCOMES[one.outcome])
        if one.reason and one.reason != "visit.why.not_decidable":
            outcome += f" ({self.say(one.reason)})"
        selective = SELECTIVITY[one.selectivity]
        alone_words = self.texts.say(selective) if selective is not None else ""
        if one.reason == "visit.selectivity.not_decidable" or one.reason == "visit.why.io_joining":
            alone_words = ""  # it is the reason already
        return BETWEEN.join(filter(None, (change, held, outcome, alone_words)))

    def size(self, found: Asymmetry) -> tuple[str, str]:
        """Say left against right at rest, and whether it can be told from 0."""
        if isnan(found.signed_percent):
            return self.say("visit.decision.not_decidable"), ""
        percent = found.unsigned_percent
        if round(percent) and found.smaller_side:
            said = self.say("visit.asymmetry.smaller", percent=percent, side=SIDES[found.smaller_side])
        else:
            said = self.say("visit.asymmetry.alike")
        return said + self._band(found.band_points), self._told(found.told_from_zero)

    def activation(self, points: float, band_points: float) -> tuple[str, str]:
        """Say which side changes more, and whether that can be told from 0."""
        if isnan(points):
            return self.say("visit.decision.not_decidable"), ""
        if round(points):
            side = SIDES["right" if points > 0 else "left"]
            said = self.say("visit.asymmetry.more", count=abs(round(points)), side=side)
        else:
            said = self.say("visit.asymmetry.alike")
        return said + self._band(band_points), self._told(told_from_zero(points, band_points))

    def pain(self, noted: PainNoted) -> str:
        """Say what was told of pain."""
        score = self.number(noted.score, 0) if isfinite(noted.score) else self.say("visit.pain.not_told")
        one_side = noted.site is not None and len(noted.site.sides) == 1
        side = f" ({self.side(noted.site.sides[0])})" if one_side and noted.site is not None else ""
        return f"{self.texts.say(pain_words(noted.moment, noted.set_number))}{side}: {score}"

    def proposal(self, proposed: Proposed) -> str:
        """Say what is proposed for the next visit."""
        known = shipped_protocols().get(proposed.protocol)
        title = known.text("title", self.texts.language) if known is not None else proposed.protocol
        return self.say(f"visit.proposal.{proposed.proposal}", protocol=title)

    def decision(self, proposed: Proposed) -> str:
        """Say what the clinician made of it, or how to."""
        if proposed.override:
            return self.say("visit.progress.overridden", reason=proposed.override)
        return self.say("visit.proposal.keys" if proposed.accepted is None else "visit.proposal.accepted")

    def _band(self, points: float) -> str:
        return f" ± {self.number(points, 0)}" if isfinite(points) else ""

    def _told(self, told: bool | None) -> str:
        if told is None:
            return self.say("visit.asymmetry.error_unknown")
        return self.say("visit.asymmetry.told" if told else "visit.asymmetry.not_told")
