"""A mistake in a protocol file is a line that names file, line and key, and there is never a traceback."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from usbio.errors import InputError, UsbioError
from usbio.protocol import Protocol
from usbio.protocol_file import ProtocolFaulty, load_protocol, read_protocol
from usbio.protocol_library import shipped_protocols

FOLDER = Path(__file__).parents[2] / "usbio" / "protocols"
TRA = (FOLDER / "tra_draw_in_lying.toml").read_text(encoding="utf-8")
LM = (FOLDER / "lm_swelling_prone.toml").read_text(encoding="utf-8")

MISTAKES = [
    # file, what to replace, by what, key, what was found, what is allowed
    (TRA, "hold_s = {", "hold = {", "[dose] hold", "no such key", '"hold_s"'),
    (TRA, "[dose]", "[doze]", "doze", "no such key", '"dose"'),
    (TRA, 'rest = "end_exp', 'hold_s = 3\nrest = "end_exp', "[breath] hold_s", "no such key",
     "belongs in [dose]"),
    (TRA, 'station = "mid"\n', "", "[[parts]] station", "is missing", "add it"),
    (TRA, "repetitions = { value = 10,", "repetitions = { value = 0,", "[dose] repetitions", "0 is out",
     "at least 1"),
    (TRA, "repetitions = { value = 10,", "repetitions = { value = 2.5,", "[dose] repetitions", "2.5",
     "whole"),
    (TRA, "repetitions = { value = 10,", "repetitions = { value = true,", "[dose] repetitions", "true",
     "whole"),
    (TRA, "hold_s = { value = 10.0,", "hold_s = { value = 0.0,", "[dose] hold_s", "0.0 is out",
     "greater than 0"),
    (TRA, "hold_s = { value = 10.0,", "hold_s = { value = nan,", "[dose] hold_s", "NaN", "number"),
    (TRA, "hold_s = { value = 10.0,", 'hold_s = { value = "10",', "[dose] hold_s", '"10"', "a number"),
    (TRA, re.compile(r"^hold_s = .*$", re.M), "hold_s = 10", "[dose] hold_s", "10 has no source",
     "value = 10"),
    (TRA, re.compile(r"^hold_s = .*$", re.M), "hold_s = { value = 10 }", "hold_s source", "is missing",
     "add it"),
    (TRA, 'stage = "coordination"', 'stage = "coordinaton"', "stage", '"coordinaton"', 'mean "coordination"'),
    (TRA, 'stage = "coordination"', "", "stage", "is missing", "add it"),
    (TRA, "schema_version = 1", "schema_version = 2", "schema_version", "2 is not", "write 1"),
    (TRA, "schema_version = 1", 'schema_version = 1\nname = "x"', "name", "no such key", "the file's name"),
    (TRA, 'muscle = "tra"', 'muscle = "lm"', "[[parts]] muscle", '"lm" is not measured', '"tra", "io", "eo"'),
    (TRA, 'quantity = "thick', 'quantity = "area_cm2"\n#', "[[parts]] quantity", '"area_cm2"',
     '"thickness_mm"'),
    (TRA, 'station = "mid"', 'station = "facet"', "[[parts]] station", '"facet"', '"mid", "range"'),
    (TRA, 'station = "mid"', 'station = "junction"', "[[parts]] station", "needs offset_mm", "in mm"),
    (LM, 'station = "facet"', 'station = "facet"\noffset_mm = 3', "offset_mm", "means nothing",
     "take it out"),
    (TRA, "low = { value = 0.8,", "low = { value = 1.3,", "[[parts]] target low", "1.3 is not below",
     "than 1.2"),
    (TRA, "ceiling_percent = { value = 150.0,", "ceiling_percent = { value = 40,", "ceiling", "below",
     "at least 50"),
    (TRA, "low_percent = { value = 15.0,", "low_percent = { value = 5,", "fallback_low", "breathing",
     "least 10"),
    (TRA, re.compile(r"^io_limit_percent.*$", re.M), "", "target io_limit_percent", "missing",
     "add io_limit"),
    (LM, "[parts.target]",
     '[parts.target]\nio_limit_percent = { value = 20, source = "x", population = "y" }',
     "target io_limit_percent", "no neighbour", "take it out"),
    (LM, 'kind = "global"', 'kind = "selective"', "[[parts]] target kind", "neighbour", '"global"'),
    (TRA, 'kind = "faded"', 'kind = "terminal"', "[schedule] first_share", "means nothing", "take it out"),
    (TRA, re.compile(r"^first_share.*$", re.M), "", "[schedule] first_share", "is missing",
     "add first_share"),
    (TRA, "first_share = { value = 1.0,", "first_share = { value = 0.1,", "first_share", "not fade",
     "at least 0.25"),
    (TRA, "passes = { value = 3,", "passes = { value = 11,", "consecutive_passes", "never", "at most 10"),
    (TRA, '"tra_draw_in_sitting"', '"tra_draw_in_siting"', "next number 1", "no protocol",
     '"tra_draw_in_sitting"?'),
    (TRA, '"tra_draw_in_sitting"', '"own"', "[progression] next", "follows itself", "take it out"),
    (TRA, '"tra_draw_in_sitting"', '"Not a name"', "[progression] next", "is no name", "small letters"),
    (TRA, "[progression]", '[progression]\nhold_step_s = { value = 5, source = "x", population = "y" }',
     "hold_step_s", "without hold_most_s", "add hold_most_s"),
    (TRA, 'cautions = ["bracing"', 'cautions = ["back_extension"', "[texts.en] back_extension",
     "nothing is said", "add"),
    (TRA, 'cautions = ["bracing"', 'cautions = ["brace"', "cautions number 1", '"brace"', 'mean "bracing"'),
    (TRA, 'relax = "Let go"', 'relax = ""', "[texts.en] relax", "is missing", "[texts.en]"),
    (TRA, 'relax = "Let go"', 'relax = "a\\nb"', "[texts.en] relax", "line break", "one line"),
    (TRA, 'relax = "Let go"', f'relax = "{"a" * 130}"', "[texts.en] relax", "130 signs", "at most 50"),
    (TRA, "[texts.en]", "[texts.english]", "[texts] english", "no language", "two small letters"),
    (TRA, "mdc95 = 41.0", "", "[[error_figures]] number 2", "neither sem nor", "add one"),
    (TRA, "mdc95 = 1.1", "mdc95 = 1.1\nsem = 2", "[[error_figures]] mdc95", "not above", "2.77"),
    (TRA, 'unit = "%"', 'unit = "mm"', "[[error_figures]] number 2 unit", "not the unit", '"%"'),
    (TRA, "mean = 3.5", "mean = 350", "[[references]] mean", "not possible", "0.3 to 90 mm"),
    (TRA, 'mark = "S"', 'mark = "X"', "[[references]] mark", '"X"', '"S", "D" or "K"'),
    (TRA, "required_in_hold = true", 'required_in_hold = "yes"', "[breath] required_in_hold", '"yes"',
     "true or false"),
    (TRA, "[[parts]]", "[parts]", "parts", "is not a list", "square brackets"),
    (TRA, "[breath]", "[[breath]]", "breath", "is not a table", "write a table"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "key", "found", "allowed"), MISTAKES)
def test_a_mistake_names_its_line_and_key(
    text: str, old: str | re.Pattern[str], new: str, key: str, found: str, allowed: str
) -> None:
    pattern = old if isinstance(old, re.Pattern) else re.compile(re.escape(old))
    changed, times = pattern.subn(lambda _: new, text, count=1)
    assert times == 1
    lines = mistakes(changed)
    told = next((line for line in lines if key in line.partition(": ")[0]), f"nothing of {key} in {lines}")
    assert found in told and allowed in told, told  # noqa: PT018 - both are one line
    assert re.match(r"own\.toml, line \d+, ", told)
    assert "\n" not in told


def test_the_line_is_the_one_of_the_key() -> None:
    changed = TRA.replace("low = { value = 0.8,", "low = { value = 1.3,")
    number = next(k for k, line in enumerate(changed.splitlines(), 1) if line.startswith("low ="))
    assert mistakes(changed) == [
        f"own.toml, line {number}, [[parts]] target low: 1.3 is not below high (1.2); less than 1.2"
    ]


def test_a_second_part_has_its_own_lines() -> None:
    text = (FOLDER / "tra_lm_alternating.toml").read_text(encoding="utf-8")
    head, _, tail = text.rpartition("low = { value = 0.8,")
    (line,) = mistakes(f"{head}low = {{ value = 2.0,{tail}")
    assert line.startswith(
        f"own.toml, line {head.count(chr(10)) + 1}, [[parts]] number 2 target low: 2 is not"
    )


def test_all_mistakes_are_told_in_the_order_of_the_file() -> None:
    changed = (
        TRA.replace('stage = "coordination"', 'stage = "x"')
        .replace("hold_s = {", "hold = {")
        .replace("low = { value = 0.8,", "low = { value = 1.3,")
        .replace('"tra_hold_lying"', '"tra_hold"')
    )
    lines = mistakes(changed)
    assert [line.partition(":")[0].split(", ")[2] for line in lines] == [
        "stage",
        "[[parts]] target low",
        "[dose] hold",
        "[progression] next number 2",
    ]
    with pytest.raises(ProtocolFaulty, match=r"line 4, stage: .*\(and mend 3 more after it\)$"):
        read(changed)


def test_one_mistake_is_one_line() -> None:
    """A list is not told as empty because what is in it has a mistake."""
    assert len(mistakes(TRA.replace("low = { value = 0.8,", 'low = { value = "x",'))) == 1
    assert len(mistakes(TRA.replace("[[parts]]", "[[part]]").replace("[parts.", "[part."))) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("9" * 400, r"line \d+, \[dose\] hold_s: 999.* is out of range"),
        ("9" * 5000, "far too many digits"),
        ("1e999", "Infinity is not a number"),
        ("[" * 300 + "]" * 300, "hold_s: .* is not a number|nested too deep"),
        ("[" * 3000 + "]" * 3000, "nested too deep"),
    ],
)
def test_values_that_nobody_means(value: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(TRA.replace("hold_s = { value = 10.0,", f"hold_s = {{ value = {value},"))


def test_what_is_no_toml_names_its_line() -> None:
    (line,) = mistakes(TRA.replace('stage = "coordination"', "stage = coordination"))
    assert line.startswith("own.toml, line 4: is not TOML")


LINES = st.sampled_from(TRA.splitlines())
ODD = st.sampled_from(["", "= 1", "[[dose]]", "parts = 3", "texts = [1]", "[a.b.c]", "x = {y = [{z = 1}]}"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES | ODD | st.text(max_size=20), max_size=40).map("\n".join))
def test_never_a_traceback_for_lines_in_any_order(text: str) -> None:
    with contextlib.suppress(ProtocolFaulty):
        read(text)


WORDS = st.sampled_from(
    ["1", "-1", "nan", "true", '"x"', "[]", "{}", "[[1]]", "{ value = 1 }", '{ value = "", source = 1 }']
)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, TRA.count("\n") - 1), WORDS)
def test_any_value_in_any_place_is_told_or_taken(number: int, value: str) -> None:
    lines = TRA.splitlines()
    key, equals, _ = lines[number].partition(" = ")
    lines[number] = f"{key} = {value}" if equals else lines[number]
    told: tuple[str, ...] = (f", line {number + 1}: taken",)
    try:
        read("\n".join(lines))
    except ProtocolFaulty as error:
        told = error.lines
    assert any(f", line {number + 1}" in line for line in told), told


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=60))
def test_never_a_traceback_for_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "own.toml"
    path.write_bytes(content)
    with pytest.raises(UsbioError):
        load_protocol(path)


def read(text: str) -> Protocol:
    return read_protocol(text, "own", "own.toml", shipped_protocols())


def mistakes(text: str) -> list[str]:
    with pytest.raises(ProtocolFaulty) as caught:
        read(text)
    return list(caught.value.lines)
