"""The journal of a visit: chained, its owner's alone, and nothing lost by a full, removed or slow disk."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.conftest import mounted, take_all_room
from tests.usbio.visit_facts import begun_in, capture, every_kind, many_rows, second
from usbio.errors import InputError, OutputError
from usbio.visit.facts import Fact, Remarked, StillKept, TargetSet, Troubled, VisitEnded
from usbio.visit.keeper import LOST_SECONDS, UNWRITABLE, VisitKeeper
from usbio.visit.visit_file import interrupted_visits, read_visit, visit_facts

AT_MOST_S = 5.0


def _until(condition: Callable[[], object]) -> None:
    until_s = time.perf_counter() + AT_MOST_S
    while not condition():
        assert time.perf_counter() < until_s
        time.sleep(0.005)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "visits" / "v1"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 kB of its own."""
    with mounted(tmp_path / "disk", "400k") as found:
        yield found


def test_every_kind_of_fact_is_read_back(folder: Path) -> None:
    facts = (begun_in(folder), *every_kind()[1:])
    keeper = VisitKeeper(folder)
    for fact in facts:
        keeper.keep(fact)
    assert keeper.close()
    assert keeper.trouble == ""
    assert [repr(fact) for fact in visit_facts(folder)] == [repr(fact) for fact in facts]
    assert read_visit(folder).check.changed == []


def test_without_seconds_every_other_fact_is_read(folder: Path) -> None:
    keeper = VisitKeeper(folder)
    for fact in (begun_in(folder), second(1.0), capture(2.0, 1)):
        keeper.keep(fact)
    assert keeper.close()
    assert [fact and fact.kind for fact in read_visit(folder, seconds=False).facts] == [
        "visit_begun",
        None,
        "capture_taken",
    ]


def test_files_are_for_their_owner_alone(folder: Path) -> None:
    keeper = VisitKeeper(folder)
    keeper.keep_still(StillKept(1.0, capture(1.0, 1).trial, "rest.png"), np.zeros((8, 8), np.uint8))
    assert keeper.close()
    for path in (folder, folder.parent, folder.parent.parent):
        assert path.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} >= {"journal.jsonl", "rest.png"}
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_still_lies_there_before_the_fact_says_so(folder: Path) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (60, 80), np.uint8)
    still = StillKept(1.0, capture(1.0, 1).trial, "rest-1.png")
    keeper = VisitKeeper(folder)
    keeper.keep_still(still, picture)
    assert keeper.close()
    assert visit_facts(folder) == (still,)
    kept = cv2.imread(str(folder / "rest-1.png"), cv2.IMREAD_GRAYSCALE)
    assert kept is not None
    assert np.array_equal(kept, picture)


@pytest.mark.parametrize("name", ["../rest.png", "rest.exe"])
def test_still_of_a_strange_name_is_our_bug(folder: Path, name: str) -> None:
    keeper = VisitKeeper(folder)
    with pytest.raises(ValueError, match="plain file name"):
        keeper.keep_still(StillKept(1.0, capture(1.0, 1).trial, name), np.zeros((2, 2), np.uint8))
    assert keeper.close()


def test_one_program_at_a_time(folder: Path) -> None:
    keeper = VisitKeeper(folder)
    with pytest.raises(OutputError, match="open in another window; close it there"):
        VisitKeeper(folder)
    assert keeper.close()
    assert VisitKeeper(folder).close()


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        VisitKeeper(tmp_path / "file" / "visits" / "v")


def test_full_disk_is_said_and_nothing_is_lost(disk: Path) -> None:
    folder = disk / "visits" / "v"
    keeper = VisitKeeper(folder)
    keeper.keep(begun_in(folder))
    _until(lambda: len(visit_facts(folder)) == 1)
    other = take_all_room(disk)
    for k in range(40):
        keeper.keep(many_rows(float(k), 20))
        keeper.keep(capture(float(k), 1))
    _until(lambda: "the disk is full; free some space" in keeper.trouble)
    assert not keeper.close(0.3)
    other.unlink()
    assert keeper.close()
    assert keeper.trouble == ""
    assert [fact.at_s for fact in visit_facts(folder)] == [0.0, *(float(k // 2) for k in range(80))]
    assert read_visit(folder).check.changed == []


def test_picture_without_room_holds_up_no_fact(disk: Path) -> None:
    folder = disk / "visits" / "v"
    noise = np.random.default_rng(1).integers(0, 256, (1000, 1000), np.uint8)  # 1 MB: never fits
    keeper = VisitKeeper(folder)
    keeper.keep_still(StillKept(1.0, capture(1.0, 1).trial, "rest.png"), noise)
    keeper.keep(Remarked(2.0, "after it"))
    _until(lambda: visit_facts(folder))
    assert visit_facts(folder) == (Remarked(2.0, "after it"),)
    _until(lambda: "rest.png: the disk is full; free some space" in keeper.trouble)
    assert visit_facts(folder) == (Remarked(2.0, "after it"),)
    assert not keeper.close(0.1)
    subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
    assert keeper.close()
    assert (folder / "rest.png").is_file()


def test_deleted_folder_is_written_anew(folder: Path) -> None:
    keeper = VisitKeeper(folder)
    for fact in (begun_in(folder), second(1.0)):
        keeper.keep(fact)
    _until(lambda: len(visit_facts(folder)) == 2)
    shutil.rmtree(folder)
    keeper.keep(VisitEnded(2.0, "finished"))
    assert keeper.close()
    assert [fact.at_s for fact in visit_facts(folder)] == [0.0, 1.0, 2.0]
    assert read_visit(folder).check.changed == []


def test_removed_disk_is_waited_for(tmp_path: Path) -> None:
    """Put back with what it held, it is gone on with."""
    with mounted(tmp_path / "disk", "2m") as disk:
        folder = disk / "data" / "visits" / "v"
        keeper = VisitKeeper(folder)
        keeper.keep(begun_in(folder))
        _until(lambda: len(visit_facts(folder)) == 1)
        away = tmp_path / "away"
        away.mkdir()
        subprocess.run(["mount", "--bind", str(disk), str(away)], check=True)
        try:
            subprocess.run(["umount", "-l", str(disk)], check=True)
            keeper.keep(Remarked(1.0, "meanwhile"))
            _until(lambda: "put the disk back" in keeper.trouble)
            subprocess.run(["mount", "--bind", str(away), str(disk)], check=True)
            _until(lambda: keeper.trouble == "")
            assert keeper.close()
            assert [fact.at_s for fact in visit_facts(folder)] == [0.0, 1.0]
            assert read_visit(folder).check.changed == []
        finally:
            subprocess.run(["umount", "-l", str(away)], check=True)


def test_disk_that_does_not_answer_holds_up_no_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written outlives a kill before the disk has it; a disk that is silent is said."""
    answers = threading.Event()
    synced: list[int] = []

    def _sync(fd: int) -> None:
        synced.append(fd)
        assert answers.wait(10.0)

    keeper = VisitKeeper(folder)
    monkeypatch.setattr("usbio.recording.synced_file._sync_data", _sync)
    monkeypatch.setattr("usbio.visit.keeper._SILENT_S", 0.05)
    keeper.keep(begun_in(folder))
    _until(lambda: synced)
    for k in range(1, 6):
        keeper.keep(Remarked(float(k), "meanwhile"))
    _until(lambda: len(visit_facts(folder)) == 6)
    _until(lambda: "has not answered" in keeper.trouble)
    assert not keeper.close(0.1)
    answers.set()
    assert keeper.close()
    assert keeper.trouble == ""


def test_frames_are_let_go_only_when_memory_is_full_and_it_is_written_down(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("usbio.visit.keeper.MOST_BYTES", 20_000)
    folder = disk / "visits" / "v"
    keeper = VisitKeeper(folder)
    other = take_all_room(disk)
    for k in range(20):
        keeper.keep(many_rows(float(k), 20))  # 9 kB each
    keeper.keep(Remarked(20.0, "what people say is always taken"))
    other.unlink()
    assert keeper.close()
    facts = visit_facts(folder)
    lost = [fact for fact in facts if isinstance(fact, Troubled)]
    assert {fact.code for fact in lost} == {LOST_SECONDS}
    said = sum(int(fact.words.split()[0]) for fact in lost)
    assert 10 < said < 20
    assert len(facts) == 20 - said + len(lost) + 1
    assert Remarked(20.0, "what people say is always taken") in facts


def test_fact_that_cannot_be_written_loses_no_other(folder: Path) -> None:
    from tests.usbio.visit_facts import LEFT

    keeper = VisitKeeper(folder)
    keeper.keep(TargetSet(1.0, LEFT, "left", float("nan"), 50.0, 75.0, 20.0, "target.own_test"))
    keeper.keep(Remarked(2.0, "after it"))
    assert keeper.close()
    facts = visit_facts(folder)
    assert facts == (Troubled(1.0, UNWRITABLE, "target_set"), Remarked(2.0, "after it"))


def test_keeping_never_waits(folder: Path) -> None:
    """10 ms for 200 seconds of 180 values each, of which writing takes much longer."""
    keeper = VisitKeeper(folder)
    facts = [many_rows(float(k), 180) for k in range(200)]
    began_s = time.perf_counter()
    longest_s = 0.0
    for fact in facts:
        before_s = time.perf_counter()
        keeper.keep(fact)
        longest_s = max(longest_s, time.perf_counter() - before_s)
    handed_s = time.perf_counter() - began_s
    assert keeper.close(30.0)
    assert handed_s < 0.5 * (time.perf_counter() - began_s)
    assert len(visit_facts(folder)) == 200


def test_journal_of_a_newer_program_is_refused(folder: Path) -> None:
    assert VisitKeeper(folder).close()
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"schema_version":1', b'"schema_version":9'))
    with pytest.raises(InputError, match="newer version of usbio; install the newest"):
        VisitKeeper(folder)


def test_changed_line_is_told(folder: Path) -> None:
    keeper = VisitKeeper(folder)
    for k in range(3):
        keeper.keep(Remarked(float(k), "as it was"))
    assert keeper.close()
    journal = folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"as it was", b"otherwise")
    journal.write_bytes(b"".join(lines))
    assert read_visit(folder).check.changed == [3]


def test_ended_and_gone_on_with_again(folder: Path) -> None:
    from usbio.visit.facts import VisitResumed

    facts: Sequence[Fact] = (begun_in(folder), VisitEnded(1.0, "stopped"), VisitResumed(2.0, "2026-11-03"))
    for k, fact in enumerate(facts):
        keeper = VisitKeeper(folder)
        keeper.keep(fact)
        assert keeper.close()
        assert len(interrupted_visits(folder.parent.parent)) == (k != 1)
