"""A code with parameters becomes words in a language, and an error in words can be said in another."""

from __future__ import annotations

import logging
import pickle
from math import inf, nan
from pathlib import Path
from typing import TypeAlias

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from pydantic import TypeAdapter

from usbio.errors import CallError, InputError, UsbioError, input_error, output_error
from usbio.language import patient_language
from usbio.texts import DOMAIN, Text, Texts

Words: TypeAlias = "dict[str | tuple[str, str], str | tuple[str, str]]"

GERMAN = Texts("de")


@pytest.fixture
def locale(tmp_path: Path) -> Path:
    """Two small catalogues, as a translator leaves them half-way."""
    english: Words = {
        "hold": "Hold",
        "thick": "{mm:.1f} mm {side}",
        "differs": "differs because {reasons}",
        "depth": "the depth is {mm:.0f} mm",
        "probe": "the probe is another",
        "only_here": "only in English",
        "deep": "{side.__class__}",
        ("left", "left"): ("one left", "{count} left"),
    }
    german: Words = {
        "hold": "Halten Sie",
        "thick": "{side} {mm:.1f} mm",
        ("left", "left"): ("noch eine", "noch {count}"),
    }
    write_catalogue(tmp_path, "en", english)
    write_catalogue(tmp_path, "de", german)
    return tmp_path


def write_catalogue(folder: Path, language: str, words: Words) -> None:
    catalogue = Catalog(locale=language)
    for code, form in words.items():
        catalogue.add(code, form)
    path = folder / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)


def test_a_code_is_said_in_the_language(locale: Path) -> None:
    assert Texts("en", locale).say(Text("hold")) == "Hold"
    assert Texts("de", locale).say(Text("hold")) == "Halten Sie"
    assert Texts("de_AT", locale).say(Text("hold")) == "Halten Sie"


def test_what_a_language_lacks_is_said_in_english(locale: Path) -> None:
    assert Texts("de", locale).say(Text("only_here")) == "only in English"
    assert Texts("fr", locale).say(Text("hold")) == "Hold"


def test_numbers_have_the_sign_of_the_language(locale: Path) -> None:
    thick = Text("thick", mm=5.25, side="L5.")
    assert Texts("en", locale).say(thick) == "5.2 mm L5."
    assert Texts("de", locale).say(thick) == "L5. 5,2 mm"


@pytest.mark.parametrize("mm", [nan, inf, -inf])
def test_what_is_not_measured_is_no_number(locale: Path, mm: float) -> None:
    assert Texts("en", locale).say(Text("thick", mm=mm, side="left")) == "– mm left"


@pytest.mark.parametrize(
    ("count", "english", "german"), [(1, "one left", "noch eine"), (0, "0 left", "noch 0")]
)
def test_count_chooses_one_or_many(locale: Path, count: int, english: str, german: str) -> None:
    assert Texts("en", locale).say(Text("left", count=count)) == english
    assert Texts("de", locale).say(Text("left", count=count)) == german


def test_a_count_needs_no_plural(locale: Path) -> None:
    assert Texts("de", locale).say(Text("only_here", count=3)) == "only in English"


def test_texts_stand_in_texts(locale: Path) -> None:
    differs = Text("differs", reasons=(Text("depth", mm=50), Text("probe")))
    assert Texts("en", locale).say(differs) == "differs because the depth is 50 mm; the probe is another"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (Text("unknown", side="left"), "unknown"),
        (Text("depth"), "the depth is {mm:.0f} mm"),
        (Text("depth", mm="fifty"), "the depth is {mm:.0f} mm"),
        (Text("deep", side="left"), "{side.__class__}"),  # names only, nothing inside of what is told
        (Text("hold", braces="{mm}"), "Hold"),
    ],
)
def test_a_mistake_of_ours_is_no_traceback_but_logged_once(
    locale: Path, text: Text, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    texts = Texts("en", locale)
    with caplog.at_level(logging.ERROR):
        assert [texts.say(text), texts.say(text)] == [said, said]
    assert len(caplog.records) == (said != "Hold")


def test_what_is_told_is_never_read_as_a_place(locale: Path) -> None:
    assert Texts("en", locale).say(Text("thick", mm=1.0, side="{mm} %s")) == "1.0 mm {mm} %s"


def test_without_any_catalogue_codes_are_said(tmp_path: Path) -> None:
    assert Texts("de", tmp_path).say(Text("hold")) == "hold"


def test_a_text_is_a_value() -> None:
    text = Text("depth", mm=50, side=Text("left"))
    assert text == Text("depth", side=Text("left"), mm=50)
    assert len({text, Text("depth", mm=51), Text("hold")}) == 3
    assert pickle.loads(pickle.dumps(text)) == text


def test_a_text_is_kept_as_json() -> None:
    kept = TypeAdapter(Text)
    text = Text("a", mm=2.5, n=3, none=nan, side="left", why=(Text("b", whole=5.0), Text("c")), of=Text("d"))
    again = kept.validate_json(kept.dump_json(text))
    assert again == text
    assert [type(value) for _, value in again.parameters] == [type(value) for _, value in text.parameters]


@pytest.mark.parametrize(
    ("asked", "environment", "system", "language"),
    [
        (None, {}, "", "en"),
        (None, {"LANG": "de_AT.UTF-8"}, "", "de"),
        ("en", {"LANG": "de_DE.UTF-8"}, "de_DE", "en"),
        ("de-CH", {"LANG": "C"}, "", "de"),
        (None, {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "", "en"),
        (None, {"LANGUAGE": "fr:de:en", "LANG": "en_GB"}, "", "de"),
        (None, {"LANG": "fr_FR.UTF-8"}, "", "en"),
        (None, {"LANG": ""}, "de_DE", "de"),
        (None, {}, "German_Germany", "en"),  # no code of a language: give --lang
    ],
)
def test_the_patients_language(
    asked: str | None, environment: dict[str, str], system: str, language: str
) -> None:
    assert patient_language(asked, environment, system) == language


def test_a_language_asked_for_in_vain_is_said() -> None:
    with pytest.raises(CallError, match="there are no texts in 'fr'; choose de or en"):
        patient_language("fr", {})


def test_an_error_made_of_texts_is_english_until_it_is_said_in_another_language() -> None:
    error = output_error(Path("visit.db"), OSError(28, "full"))
    assert str(error) == "visit.db: the disk is full; free some space or choose another folder"
    assert error.said_in(GERMAN).startswith("visit.db: der Datenträger ist voll; schaffen Sie Platz")


def test_an_error_made_of_texts_goes_between_processes() -> None:
    error = input_error(Path("clip.mp4"), OSError(2, "none"))
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, InputError)
    assert (str(again), again.said_in(GERMAN)) == (str(error), error.said_in(GERMAN))


def test_an_error_made_of_sentences_stays_as_it_is() -> None:
    error = UsbioError("url:rtsp://me:secret@host/a", "went\naway", "look at the cable")
    assert error.said_in(GERMAN) == str(error) == "url:rtsp://host/a: went away; look at the cable"
