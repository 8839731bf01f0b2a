"""How long the window is blocked in a visit, beside the same window without one.

python -m bench.bench_visit

A timer of the window's own thread wants to be called every 5 ms; what lies between two calls, less those
5 ms, is time in which no key would have been heard. A whole short visit on a simulated patient is made by
keys, with the patient's screen open, after ten seconds of the Live page alone. Ends with 1 where a key would
have waited for more than 100 ms. Pictures are drawn off-screen.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bench.visit_pictures import OnePatient
from gui.app import SWITCH_S
from gui.display import quiet_qt
from gui.main_window import MainWindow
from tests.usbio.scripted_visit import short_protocol
from usbio.opening import open_run
from usbio.texts import Texts

EVERY_MS, KEY_MS, ALONE_S, MOST_S = 5, 900, 10.0, 400.0
LIMIT_MS = 100.0
BEGINNING = "beginning the visit"


class Probe:
    """Notes gaps, by what the window was doing."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.gaps_ms: dict[str, list[float]] = defaultdict(list)
        self.name = "Live page alone"
        self._before_s = time.perf_counter()
        self._timer = QTimer(window, interval=EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        now_s = time.perf_counter()
        gap_ms = (now_s - self._before_s) * 1000.0 - EVERY_MS
        self._before_s = now_s
        self.gaps_ms[self.name].append(max(gap_ms, 0.0))
        view = self._window.visits.visit.view
        if view is not None:
            self.name = view.step


class Clinician:
    """Presses what is needed next."""

    def __init__(self, window: MainWindow, probe: Probe, app: QApplication) -> None:
        self._window, self._probe, self._app = window, probe, app
        self._timer = QTimer(window, interval=KEY_MS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Begin the visit."""
        self._probe.name = BEGINNING
        self._window.visits.begin(self._window.visits.form.form)
        self._timer.start()

    def _look(self) -> None:
        visit = self._window.visits.visit
        view = visit.view
        if view is None or view.running is not None:
            return
        if view.over:
            self._app.quit()
        elif visit.patient is None:
            self._press("P")
        elif view.missing.startswith("pain"):
            self._press("2")
            self._press("Return")
        else:
            self._press("A" if view.missing == "decision" else "PgDown")

    def _press(self, key: str) -> None:
        QTest.keySequence(QApplication.activeWindow() or self._window, key)


def main() -> int:
    """Measure, and say what came of it."""
    quiet_qt()
    sys.setswitchinterval(SWITCH_S)
    app = QApplication.instance() or QApplication(["usbio"])
    assert isinstance(app, QApplication)
    with tempfile.TemporaryDirectory() as data:
        named = partial(short_protocol, repetitions=2)
        reception = OnePatient(Path(data), Texts(), named)
        window = MainWindow([], open_run, reception=reception, texts=Texts())
        window.resize(1280, 720)
        window.show()
        window.open(reception.sample()[0])
        QTest.qWait(3000)  # the picture is being understood
        probe = Probe(window)
        clinician = Clinician(window, probe, app)
        QTimer.singleShot(round(ALONE_S * 1000), clinician.begin)
        QTimer.singleShot(round(MOST_S * 1000), app.quit)
        app.exec()
        window.close()
        reception.stop()
        app.processEvents()
    return _told(probe.gaps_ms)


def _told(gaps_ms: dict[str, list[float]]) -> int:
    print(f"{'blocked, ms':22} {'n':>6} {'p50':>6} {'p99':>6} {'max':>6}")
    for name, found in gaps_ms.items():
        p50, p99 = np.percentile(found, (50, 99))
        print(f"{name:22} {len(found):6d} {p50:6.1f} {p99:6.1f} {max(found):6.1f}")
    worst = max(max(found) for found in gaps_ms.values())
    print(f"a key would have waited for {worst:.0f} ms at most; the limit is {LIMIT_MS:.0f}")
    return int(worst > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
