"""A whole visit on the simulator, measured as in the window, and what it leaves on the disk."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.usbio.scripted_visit import short_protocol
from tests.usbio.simulated_visit import SimulatedClinic
from usbio.cli import main
from usbio.data_folder import store_path, visits_folder
from usbio.error_figures import literature_errors
from usbio.store.lookup import last_visit, visits
from usbio.store.store import Store
from usbio.visit.facts import CaptureTaken, RepetitionJudged, SecondSeen, VisitBegun
from usbio.visit.site import sites_of
from usbio.visit.stages import stages_of
from usbio.visit.state import VisitPlan
from usbio.visit.visit_file import visit_facts

VISIT = "20261103-101500-a1b2"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The visit, made once: TrA of both sides, two repetitions."""
    data = tmp_path_factory.mktemp("data")
    folder = visits_folder(data) / VISIT
    folder.mkdir(parents=True)
    store = Store.open(store_path(data))
    protocol = short_protocol(repetitions=2)
    sites = sites_of(("tra",), together=False)
    begun = VisitBegun(VISIT, "P-0147", "2026-11-03T10:15:00+01:00", 1, protocol.name, "right", sites)
    plan = VisitPlan(protocol, stages_of(begun), (), literature_errors())
    clinic = SimulatedClinic(plan, begun, data, store)
    clinic.whole()
    clinic.close()
    yield SimpleNamespace(data=data, folder=folder, store=store, clinic=clinic)
    store.close()


def test_what_the_simulator_did_is_what_was_found(kept: SimpleNamespace) -> None:
    facts = visit_facts(kept.folder)
    repetitions = [one for one in facts if isinstance(one, RepetitionJudged)]
    assert [one.outcome for one in repetitions] == ["passed"] * 16  # 3 + 2 + 3 of each side
    for one in repetitions:
        tra = next(r for r in one.results if (r.muscle, r.quantity) == ("tra", "thickness_mm"))
        truth = kept.clinic.truth_change_percent
        assert tra.change_percent == pytest.approx(truth, abs=8.0)  # points: 0.25 mm
        assert tra.border_source == "confirmed"
    captures = [one for one in facts if isinstance(one, CaptureTaken)]
    means = [level.mean for one in captures for level in one.levels if level.quantity == "thickness_mm"]
    assert len(means) == 6 * 3
    assert [one.mean for one in captures[0].levels if one.quantity == "thickness_mm"] == pytest.approx(
        kept.clinic.truth_rest_mm, abs=0.25
    )


def test_it_leaves_its_files_for_its_owner_alone(kept: SimpleNamespace) -> None:
    files = {path.name: path for path in kept.folder.iterdir()}
    stills = [name for name in files if name.endswith(".png")]
    assert len(stills) == 6
    assert "journal.jsonl" in files
    assert all(path.stat().st_mode & 0o077 == 0 for path in files.values())


def test_the_store_has_its_rows(kept: SimpleNamespace) -> None:
    (visit,) = visits(kept.store)
    assert (visit.subject, visit.state, visit.proposal) == ("P-0147", "finished", "stay")
    told = {(one.block, one.with_feedback): (one.judged, one.passed) for one in visit.blocks}
    assert told["pretest", False] == told["posttest", False] == (6, 6)
    assert sum(n for (block, _), (n, _) in told.items() if block == "training") == 4
    last = last_visit(kept.store, "P-0147")
    assert last is not None
    assert len(last.stills) == 6
    assert {one.muscle for one in last.rests} == {"tra", "io", "eo"}


def test_it_is_exported_with_every_picture(kept: SimpleNamespace, tmp_path: Path) -> None:
    assert main(["export", "--out", str(tmp_path), "--data", str(kept.data)]) == 0
    rows = {
        name: list(csv.DictReader((tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        for name in ("visits", "repetitions", "frames", "captures")
    }
    assert len(rows["visits"]) == 1
    facts = visit_facts(kept.folder)
    seen = sum(len(one.rows) for one in facts if isinstance(one, SecondSeen))
    assert len(rows["frames"]) == seen > 3 * 900
    assert {row["border_source"] for row in rows["frames"]} == {"confirmed"}
