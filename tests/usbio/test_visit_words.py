"""Every value that a fact may have is called something."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from segmentation.results import Muscle, Side
from segmentation.trials import Decision
from tests.usbio.catalogues import catalogue, forms
from usbio.texts import Text, Texts
from usbio.visit import words
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
from usbio.visit.progress import Missing

TABLES: tuple[tuple[Any, dict[Any, Any]], ...] = (
    (StepName, words.STEPS),
    (Block, words.BLOCKS),
    (Side, words.SIDES),
    (Side, words.OF_SIDES),
    (Side, words.PATIENT_SIDES),
    (PainfulSide, words.PAINFUL),
    (Muscle, words.MUSCLES),
    (Light, words.LIGHTS),
    (LightVerdict, words.VERDICTS),
    (Decision, words.DECISIONS),
    (Selectivity, words.SELECTIVITY),
    (Outcome, words.OUTCOMES),
    (Breath, words.BREATHS),
    (Feedback, words.FEEDBACKS),
)


@pytest.mark.parametrize(("values", "table"), TABLES)
def test_every_value_has_words(values: Any, table: dict[Any, Any]) -> None:
    assert set(table) == set(get_args(values))


@pytest.mark.parametrize("moment", get_args(PainMoment))
def test_pain_is_said_with_its_moment(moment: PainMoment) -> None:
    said = {language: Texts(language).say(words.pain_words(moment, 2)) for language in ("en", "de")}
    assert said["en"].startswith("pain ")
    assert said["de"].startswith("Schmerz ")
    assert ("2" in said["en"]) == ("set" in moment)


def test_what_differs_says_why() -> None:
    moved = Text("visit.place.why.shift", shift_mm=4.25)
    probe = Text("visit.place.why.other", field=Text("visit.field.probe"), now="linear", before="convex")
    assert Texts("en").say(words.because((moved, probe))) == (
        "differs because the picture lies 4.2 mm away; Probe: linear, was convex"
    )
    assert Texts("de").say(words.because((moved,))) == "weicht ab: das Bild liegt 4,2 mm daneben"
    assert Texts("en").say(words.because(())) == "differs"


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("first", "first visit: nothing to compare with"),
        ("matches", "matches"),
        ("differs", "differs because the tissue looks otherwise"),
        ("not_compared", "not compared"),
    ],
)
def test_a_place_is_said(verdict: words.PlaceVerdict, said: str) -> None:
    assert Texts("en").say(words.place_words(verdict, (Text("visit.place.why.similarity"),))) == said


def test_codes_whose_end_is_put_in_have_words() -> None:
    begun_by_a_key = {"", "captures", "repetitions"}  # what is missing is begun, and not asked for
    own_words = {"place", "rest", "pretest", "retention", "posttest"}  # said with what they need
    put_in = {
        "visit.step.": set(get_args(StepName)),
        "visit.side.": set(get_args(Side)),
        "visit.needs.": set(get_args(Missing)) - begun_by_a_key | {"reason"},
        "visit.do.": set(get_args(StepName)) - own_words,
    }
    known = set(forms(catalogue("en")))
    assert not {family + end for family, ends in put_in.items() for end in ends} - known
