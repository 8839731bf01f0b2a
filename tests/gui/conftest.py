from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

# Before any QApplication: on a machine without a screen Qt would abort the process.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication

from gui.display import quiet_qt
from gui.main_window import MainWindow
from gui.source_chooser import Entry
from segmentation.geometry import Calibration, Roi
from segmentation.results import Picture, Side
from segmentation.summary import ErrorFigure
from segmentation.views import MeasureSetup, Panel
from tests.fakes import CountingState, EndlessSource, begin, step
from usbio.choice import Choice
from usbio.draft_start import begin_draft
from usbio.frames import FrameSource
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.setup import CalibrationTable, SetupFile
from usbio.setup_draft import SetupDraft

TWO_SIDES = Choice("scripted.mp4", view="lm-csa", image_left="left")


def as_measured(choice: Choice, setup: SetupFile, picture: Picture) -> MeasureSetup:
    height, width = picture.shape
    side = choice.side or setup.image.side
    sides: tuple[Side, ...] = (side,) if side else ("left", "right")
    mm_per_px = setup.calibration.y_mm_per_px or 0.5
    panel = Panel(Roi(0, 0, width, height), Calibration(mm_per_px, mm_per_px), sides)
    return MeasureSetup(choice.view or "lm-csa", (panel,), (width, height))


def as_drafted(choice: Choice, setup: SetupFile, picture: Picture) -> SetupDraft:
    """Picture and scale are sure, so that only what the operator alone knows is asked."""
    height, width = picture.shape
    said: dict[str, Any] = {"view": choice.view, "side": choice.side, "image_left": choice.image_left}
    known = setup.model_copy(
        update={
            "image": setup.image.model_copy(update={"crop_px": (0, 0, width, height)}),
            "calibration": CalibrationTable(x_mm_per_px=0.5, y_mm_per_px=0.5),
        }
    )
    return begin_draft(picture, known, name=choice.address, **said)


def confirm(state: CountingState, sides: frozenset[Side]) -> CountingState:
    return replace(state, confirmed=sides)


def make_run(
    source: FrameSource,
    choice: Choice = TWO_SIDES,
    use: Any = step,
    setup: SetupFile | None = None,
    prepare: Any = as_measured,
    watch: Any = lambda frame, measure: None,
) -> LiveRun[CountingState]:
    engine = Engine(prepare, lambda _, picture: begin(picture), use, confirm, watch, as_drafted)
    errors = {("lm", "area_cm2"): ErrorFigure(0.33, "a paper")}
    return LiveRun(choice, source, setup or SetupFile(), engine, errors)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def nothing_left_over(qapp: QApplication) -> Iterator[None]:
    """Every window and every thread that a test started is gone at its end."""
    quiet_qt()
    before = set(threading.enumerate())
    yield
    qapp.processEvents()
    assert [w for w in qapp.topLevelWidgets() if w.isVisible()] == []
    assert {t for t in threading.enumerate() if t.name.startswith(("capture", "measure"))} <= before


@pytest.fixture
def show(qtbot: Any, tmp_path: Path) -> Callable[..., MainWindow]:
    """Show a window on a run of a source; pytest-qt closes it."""

    def _show(source: FrameSource | None = None, choice: Choice = TWO_SIDES, use: Any = step) -> MainWindow:
        choice = replace(choice, save_folder=tmp_path)
        entries = [Entry("sample", choice), Entry("other", replace(choice, address="other.mp4"))]
        window = MainWindow(entries, lambda asked: make_run(EndlessSource(fps=100), asked))
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(window.isActiveWindow, timeout=5000)  # keys reach only an active window
        if source is not None:
            window.show_run(make_run(source, choice, use))
        return window

    return _show
