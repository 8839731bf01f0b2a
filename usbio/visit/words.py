"""What the values of facts are called on the screen; every value a fact may have stands in its table."""

from __future__ import annotations

from typing import Literal

from segmentation.results import Muscle, Side
from segmentation.trials import Decision
from usbio.texts import Text
from usbio.visit.facts import (
    Block,
    Breath,
    Feedback,
    Light,
    LightVerdict,
    Outcome,
    PainfulSide,
    PainMoment,
    Selectivity,
    StepName,
)

PlaceVerdict = Literal["first", "matches", "differs", "not_compared"]

STEPS: dict[StepName, Text] = {
    "place": Text("visit.step.place"),
    "checks": Text("visit.step.checks"),
    "borders": Text("visit.step.borders"),
    "rest": Text("visit.step.rest"),
    "pretest": Text("visit.step.pretest"),
    "retention": Text("visit.step.retention"),
    "training": Text("visit.step.training"),
    "posttest": Text("visit.step.posttest"),
    "closing": Text("visit.step.closing"),
    "done": Text("visit.step.done"),
}
BLOCKS: dict[Block, Text] = {
    "rest": STEPS["rest"],
    "pretest": STEPS["pretest"],
    "retention": STEPS["retention"],
    "training": STEPS["training"],
    "posttest": STEPS["posttest"],
}
SIDES: dict[Side, Text] = {"left": Text("visit.side.left"), "right": Text("visit.side.right")}
OF_SIDES: dict[Side, Text] = {"left": Text("visit.of_side.left"), "right": Text("visit.of_side.right")}
PATIENT_SIDES: dict[Side, Text] = {"left": Text("patient.side.left"), "right": Text("patient.side.right")}
PAINFUL: dict[PainfulSide, Text] = {
    "left": Text("visit.painful.left"),
    "right": Text("visit.painful.right"),
    "both": Text("visit.painful.both"),
    "central": Text("visit.painful.central"),
    "none": Text("visit.painful.none"),
}
MUSCLES: dict[Muscle, Text] = {
    "lm": Text("visit.muscle.lm"),
    "tra": Text("visit.muscle.tra"),
    "io": Text("visit.muscle.io"),
    "eo": Text("visit.muscle.eo"),
    "layer": Text("visit.muscle.layer"),
    "contour": Text("visit.muscle.contour"),
}
LIGHTS: dict[Light, Text] = {
    "side": Text("visit.light.side"),
    "scale": Text("visit.light.scale"),
    "rate": Text("visit.light.rate"),
}
VERDICTS: dict[LightVerdict, Text] = {
    "ok": Text("visit.verdict.ok"),
    "differs": Text("visit.verdict.differs"),
    "not_checked": Text("visit.verdict.not_checked"),
}
DECISIONS: dict[Decision, Text] = {
    "contracted": Text("visit.decision.contracted"),
    "not_contracted": Text("visit.decision.not_contracted"),
    "not_decidable": Text("visit.decision.not_decidable"),
}
SELECTIVITY: dict[Selectivity, Text | None] = {
    "": None,
    "alone": Text("visit.selectivity.alone"),
    "joining": Text("visit.selectivity.joining"),
    "not_decidable": Text("visit.selectivity.not_decidable"),
}
OUTCOMES: dict[Outcome, Text] = {
    "passed": Text("visit.outcome.passed"),
    "not_passed": Text("visit.outcome.not_passed"),
    "not_decidable": Text("visit.outcome.not_decidable"),
    "broken": Text("visit.outcome.broken"),
}
BREATHS: dict[Breath, Text] = {
    "end_expiration": Text("visit.breath.end_expiration"),
    "marked": Text("visit.breath.marked"),
    "breathing": Text("visit.breath.breathing"),
    "held": Text("visit.breath.held"),
    "not_decidable": Text("visit.breath.not_decidable"),
    "not_seen": Text("visit.breath.not_seen"),
}
FEEDBACKS: dict[Feedback, Text] = {
    "none": Text("visit.feedback.none"),
    "during": Text("visit.feedback.during"),
    "after": Text("visit.feedback.after"),
    "both": Text("visit.feedback.both"),
    "outside": Text("visit.feedback.outside"),
}
_PLACES: dict[PlaceVerdict, Text] = {
    "first": Text("visit.place.first"),
    "matches": Text("visit.place.matches"),
    "not_compared": Text("visit.place.not_compared"),
}


def pain_words(moment: PainMoment, set_number: int) -> Text:
    """Say when pain was asked for."""
    if moment == "before_set":
        return Text("visit.pain.before_set", number=set_number)
    if moment == "after_set":
        return Text("visit.pain.after_set", number=set_number)
    return Text("visit.pain.start") if moment == "start" else Text("visit.pain.end")


def place_words(verdict: PlaceVerdict, reasons: tuple[Text, ...] = ()) -> Text:
    """Say whether the probe lies where it lay at the last visit."""
    return because(reasons) if verdict == "differs" else _PLACES[verdict]


def because(reasons: tuple[Text, ...]) -> Text:
    """Say that something differs, and why where that is known."""
    return Text("visit.verdict.differs_because", reasons=reasons) if reasons else VERDICTS["differs"]
