"""Keys of a visit: each reaches what it is for, none means two, figures are entered by Return alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gui.keys import FIGURES, VISIT_KEYS, keys_in_visit
from gui.keys_view import key_names
from gui.live_visit import LiveVisit
from gui.main_window import MainWindow
from segmentation.geometry import Calibration
from tests.fakes import EndlessSource
from tests.usbio.catalogues import ROOT
from tests.usbio.scripted_visit import Clinic
from usbio.patient_scene import PatientScene
from usbio.texts import Texts
from usbio.visit.effects import Sound
from usbio.visit.progress import missing
from usbio.visit.scene import PatientChoice, patient_scene
from usbio.visit.view import VisitView, visit_view
from usbio.visit_place import EarlierStill

Show = Callable[..., MainWindow]
PATIENCE_MS = 8000


@dataclass
class Heard:
    """Notes what it is given, and hands it on to a visit in which no time passes."""

    clinic: Clinic
    pressed: list[str] = field(default_factory=list)
    entered: list[tuple[str, float, str]] = field(default_factory=list)

    def press(self, action: str) -> None:
        self.pressed.append(action)
        self.clinic.press(action)

    def enter(self, what: str, value: float = nan, words: str = "") -> None:
        self.entered.append((what, value, words))
        self.clinic.enter(what, value, words)


@dataclass
class News:
    view: VisitView
    scene: PatientScene
    said: tuple[str, ...] = ()
    sounds: tuple[Sound, ...] = ()
    trouble: str = ""
    ghost: EarlierStill | None = None


class DeskOf:
    """A desk of a scripted visit."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self.visit = clinic, Heard(clinic)
        self.choice = PatientChoice()
        self.trouble, self.closed = "", 0
        self.ghost: EarlierStill | None = None

    def look(self) -> News:
        scene = patient_scene(self.clinic.state, Texts("de"), self.choice)
        said = tuple(self.clinic.said)
        self.clinic.said.clear()
        return News(visit_view(self.clinic.state), scene, said, trouble=self.trouble, ghost=self.ghost)

    def close(self) -> bool:
        self.closed += 1
        return True


Begun = tuple[MainWindow, LiveVisit, DeskOf]


@pytest.fixture
def begun(show: Show, qtbot: Any) -> Iterator[Begun]:
    """A window with a visit at its first step, on a source that goes on."""
    window = show(EndlessSource(fps=50))
    desk = DeskOf(Clinic())
    window.visits.visit.begin(desk)
    window.visits.began.emit()
    yield window, window.visits.visit, desk
    window.close()


def press(window: MainWindow, name: str) -> None:
    QTest.keySequence(window, name)


def is_dark(visit: LiveVisit) -> bool:
    assert visit.patient is not None
    return visit.patient.scene.dark


def is_paused(window: MainWindow) -> bool:
    assert window.run is not None
    return window.run.playback.paused


def texts_of(window: MainWindow) -> str:
    return "\n".join(label.text() for label in window.page.visit.findChildren(QLabel) if label.isVisible())


def test_no_key_means_two_things_in_a_visit() -> None:
    names = [name for key in keys_in_visit() for name in key.keys]
    assert len(names) == len(set(names))
    assert all(callable(getattr(LiveVisit, key.action)) for key in (*VISIT_KEYS, FIGURES))


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("PgDown", "next"),
        ("N", "next"),
        ("Return", "next"),
        ("Enter", "next"),
        ("Space", "start"),
        ("C", "confirm"),
        ("PgUp", "breath"),
        ("B", "breath"),
        ("R", "repeat"),
        ("Z", "undo"),
        ("Shift+Z", "redo"),
        ("V", "feedback"),
        ("Shift+N", "skip"),
    ],
)
def test_a_key_reaches_the_visit(begun: Begun, name: str, action: str) -> None:
    window, _, desk = begun
    press(window, name)
    assert desk.visit.pressed == [action]


def test_keys_pressed_in_the_patients_window_act_too(begun: Begun) -> None:
    window, visit, desk = begun
    press(window, "P")
    assert visit.patient is not None
    QTest.keyClick(visit.patient, Qt.Key.Key_PageDown)
    QTest.keyClick(visit.patient, Qt.Key.Key_PageUp)
    assert desk.visit.pressed == ["next", "breath"]
    press(window, "P")
    assert visit.patient is None


def test_the_picture_of_the_last_visit_lies_over_the_live_one_until_the_place_is_found(begun: Begun) -> None:
    _, visit, desk = begun
    laid: list[object] = []
    visit.ghosted.connect(laid.append)
    desk.ghost = EarlierStill(np.zeros((20, 30), np.uint8), Calibration(0.1, 0.1))
    visit.look()
    visit.look()
    desk.ghost = None
    visit.look()
    assert [one is not None for one in laid] == [True, False]  # told once each


def test_the_end_is_asked_for_twice(begun: Begun) -> None:
    window, visit, desk = begun
    press(window, "Shift+E")
    assert desk.visit.pressed == []
    press(window, "C")  # something else in between
    press(window, "Shift+E")
    assert desk.visit.pressed == ["confirm"]
    press(window, "Shift+E")
    assert desk.visit.pressed == ["confirm", "end"]
    press(window, "N")  # the visit is over: next leaves it
    assert not visit.on
    assert desk.closed == 1


def test_pain_is_typed_cleared_and_entered_by_return(begun: Begun) -> None:
    window, _, desk = begun
    for name in ("7", "Backspace", "1", "0"):
        press(window, name)
    assert desk.visit.entered == []
    press(window, "Return")
    assert desk.visit.entered == [("pain", 10.0, "")]
    press(window, "3")
    press(window, "4")
    press(window, "PgDown")
    assert desk.visit.entered[-1] == ("pain", 4.0, "")
    assert desk.visit.pressed == []


def test_pain_that_is_not_told_is_noted(begun: Begun) -> None:
    window, _, desk = begun
    desk.clinic.until(lambda state: missing(state) == "pain_before")
    window.visits.visit.look()
    assert "0 to 10" in texts_of(window)
    press(window, "-")
    ((what, score, _),) = desk.visit.entered
    assert what == "pain"
    assert isnan(score)


def test_words_are_words_while_they_are_typed(begun: Begun, qtbot: Any) -> None:
    window, _, desk = begun
    press(window, "Shift+F")
    qtbot.keyClicks(window.focusWidget(), "tying shoes 2")
    press(window, "Return")
    assert desk.visit.entered == []
    press(window, "6")
    press(window, "Return")
    assert desk.visit.entered == [("function", 6.0, "tying shoes 2")]
    press(window, "M")
    qtbot.keyClicks(window.focusWidget(), "np")
    press(window, "Esc")
    press(window, "N")
    assert desk.visit.entered == [("function", 6.0, "tying shoes 2")]
    assert desk.visit.pressed == ["next"]


def test_a_proposal_is_accepted_or_decided_otherwise(begun: Begun, qtbot: Any) -> None:
    window, _, desk = begun
    desk.clinic.until(lambda state: missing(state) == "decision")
    window.visits.visit.look()
    press(window, "D")
    qtbot.keyClicks(window.focusWidget(), "new job")
    press(window, "Return")
    assert desk.visit.entered[-1][0] == "override"
    assert "decided otherwise: new job" in texts_of(window)
    press(window, "A")
    assert desk.visit.entered[-1][0] == "accept"
    assert "accepted" in texts_of(window)


def test_the_patients_picture_turns_and_is_hidden(begun: Begun) -> None:
    window, visit, desk = begun
    kinds = []
    for _ in range(3):
        press(window, "Shift+P")
        kinds.append(desk.choice.picture)
    assert kinds == ["anatomy", "strip", "balance"]
    press(window, "P")
    desk.clinic.until(
        lambda state: (
            state.stage.step == "training" and state.running is not None and state.running.phase == "hold"
        )
    )
    visit.look()
    assert not is_dark(visit)
    press(window, "H")
    assert is_dark(visit)
    press(window, "H")
    assert not is_dark(visit)


def test_live_keys_that_mean_something_else_rest(begun: Begun) -> None:
    window, visit, desk = begun
    for name in ("X", "O", "V", "S"):
        press(window, name)
    assert not is_paused(window)
    assert desk.visit.pressed == ["feedback"]
    press(window, "F")
    assert window.presenter.frozen
    visit.stop()
    press(window, "Space")
    assert is_paused(window)
    assert desk.visit.pressed == ["feedback"]


def test_the_list_of_keys_is_that_of_the_visit(begun: Begun) -> None:
    window, _, _ = begun
    press(window, "F1")
    listed = "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert all(key.words in listed for key in keys_in_visit())
    assert "half the speed" not in listed
    press(window, "Esc")


def test_what_is_wrong_stands_over_the_picture(begun: Begun, qtbot: Any) -> None:
    window, _, desk = begun
    desk.trouble = "the disk is full; the visit waits"
    qtbot.waitUntil(lambda: desk.trouble in window.page.image.warning, timeout=PATIENCE_MS)
    desk.trouble = ""
    qtbot.waitUntil(lambda: "disk" not in window.page.image.warning, timeout=PATIENCE_MS)
    assert "P-0147" in window.header.title


def test_no_other_source_is_opened_in_a_visit(begun: Begun) -> None:
    window, visit, _ = begun
    run = window.run
    window.open_chooser()
    window.open(window.chooser.entries[0].choice)
    assert window.run is run
    assert visit.on


def test_closing_the_window_ends_the_visit_cleanly(begun: Begun) -> None:
    window, visit, desk = begun
    press(window, "P")
    window.close()
    assert desk.closed == 1
    assert visit.patient is None


def test_the_page_about_visits_has_every_key() -> None:
    page = (ROOT / "docs" / "visit.md").read_text(encoding="utf-8")
    rows = [f"| `{key_names(key).replace(' or ', '`, `')}` | {key.words} |" for key in keys_in_visit()]
    assert not [row for row in rows if row not in page]
