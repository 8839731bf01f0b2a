"""A whole visit on the simulator by keyboard, measured as in the window, and what it leaves on the disk."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtTest import QTest

from gui.main_window import MainWindow
from tests.fakes import EndlessSource
from tests.gui.test_whole_visit import KEYS
from tests.usbio.scripted_visit import short_protocol
from tests.usbio.simulated_visit import SimulatedClinic
from usbio.cli import main
from usbio.data_folder import store_path, visits_folder
from usbio.error_figures import literature_errors
from usbio.patient_scene import PatientScene
from usbio.store.lookup import last_visit, visits
from usbio.store.store import Store
from usbio.texts import Texts
from usbio.visit.effects import Sound
from usbio.visit.facts import CaptureTaken, RepetitionJudged, SecondSeen, VisitBegun
from usbio.visit.scene import PatientChoice, patient_scene
from usbio.visit.site import sites_of
from usbio.visit.stages import stages_of
from usbio.visit.state import VisitPlan
from usbio.visit.view import VisitView, visit_view
from usbio.visit.visit_file import visit_facts
from usbio.visit_place import EarlierStill

Show = Callable[..., MainWindow]
VISIT = "20261103-101500-a1b2"


@dataclass
class News:
    view: VisitView
    scene: PatientScene
    said: tuple[str, ...] = ()
    sounds: tuple[Sound, ...] = ()
    trouble: str = ""
    ghost: EarlierStill | None = None


class Desk:
    """A desk of a simulated visit: the test's own clock drives it."""

    def __init__(self, clinic: SimulatedClinic) -> None:
        self.visit, self.choice = clinic.visit, PatientChoice()

    def look(self) -> News:
        state = self.visit.state
        return News(visit_view(state), patient_scene(state, Texts("en"), self.choice))

    def close(self) -> bool:
        return True


def test_a_whole_visit_on_the_simulator_by_keyboard(show: Show, tmp_path: Path) -> None:
    """TrA of both sides, two repetitions of training, measured as in the window; only keys are pressed."""
    data = tmp_path / "data"
    folder = visits_folder(data) / VISIT
    folder.mkdir(parents=True)
    store = Store.open(store_path(data))
    protocol = short_protocol(repetitions=2)
    sites = sites_of(("tra",), together=False)
    begun = VisitBegun(VISIT, "P-0147", "2026-11-03T10:15:00+01:00", 1, protocol.name, "right", sites)
    plan = VisitPlan(protocol, stages_of(begun), (), literature_errors())
    clinic = SimulatedClinic(plan, begun, data, store)
    window = show(EndlessSource(fps=5))
    live = window.visits.visit
    live.begin(Desk(clinic))
    window.visits.began.emit()

    def _press_next() -> None:
        live.look()
        assert live.view is not None
        QTest.keySequence(window, KEYS.get(live.view.missing, "PgDown"))
        if live.view.missing.startswith("pain"):
            QTest.keySequence(window, "Return")

    clinic.press_next = _press_next
    clinic.whole()
    live.stop()
    window.close()
    clinic.close()
    kept = SimpleNamespace(data=data, folder=folder, store=store, clinic=clinic)
    _what_the_simulator_did_is_what_was_found(kept)
    _it_leaves_its_files_for_its_owner_alone(kept)
    _the_store_has_its_rows(kept)
    _it_is_exported_with_every_picture(kept, tmp_path / "tables")
    store.close()


def _what_the_simulator_did_is_what_was_found(kept: SimpleNamespace) -> None:
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


def _it_leaves_its_files_for_its_owner_alone(kept: SimpleNamespace) -> None:
    files = {path.name: path for path in kept.folder.iterdir()}
    stills = [name for name in files if name.endswith(".png")]
    assert len(stills) == 6
    assert "journal.jsonl" in files
    assert all(path.stat().st_mode & 0o077 == 0 for path in files.values())


def _the_store_has_its_rows(kept: SimpleNamespace) -> None:
    (visit,) = visits(kept.store)
    assert (visit.subject, visit.state, visit.proposal) == ("P-0147", "finished", "stay")
    told = {(one.block, one.with_feedback): (one.judged, one.passed) for one in visit.blocks}
    assert told["pretest", False] == told["posttest", False] == (6, 6)
    assert sum(n for (block, _), (n, _) in told.items() if block == "training") == 4
    last = last_visit(kept.store, "P-0147")
    assert last is not None
    assert len(last.stills) == 6
    assert {one.muscle for one in last.rests} == {"tra", "io", "eo"}


def _it_is_exported_with_every_picture(kept: SimpleNamespace, tmp_path: Path) -> None:
    tmp_path.mkdir()
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
