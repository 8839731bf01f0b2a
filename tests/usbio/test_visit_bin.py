"""Deleting visits: moved whole, with undo, and never while they are open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.usbio.visit_facts import begun_in, every_kind
from usbio.data_folder import bin_folder, visits_folder
from usbio.errors import CallError, OutputError
from usbio.store.catching_up import catch_up, open_store
from usbio.store.lookup import subjects, visits
from usbio.store.store import Store
from usbio.store.visit_bin import VisitBin
from usbio.visit.keeper import VisitKeeper


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two visits of one patient, and one of another."""
    for name, code in (("v1", "P-1"), ("v2", "P-1"), ("v3", "P-2")):
        folder = visits_folder(tmp_path) / name
        keeper = VisitKeeper(folder)
        for fact in (replace(begun_in(folder), subject=code), *every_kind()[1:]):
            keeper.keep(fact)
        assert keeper.close()
    found, troubles = open_store(tmp_path)
    assert troubles == ()
    yield found
    found.close()


def _listed(store: Store) -> list[str]:
    return [one.visit for one in visits(store)]


def test_visit_is_moved_and_brought_back(tmp_path: Path, store: Store) -> None:
    shelf = VisitBin(tmp_path, store)
    before = (visits_folder(tmp_path) / "v1" / "journal.jsonl").read_bytes()
    deleted = shelf.delete_visit("v1")
    assert deleted.visits == ("v1",)
    assert _listed(store) == ["v2", "v3"]
    assert (bin_folder(tmp_path) / deleted.name / "v1" / "journal.jsonl").read_bytes() == before
    assert (bin_folder(tmp_path) / deleted.name).stat().st_mode & 0o777 == 0o700
    assert catch_up(store, tmp_path) == ()
    assert _listed(store) == ["v2", "v3"]  # it does not come back by itself
    assert shelf.deletions() == (deleted,)
    assert shelf.restore(deleted.name) == deleted
    assert _listed(store) == ["v1", "v2", "v3"]
    assert store.filled("v1") == len(every_kind())
    assert shelf.deletions() == ()


def test_patient_is_moved_with_all_visits(tmp_path: Path, store: Store) -> None:
    shelf = VisitBin(tmp_path, store)
    deleted = shelf.delete_subject("P-1")
    assert deleted.visits == ("v1", "v2")
    assert [one.code for one in subjects(store)] == ["P-2"]
    shelf.restore(deleted.name)
    assert [(one.code, one.visits) for one in subjects(store)] == [("P-1", 2), ("P-2", 1)]


def test_two_deletions_in_one_second_are_two(tmp_path: Path, store: Store) -> None:
    shelf = VisitBin(tmp_path, store)
    first, second = shelf.delete_visit("v1"), shelf.delete_visit("v2")
    assert first.name != second.name
    shelf.restore(first.name)
    assert _listed(store) == ["v1", "v3"]


def test_open_visit_is_not_deleted(tmp_path: Path, store: Store) -> None:
    keeper = VisitKeeper(visits_folder(tmp_path) / "v2")
    with pytest.raises(OutputError, match="this visit is open; end it"):
        VisitBin(tmp_path, store).delete_subject("P-1")
    assert _listed(store) == ["v1", "v2", "v3"]
    assert keeper.close()


def test_what_is_not_there(tmp_path: Path, store: Store) -> None:
    shelf = VisitBin(tmp_path, store)
    with pytest.raises(CallError, match="there is no such visit"):
        shelf.delete_visit("v9")
    with pytest.raises(CallError, match="there is no such visit"):
        shelf.delete_visit("../visits/v1/..")
    with pytest.raises(CallError, match="there is no such patient"):
        shelf.delete_subject("P-9")
    with pytest.raises(CallError, match="nothing of this name"):
        shelf.restore("yesterday")


def test_visit_in_the_way_is_not_replaced(tmp_path: Path, store: Store) -> None:
    shelf = VisitBin(tmp_path, store)
    deleted = shelf.delete_visit("v1")
    assert VisitKeeper(visits_folder(tmp_path) / "v1").close()
    with pytest.raises(OutputError, match="exists already"):
        shelf.restore(deleted.name)
