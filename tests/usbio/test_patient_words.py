"""What the patient's screen says is in the catalogues, and there is a hint for whatever hides the value."""

from __future__ import annotations

from dataclasses import fields

import pytest

from segmentation.results import Status
from usbio.patient_hints import HINTS, patient_hint
from usbio.patient_scene import PatientWords
from usbio.patient_words import patient_words
from usbio.texts import Text, Texts


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_word_is_said_and_none_twice(language: str) -> None:
    words = patient_words(Texts(language))
    said = [getattr(words, field.name) for field in fields(PatientWords)]
    assert all(said)
    assert len(set(said)) == len(said)
    assert not any(word.startswith("patient.") for word in said)


def test_the_age_of_a_value_is_put_in_while_it_is_shown() -> None:
    assert patient_words(Texts("de")).held.format(age_s=14) == "vor 14 s"
    assert patient_words(Texts("en")).held.format(age_s=14) == "14 s ago"


def test_whatever_is_not_ok_has_a_hint() -> None:
    assert set(HINTS) == set(Status) - {Status.OK}
    assert patient_hint([]) is None
    assert patient_hint([Status.OK, Status.OK]) is None


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([Status.OK, Status.LOW_QUALITY], "patient.hint.hold_still"),
        ([Status.LOW_QUALITY, Status.MOVED], "patient.hint.probe_back"),
        ([Status.MOVED, Status.LOW_QUALITY], "patient.hint.probe_back"),
        ([Status.SHADOW, Status.LOST, Status.OK], "patient.hint.probe_back"),
        ([Status.LOST, Status.FROZEN], "patient.hint.no_picture"),
        ([Status.NO_BORDER, Status.LOW_QUALITY], "patient.hint.picture"),
    ],
)
def test_one_thing_is_asked_for_at_a_time(statuses: list[Status], code: str) -> None:
    assert patient_hint(statuses) == Text(code)
