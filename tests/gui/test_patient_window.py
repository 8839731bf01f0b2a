"""The patient's window: where it opens, what its keys do, what it tells whoever cannot see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from bench.patient_scenes import scenes
from gui.keys import KEYS
from gui.patient_window import PatientWindow, second_screen
from gui.theme import LIGHT

TWO_SCREENS = """
import sys
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QWidget
from gui.patient_window import PatientWindow, second_screen

app = QApplication([])
assert len(app.screens()) == 2
main = QWidget()
main.setGeometry(100, 100, 400, 300)
main.show()
patient = PatientWindow()
patient.open_on(second_screen(main))
app.processEvents()
assert patient.isFullScreen()
assert patient.geometry() == QRect(1920, 0, 1280, 720), patient.geometry()
assert patient.screen() is app.screens()[1]
main.move(2000, 100)
app.processEvents()
assert second_screen(main) is app.screens()[0]
patient.open_on(None)
app.processEvents()
assert not patient.isFullScreen()
patient.close()
main.close()
print("done")
"""


@pytest.fixture
def clinician(qtbot: Any) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def patient(qtbot: Any, clinician: QWidget) -> PatientWindow:
    window = PatientWindow(keys_to=clinician)
    qtbot.addWidget(window)
    window.open_on(None)
    return window


def test_it_fills_the_second_of_two_screens(tmp_path: Path) -> None:
    screen = {"dpi": 96, "logicalBaseDpi": 96, "logicalDpi": 96, "dpr": 1}
    places = {"screens": [
        {"name": "one", "x": 0, "y": 0, "width": 1920, "height": 1080, **screen},
        {"name": "two", "x": 1920, "y": 0, "width": 1280, "height": 720, **screen},
    ]}  # fmt: skip
    file = tmp_path / "screens.json"
    file.write_text(json.dumps(places))
    env = os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={file}"}
    done = subprocess.run(
        [sys.executable, "-c", TWO_SCREENS], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "done", done.stderr


def test_with_one_screen_it_is_a_window(clinician: QWidget, patient: PatientWindow) -> None:
    assert second_screen(clinician) is None
    assert patient.isVisible()
    assert not patient.isFullScreen()


def test_every_key_acts_in_the_clinicians_window(clinician: QWidget, patient: PatientWindow) -> None:
    acted: list[str] = []
    for key in KEYS:
        for name in key.keys:
            QShortcut(QKeySequence(name), clinician).activated.connect(lambda name=name: acted.append(name))
    for name in (name for key in KEYS for name in key.keys if name != "Esc"):
        acted.clear()
        QTest.keySequence(patient, QKeySequence(name))
        assert acted == [name]
    acted.clear()
    QTest.keyClick(patient, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(patient, Qt.Key.Key_Plus, Qt.KeyboardModifier.KeypadModifier)
    assert acted == ["?", "+"]


def test_a_shortcut_that_is_off_does_not_act(clinician: QWidget, patient: PatientWindow) -> None:
    acted: list[str] = []
    shortcut = QShortcut(QKeySequence("N"), clinician)
    shortcut.activated.connect(lambda: acted.append("N"))
    shortcut.setEnabled(False)
    QTest.keyClick(patient, Qt.Key.Key_N)
    shortcut.setEnabled(True)
    clinician.setEnabled(False)
    QTest.keyClick(patient, Qt.Key.Key_N)
    assert acted == []


def test_a_key_without_shortcut_goes_where_the_focus_is(clinician: QWidget, patient: PatientWindow) -> None:
    field = QLineEdit(clinician)
    field.show()
    field.setFocus()
    QTest.keyClick(patient, Qt.Key.Key_7)
    assert field.text() == "7"


def test_escape_closes_it(qtbot: Any, clinician: QWidget, patient: PatientWindow) -> None:
    with qtbot.waitSignal(patient.closed):
        QTest.keyClick(patient, Qt.Key.Key_Escape)
    assert not patient.isVisible()
    assert clinician.isVisible()
    patient.open_on(None)
    assert patient.isVisible()


def test_it_says_in_words_what_it_shows(patient: PatientWindow) -> None:
    assert patient.accessibleName()
    patient.show_scene(scenes()["hold"])
    assert patient.accessibleDescription() == "Hold, keep breathing, 3 / 10, target"
    patient.show_scene(scenes()["dark"])
    assert patient.accessibleDescription() == "Hold, keep breathing"


def test_it_draws_the_scene_and_theme_it_is_given(patient: PatientWindow) -> None:
    before = patient.grab().toImage()
    patient.show_scene(scenes()["hold"])
    shown = patient.grab().toImage()
    assert shown != before
    patient.set_theme(LIGHT)
    assert patient.grab().toImage().pixelColor(2, 2).name() == LIGHT.window
    assert shown.size() == patient.size()
