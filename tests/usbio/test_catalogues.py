"""Catalogues and code agree: what is said has words, and no words are there that nobody says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from tests.usbio.catalogues import ROOT, catalogue, forms, parameters, po_path, said_in, said_in_code
from usbio.language import languages
from usbio.texts import ENGLISH

SAID = said_in_code(ROOT / "usbio", ROOT / "gui")
WORDS = {language: forms(catalogue(language)) for language in ("de", "en")}
NEEDED = {code: parameters(words) for code, words in WORDS[ENGLISH].items()}
LONGEST = 50  # characters on the patient's screen: about one line of 64 px letters on 1920 px


def test_both_languages_are_there() -> None:
    assert languages() == ("de", "en")


def test_every_code_has_words_in_english() -> None:
    assert set(WORDS[ENGLISH]) >= SAID.codes


def test_every_family_of_codes_has_words_in_english() -> None:
    assert not {family for family in SAID.families if not any(code.startswith(family) for code in NEEDED)}


def test_every_call_gives_what_the_words_need() -> None:
    wrong = [
        f"{call.where} {call.code}: {sorted(call.parameters)} for {sorted(NEEDED[call.code])}"
        for call in SAID.calls
        if call.code in NEEDED and call.parameters is not None and call.parameters != NEEDED[call.code]
    ]
    assert not wrong


def test_what_the_patient_reads_is_there_in_german() -> None:
    assert {code for code in WORDS[ENGLISH] if code.startswith("patient.")} <= set(WORDS["de"])


def test_nothing_is_translated_that_is_not_there_in_english() -> None:
    assert set(WORDS["de"]) <= set(WORDS[ENGLISH])


def test_translations_need_the_same_parameters() -> None:
    assert {code: parameters(words) for code, words in WORDS["de"].items()} == {
        code: NEEDED[code] for code in WORDS["de"]
    }


def test_parameters_are_plain_names() -> None:
    assert all(name.isidentifier() for needed in NEEDED.values() for name in needed)


@pytest.mark.parametrize("language", WORDS)
def test_no_code_is_there_twice(language: str) -> None:
    codes = re.findall(r'^msgid "(.+)"$', po_path(language).read_text(encoding="utf-8"), re.M)
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("language", WORDS)
def test_no_words_are_empty(language: str) -> None:
    assert all(form.strip() == form and form for words in WORDS[language].values() for form in words)


def test_no_words_are_there_that_nobody_says() -> None:
    assert not {code for code in WORDS[ENGLISH] if not SAID.says(code)}


@pytest.mark.parametrize("language", WORDS)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    with po_path(language).with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    written = catalogue(language)
    assert forms(compiled) == forms(written), "type: make texts"
    assert compiled.plural_forms == written.plural_forms


@pytest.mark.parametrize(
    ("language", "judging"),
    [
        ("en", r"\b(ab)?normal|\b(good|bad|poor|weak|healthy|fat|cure[ds]?|well done)\b"),
        ("de", r"\b(ab|un)?normal|\b(gute?[rns]?|schlecht\w*|schwach\w*|gesund\w*|geheilt|super)\b"),
    ],
)
def test_no_words_judge_a_muscle_or_praise(language: str, judging: str) -> None:
    found = [form for words in WORDS[language].values() for form in words if re.search(judging, form, re.I)]
    assert not found


@pytest.mark.parametrize("language", WORDS)
def test_the_patient_reads_one_line(language: str) -> None:
    long = [
        form
        for code, words in WORDS[language].items()
        for form in words
        if code.startswith("patient.") and len(re.sub(r"\{[^}]*\}", "00", form)) > LONGEST
    ]
    assert not long


def test_the_search_finds_what_is_said(tmp_path: Path) -> None:
    module = tmp_path / "screen.py"
    module.write_text(
        "HOLD = Text('patient.cue.hold')\n"
        "next_in = Text('patient.next_in', count=3)\n"
        "more = Text(TABLE[place], **{})\n"
        "TABLE = {'above': 'visit.why.above', 'file': 'visit.db'}\n"
        "step = Text(f'visit.step.{step}')\n"
        "no_family = f'visit {number}'\n"
    )
    said = said_in(module)
    assert [(call.code, call.parameters) for call in said.calls] == [
        ("patient.cue.hold", frozenset()),
        ("patient.next_in", frozenset({"count"})),
    ]
    assert said.codes == {"patient.cue.hold", "patient.next_in", "visit.why.above"}
    assert said.families == {"visit.step."}
    assert [said.says(code) for code in ("visit.why.above", "visit.step.rest", "visit.why.below")] == [
        True,
        True,
        False,
    ]
