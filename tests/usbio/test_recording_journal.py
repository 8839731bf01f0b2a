"""The journal: nothing is lost by a torn end, and no change goes unnoticed."""

from __future__ import annotations

import json
from math import nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.results import QUANTITIES, FrameResult, Measurement, Status
from usbio.recording.journal import START, Journal, JournalCheck, read_lines
from usbio.recording.measured_lines import as_line, as_result, borders_line
from usbio.recording.synced_file import SyncedFile


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Five lines."""
    file = SyncedFile(tmp_path / "journal.jsonl")
    written = Journal(file)
    for number in range(5):
        written.write({"line": number, "words": "Größe 1/2"})
    written.sync()
    file.close()
    return tmp_path / "journal.jsonl"


def _read(path: Path) -> tuple[list[int], JournalCheck]:
    check = JournalCheck()
    return [json.loads(line)["line"] for line in read_lines(path, check)], check


def test_whole_journal_is_read_as_written(journal: Path) -> None:
    found, check = _read(journal)
    assert found == [0, 1, 2, 3, 4]
    assert (check.torn, check.changed, check.lines) == (False, [], 5)
    assert len(check.seal) == len(START)
    last = json.loads(journal.read_text(encoding="utf-8").splitlines()[-1])
    assert last["chain"] == check.seal  # every line is JSON, its link with it


@pytest.mark.parametrize("left_bytes", [1, 20, -1, -2])
def test_torn_last_line_costs_only_itself(journal: Path, left_bytes: int) -> None:
    content = journal.read_bytes()
    last = content.rindex(b"\n", 0, -1) + 1
    journal.write_bytes(content[: last + left_bytes] if left_bytes > 0 else content[:left_bytes])
    found, check = _read(journal)
    assert found == [0, 1, 2, 3]
    assert (check.torn, check.changed, check.lines) == (True, [], 4)


def test_zeros_that_a_power_cut_leaves_are_a_torn_end(journal: Path) -> None:
    with journal.open("ab") as file:
        file.write(bytes(5000))
    found, check = _read(journal)
    assert found == [0, 1, 2, 3, 4]
    assert (check.torn, check.changed) == (True, [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b"1/2", b"2/2"), *lines[3:]], [3]),
        (lambda lines: [*lines[:2], *lines[3:]], [3]),  # the line after one that was taken out
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], [2, 3, 4]),
        (lambda lines: [*lines[:3], b"some words\n", *lines[3:]], [4]),
        (lambda lines: [lines[0].replace(b"1/2", b"3/2"), *lines[1:]], [1]),
    ],
    ids=["value", "line out", "order", "line in", "first"],
)
def test_every_change_is_noticed_and_the_rest_is_kept(journal: Path, change: object, said: list[int]) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    assert callable(change)
    journal.write_bytes(b"".join(change(lines)))
    found, check = _read(journal)
    assert check.changed == said
    assert not check.torn
    assert set(found) >= {0, 3, 4}


def test_lines_taken_from_the_end_change_the_seal(journal: Path) -> None:
    _, whole = _read(journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))
    _, shorter = _read(journal)
    assert shorter.changed == []
    assert shorter.seal != whole.seal


_values = st.one_of(st.just(nan), st.floats(allow_infinity=False, allow_nan=False))


@given(st.tuples(*[_values for _ in QUANTITIES]), st.floats(0, 1), st.sampled_from(list(Status)))
def test_every_value_comes_back_to_the_last_bit(
    numbers: tuple[float, ...], quality: float, status: Status
) -> None:
    known = dict(zip(QUANTITIES, numbers, strict=True))
    one = Measurement("left", "tra", status, quality, **known)  # type: ignore[arg-type]
    text = json.dumps(as_line(7, 1.5, FrameResult(True, (one,))), allow_nan=False)
    back = as_result(json.loads(text)).measurements[0]
    assert repr([getattr(back, name) for name in QUANTITIES]) == repr(list(map(float, numbers)))
    assert (back.side, back.muscle, back.status, back.quality) == ("left", "tra", status, quality)


def test_borders_are_written_as_analyze_writes_them() -> None:
    curve = np.array([[1.234, 5.678], [nan, 2.0], [3.0, 4.0]])
    line = np.array([[0.0, 1.0], [2.0, 3.0]])
    one = Measurement("left", "tra", Status.OK, 0.9, superficial_px=curve, deep_px=curve, caliper_px=line)
    points = [[1.23, 5.68], [3.0, 4.0]]  # px
    assert borders_line(3, FrameResult(True, (one,))) == {
        "frame": 3,
        "borders": {
            "left_tra_superficial": points,
            "left_tra_deep": points,
            "left_tra_caliper": [[0.0, 1.0], [2.0, 3.0]],
        },
    }
