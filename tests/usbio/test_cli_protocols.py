"""usbio protocols: lists, shows, checks; and the page about it says what the files say."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from bench.protocol_sources import PAGE, with_tables
from tests.usbio.command_line import Captured
from usbio.cli import main
from usbio.protocol_file import read_protocol
from usbio.protocol_library import protocol_text, shipped_protocols

TRA = protocol_text("tra_draw_in_lying")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator's folder, empty."""
    monkeypatch.setenv("USBIO_DATA_DIR", str(tmp_path))
    folder = tmp_path / "protocols"
    folder.mkdir()
    return folder


def test_the_list_has_shipped_and_own_ones(own: Path, capsys: Captured) -> None:
    (own / "mine.toml").write_text(TRA, encoding="utf-8")
    assert main(["protocols"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines[: lines.index("")]} == {"mine", *shipped_protocols()}
    assert re.fullmatch(r"mine +coordination  crook lying  tra +own +Draw in, lying", _of(lines, "mine"))
    assert str(own) in lines[-1]


def test_the_list_as_json(own: Path, capsys: Captured) -> None:
    assert main(["protocols", "--json"]) == 0
    entries = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert set(entries) == set(shipped_protocols())
    assert entries["tra_lm_alternating"]["views"] == ["tra", "lm-thickness"]
    assert entries["lm_hold_prone"]["origin"] == "shipped"


def test_an_own_one_with_mistakes_is_told_beside_the_others(own: Path, capsys: Captured) -> None:
    (own / "mine.toml").write_text(TRA.replace("hold_s =", "hold ="), encoding="utf-8")
    assert main(["protocols"]) == 1
    captured = capsys.readouterr()
    assert "lm_hold_prone" in captured.out
    (line,) = captured.err.splitlines()
    assert re.match(r'usbio: .*mine\.toml, line \d+, \[dose\] hold: .*did you mean "hold_s"\?', line)


def test_one_is_shown_with_every_source(own: Path, capsys: Captured) -> None:
    assert main(["protocols", "tra_hold_lying"]) == 0
    shown = capsys.readouterr().out
    assert "[dose] hold_s" in shown
    assert "doi:10.1186/s12891-021-04006-0" in shown
    assert shown.count("usbio, no published value") == TRA_HOLD.count("usbio, no published value")
    assert (
        "tra thickness_mm: 3.5 ± 0.8 mm [S]  mejrh-91039: at rest (17 male students of 20.8 years)" in shown
    )


def test_one_as_json_is_the_file(own: Path, capsys: Captured) -> None:
    assert main(["protocols", "tra_hold_lying", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "tra_hold_lying"
    assert told["dose"]["hold_s"]["value"] == 30.0


def test_an_own_one_begins_from_a_shipped_one(own: Path, capsys: Captured) -> None:
    assert main(["protocols", "tra_hold_lying", "--toml"]) == 0
    text = capsys.readouterr().out
    assert read_protocol(text, "mine", "mine.toml", shipped_protocols()).dose.sets.value == 3
    (own / "mine.toml").write_text(text, encoding="utf-8")
    assert main(["protocols", "mine", "--toml"]) == 0
    assert capsys.readouterr().out == text


def test_a_file_is_checked(tmp_path: Path, own: Path, capsys: Captured) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TRA, encoding="utf-8")
    assert main(["protocols", str(path)]) == 0
    path.write_text(TRA.replace("value = 0.8", "value = 1.3").replace("hold_s =", "hold ="), encoding="utf-8")
    capsys.readouterr()
    assert main(["protocols", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert len(lines) == 3  # low, hold_share (value 1.3), hold
    assert all(re.match(rf"usbio: {re.escape(str(path))}, line \d+, \[", line) for line in lines)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing"], 2, "usbio: nothing: there is no such protocol; known are lm_arm_lift_prone, "),
        (["nothing.toml"], 1, "usbio: nothing.toml: no such file or folder; check the path"),
        (["--toml"], 2, "usbio: --toml: needs the name of one protocol"),
        (["a", "--json", "--toml"], 2, "usbio: --toml: needs the name of one protocol, and no --json"),
    ],
)
def test_wrong_calls(arguments: list[str], code: int, said: str, own: Path, capsys: Captured) -> None:
    assert main(["protocols", *arguments]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)


def test_the_page_has_every_number_of_the_shipped_protocols() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "type: python -m bench.protocol_sources"


def test_the_page_knows_every_key() -> None:
    page = PAGE.read_text(encoding="utf-8")
    keys = {re.split(r"[ =]", line)[0] for line in TRA.splitlines() if "=" in line and line[0] != "#"}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
    assert [name for name in shipped_protocols() if name not in page] == []


def test_the_page_draws_what_follows_what() -> None:
    drawn = [line.split(" ─▶ ") for line in PAGE.read_text(encoding="utf-8").splitlines() if "─▶" in line]
    steps = [(one.strip(), other.strip()) for line in drawn for one, other in pairwise(line)]
    assert len(steps) >= len(shipped_protocols()) - 1
    assert [step for step in steps if step[1] not in shipped_protocols()[step[0]].progression.next] == []


def test_the_mistakes_on_the_page_are_those_that_are_told(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "mine.toml"
    wrong = TRA_HOLD.replace("low = { value = 0.8,", "low = { value = 1.3,").replace("hold_s =", "hold =")
    path.write_text(wrong, encoding="utf-8")
    assert main(["protocols", str(path)]) == 1
    for line in capsys.readouterr().err.splitlines():
        assert line.replace(str(path), "mine.toml") in PAGE.read_text(encoding="utf-8")


TRA_HOLD = protocol_text("tra_hold_lying")


def _of(lines: list[str], name: str) -> str:
    return next(line for line in lines if line.startswith(f"{name} "))
