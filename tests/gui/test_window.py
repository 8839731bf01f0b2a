from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from gui.image_view import ImageView
from gui.keys import KEYS
from gui.main_window import MainWindow
from gui.run_actions import RunActions
from segmentation.results import FrameResult, Picture, Status
from tests.fakes import CountingState, EndlessSource, ScriptedSource, picture, step
from tests.gui.conftest import TWO_SIDES, as_measured, make_run
from usbio.choice import Choice
from usbio.errors import InputError
from usbio.frames import Frame
from usbio.reading import ACTION

Show = Callable[..., MainWindow]
PATIENCE_MS = 8000


def all_text(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def wait_for_words(qtbot: Any, widget: QWidget, words: str) -> None:
    qtbot.waitUntil(lambda: words in all_text(widget), timeout=PATIENCE_MS)


def test_enter_plays_the_sample_at_first_start(show: Show, qtbot: Any) -> None:
    window = show()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    wait_for_words(qtbot, window, "cm²")
    window.close()


def test_values_rates_and_asymmetry_are_shown(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    # 5.6 and 4.8 cm²: 14 % smaller right, both swell alike; band 1.96 x sqrt(2) x 0.33 / 5.6 = 16 points
    wait_for_words(qtbot, window, "asymmetry 14 % smaller right ± 16")
    wait_for_words(qtbot, window, "fps")
    wait_for_words(qtbot, window, "ms old")
    wait_for_words(qtbot, window, "dropped")
    assert "± from a paper" in all_text(window)
    window.close()


def test_what_needs_action_stands_over_the_picture_and_the_number_is_greyed(show: Show, qtbot: Any) -> None:
    def lost(
        state: CountingState, image: Picture, t_s: float, frame: int
    ) -> tuple[CountingState, FrameResult]:
        state, result = step(state, image, t_s, frame)
        left, right = result.measurements
        left = replace(left, status=Status.LOST, area_cm2=nan, border_px=None)
        return state, FrameResult(True, (left, right))

    window = show(EndlessSource(fps=50), use=lost)
    qtbot.waitUntil(lambda: window.page.image.warning == f"left: {ACTION[Status.LOST]}", timeout=PATIENCE_MS)
    values = [w for w in window.findChildren(QLabel) if w.accessibleName() == "left multifidus, area"]
    qtbot.waitUntil(lambda: values[0].text() == "–", timeout=PATIENCE_MS)
    assert values[0].property("rank") == "dimmed"
    wait_for_words(qtbot, window, "asymmetry not decidable")
    window.close()


class Device(EndlessSource):
    """Keeps its own time."""

    device = True


@pytest.mark.parametrize("key", [Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_L])
def test_a_device_has_neither_speed_nor_loop_and_says_so(show: Show, qtbot: Any, key: Qt.Key) -> None:
    window = show(Device(fps=50))
    qtbot.keyClick(window, key)
    wait_for_words(qtbot, window, "a device keeps its own time")
    wait_for_words(qtbot, window, "● running")
    window.close()


def test_a_paused_device_holds_its_picture_without_a_stall(show: Show, qtbot: Any) -> None:
    window = show(Device(fps=100))
    wait_for_words(qtbot, window, "cm²")
    qtbot.keyClick(window, Qt.Key.Key_Space)
    wait_for_words(qtbot, window, "paused")
    assert window.run is not None
    held = window.run.status().counts
    with qtbot.assertNotEmitted(window.bridges[0].sampleArrived, wait=100):
        pass
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.run.status().counts.delivered > held.delivered + 5, timeout=PATIENCE_MS)
    assert window.run.status().counts.lost == 0
    assert window.page.image.warning == ""
    window.close()


def test_a_device_that_goes_away_is_said_over_the_picture(show: Show, qtbot: Any) -> None:
    window = show(ScriptedSource(5, fail_at=3))
    words = "scripted: the cable came out; plug it in again"
    qtbot.waitUntil(lambda: window.page.image.warning == words, timeout=PATIENCE_MS)
    window.close()


def test_a_clip_that_ended_says_so_and_space_plays_it_again(show: Show, qtbot: Any) -> None:
    source = ScriptedSource(10, fps=100)
    window = show(source)
    wait_for_words(qtbot, window, "clip ended")
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: source.opened == 2, timeout=PATIENCE_MS)
    wait_for_words(qtbot, window, "clip ended")
    window.close()


def test_space_pauses_and_goes_on(show: Show, qtbot: Any) -> None:
    window = show(ScriptedSource(100_000, fps=50))
    wait_for_words(qtbot, window, "cm²")
    qtbot.keyClick(window, Qt.Key.Key_Space)
    wait_for_words(qtbot, window, "paused")
    assert window.run is not None
    assert window.page.image.warning == ""
    paused_at = window.run.status().counts.delivered
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.run.status().counts.delivered > paused_at + 2, timeout=PATIENCE_MS)
    window.close()


def test_the_border_is_confirmed_by_a_key(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    wait_for_words(qtbot, window, "cm²")
    run = window.run
    assert run is not None
    assert {r.border_source for r in run.values.readings()} == {"auto"}
    qtbot.keyClick(window, Qt.Key.Key_C)
    assert run.values.confirmed == {"left", "right"}
    qtbot.waitUntil(
        lambda: {r.border_source for r in run.values.readings()} == {"confirmed"}, timeout=PATIENCE_MS
    )
    window.close()


def test_the_setup_is_saved_and_never_over_another_file(show: Show, qtbot: Any, tmp_path: Path) -> None:
    (tmp_path / "scripted.toml").write_text("# mine")
    window = show(EndlessSource(fps=50))
    wait_for_words(qtbot, window, "cm²")
    qtbot.keyClick(window, Qt.Key.Key_S)
    wait_for_words(qtbot, window, "setup saved")
    assert (tmp_path / "scripted.toml").read_text() == "# mine"
    saved = tomllib.loads((tmp_path / "scripted-2.toml").read_text())
    assert saved["image"] == {"crop_px": [0, 0, 80, 60], "layout": "single", "image_left": "left"}
    assert saved["measure"]["view"] == "lm-csa"
    assert saved["calibration"]["x_mm_per_px"] == 0.5
    window.close()


def test_freezing_holds_the_picture_while_measuring_goes_on(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    wait_for_words(qtbot, window, "cm²")
    qtbot.keyClick(window, Qt.Key.Key_F)
    wait_for_words(qtbot, window, "picture held")
    drawn: list[float] = []
    window.page.image.drawn.connect(drawn.append)
    run = window.run
    assert run is not None
    so_far = run.status().counts.measured
    qtbot.waitUntil(lambda: run.status().counts.measured > so_far + 5, timeout=PATIENCE_MS)
    assert drawn == []
    window.close()


@pytest.mark.parametrize(
    ("choice", "keys", "sides"),
    [
        (Choice("x.mp4", view="contour"), {"side": "4"}, {"right"}),
        (Choice("x.mp4", view="lm-csa"), {"side": "1"}, {"left", "right"}),
        (Choice("x.mp4", view="lm-csa"), {"side": "4"}, {"right"}),
        (Choice("x.mp4"), {"view": "1", "side": "2"}, {"left", "right"}),
    ],
)
def test_what_nobody_said_is_asked_inside_the_window(
    show: Show, qtbot: Any, choice: Choice, keys: dict[str, str], sides: set[str]
) -> None:
    window = show(EndlessSource(fps=50), choice)
    run = window.run
    assert run is not None
    assert window.setup.isVisible()
    for name, key in keys.items():
        qtbot.waitUntil(lambda at=name: window.setup.guide.step == at, timeout=PATIENCE_MS)
        assert run.values.readings() == ()
        qtbot.keyClick(QApplication.focusWidget(), key)
    wait_for_words(qtbot, window, "Is this the border?")
    assert run.values.confirmed == frozenset()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert window.page.isVisible()
    assert run.values.confirmed == sides
    assert run.measured_as is not None
    assert {side for panel in run.measured_as.panels for side in panel.sides} == sides
    wait_for_words(qtbot, window, "cm²")
    window.close()


def test_a_run_that_says_everything_is_measured_at_once(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    assert window.page.isVisible()
    title = "usbio · endless · multifidus, transverse"
    qtbot.waitUntil(lambda: window.windowTitle() == f"{title} · automatic border", timeout=PATIENCE_MS)
    qtbot.keyClick(window, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: window.windowTitle() == title, timeout=PATIENCE_MS)
    window.close()


def test_k_opens_the_scale_and_measuring_begins_anew_with_another(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(picture(40, height=120, width=160), fps=50))
    wait_for_words(qtbot, window, "cm²")
    run = window.run
    assert run is not None
    qtbot.keyClick(window, Qt.Key.Key_K)
    wait_for_words(qtbot, window, "Is this the scale?")
    assert window.windowTitle() == "usbio · Is this the scale?"
    qtbot.keyClick(QApplication.focusWidget(), "3")
    qtbot.keyClicks(QApplication.focusWidget(), "4,8")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)  # 48 mm over 60 rows with echoes
    wait_for_words(qtbot, window, "Is this the border?")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert window.page.isVisible()
    assert run.measured_as is not None
    assert run.measured_as.panels[0].calibration.y_mm_per_px == pytest.approx(0.8)
    window.close()


def test_what_cannot_be_measured_as_it_is_said_is_set_up(show: Show, qtbot: Any) -> None:
    """View and sides are said, but the scale cannot be read: the page asks for what is missing."""

    def refuse(choice: Choice, setup: Any, image: Picture) -> Any:
        if setup.calibration.y_mm_per_px is None:
            raise InputError("a.mp4", "its ruler cannot be read", "give its spacing")
        return as_measured(choice, setup, image)

    window = show()
    window.show_run(make_run(EndlessSource(fps=50), prepare=refuse))
    assert window.page.isVisible()
    wait_for_words(qtbot, window, "Is this the border?")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    wait_for_words(qtbot, window, "cm²")
    assert window.page.isVisible()
    window.close()


class DepthWatch:
    """Says that the depth was changed until somebody confirms."""

    def __init__(self) -> None:
        self.words = "the depth was changed"

    def look(self, frame: Frame) -> str:
        return self.words

    def confirm(self) -> None:
        self.words = ""


def test_a_changed_screen_is_said_with_its_key_and_can_be_confirmed(show: Show, qtbot: Any) -> None:
    window = show()
    run = make_run(EndlessSource(fps=50), watch=lambda frame, measure: DepthWatch())
    window.show_run(run)
    words = "the depth was changed · K opens the set-up"
    qtbot.waitUntil(lambda: window.page.image.warning == words, timeout=PATIENCE_MS)
    qtbot.keyClick(window, Qt.Key.Key_K)
    wait_for_words(qtbot, window, "The screen has changed")
    qtbot.keyClick(QApplication.focusWidget(), "2")
    assert window.page.isVisible()
    qtbot.waitUntil(lambda: window.page.image.warning == "", timeout=PATIENCE_MS)
    wait_for_words(qtbot, window, "cm²")
    window.close()


def test_keys_of_the_live_page_do_nothing_on_the_setup_page(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50), Choice("x.mp4", view="lm-csa"))
    qtbot.waitUntil(lambda: window.setup.guide.step == "side", timeout=PATIENCE_MS)
    run = window.run
    assert run is not None
    for key in (Qt.Key.Key_Space, Qt.Key.Key_C, Qt.Key.Key_F):
        qtbot.keyClick(QApplication.focusWidget(), key)
    assert not run.playback.paused
    assert not window.presenter.frozen
    window.close()


def test_esc_from_the_first_step_goes_back_to_the_picture(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    wait_for_words(qtbot, window, "cm²")
    qtbot.keyClick(window, Qt.Key.Key_O)
    assert window.setup.isVisible()
    assert window.chooser.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.page.isVisible()
    window.close()


def test_esc_goes_back_to_the_picture_from_where_the_key_for_setting_up_led(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    wait_for_words(qtbot, window, "cm²")
    qtbot.keyClick(window, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: window.setup.stands_at("scale"), timeout=PATIENCE_MS)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert window.page.isVisible()
    window.close()


def test_a_clip_goes_on_while_it_is_set_up(show: Show, qtbot: Any) -> None:
    """It plays again and again, but once while its border is followed: each round is measured anew."""
    window = show(ScriptedSource(10, fps=100), Choice("x.mp4", view="lm-csa"))
    run = window.run
    assert run is not None
    qtbot.waitUntil(lambda: window.setup.guide.step == "side", timeout=PATIENCE_MS)
    so_far = run.status().counts.delivered
    qtbot.waitUntil(lambda: run.status().counts.delivered > so_far + 25, timeout=PATIENCE_MS)
    qtbot.keyClick(QApplication.focusWidget(), "1")
    wait_for_words(qtbot, window, "Is this the border?")
    looped = [run.playback.loop]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    looped.append(run.playback.loop)
    assert looped == [False, True]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_PageDown)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_PageDown)
    wait_for_words(qtbot, window, "Is this the border?")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert not run.playback.loop
    wait_for_words(qtbot, window, "clip ended")
    window.close()


def test_what_cannot_be_opened_is_said_on_the_first_page(qtbot: Any) -> None:
    def refuse(_: Choice) -> Any:
        raise InputError("a.mp4", "is empty", "choose another file")

    window = MainWindow([], refuse)
    qtbot.addWidget(window)
    window.show()
    window.open(Choice("a.mp4"))
    assert "a.mp4: is empty; choose another file" in all_text(window)
    window.close()


def test_opening_another_source_ends_the_first(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    first = window.run
    window.open(TWO_SIDES)
    assert first is not None
    assert first.ended
    assert window.run is not first
    window.close()


def test_closing_twice_leaves_nothing_behind(show: Show) -> None:
    window = show(EndlessSource(fps=50))
    window.close()
    window.close()
    assert window.run is None
    assert not [t for t in threading.enumerate() if t.name.endswith("endless")]


def test_a_slow_window_shows_fresh_pictures_not_a_queue(
    show: Show, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With drawing made 40 ms slower the age of what is shown stays bounded."""
    paint = ImageView.paintEvent

    def slow(view: ImageView, event: QPaintEvent) -> None:
        until = time.perf_counter() + 0.040
        while time.perf_counter() < until:
            pass
        paint(view, event)

    monkeypatch.setattr(ImageView, "paintEvent", slow)
    window = show(EndlessSource(fps=60))
    ages: list[float] = []
    window.page.image.drawn.connect(ages.append)
    qtbot.waitUntil(lambda: len(ages) >= 40, timeout=20_000)
    window.close()
    last = sorted(ages[20:])
    # A queue would grow by 40 ms - 17 ms a picture, 0.5 s over these 20; asking stays near two drawings.
    assert last[len(last) // 2] < 0.2


def test_every_text_is_at_least_14_px(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    wait_for_words(qtbot, window, "cm²")
    window.toggle_keys()
    window.open_chooser()
    for widget in window.findChildren(QWidget):
        assert widget.fontInfo().pixelSize() >= 14, (type(widget), widget.objectName())
    window.close()


def test_every_control_has_a_name(show: Show) -> None:
    window = show()
    for button in window.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button
    window.close()


def test_every_key_does_something_and_stands_once() -> None:
    names = [name for key in KEYS for name in key.keys]
    assert len(names) == len(set(names))
    for key in KEYS:
        assert callable(getattr(MainWindow, key.action, None) or getattr(RunActions, key.action))


def test_all_keys_are_shown_on_asking(show: Show, qtbot: Any) -> None:
    window = show()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert all(key.words in all_text(window) for key in KEYS)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert KEYS[0].words not in all_text(window)
    window.close()


def test_themes_switch_while_running(show: Show, qtbot: Any) -> None:
    window = show(EndlessSource(fps=50))
    wait_for_words(qtbot, window, "cm²")
    dark = window.grab().toImage().pixelColor(5, 300).lightness()
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert window.grab().toImage().pixelColor(5, 300).lightness() > dark + 100
    qtbot.keyClick(window, Qt.Key.Key_T)
    window.close()
