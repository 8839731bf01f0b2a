"""Exports: the expected rows, told apart with and without feedback, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from math import nan
from pathlib import Path

import pytest

from tests.usbio.visit_facts import BEGUN, LEFT, capture, every_kind, repetition, second, second_of
from usbio.cli import main
from usbio.columns import COLUMNS
from usbio.data_folder import visits_folder
from usbio.export.columns import EXPORTED
from usbio.export.spreadsheet import defused
from usbio.store.catching_up import open_store
from usbio.visit.facts import (
    Fact,
    PainNoted,
    Proposed,
    Remarked,
    StillKept,
    TargetSet,
    TrialName,
    VisitEnded,
    Withdrawn,
)
from usbio.visit.keeper import VisitKeeper

TRAINING = TrialName("training", LEFT, 1, 1)


def _keep(data: Path, name: str, facts: Sequence[Fact], **begun: object) -> None:
    keeper = VisitKeeper(visits_folder(data) / name)
    keeper.keep(replace(BEGUN, visit=name, **begun))  # type: ignore[arg-type] # a test's own words
    for fact in facts:
        keeper.keep(fact)
    assert keeper.close()


def _training() -> list[Fact]:
    """A test without feedback, a set of three with it, of which one was withdrawn."""
    test = repetition(20.0, 1)
    shown = [
        replace(repetition(at_s, k, "training"), feedback="during")
        for k, at_s in enumerate((60.0, 80.0, 100.0), 1)
    ]
    shown[1] = replace(shown[1], outcome="not_passed", reason="hold", results=())
    seconds = [second(19.0), *(second_of(58.0 + k, k, TRAINING) for k in (0, 1))]
    return [
        capture(4.0, 1),
        StillKept(4.1, capture(4.0, 1).trial, "rest.png"),
        seconds[0],
        test,
        TargetSet(21.0, LEFT, "left", 25.0, 50.0, 75.0, nan, "target.own_test"),
        PainNoted(50.0, "before_set", 1, 3.0, LEFT),
        *seconds[1:],
        *shown,
        Withdrawn(101.0, shown[2].trial, 100.0),
        PainNoted(110.0, "after_set", 1, 4.0, LEFT),
        PainNoted(120.0, "end", 0, nan),
        Remarked(121.0, "=1+1"),
        Proposed(122.0, "held_back", "-tra", ("pain",), nan, False, "+she sleeps well"),
    ]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "data"
    _keep(folder, "v1", [*_training(), VisitEnded(130.0, "finished")])
    _keep(folder, "v2", _training(), number=2, began="2026-11-10T10:00:00+01:00")
    _keep(folder, "v3", every_kind()[1:], subject="@B", protocol="lm-b", began="2026-11-12T10:00:00+01:00")
    open_store(folder)[0].close()
    return folder


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """Three visits of two patients."""
    return shutil.copytree(kept, tmp_path / "data")


def _export(data: Path, out: Path, *more: str) -> dict[str, list[dict[str, str]]]:
    assert main(["export", "--out", str(out), "--data", str(data), "--quiet", *more]) == 0
    tables = {}
    for path in out.glob("*.csv"):
        text = path.read_bytes().decode("utf-8")
        assert "\r" not in text
        tables[path.stem] = list(csv.DictReader(io.StringIO(text)))
    return tables


def test_every_table_has_the_expected_rows(data: Path, tmp_path: Path) -> None:
    tables = _export(data, tmp_path / "out")
    assert {name: len(rows) for name, rows in tables.items() if name != "dictionary"} == {
        "subjects": 2,
        "visits": 3,
        "captures": 3,
        "sets": 4,  # of the third visit, none: its one repetition was withdrawn
        "repetitions": 9,
        "frames": 14,
        "pains": 7,
        "functions": 1,
    }
    for name, rows in tables.items():
        if name != "dictionary":
            assert list(rows[0]) == [column.name for column in EXPORTED[name]]
    assert [(row["visit"], row["state"]) for row in tables["visits"]] == [
        ("v1", "finished"),
        ("v2", "interrupted"),
        ("v3", "finished"),
    ]


def test_with_and_without_feedback_are_told_apart(data: Path, tmp_path: Path) -> None:
    rows = _export(data, tmp_path / "out", "--subject", "P-0147")["sets"]
    told = [
        (
            row["block"],
            row["n_passed_with_feedback"],
            row["n_with_feedback"],
            row["n_passed_without_feedback"],
            row["n_without_feedback"],
            row["pain_before"],
            row["pain_after"],
        )
        for row in rows[:2]
    ]
    assert told == [
        ("pretest", "0", "0", "1", "1", "", ""),
        ("training", "1", "2", "0", "0", "3.000", "4.000"),
    ]


def test_repetitions_say_target_outcome_and_withdrawal(data: Path, tmp_path: Path) -> None:
    rows = _export(data, tmp_path / "out", "--to", "2026-11-03")["repetitions"]
    assert [(row["block"], row["feedback"], row["outcome"], row["withdrawn"]) for row in rows] == [
        ("pretest", "none", "passed", "0"),
        ("training", "during", "passed", "0"),
        ("training", "during", "not_passed", "0"),
        ("training", "during", "passed", "1"),
    ]
    assert [row["target_low_percent"] for row in rows] == ["", "25.000", "", "25.000"]
    assert (rows[1]["rest_value"], rows[1]["change_percent"], rows[1]["change_se"]) == (
        "3.5000",
        "50.000",
        "",
    )
    assert rows[2]["side"] == ""  # it has a row, though nothing was found
    assert rows[0]["sides"] == "left"


def test_frames_are_those_of_analyze_and_belong_to_their_trials(data: Path, tmp_path: Path) -> None:
    rows = _export(data, tmp_path / "out", "--to", "2026-11-03")["frames"]
    assert len(rows) == 6
    assert [row["block"] for row in rows] == ["pretest"] * 2 + ["training"] * 4
    assert {(row["repetition"], row["feedback"], row["withdrawn"]) for row in rows[2:]} == {
        ("1", "during", "0")
    }
    assert (rows[0]["thickness_mm"], rows[1]["thickness_mm"]) == ("5.0000", "")  # lost is empty, never 0
    assert (rows[1]["status"], rows[1]["time_s"]) == ("lost", "18.5")
    shared = {column.name for column in COLUMNS["frames"]}
    assert set(rows[0]) & shared == shared - {"marker", "asymmetry_percent", "value_kind", "value_age_s"}


def test_wide_has_a_row_a_frame(data: Path, tmp_path: Path) -> None:
    tables = _export(data, tmp_path / "out", "--wide", "--to", "2026-11-03")
    assert "frames" not in tables
    rows = tables["frames_wide"]
    assert [row["frame"] for row in rows] == ["0", "1"] * 3
    assert rows[0]["left_tra_thickness_mm"] == "5.0000"
    assert rows[1]["left_tra_status"] == "lost"
    assert "side" not in rows[0]


def test_two_sides_stand_in_one_row_of_the_wide_table(tmp_path: Path) -> None:
    one = second(6.0)
    both = replace(one, rows=tuple(replace(row, side=side) for row in one.rows for side in ("left", "right")))
    _keep(tmp_path / "data", "v", [both])
    rows = _export(tmp_path / "data", tmp_path / "out", "--wide")["frames_wide"]
    assert len(rows) == 2
    assert rows[0]["left_tra_thickness_mm"] == rows[0]["right_tra_thickness_mm"] == "5.0000"


def test_formulas_are_defused_and_numbers_never_touched(data: Path, tmp_path: Path) -> None:
    tables = _export(data, tmp_path / "out")
    assert tables["subjects"][0]["subject"] == "'@B"
    assert tables["visits"][0]["remarks"] == "'=1+1"
    assert tables["visits"][0]["override_reason"] == "'+she sleeps well"
    assert tables["visits"][0]["proposed_protocol"] == "'-tra"
    assert tables["visits"][0]["painful_side"] == "right"


def test_negative_number_stays_a_number(tmp_path: Path) -> None:
    one = repetition(20.0, 1)
    less = replace(one.results[0], change_percent=-12.5, change_absolute=-0.4)
    _keep(tmp_path / "data", "v", [replace(one, results=(less,)), PainNoted(1.0, "start", 0, -1.0)])
    tables = _export(tmp_path / "data", tmp_path / "out")
    assert tables["repetitions"][0]["change_percent"] == "-12.500"
    assert tables["repetitions"][0]["change_absolute"] == "-0.4000"
    assert tables["visits"][0]["pain_start"] == "-1.000"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "\x00x", "\x7f", "\x85x"])
def test_what_begins_like_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "L4-5", "'x", " =1", "é", "ﬀ"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert defused(text) == text


def test_dictionary_says_what_every_column_means(data: Path, tmp_path: Path) -> None:
    tables = _export(data, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "dictionary.json").read_text(encoding="utf-8"))
    assert told["schema_version"] == 1
    rows = {(row["table"], row["column"]): row for row in tables.pop("dictionary")}
    for name, lines in tables.items():
        for column in lines[0]:
            assert told["tables"][name][column]["meaning"]
            assert rows[name, column]["unit"] == told["tables"][name][column]["unit"]
            assert rows[name, column]["schema_version"] == "1"
    for name in ("rest_value", "change_percent"):  # what analyze says of a column is said here
        meaning = next(column.meaning for column in COLUMNS["repetitions"] if column.name == name)
        assert told["tables"]["repetitions"][name]["meaning"] == meaning


def test_same_visits_give_the_same_bytes(data: Path, tmp_path: Path) -> None:
    _export(data, tmp_path / "one")
    _export(data, tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_by_patient_day_and_protocol(data: Path, tmp_path: Path) -> None:
    def visits(*more: str) -> list[str]:
        out = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
        return [row["visit"] for row in _export(data, out, *more)["visits"]]

    assert visits("--subject", "P-0147") == ["v1", "v2"]
    assert visits("--subject", "P-0147", "--subject", "@B") == ["v1", "v2", "v3"]
    assert visits("--from", "2026-11-10", "--to", "2026-11-10") == ["v2"]
    assert visits("--protocol", "lm-b") == ["v3"]


def test_existing_files_are_refused(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "frames.csv").write_text("mine")
    call = ["export", "--out", str(out), "--data", str(data)]
    assert main(call) == 1
    assert "frames.csv: exists already; add --force to replace it" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["frames.csv"]
    assert main([*call, "--force"]) == 0
    assert (out / "frames.csv").read_text() != "mine"
    assert capsys.readouterr().out == f"{out}: 3 visits, 43 rows in 8 tables\n"


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--from", "yesterday"], 2, "--from: yesterday is no day; write it as 2026-11-03"),
        (["--from", "2026-11-04", "--to", "2026-11-03"], 2, "is after 2026-11-03"),
        (["--subject", "nobody"], 1, "nobody: no visit of this patient fits; usbio visits lists"),
        (["--protocol", "none"], 1, "export: no visit fits"),
        (["--data", "/nowhere"], 2, "/nowhere is no folder"),
    ],
)
def test_calls_that_cannot_be_done(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], code: int, words: str
) -> None:
    out = tmp_path / "out"
    assert main(["export", "--out", str(out), "--data", str(data), *more]) == code
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_visits_are_listed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["visits", "--data", str(data)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == (
        "v2: P-0147, visit 2, 2026-11-10, tra-draw-in-lying, interrupted, "
        "pretest without feedback 1 of 1, training with feedback 1 of 2"
    )
    assert main(["visits", "--data", str(data), "--json", "--subject", "P-0147"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["visit"], one["state"], one["pain_end"]) for one in told] == [
        ("v1", "finished", None),
        ("v2", "interrupted", None),
    ]
    assert told[0]["acquisition"]["depth_mm"] == 50.0
    assert told[0]["folder"] == str(data / "visits" / "v1")


def test_no_visits(own_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["visits"]) == 0
    assert capsys.readouterr().out == f"no visits in {own_data}\n"


def test_deleted_and_restored_by_command(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data", str(data)]
    assert main(["visits", *where, "--delete", "v1"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("deleted v1; undo: usbio visits --restore ")
    name = said.split()[-1]
    assert main(["visits", *where, "--bin"]) == 0
    assert capsys.readouterr().out == f"{name}: v1\n"
    assert main(["visits", *where, "--restore", name]) == 0
    assert main(["visits", *where]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("v1: ")
    assert main(["visits", *where, "--bin", "--delete", "v1"]) == 2


def test_store_is_built_anew_by_command(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "visits.sqlite").write_bytes(b"no store")
    where = ["--data", str(data)]
    assert main(["visits", *where]) == 1
    assert capsys.readouterr().err.strip().endswith("build it anew: usbio store rebuild")
    assert main(["store", "rebuild", *where]) == 0
    assert "built anew from 3 visits; the old one is visits.before-rebuild-" in capsys.readouterr().out
    assert main(["visits", *where]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["store"]) == 2
