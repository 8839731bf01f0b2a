"""What the patient's screen says is in the catalogues."""

from __future__ import annotations

from dataclasses import fields

import pytest

from usbio.patient_scene import PatientWords
from usbio.patient_words import patient_words
from usbio.texts import Texts


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
