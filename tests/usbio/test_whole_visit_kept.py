"""A whole visit of the reducer, kept, looked up and exported: what it knew stands there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.usbio.scripted_visit import Clinic
from usbio.data_folder import visits_folder
from usbio.export.writing import export
from usbio.store import tables
from usbio.store.catching_up import open_store
from usbio.store.lookup import last_visit, visits
from usbio.visit.facts import SecondSeen, VisitBegun
from usbio.visit.keeper import VisitKeeper
from usbio.visit.record import record_of
from usbio.visit.visit_file import visit_facts


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Clinic]:
    clinic = Clinic()
    clinic.whole()
    begun = next(fact for fact in clinic.facts if isinstance(fact, VisitBegun))
    data = tmp_path_factory.mktemp("data")
    keeper = VisitKeeper(visits_folder(data) / begun.visit)
    for fact in clinic.facts:
        keeper.keep(fact)
    assert keeper.close(60.0)
    return data, clinic


def test_journal_folds_to_what_the_visit_knew(kept: tuple[Path, Clinic]) -> None:
    data, clinic = kept
    (folder,) = visits_folder(data).iterdir()
    facts = visit_facts(folder)
    assert [repr(fact) for fact in facts] == [repr(fact) for fact in clinic.facts]
    assert repr(record_of(visit_facts(folder, seconds=False))) == repr(record_of(clinic.facts))


def test_store_and_tables_say_what_the_visit_knew(kept: tuple[Path, Clinic], tmp_path: Path) -> None:
    data, clinic = kept
    store, troubles = open_store(data)
    assert troubles == ()
    record = record_of(clinic.facts)
    assert record is not None
    (visit,) = visits(store)
    assert visit.state == "finished"
    assert sum(block.judged for block in visit.blocks) == sum(
        hasattr(one, "outcome") for one in record.standing
    )
    with store.reading() as session:
        seconds = session.query(tables.Second).all()
        assert len(seconds) == sum(isinstance(fact, SecondSeen) for fact in clinic.facts)
        assert all((one.capture_id is None) != (one.repetition_id is None) for one in seconds)
    last = last_visit(store, visit.subject)
    assert last is not None
    assert {(rest.side, rest.muscle) for rest in last.rests} >= {("left", "tra"), ("right", "tra")}
    made = export(store, data, tmp_path / "out")
    rows = sum(len(fact.rows) for fact in clinic.facts if isinstance(fact, SecondSeen))
    assert made.rows["frames"] == rows
    with (tmp_path / "out" / "sets.csv").open(encoding="utf-8", newline="") as file:
        sets = list(csv.DictReader(file))
    blind = [one for one in sets if one["block"] != "training"]
    assert {one["block"] for one in blind} == {"pretest", "posttest"}
    assert {one["n_with_feedback"] for one in blind} == {"0"}
    store.close()
