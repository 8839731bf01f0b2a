"""The first page: devices looked for beside the window, samples by figure, anything else typed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from gui.source_chooser import Entry, SourceChooser
from gui.theme import DARK, LIGHT, apply_theme
from tests.gui.test_theme import contrast
from usbio.choice import Choice
from usbio.sources.kind import Offer

GRABBER = Offer("usb:0", "HDMI grabber", "1280x720 at 30")
BUSY = Offer("usb:1", "webcam", trouble="is held by another program; close that and look again")
MONITOR = Offer("screen:1", "monitor 1", "1920x1080 at 30")
ENTRIES = [Entry("sample", Choice("sample.mp4")), Entry("simulator", Choice("sim:tra"))]


@dataclass
class Page:
    """The page in a window, what it opened, and what is found next."""

    qtbot: Any
    found: list[Offer] = field(default_factory=lambda: [BUSY, GRABBER, MONITOR])
    chosen: list[Choice] = field(default_factory=list)
    looks: int = 0
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go_on.set()
        self.chooser = SourceChooser(ENTRIES, self.chosen.append, self._find)

    def _find(self) -> Sequence[Offer]:
        self.looks += 1
        self.go_on.wait(10.0)
        return tuple(self.found)

    def show(self) -> None:
        self.qtbot.addWidget(self.chooser)
        self.chooser.show()
        self.qtbot.waitUntil(self.chooser.isActiveWindow, timeout=5000)
        self.chooser.focus_first()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.chooser.devices.looking, timeout=5000)

    def key(self, key: Qt.Key) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key)

    @property
    def words(self) -> list[str]:
        devices = self.chooser.devices.list
        return [devices.item(row).text() for row in range(devices.count())]


@pytest.fixture
def page(qtbot: Any) -> Iterator[Page]:
    page = Page(qtbot)
    yield page
    page.go_on.set()
    page.chooser.stop()


def test_devices_are_looked_for_while_the_window_goes_on(page: Page) -> None:
    page.go_on.clear()
    page.show()
    assert page.words == ["looking …"]
    page.key(Qt.Key.Key_Return)  # the window waits for nothing
    assert page.chosen == [Choice("sample.mp4")]
    page.go_on.set()
    page.settle()
    assert page.words == [
        "Webcam: is held by another program; close that and look again",
        "HDMI grabber  ·  1280x720 at 30  ·  usb:0",
        "Monitor 1  ·  1920x1080 at 30  ·  screen:1",
    ]


def test_a_device_is_opened_by_keys_and_one_in_trouble_is_not_reached(page: Page) -> None:
    page.show()
    page.settle()
    page.key(Qt.Key.Key_Up)
    page.key(Qt.Key.Key_Return)
    page.key(Qt.Key.Key_Up)
    page.key(Qt.Key.Key_Return)
    page.key(Qt.Key.Key_Up)  # above it stands only what cannot be opened
    page.key(Qt.Key.Key_Return)
    assert [choice.address for choice in page.chosen] == ["screen:1", "usb:0", "usb:0"]
    page.key(Qt.Key.Key_Down)
    page.key(Qt.Key.Key_Down)
    page.key(Qt.Key.Key_Return)
    page.key(Qt.Key.Key_2)
    assert [choice.address for choice in page.chosen[3:]] == ["sample.mp4", "sim:tra"]


def test_only_one_line_is_marked_and_the_button_opens_it(page: Page) -> None:
    page.show()
    page.settle()
    devices, samples = page.chooser.devices.list, page.chooser.devices.list.below
    assert samples is not None
    button = next(b for b in page.chooser.findChildren(QPushButton) if b.text() == "Open the marked line")
    assert (devices.marked, samples.marked) == (None, Choice("sample.mp4"))
    button.click()
    page.key(Qt.Key.Key_Up)
    assert samples.marked is None
    button.click()
    assert [choice.address for choice in page.chosen] == ["sample.mp4", "screen:1"]


def test_looking_again_keeps_what_is_marked_and_does_not_look_twice_at_once(page: Page) -> None:
    page.show()
    page.settle()
    page.key(Qt.Key.Key_Up)
    page.found = [MONITOR, GRABBER]
    page.go_on.clear()
    page.key(Qt.Key.Key_F5)
    page.key(Qt.Key.Key_F5)
    assert page.words[0].startswith("Webcam")  # what is shown stays until the answer is there
    page.go_on.set()
    page.settle()
    assert page.looks == 2
    assert page.words[0].startswith("Monitor 1")
    page.key(Qt.Key.Key_Return)
    assert page.chosen[-1].address == "screen:1"


def test_nothing_found_and_a_look_that_fails_are_said(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    page.found = []
    page.show()
    page.settle()
    assert page.words == ["none found: plug one in and look again, or type its address below"]
    page.found = None  # type: ignore[assignment]
    page.key(Qt.Key.Key_F5)
    page.settle()
    assert page.words[0].startswith("devices cannot be listed (")
    assert "Traceback" in caplog.text
    caplog.clear()


@pytest.mark.parametrize(
    ("begun", "typed", "address"),
    [
        ("/", "data/a clip.mp4", "/data/a clip.mp4"),
        ("~", "/a.mp4", str(Path("~/a.mp4").expanduser())),
        (":", "screen:0,0,800,600?fps=60", "screen:0,0,800,600?fps=60"),
        (":", "rtsp://scanner/live", "rtsp://scanner/live"),
        (":", '"clip.mp4"', "clip.mp4"),
    ],
)
def test_any_source_is_typed(page: Page, begun: str, typed: str, address: str) -> None:
    page.show()
    page.settle()
    samples, own = page.chooser.devices.list.below, page.chooser.findChild(QLineEdit)
    assert samples is not None
    QTest.keyClicks(samples, begun)
    assert own is not None
    assert own.hasFocus()
    QTest.keyClicks(own, typed)
    page.key(Qt.Key.Key_Return)
    assert [choice.address for choice in page.chosen] == [address]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_what_cannot_be_opened_is_still_legible(page: Page, qapp: QApplication, theme: Any) -> None:
    apply_theme(qapp, theme)
    palette = qapp.palette()
    soft = palette.color(palette.ColorGroup.Disabled, palette.ColorRole.Text)
    ground = palette.color(palette.ColorGroup.Disabled, palette.ColorRole.Base)
    apply_theme(qapp, DARK)
    assert contrast(soft.name(), ground.name()) >= 4.5
