"""The window: rail, header, pages, footer, keys. It forwards; the rules live in `usbio`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import Any

from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from gui.bridge import PipelineBridge
from gui.clip_rounds import ClipRounds
from gui.device_panel import FindDevices, no_devices
from gui.header_view import HeaderView, counts_words
from gui.keys import KEYS, VISIT_KEYS
from gui.live_page import LivePage
from gui.live_presenter import LivePresenter
from gui.places import Places
from gui.reception import NoReception, Reception
from gui.run_actions import Record, RunActions, no_recorder
from gui.setup_guide import PageStep
from gui.setup_page import SetupPage
from gui.source_chooser import Entry, SourceChooser
from gui.streaming import Streaming
from gui.theme import DARK, LIGHT, Theme, apply_theme
from gui.visit_place import VisitPlace
from gui.visit_words import VisitWords
from usbio.choice import Choice
from usbio.errors import UsbioError
from usbio.live import LiveRun
from usbio.lsl_station import LslStation
from usbio.sample import Counts, RunStatus, Sample
from usbio.setup_draft import SetupDraft
from usbio.shown_runs import ShownRuns, beside, beside_words, for_other_side, one_shown
from usbio.texts import Texts

OpenRun = Callable[[Choice], LiveRun[Any]]
Remember = Callable[[SetupDraft], object]


def _forget(_: SetupDraft) -> None:
    """Remember nothing."""


def _live_title(shown: ShownRuns) -> str:
    if not shown.values.readings():
        return f"{shown.title} …"
    return f"{shown.title} · automatic border" if shown.values.unconfirmed else shown.title


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
        find_devices: FindDevices = no_devices,
        reception: Reception | None = None,
        texts: Texts | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("usbio")
        self.setAcceptDrops(True)
        self._open_run = open_run
        self._remember = remember
        self._rounds = ClipRounds()
        self._shown: ShownRuns | None = None
        self._run: LiveRun[Any] | None = None  # of those shown the one that is set up
        self._opened_at: PageStep | None = None
        self._theme = theme
        self.header = HeaderView()
        words = VisitWords(texts or Texts())
        self.page = LivePage(words)
        self.chooser = SourceChooser(entries, self.open, find_devices)
        self.setup = SetupPage(self.chooser)
        self.setup.finished.connect(self._end_setup)
        self.setup.left.connect(self.show_live)
        self.setup.stepped.connect(self._rounds.follow)
        self.setup.headed.connect(lambda _: self._show_title())
        self.setup.canvas.drawn.connect(self.header.show_age)
        self.presenter = LivePresenter(self.page, self.header)
        self.visits = VisitPlace(
            reception or NoReception(), self.page.visit, words, self, lambda: self._shown
        )
        self._places = Places(self, self.page, self.setup, self.visits.form, lambda: self.visits.visit.on)
        self._say = self._places.footer.say
        self.streaming = Streaming(station or LslStation(), self.header, self._say)
        self.run_actions = RunActions(self.presenter, record, self._say, self.streaming)
        self.bridges = PipelineBridge(self), PipelineBridge(self)
        for place, (bridge, image) in enumerate(zip(self.bridges, self.page.images, strict=True)):
            bridge.sampleArrived.connect(partial(self._show_sample, place))
            image.drawn.connect(partial(self._note_drawn, place))
        self.bridges[0].statusAsked.connect(self._show_status)
        self._build()
        self._connect_visits()
        self._take_theme(theme)
        self.resize(1280, 720)
        self._turn_to(self.setup)
        self.chooser.focus_first()

    # what opens and closes

    def open(self, choice: Choice) -> None:
        """Open a source; what goes wrong stands on the first page."""
        if self.visits.visit.on:
            self._say(self.visits.on_words)
            return
        try:
            if self.chooser.is_beside and self._shown is not None:
                run = self._open_run(for_other_side(self._shown, choice))
                shown = beside(self._shown, run, self._shown.runs[0].values.errors)
            else:
                shown = one_shown(self._open_run(choice))
        except UsbioError as error:
            self.chooser.show_message(str(error))
            self.setup.open_at("source")
            self._turn_to(self.setup)
            return
        self.show_runs(shown)

    def show_run(self, run: LiveRun[Any]) -> None:
        """Show one run from its start."""
        self.show_runs(one_shown(run))

    def show_runs(self, shown: ShownRuns) -> None:
        """Show one run, or two, from the start; stopped when others take their place or the window closes."""
        self.chooser.show_message("")
        self._replace_runs(shown)
        asked = next((run for run in shown.runs if run.question is not None), None)
        if asked is None:
            self._turn_to(self.page)
            self.page.setFocus()
        else:
            self._begin_setup(asked, None)
        for run in shown.runs:
            run.start()

    def settle(self) -> None:
        """Draw everything as it stands now."""
        if self._shown is not None:
            self.presenter.show_status()
            self.presenter.redraw()

    @property
    def run(self) -> LiveRun[Any] | None:
        """What is shown; of two runs the one that is set up."""
        return self._run

    @property
    def shown(self) -> ShownRuns | None:
        """All that is shown."""
        return self._shown

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave no thread behind."""
        self.visits.stop()
        self._replace_runs(None)
        self.setup.stop()
        self.chooser.stop()
        self.streaming.stop()
        super().closeEvent(event)

    def _replace_runs(self, shown: ShownRuns | None) -> None:
        old, self._shown, self.run_actions.shown = self._shown, shown, shown
        self._run = shown.runs[0] if shown is not None else None
        for bridge in self.bridges:
            bridge.watch(None)
        kept = shown.runs if shown is not None else ()
        for run in old.runs if old is not None else ():
            if run in kept:
                run.end_record()  # what was recorded alone is no half of a pair
                run.playback.pause(False)
            else:
                run.stop(closing_s=0.0)
        self._rounds.end()
        self.setup.begin(None)
        self.presenter.show_runs(shown)
        self.streaming.follow(*(shown.runs if shown is not None else ()))
        self._places.footer.show_counts("")
        for bridge, run in zip(self.bridges, shown.runs if shown is not None else (), strict=False):
            bridge.watch(run)

    # keys, by the names in `keys.KEYS`; those that act on the run stand in `RunActions`

    def open_chooser(self) -> None:
        """Go to the first page; what runs waits."""
        if self.visits.visit.on:
            self._say(self.visits.on_words)
            return
        for run in self._shown.runs if self._shown is not None else ():
            run.playback.pause()
        self.chooser.offer_beside(beside_words(self._shown))
        self._turn_to(self.setup)
        self.setup.open_at("source")

    def set_up(self) -> None:
        """Go to the set-up page, to its scale: what changes most often."""
        self._set_up(0)

    def set_up_right(self) -> None:
        """Go to the set-up page of the right one of two sources."""
        self._set_up(1)

    def _set_up(self, place: int) -> None:
        if self._shown is None or place >= len(self._shown.runs):
            return
        run = self._shown.runs[place]
        if run.playback.paused:
            run.playback.pause(False)
        self._begin_setup(run, "scale")

    def show_live(self) -> None:
        """Go back to the picture, once there is something to be measured in it."""
        if self._shown is not None and all(run.question is None for run in self._shown.runs):
            self._rounds.end()
            self._turn_to(self.page)
            self.page.setFocus()

    def show_visit(self) -> None:
        """Go to the visit that is on, else to the form that begins one."""
        if self.visits.visit.on:
            self.show_live()
            return
        self.visits.open()
        self._turn_to(self.visits.form)

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
        self._places.list.toggle()

    def leave(self) -> None:
        """Close the list of keys, else go back a step; what was read of a recording's end goes."""
        for run in self._shown.runs if self._shown is not None else ():
            run.recording.forget_end()
        if self._places.list.isVisible():
            self._places.list.toggle()
        elif self.visits.visit.cancel():
            self.page.setFocus()
        elif self._places.page is self.visits.form:
            self.show_live()
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
        self._places.list.centre()

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
        return self._places.page is self.setup

    def _begin_setup(self, run: LiveRun[Any], at: PageStep | None) -> None:
        self._run = run
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
        if self._shown is None:
            return
        asked = next((run for run in self._shown.runs if run.question is not None), None)
        if asked is not None:
            self._begin_setup(asked, None)  # the other side's
        else:
            self.show_live()
        self.presenter.show_runs(self._shown)
        words = draft.recognised or "the set-up is remembered for the next time"
        try:
            self._remember(draft)
        except UsbioError as error:
            words = str(error)
        self._say(words)

    def _show_sample(self, place: int, sample: Sample) -> None:
        run = self._shown.runs[place] if self._shown is not None else None
        if self._places.page is self.page:
            self.presenter.show_sample(sample, place)
            if run is not None and run.measured_as is None and sample.fault:
                self._begin_setup(run, None)  # it cannot begin with what is known
        elif run is not None and run is self._run:
            self.setup.show_sample(sample, run.measured_as, run.place)

    def _note_drawn(self, place: int, age_s: float) -> None:
        self.presenter.note_drawn(age_s, place)

    def _show_status(self, status: RunStatus) -> None:
        self.presenter.show_status()
        self._show_counts(status)
        for run in self._shown.runs if self._shown is not None else ():
            if words := run.recording.take_news():
                self._say(words)
        self.streaming.look()
        self._show_title()

    def _turn_to(self, page: QWidget) -> None:
        self._places.turn_to(page)
        self._show_title()

    # visits

    def _connect_visits(self) -> None:
        visits = self.visits
        visits.opened.connect(self.open)
        visits.refused.connect(lambda: self._turn_to(visits.form))
        visits.began.connect(self._begin_visit)
        visits.visit.ended.connect(self._end_visit)
        visits.visit.said.connect(self._say)
        visits.visit.shown.connect(self._show_visit)
        visits.visit.ghosted.connect(self.page.images[0].show_ghost)
        self.page.visit.entry.left.connect(self.page.setFocus)

    def _begin_visit(self) -> None:
        self.page.show_visit(True)
        self._show_visit()
        self._turn_to(self.page)
        self.page.setFocus()

    def _end_visit(self) -> None:
        self.page.show_visit(False)
        self._show_visit()
        self._turn_to(self._places.page)

    def _show_visit(self) -> None:
        self.presenter.heading = self.visits.visit.heading()
        self.presenter.trouble = self.visits.visit.trouble

    def _show_counts(self, status: RunStatus) -> None:
        runs = self._shown.runs if self._shown is not None else ()
        asked = not runs or any(run.question is not None for run in runs) or self.visits.visit.on
        counts = reduce(Counts.plus, (run.status().counts for run in runs[1:]), status.counts)
        self._places.footer.show_counts("" if asked else counts_words(counts))

    def _show_title(self) -> None:
        """Name the window after what it shows, for the task bar and whoever cannot see it."""
        live = self._places.page is self.page
        words = _live_title(self._shown) if live and self._shown is not None else self.setup.heading.text()
        if (title := f"usbio · {words}") != self.windowTitle():
            self.setWindowTitle(title)

    def _take_theme(self, theme: Theme) -> None:
        self._theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
        self.page.set_theme(theme)
        self.visits.visit.set_theme(theme)

    def _build(self) -> None:
        rail, keys = self._places.rail, self._places.keys
        rail.add_place("Live", self.show_live)
        rail.add_place("Visit", self.show_visit)
        rail.add_action("Set up", "Set up scale, picture, side, border (K)", self.set_up)
        rail.add_action("Open", "Open another source (O)", self.open_chooser)
        rail.add_action("Theme", "Dark or light (T)", self.switch_theme)
        rail.add_action("Keys", "All keys (?)", self.toggle_keys)
        keys.bind(KEYS, self, self.run_actions)
        keys.bind(VISIT_KEYS, self.visits.visit)
        keys.bind_figures(self.visits.visit.type_figure)
        self.page.add_panel(self.streaming.view)
        self.setCentralWidget(self._places.body(self.header))
