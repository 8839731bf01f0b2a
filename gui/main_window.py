"""The window: rail, header, pages, footer, keys. It forwards; the rules live in `usbio`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import PipelineBridge
from gui.clip_rounds import ClipRounds
from gui.header_view import HeaderView, counts_words
from gui.keys import KEYS, SETUP_FOOTER, Key, footer_words
from gui.keys_view import KeysView
from gui.live_page import LivePage
from gui.live_presenter import LivePresenter
from gui.rail import Rail
from gui.run_actions import Record, RunActions, no_recorder
from gui.setup_guide import PageStep
from gui.setup_page import SetupPage
from gui.source_chooser import Entry, SourceChooser
from gui.streaming import Streaming
from gui.text import elided_label, set_rank, soft_label
from gui.theme import DARK, LIGHT, Theme, apply_theme
from usbio.choice import Choice
from usbio.errors import UsbioError
from usbio.live import LiveRun
from usbio.lsl_station import LslStation
from usbio.sample import RunStatus, Sample
from usbio.setup_draft import SetupDraft

OpenRun = Callable[[Choice], LiveRun[Any]]
Remember = Callable[[SetupDraft], object]
_SAID_MS = 6000


def _forget(_: SetupDraft) -> None:
    """Remember nothing."""


def _live_title(run: LiveRun[Any]) -> str:
    if not run.values.readings():
        return f"{run.title} …"
    return f"{run.title} · automatic border" if run.values.unconfirmed else run.title


class MainWindow(QMainWindow):
    """One window; `open_run` builds what it shows."""

    def __init__(
        self,
        entries: Sequence[Entry],
        open_run: OpenRun,
        theme: Theme = DARK,
        record: Record = no_recorder,
        remember: Remember = _forget,
        station: LslStation | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("usbio")
        self.setAcceptDrops(True)
        self._open_run = open_run
        self._remember = remember
        self._rounds = ClipRounds()
        self._run: LiveRun[Any] | None = None
        self._opened_at: PageStep | None = None
        self._theme = theme
        self.header = HeaderView()
        self.page = LivePage()
        self.chooser = SourceChooser(entries, self.open)
        self.setup = SetupPage(self.chooser)
        self.setup.finished.connect(self._end_setup)
        self.setup.left.connect(self.show_live)
        self.setup.stepped.connect(self._rounds.follow)
        self.setup.headed.connect(lambda _: self._show_title())
        self.setup.canvas.drawn.connect(self.header.show_age)
        self.presenter = LivePresenter(self.page, self.header)
        self.streaming = Streaming(station or LslStation(), self.header, self._say)
        self.run_actions = RunActions(self.presenter, record, self._say, self.streaming)
        self.bridge = PipelineBridge(self)
        self.bridge.sampleArrived.connect(self._show_sample)
        self.bridge.statusAsked.connect(self.presenter.show_status)
        self.bridge.statusAsked.connect(self._show_counts)
        self.bridge.statusAsked.connect(lambda _: self.streaming.look())
        self.bridge.statusAsked.connect(lambda _: self._show_title())
        self.page.image.drawn.connect(self.presenter.note_drawn)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.setup)
        self._pages.addWidget(self.page)
        self._footer = elided_label(SETUP_FOOTER, 14)
        set_rank(self._footer, "soft")
        self._counts = soft_label("", 14)
        self._quiet = QTimer(self, singleShot=True, interval=_SAID_MS)
        self._quiet.timeout.connect(self._show_footer)
        self._build()
        self._keys_list = KeysView(self)
        self._shortcuts = self._bound_keys()
        self._take_theme(theme)
        self.resize(1280, 720)
        self._turn_to(self.setup)
        self.chooser.focus_first()

    # what opens and closes

    def open(self, choice: Choice) -> None:
        """Open a source; what goes wrong stands on the first page."""
        try:
            run = self._open_run(choice)
        except UsbioError as error:
            self.chooser.show_message(str(error))
            self.setup.open_at("source")
            self._turn_to(self.setup)
            return
        self.show_run(run)

    def show_run(self, run: LiveRun[Any]) -> None:
        """Show a run from its start; it is stopped when another takes its place or the window closes."""
        self.chooser.show_message("")
        self._replace_run(run)
        if run.question is None:
            self._turn_to(self.page)
            self.page.setFocus()
        else:
            self._begin_setup(run, None)
        run.start()

    def settle(self) -> None:
        """Draw everything as it stands now."""
        if self._run is not None:
            self.presenter.show_status(self._run.status())
            self.presenter.redraw()

    @property
    def run(self) -> LiveRun[Any] | None:
        """What is shown."""
        return self._run

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave no thread behind."""
        self._replace_run(None)
        self.setup.stop()
        self.streaming.stop()
        super().closeEvent(event)

    def _replace_run(self, run: LiveRun[Any] | None) -> None:
        old, self._run, self.run_actions.run = self._run, run, run
        self.bridge.watch(None)
        if old is not None:
            old.stop(closing_s=0.0)
        self._rounds.end()
        self.setup.begin(None)
        self.presenter.show_run(run)
        self.streaming.follow(*([run] if run is not None else []))
        self._counts.setText("")
        self.bridge.watch(run)

    # keys, by the names in `keys.KEYS`; those that act on the run stand in `RunActions`

    def open_chooser(self) -> None:
        """Go to the first page; the run waits."""
        if self._run is not None:
            self._run.playback.pause()
        self._turn_to(self.setup)
        self.setup.open_at("source")

    def set_up(self) -> None:
        """Go to the set-up page, to its scale: what changes most often."""
        if self._run is not None and self._run.playback.paused:
            self._run.playback.pause(False)
        if self._run is not None:
            self._begin_setup(self._run, "scale")

    def show_live(self) -> None:
        """Go back to the picture, once there is something to be measured in it."""
        if self._run is not None and self._run.question is None:
            self._rounds.end()
            self._turn_to(self.page)
            self.page.setFocus()

    def switch_theme(self) -> None:
        """Dark or light."""
        self._take_theme(LIGHT if self._theme is DARK else DARK)

    def toggle_full_screen(self) -> None:
        """Full screen or not."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def toggle_keys(self) -> None:
        """Show all keys, or not."""
        self._keys_list.toggle()

    def leave(self) -> None:
        """Close the list of keys, else go back a step; what was read of a recording's end goes."""
        if self._run is not None:
            self._run.recording.forget_end()
        if self._keys_list.isVisible():
            self._keys_list.toggle()
        elif self._setting_up and self._opened_at is not None and self.setup.stands_at(self._opened_at):
            self.show_live()  # whoever opened the page by its key goes back to where they were
        elif self._setting_up:
            self.setup.go_back()

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give everything the size that suits the window."""
        super().resizeEvent(event)
        self.page.fit(event.size().width(), event.size().height())
        self.setup.fit(event.size().width(), event.size().height())
        self._keys_list.centre()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first of the files."""
        path = event.mimeData().urls()[0].toLocalFile()
        if path:
            self.open(Choice(str(Path(path))))

    # the set-up page

    @property
    def _setting_up(self) -> bool:
        return self._pages.currentWidget() is self.setup

    def _begin_setup(self, run: LiveRun[Any], at: PageStep | None) -> None:
        self._rounds.begin(run)
        self._opened_at = at if run.question is None else None
        self._turn_to(self.setup)
        if at is None or not self.setup.is_about(run):
            self.setup.begin(run, at)
        else:
            self.setup.open_at(at)
        if run.recording.active is not None:
            self._say("a recording runs: it ends where the set-up is changed")
        self._rounds.follow(self.setup.guide.step)

    def _end_setup(self, draft: SetupDraft) -> None:
        if self._run is None:
            return
        self.show_live()
        self.presenter.show_run(self._run)
        words = draft.recognised or "the set-up is remembered for the next time"
        try:
            self._remember(draft)
        except UsbioError as error:
            words = str(error)
        self._say(words)

    def _show_sample(self, sample: Sample) -> None:
        if self._pages.currentWidget() is self.page:
            self.presenter.show_sample(sample)
            if self._run is not None and self._run.measured_as is None and sample.fault:
                self._begin_setup(self._run, None)  # it cannot begin with what is known
        elif self._run is not None:
            self.setup.show_sample(sample, self._run.measured_as, self._run.place)

    def _turn_to(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        for key, shortcut in self._shortcuts:
            shortcut.setEnabled(key.everywhere or page is self.page)
        self._show_footer()
        self._show_title()

    def _show_counts(self, status: RunStatus) -> None:
        asked = self._run is None or self._run.question is not None
        self._counts.setText("" if asked else counts_words(status.counts))

    def _show_footer(self) -> None:
        live = self._pages.currentWidget() is self.page
        self._footer.setText(footer_words() if live else SETUP_FOOTER)

    def _show_title(self) -> None:
        """Name the window after what it shows, for the task bar and whoever cannot see it."""
        live = self._pages.currentWidget() is self.page and self._run is not None
        words = _live_title(self._run) if live and self._run is not None else self.setup.heading.text()
        if (title := f"usbio · {words}") != self.windowTitle():
            self.setWindowTitle(title)

    def _say(self, words: str) -> None:
        self._footer.setText(words)
        self._quiet.start()

    def _take_theme(self, theme: Theme) -> None:
        self._theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
        self.page.set_theme(theme)

    def _build(self) -> None:
        rail = Rail()
        rail.add_place("Live", self.show_live).setChecked(True)
        rail.add_action("Set up", "Set up scale, picture, side, border (K)", self.set_up)
        rail.add_action("Open", "Open another source (O)", self.open_chooser)
        rail.add_action("Theme", "Dark or light (T)", self.switch_theme)
        rail.add_action("Keys", "All keys (?)", self.toggle_keys)
        self._footer.setAccessibleName("Keys and messages")
        self._counts.setAccessibleName("Frames so far")
        # A long message gives way to the counts, not they to it.
        self._footer.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._counts.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 4, 12, 8)
        foot.addWidget(self._footer, 1)
        foot.addWidget(self._counts)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.header)
        column.addWidget(self.streaming.view)
        column.addWidget(self._pages, 1)
        column.addLayout(foot)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(rail)
        row.addLayout(column, 1)
        self.setCentralWidget(body)

    def _bound_keys(self) -> list[tuple[Key, QShortcut]]:
        bound = []
        for key in KEYS:
            for name in key.keys:
                shortcut = QShortcut(QKeySequence(name), self)
                own = getattr(self, key.action, None)
                shortcut.activated.connect(own or getattr(self.run_actions, key.action))
                bound.append((key, shortcut))
        return bound
