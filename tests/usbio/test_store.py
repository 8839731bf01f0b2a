"""The store: filled from facts in any portions, asked in plain records, never in the way of the journal."""

from __future__ import annotations

import datetime
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from math import isnan, nan
from pathlib import Path

import pytest

from tests.conftest import mounted, take_all_room
from tests.usbio.visit_facts import (
    BEGUN,
    LEFT,
    RIGHT,
    begun_in,
    capture,
    every_kind,
    repetition,
    second,
    second_of,
)
from usbio.data_folder import store_path, visits_folder
from usbio.store import tables
from usbio.store.catching_up import catch_up, rebuild
from usbio.store.fact_rows import tables_of
from usbio.store.late_store import LateStore
from usbio.store.lookup import Wanted, last_visit, next_number, repetitions, subjects, visits
from usbio.store.packing import packed_rows, unpacked_rows
from usbio.store.store import Store, StoreTrouble
from usbio.visit.facts import Fact, StillKept, VisitEnded, VisitResumed, Withdrawn
from usbio.visit.keeper import VisitKeeper
from usbio.visit.visit_file import visit_facts

AT_MOST_S = 5.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.open(store_path(tmp_path))
    yield found
    found.close()


def _until(condition: Callable[[], object]) -> None:
    until_s = time.perf_counter() + AT_MOST_S
    while not condition():
        assert time.perf_counter() < until_s
        time.sleep(0.005)


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that stands in the tables, without the numbers of rows."""
    with sqlite3.connect(path) as connection:
        names = [table.name for table in tables.Base.metadata.sorted_tables]
        found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    connection.close()
    return found


def _keep(data: Path, name: str, facts: Sequence[Fact], store: Store | None = None) -> Path:
    """Keep a visit as a program does."""
    folder = visits_folder(data) / name
    keeper = VisitKeeper(folder, store)
    keeper.keep(replace(begun_in(folder), subject="P-0147"))
    for fact in facts:
        keeper.keep(fact)
    assert keeper.close()
    return folder


def test_every_kind_of_fact_has_its_rows(store: Store) -> None:
    facts = every_kind()
    assert store.fill(BEGUN.visit, 0, facts, 1000) == len(facts)
    counts = {name: len(rows) for name, rows in _rows(store.path).items()}
    assert counts == dict.fromkeys(counts, 1)
    with store.reading() as session:
        visit = session.query(tables.Visit).one()
        assert (visit.facts, visit.journal_bytes, visit.ended, visit.resumed) == (
            len(facts),
            1000,
            "finished",
            1,
        )
        assert visit.day == datetime.date(2026, 11, 3)
        result = session.query(tables.RepetitionResult).one()
        assert isnan(result.change_se)
        assert result.change_percent == 50.0
        assert session.query(tables.Repetition).one().withdrawn
        packed = session.query(tables.Second).one()
        assert packed.repetition_id == session.query(tables.Repetition).one().id
        assert repr(unpacked_rows(packed.rows)) == repr(list(second(6.0).rows))


def test_every_field_of_a_fact_has_its_column() -> None:
    """But for what stands elsewhere: sites and trials in columns of their own, the kind as the table."""
    apart = {"kind", "at_s", "site", "trial", "levels", "results", "acquisition", "visit", "subject"}
    apart |= {"taken_at_s", "restored"}  # of what is withdrawn, its row says so
    lacking = {}
    for fact in every_kind():
        table = tables_of(fact.kind)
        named = {field.name for field in fields(fact)} - apart
        if table is not None and named - set(table.__table__.columns.keys()):
            lacking[fact.kind] = named - set(table.__table__.columns.keys())
    assert lacking == {}


def test_unknown_values_are_null_and_never_nan(store: Store) -> None:
    store.fill(BEGUN.visit, 0, every_kind(), 1000)
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT change_se, in_target_s FROM repetition_results").fetchone() == (
            None,
            None,
        )
        (rows,) = connection.execute("SELECT rows FROM seconds").fetchone()
        assert "NaN" not in rows
        assert '"thickness_mm": [5.0, null]' in rows
    connection.close()


def test_packing_keeps_columns_that_are_all_alike_short() -> None:
    row = second(6.0).rows[0]
    packed = packed_rows([row, replace(row, frame=1), replace(row, frame=2)])
    assert packed["frame"] == [0, 1, 2]
    assert packed["muscle"] == "tra"
    assert repr(unpacked_rows(packed)[1]) == repr(replace(row, frame=1))
    assert unpacked_rows(packed_rows([])) == []


def test_filled_in_portions_and_twice_is_filled_once(tmp_path: Path) -> None:
    facts = every_kind()
    whole, parts = Store.open(tmp_path / "whole.sqlite"), Store.open(tmp_path / "parts.sqlite")
    whole.fill(BEGUN.visit, 0, facts, 9)
    for first in (0, 0, 3, 2, 7, 12, 12):
        assert parts.fill(BEGUN.visit, first, facts[first : first + 7], 9) >= first
    assert parts.filled(BEGUN.visit) == len(facts)
    assert _rows(whole.path) == _rows(parts.path)
    whole.close()
    parts.close()


def test_gap_is_not_filled(store: Store) -> None:
    facts = every_kind()
    assert store.fill(BEGUN.visit, 3, facts[3:], 9) == 0
    store.fill(BEGUN.visit, 0, facts[:3], 9)
    assert store.fill(BEGUN.visit, 5, facts[5:], 9) == 3


def test_fact_of_a_newer_program_keeps_its_place(store: Store) -> None:
    assert store.fill(BEGUN.visit, 0, (BEGUN, None, VisitEnded(3.0, "finished")), 9) == 3
    assert visits(store)[0].state == "finished"


def test_seconds_of_a_trial_that_was_broken_off_belong_to_none(store: Store) -> None:
    broken, again = second(6.0), second(30.0)
    later = second_of(31.0, 1, again.trial)
    store.fill(BEGUN.visit, 0, (BEGUN, broken, again, later, repetition(40.0, 1)), 9)
    with store.reading() as session:
        owners = [(row.at_s, row.repetition_id) for row in session.query(tables.Second).order_by("at_s")]
    assert owners == [(6.0, None), (30.0, 1), (31.0, 1)]


def test_seconds_after_the_judgement_belong_to_their_trial(store: Store) -> None:
    """A repetition is judged at the end of its hold; then it is withdrawn, and taken again."""

    def one(at_s: float, number: int) -> Fact:
        return second_of(at_s, number, repetition(7.5, 1).trial)

    facts: list[Fact] = [BEGUN, one(6.0, 0), one(7.0, 1), repetition(7.5, 1), one(8.0, 2), one(9.0, 3)]
    facts += [Withdrawn(9.5, repetition(7.5, 1).trial, 7.5)]
    # The pictures of its first second did not come.
    facts += [one(22.0, 1), one(23.0, 2), repetition(23.5, 1), one(24.0, 3)]
    for place, fact in enumerate(facts):
        store.fill(BEGUN.visit, place, [fact], 9)
    with store.reading() as session:
        owners = [row.repetition_id for row in session.query(tables.Second).order_by("at_s")]
    assert owners == [1, 1, 1, 1, 2, 2, 2]


def test_withdrawn_and_put_back(store: Store) -> None:
    one = repetition(20.0, 1)
    gone = Withdrawn(21.0, one.trial, 20.0)
    facts: list[Fact] = [BEGUN, one, repetition(30.0, 2), gone]
    store.fill(BEGUN.visit, 0, facts, 9)
    assert [row.number for row in repetitions(store, "P-0147")] == [2]
    store.fill(BEGUN.visit, 4, [replace(gone, at_s=22.0, restored=True)], 9)
    assert [row.number for row in repetitions(store, "P-0147")] == [1, 2]


def test_patients_and_visits_are_found(store: Store) -> None:
    for k, (code, day, protocol) in enumerate(
        (("P-2", "03", "tra-a"), ("p-1", "04", "tra-a"), ("P-2", "10", "lm-b"))
    ):
        began = f"2026-11-{day}T23:30:00-05:00"  # the day on the wall, not at Greenwich
        begun = replace(
            BEGUN, visit=f"v{k}", subject=code, began=began, protocol=protocol, number=1 + (k > 1)
        )
        store.fill(f"v{k}", 0, [begun, *every_kind()[1:]], 9)
    assert [(one.code, one.visits, one.last_day.day) for one in subjects(store)] == [
        ("P-2", 2, 10),
        ("p-1", 1, 4),
    ]
    assert [one.code for one in subjects(store, "p-2")] == ["P-2"]
    assert subjects(store, "%") == ()
    assert [one.visit for one in visits(store, Wanted(subjects=("P-2",)))] == ["v0", "v2"]
    assert [one.visit for one in visits(store, Wanted(first_day=datetime.date(2026, 11, 4)))] == ["v1", "v2"]
    assert [one.visit for one in visits(store, Wanted(last_day=datetime.date(2026, 11, 4)))] == ["v0", "v1"]
    assert [one.visit for one in visits(store, Wanted(protocol="lm-b"))] == ["v2"]
    assert next_number(store, "P-2") == 3
    assert next_number(store, "new") == 1


def test_visit_in_a_list_says_how_it_went(store: Store) -> None:
    passed = replace(repetition(50.0, 1, "training"), feedback="during")
    failed = replace(passed, at_s=60.0, trial=replace(passed.trial, number=2), outcome="not_passed")
    facts = [*every_kind()[:-1], passed, failed]
    store.fill(BEGUN.visit, 0, facts, 9)
    (visit,) = visits(store)
    assert visit.state == "open"
    assert visit.sites == (LEFT, RIGHT)
    assert visit.acquisition == BEGUN.acquisition
    assert [(one.block, one.with_feedback, one.judged, one.passed) for one in visit.blocks] == [
        ("training", True, 2, 1)  # the one of the pretest was withdrawn
    ]
    assert isnan(visit.pain_start)
    assert (visit.proposal, visit.next_protocol) == ("stay", "tra-draw-in-lying")
    store.fill(BEGUN.visit, len(facts), [VisitEnded(70.0, "stopped"), VisitResumed(80.0, "x")], 9)
    assert visits(store)[0].state == "open"


def test_last_visit_gives_rest_stills_and_acquisition(store: Store) -> None:
    first, again = capture(4.0, 1, 3.4), capture(9.0, 1, 3.6)
    stills = [StillKept(4.1, first.trial, "a.png"), StillKept(9.1, again.trial, "b.png")]
    facts: list[Fact] = [BEGUN, first, stills[0], Withdrawn(5.0, first.trial, 4.0), again, stills[1]]
    facts += [capture(12.0, 2, 3.8), capture(15.0, 3, nan)]
    store.fill(BEGUN.visit, 0, facts, 9)
    newer = replace(BEGUN, visit="w", began="2026-11-10T10:00:00+01:00", number=2)
    store.fill("w", 0, [newer], 9)  # broken off before anything was captured
    found = last_visit(store, "P-0147")
    assert found is not None
    assert found.visit.visit == BEGUN.visit
    (rest,) = found.rests
    assert (rest.site, rest.side, rest.muscle, rest.unit) == (LEFT, "left", "tra", "mm")
    assert rest.captures.mean == pytest.approx(3.7, abs=1e-9)
    assert rest.captures.n == 2
    assert [still.file for still in found.stills] == ["b.png"]
    assert found.visit.acquisition.depth_mm == 50.0
    assert last_visit(store, "P-0147", before=BEGUN.visit) is None
    assert last_visit(store, "nobody") is None


def test_files_are_for_their_owner_alone(store: Store) -> None:
    store.fill(BEGUN.visit, 0, every_kind(), 9)
    found = {path.name: path.stat().st_mode & 0o777 for path in store.path.parent.glob("*.sqlite*")}
    assert found == {f"{store.path.name}{ending}": 0o600 for ending in ("", "-wal", "-shm")}


def test_keeper_fills_the_store(tmp_path: Path, store: Store) -> None:
    _keep(tmp_path, "v", every_kind()[1:], store)
    assert store.filled("v") == len(every_kind())
    assert store.sizes() == {"v": (visits_folder(tmp_path) / "v" / "journal.jsonl").stat().st_size}


def test_store_that_is_locked_never_hinders_the_journal(tmp_path: Path) -> None:
    """Another program holds it, for longer than the store waits; it is filled once it is free."""
    path = store_path(tmp_path)
    Store.open(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = Store.open(path)
    with store.reading() as session:  # so that the test need not wait for five seconds
        session.connection().exec_driver_sql("PRAGMA busy_timeout=50")
    keeper = VisitKeeper(visits_folder(tmp_path) / "v", store)
    for fact in (begun_in(keeper.folder), *every_kind()[1:]):
        keeper.keep(fact)
    _until(lambda: len(visit_facts(keeper.folder)) == len(every_kind()))
    _until(lambda: "another program holds it" in keeper.store_trouble)
    assert keeper.trouble == ""
    other.execute("ROLLBACK")
    other.close()
    _until(lambda: store.filled("v") == len(every_kind()))
    assert keeper.close()
    assert keeper.store_trouble == ""
    store.close()


def test_store_that_cannot_be_opened_never_hinders_the_journal(tmp_path: Path) -> None:
    path = store_path(tmp_path)
    path.write_bytes(b"no store at all")
    late = LateStore(tmp_path)
    keeper = VisitKeeper(visits_folder(tmp_path) / "v", late)
    for fact in (begun_in(keeper.folder), *every_kind()[1:]):
        keeper.keep(fact)
    _until(lambda: "build it anew: usbio store rebuild" in keeper.store_trouble)
    _until(lambda: len(visit_facts(keeper.folder)) == len(every_kind()))
    assert keeper.trouble == ""
    path.unlink()
    _until(lambda: keeper.store_trouble == "")
    assert keeper.close()
    assert late.filled("v") == len(every_kind())
    late.close()
    late.close()


def test_store_that_lacks_visits_catches_up(tmp_path: Path) -> None:
    for name in ("v1", "v2"):
        _keep(tmp_path, name, every_kind()[1:])
    (visits_folder(tmp_path) / "empty").mkdir()
    store = Store.open(store_path(tmp_path))
    seen: list[int] = []
    assert catch_up(store, tmp_path, lambda done, total: seen.append(total)) == ()
    assert store.filled("v1") == store.filled("v2") == len(every_kind())
    assert seen == [2, 2]
    assert catch_up(store, tmp_path, lambda done, total: seen.append(total)) == ()
    assert seen == [2, 2]  # what is as long as it was is not read again
    store.close()


@pytest.mark.parametrize("damage", ["header", "middle"])
def test_damaged_store_is_told_and_built_anew(tmp_path: Path, damage: str) -> None:
    path = store_path(tmp_path)
    store = Store.open(path)
    for k in range(12):
        _keep(tmp_path, f"v{k:02}", every_kind()[1:], store)
    store.close()
    before = _rows(path)
    content = bytearray(path.read_bytes())
    content[slice(0, 100) if damage == "header" else slice(4096, None)] = b"?" * (
        100 if damage == "header" else len(content) - 4096
    )
    path.write_bytes(content)

    def use() -> None:
        damaged = Store.open(path)
        try:
            visits(damaged)
        finally:
            damaged.close()

    with pytest.raises(
        StoreTrouble, match=r"is damaged; the visits .* not; build it anew: usbio store rebuild"
    ):
        use()
    rebuilt = rebuild(tmp_path)
    assert rebuilt.old is not None
    assert rebuilt.old.read_bytes() == bytes(content)
    assert (rebuilt.visits, rebuilt.troubles) == (12, ())
    assert _rows(path) == before
    assert path.stat().st_mode & 0o777 == 0o600


def test_full_disk_is_said_in_words(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "500k") as disk:
        store = Store.open(store_path(disk))
        take_all_room(disk)
        with pytest.raises(StoreTrouble, match="the disk is full; free some space"):
            _fill_many(store)
        (disk / "other program").unlink()
        assert store.fill("w", 0, every_kind(), 9) == len(every_kind())
        store.close()


def _fill_many(store: Store) -> None:
    for k in range(200):
        store.fill(f"v{k}", 0, every_kind(), 9)


def test_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    from usbio.errors import OutputError

    with pytest.raises(OutputError):
        Store.open(tmp_path / "file" / "visits.sqlite")


def test_forgotten_visit_leaves_no_row(store: Store) -> None:
    store.fill("v1", 0, every_kind(), 9)
    store.fill("v2", 0, every_kind(), 9)
    store.forget("v1")
    assert {name: len(rows) for name, rows in _rows(store.path).items()} == dict.fromkeys(
        _rows(store.path), 1
    )
    store.forget("v2")
    assert not any(_rows(store.path).values())
