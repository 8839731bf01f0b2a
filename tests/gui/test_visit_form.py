"""The form that begins a visit: by keyboard alone, filled as last time, mistakes beside their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gui.live_visit import Desk
from gui.main_window import MainWindow
from gui.reception import NoReception
from gui.visit_form import VisitFormPage
from tests.fakes import EndlessSource
from tests.gui.conftest import TWO_SIDES, make_run
from tests.gui.test_visit_keys import DeskOf
from tests.usbio.scripted_visit import Clinic
from tests.usbio.visit_facts import BEGUN
from usbio.choice import Choice
from usbio.errors import UsbioError
from usbio.protocol import Protocol
from usbio.protocol_library import shipped_protocols
from usbio.shown_runs import ShownRuns
from usbio.visit.visit_file import VisitOutline
from usbio.visit_form import VisitForm, checked

PATIENCE_MS = 8000
LAST = VisitForm("P-0147", "right", level="L5", probe="L7", hold_s=12.0, protocol="tra_hold_lying")


class Desked(NoReception):
    """Knows one patient and one visit that was broken off, and begins scripted visits."""

    def __init__(self) -> None:
        self.begun: list[VisitForm] = []
        self.resumed: list[Path] = []
        self.choice = TWO_SIDES

    def protocols(self) -> tuple[Mapping[str, Protocol], Sequence[UsbioError]]:
        return shipped_protocols(), ()

    def last(self, subject: str) -> VisitForm | None:
        return LAST if subject == LAST.subject else None

    def interrupted(self) -> tuple[VisitOutline, ...]:
        return (VisitOutline(Path("visits/v9"), BEGUN, ended=False, running=False),)

    def begin(self, form: VisitForm, shown: ShownRuns) -> Desk:
        self.begun.append(checked(form))
        return DeskOf(Clinic())

    def resume(self, folder: Path, shown: ShownRuns) -> Desk:
        self.resumed.append(folder)
        return DeskOf(Clinic())

    def sample(self) -> tuple[Choice, VisitForm]:
        return self.choice, VisitForm("SAMPLE")


Opened = tuple[MainWindow, VisitFormPage, Desked]


@pytest.fixture
def opened(qtbot: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    made: list[MainWindow] = []

    def _open(source: bool = True) -> Opened:
        reception = Desked()
        choice = replace(TWO_SIDES, save_folder=tmp_path)
        window = MainWindow([], lambda asked: make_run(EndlessSource(fps=50), asked), reception=reception)
        qtbot.addWidget(window)
        made.append(window)
        window.show()
        qtbot.waitUntil(window.isActiveWindow, timeout=5000)
        if source:
            window.show_run(make_run(EndlessSource(fps=50), choice))
        window.show_visit()
        return window, window.visits.form, reception

    yield _open
    for window in made:
        window.close()


def said(form: VisitFormPage) -> str:
    return "\n".join(label.text() for label in form.findChildren(QLabel) if label.isVisible())


def test_a_visit_begins_by_keyboard_alone(opened: Callable[..., Opened], qtbot: Any) -> None:
    window, form, reception = opened()
    assert form.fields["subject"].hasFocus()
    qtbot.keyClicks(form.fields["subject"], "K-9")
    QTest.keySequence(window, "Tab")
    qtbot.keyClicks(window.focusWidget(), "r")  # a letter chooses: right
    QTest.keySequence(window, "Tab")
    qtbot.keyClicks(window.focusWidget(), "L5 tT?")  # letters are letters here
    QTest.keySequence(window, "Return")
    qtbot.waitUntil(lambda: window.visits.visit.on, timeout=PATIENCE_MS)
    (begun,) = reception.begun
    assert (begun.subject, begun.painful_side, begun.level) == ("K-9", "right", "L5 tT?")
    assert window.page.visit.isVisible()


def test_a_known_patient_fills_the_form(opened: Callable[..., Opened], qtbot: Any) -> None:
    window, form, _ = opened()
    qtbot.keyClicks(form.fields["subject"], "P-0147")
    QTest.keySequence(window, "Tab")
    qtbot.waitUntil(lambda: form.fields["probe"].text() == "L7", timeout=PATIENCE_MS)
    assert form.form == LAST
    assert "as at the last visit" in said(form)


def test_mistakes_are_said_beside_their_fields(opened: Callable[..., Opened], qtbot: Any) -> None:
    window, form, reception = opened()
    QTest.keySequence(window, "Return")
    qtbot.waitUntil(lambda: "has no code" in said(form), timeout=PATIENCE_MS)
    assert not form.message.isVisible()
    assert form.fields["subject"].hasFocus()
    qtbot.keyClicks(form.fields["subject"], "K-9")
    form.fields["hold_s"].setText("long")
    QTest.keySequence(window, "Return")
    assert "no number" in said(form)
    assert form.fields["hold_s"].hasFocus()
    form.fields["hold_s"].setText("1000")
    QTest.keySequence(window, "Return")
    qtbot.waitUntil(lambda: "1000 s is no hold" in said(form), timeout=PATIENCE_MS)
    assert reception.begun == []
    assert not window.visits.visit.on


def test_without_a_picture_it_says_what_to_do(opened: Callable[..., Opened], qtbot: Any) -> None:
    window, form, _ = opened(source=False)
    assert form.sample.hasFocus()
    form.fields["subject"].setFocus()
    QTest.keySequence(window, "Return")
    assert "open a source first" in said(form)


def test_the_sample_session_is_one_key_at_a_first_start(opened: Callable[..., Opened], qtbot: Any) -> None:
    window, _, reception = opened(source=False)
    QTest.keySequence(window, "Return")
    qtbot.waitUntil(lambda: window.visits.visit.on, timeout=PATIENCE_MS)
    assert [form.subject for form in reception.begun] == ["SAMPLE"]


def test_a_visit_that_was_broken_off_is_gone_on_with(opened: Callable[..., Opened], qtbot: Any) -> None:
    window, form, reception = opened()
    qtbot.waitUntil(
        lambda: form.interrupted.isEnabled() and form.interrupted.count() == 1, timeout=PATIENCE_MS
    )
    form.interrupted.setFocus()
    QTest.keyClick(form.interrupted, Qt.Key.Key_Down)
    QTest.keySequence(window, "Return")
    qtbot.waitUntil(lambda: window.visits.visit.on, timeout=PATIENCE_MS)
    assert reception.resumed == [Path("visits/v9")]


def test_while_a_visit_is_on_the_place_shows_it(opened: Callable[..., Opened], qtbot: Any) -> None:
    window, form, _ = opened()
    qtbot.keyClicks(form.fields["subject"], "K-9")
    QTest.keySequence(window, "Return")
    qtbot.waitUntil(lambda: window.visits.visit.on, timeout=PATIENCE_MS)
    QTest.keySequence(window, "K")  # set up in between
    assert not window.page.isVisible()
    window.show_visit()
    assert window.page.visit.isVisible()
    assert not form.isVisible()


def test_after_a_visit_has_begun_the_form_knows_of_no_patient(
    opened: Callable[..., Opened], qtbot: Any
) -> None:
    window, form, _ = opened()
    qtbot.keyClicks(form.fields["subject"], "K-9")
    qtbot.keyClicks(form.fields["level"], "L5")
    QTest.keySequence(window, "Return")
    qtbot.waitUntil(lambda: window.visits.visit.on, timeout=PATIENCE_MS)
    assert (form.fields["subject"].text(), form.fields["level"].text()) == ("", "")
