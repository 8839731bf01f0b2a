"""Make a visit in the real window on a simulated patient, and draw docs/visit_NAME.png of every step.

python -m bench.visit_pictures [OUT_DIR]

Takes some minutes: a visit goes on in its own time. The protocol is a shipped one with less of everything.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.truth import REPO

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image, ImageColor
from PySide6.QtCore import QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui.app import SWITCH_S
from gui.display import quiet_qt
from gui.live_visit import Desk
from gui.main_window import MainWindow
from gui.reception import DataReception
from gui.theme import THEMES
from tests.usbio.scripted_visit import short_protocol
from usbio.opening import open_run
from usbio.protocol import Protocol
from usbio.shown_runs import ShownRuns
from usbio.texts import Texts
from usbio.visit.view import VisitView
from usbio.visit_form import VisitForm
from usbio.visit_opening import begin_visit_run

SMALL, LARGE = QSize(1280, 720), QSize(1920, 1080)
GREYS, SHADES = 64, 8
SUBJECT = "P-0147"
KEPT = (
    *("form", "place", "place_again", "checks", "borders", "rest", "pretest_hold", "training_hold"),
    *("training_pain", "posttest_relax", "closing", "done"),
)
OF_PATIENT = ("pretest_hold", "training_hold")
ALSO_LARGE = ("training_hold", "closing")
ALSO_LIGHT = ("rest", "training_hold")
MOST_S = 900.0


class Photographer:
    """Presses what a visit needs next, and takes a picture of each step the first time it is well seen."""

    def __init__(self, window: MainWindow, out: Path) -> None:
        self._window, self._out = window, out
        self._taken: set[str] = set()

    def visit(self) -> None:
        """Make all of a visit."""
        began_s, seen, since_s = time.perf_counter(), "", 0.0
        while time.perf_counter() - began_s < MOST_S:
            QTest.qWait(40)
            view = self._window.visits.visit.view
            if view is None:
                continue  # the picture is being understood
            if self._window.visits.visit.patient is None:
                self._press("P")
            name = moment(view)
            if name != seen:
                seen, since_s = name, time.perf_counter()
            elif time.perf_counter() - since_s > 1.2:  # the numbers have come, the light is looked at
                self._take(name)
                self._help_on(view)
                since_s = time.perf_counter()
            if view.over and name in self._taken:
                return
        raise SystemExit("the visit did not come to its end")

    def second_visit(self) -> None:
        """Take the form as the second visit finds it, and its first step."""
        self._window.activateWindow()
        QTest.qWaitForWindowActive(
            self._window
        )  # the patient's was closed: without the keyboard no field is left
        self._window.show_visit()
        QTest.keyClicks(self._window.visits.form.fields["subject"], SUBJECT)
        self._press("Tab")
        level = self._window.visits.form.fields["level"]
        for _ in range(250):
            QTest.qWait(40)
            if level.text():
                break
        else:
            raise RuntimeError("the form was not filled in as at the last visit")
        self._take("form")
        self._press("Return")
        while self._window.visits.visit.view is None:
            QTest.qWait(40)
        QTest.qWait(2500)  # the place is compared once a second
        self._take("place_again")
        self._window.visits.visit.stop()

    def _help_on(self, view: VisitView) -> None:
        if view.running is not None or view.over:
            return
        if view.missing.startswith("pain"):
            self._press("2")
        self._press("A" if view.missing == "decision" else "PgDown")

    def _press(self, key: str) -> None:
        """Press a key in whichever window has the keyboard: the patient's hands it on."""
        QTest.keySequence(QApplication.activeWindow() or self._window, key)

    def _take(self, name: str) -> None:
        if name in self._taken:
            return
        self._taken.add(name)
        if name not in KEPT:
            return
        self._save(self._window, name)
        patient = self._window.visits.visit.patient
        if patient is not None and name in OF_PATIENT:
            self._save(patient, f"patient_{name}")
        if name in ALSO_LARGE:
            self._window.resize(LARGE)
            self._settled(f"{name}_1080")
            for _ in range(2):  # the pages take their narrow form first, then there is room to be small
                self._window.resize(SMALL)
                QTest.qWait(100)
        if name in ALSO_LIGHT:
            self._window.switch_theme()
            self._settled(f"{name}_light")
            self._window.switch_theme()

    def _settled(self, name: str) -> None:
        QTest.qWait(200)
        self._save(self._window, name)

    def _save(self, widget: QWidget, name: str) -> None:
        path = self._out / f"visit_{name}.png"
        widget.grab().save(str(path))
        with Image.open(path) as picture:
            few = picture.convert("RGB").quantize(palette=PALETTE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB", flush=True)


def _palette() -> Image.Image:
    """Greys for the picture, and the colours of both themes from dark to bright."""
    greys = np.linspace(0.0, 255.0, GREYS)[:, None] * np.ones(3)
    hues = sorted(
        {hue for theme in THEMES.values() for hue in (theme.left, theme.right, theme.target, theme.warning)}
    )
    colours = [np.array(ImageColor.getrgb(hue)) for hue in hues]
    shades = [np.linspace(0.3, 1.0, SHADES)[:, None] * one for one in colours]
    mixed = [[share * one + (1 - share) * 37.0 for share in (0.2, 0.35, 0.5)] for one in colours]
    pale = [255.0 - np.linspace(0.2, 0.8, SHADES)[:, None] * (255.0 - one) for one in colours]
    whole = Image.new("P", (1, 1))
    whole.putpalette(np.vstack([greys, *shades, *mixed, *pale]).round().astype(np.uint8).tobytes())
    return whole


PALETTE = _palette()


def moment(view: VisitView) -> str:
    """Name a moment that is worth a picture."""
    running = view.running
    if running is not None:
        return f"{view.step}_{running.phase or 'capture'}"
    if view.step == "rest" and view.missing == "captures":
        return "rest_between"
    return view.step if not view.missing.startswith("pain") else f"{view.step}_pain"


class OnePatient(DataReception):
    """Keeps visits of a simulated patient where those of patients lie: the second knows the first."""

    def begin(self, form: VisitForm, shown: ShownRuns) -> Desk:
        """Begin a visit of the one patient, who does what is asked for."""
        form = replace(form, subject=SUBJECT, follow_cues=False)
        visit = begin_visit_run(form, shown, self._data, self._store, named=self._named)
        return self._desk(visit, shown, self._data, follow_cues=True)


def short(name: str) -> Protocol:
    """Return a protocol with less of everything."""
    return short_protocol(name, repetitions=3)


def main(out: Path) -> None:
    """Make a visit and draw it."""
    quiet_qt()
    sys.setswitchinterval(SWITCH_S)  # as the program does: else the simulator has its turn too late
    app = QApplication.instance() or QApplication(["usbio"])
    assert isinstance(app, QApplication)
    texts = Texts()
    with tempfile.TemporaryDirectory() as data:
        reception = OnePatient(Path(data), texts, short)
        window = MainWindow([], open_run, reception=reception, texts=texts)
        window.show()
        photographer = Photographer(window, out)
        window.visits.begin_sample()
        photographer.visit()
        window.visits.visit.stop()
        photographer.second_visit()
        window.close()
        reception.stop()
        app.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPO / "docs")
