"""Two whole visits of one patient by keys alone, in the window, and what they leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest

from gui.main_window import MainWindow
from tests.fakes import EndlessSource
from tests.gui.test_visit_keys import DeskOf
from tests.usbio.scripted_visit import Clinic
from usbio.data_folder import store_path, visits_folder
from usbio.store.lookup import Wanted, visits
from usbio.store.store import Store
from usbio.visit.facts import PainNoted, RepetitionJudged, TargetSet, VisitBegun
from usbio.visit.keeper import VisitKeeper

Show = Callable[..., MainWindow]
STEP_S, MOST_STEPS = 0.5, 3000
KEYS = {"pain_before": "3", "pain_after": "2", "pain_end": "1", "decision": "A"}


def _by_keys(window: MainWindow, clinic: Clinic) -> None:
    """Make a visit: whenever nothing runs, press what the page asks for."""
    desk = DeskOf(clinic)
    visit = window.visits.visit
    visit.begin(desk)
    window.visits.began.emit()
    for _ in range(MOST_STEPS):
        view = visit.view
        if view is None:
            return  # next, pressed after the end, has left it
        if view.running is None:
            QTest.keySequence(window, KEYS.get(view.missing, "PgDown"))
            if view.missing.startswith("pain"):
                QTest.keySequence(window, "Return")
        clinic.pass_s(STEP_S)
        visit.look()
    raise AssertionError(f"no end; stands at {clinic.state.stage}, needs {clinic.state.record}")


def _kept(data: Path, clinic: Clinic, store: Store) -> None:
    begun = clinic.facts[0]
    assert isinstance(begun, VisitBegun)
    folder = visits_folder(data) / begun.visit
    folder.mkdir(parents=True)
    keeper = VisitKeeper(folder, store)
    for fact in clinic.facts:
        keeper.keep(fact)
    assert keeper.close(30.0)


def test_two_visits_by_keyboard_leave_what_was_done(show: Show, tmp_path: Path, qtbot: Any) -> None:
    window = show(EndlessSource(fps=20))
    store = Store.open(store_path(tmp_path))
    first = Clinic()
    _by_keys(window, first)
    targets = tuple(fact for fact in first.facts if isinstance(fact, TargetSet))
    second = Clinic(number=2, earlier=targets, visit="v2")
    _by_keys(window, second)
    for clinic in (first, second):
        assert clinic.state.over
        _kept(tmp_path, clinic, store)
    window.close()
    for clinic, test in ((first, "pretest"), (second, "retention")):
        judged = [fact for fact in clinic.facts if isinstance(fact, RepetitionJudged)]
        assert Counter(one.trial.block for one in judged) == {test: 6, "training": 6, "posttest": 6}
        pains = [(fact.moment, fact.score) for fact in clinic.facts if isinstance(fact, PainNoted)]
        assert pains == [("before_set", 3.0), ("after_set", 2.0)] * 2 + [("end", 1.0)]
    rows = visits(store, Wanted(subjects=("P-0147",)))
    assert [(row.number, row.state, row.proposal_accepted) for row in rows] == [
        (1, "finished", True),
        (2, "finished", True),
    ]
    store.close()
