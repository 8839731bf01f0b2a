"""The place "Visit": its form, and the visit that is on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gui.live_visit import Desk, LiveVisit
from gui.reception import Reception
from gui.visit_form import VisitFormPage
from gui.visit_panel import VisitPanel
from gui.visit_words import VisitWords
from usbio.errors import UsbioError
from usbio.shown_runs import ShownRuns
from usbio.visit_form import VisitForm

_ASK_MS = 50
Begin = Callable[[ShownRuns], Desk]


class VisitPlace(QObject):
    """A visit begins once the picture is understood; the window goes on meanwhile."""

    opened = Signal(object)  # a Choice that is wanted
    began = Signal()
    refused = Signal()  # the form says why

    def __init__(
        self,
        reception: Reception,
        panel: VisitPanel,
        words: VisitWords,
        window: QWidget,
        shown: Callable[[], ShownRuns | None],
    ) -> None:
        super().__init__(window)
        self._reception, self._words = reception, words
        self._shown = shown
        self.form = VisitFormPage(reception, words)
        self.visit = LiveVisit(panel, words, window)
        self._begin: Begin | None = None
        self._timer = QTimer(self, interval=_ASK_MS)
        self._timer.timeout.connect(self._ask)
        self.form.begun.connect(self.begin)
        self.form.resumed.connect(self.resume)
        self.form.sampled.connect(self.begin_sample)

    @property
    def on_words(self) -> str:
        """Say that a visit is on."""
        return self._words.say("visit.on")

    def open(self) -> None:
        """Show the form."""
        shown = self._shown()
        self.form.open(shown.title if shown is not None else "")

    def begin(self, form: VisitForm) -> None:
        """Begin a visit of what is shown."""
        self._wait(lambda shown: self._reception.begin(form, shown))

    def resume(self, folder: Path) -> None:
        """Go on with a visit."""
        self._wait(lambda shown: self._reception.resume(folder, shown))

    def begin_sample(self) -> None:
        """Open the simulator and begin: one click."""
        choice, form = self._reception.sample()
        self.opened.emit(choice)
        self.begin(form)

    def stop(self) -> None:
        """Leave nothing running; what is not finished can be gone on with."""
        self._timer.stop()
        self._begin = None
        self.form.stop()
        self.visit.stop()

    def _wait(self, begin: Begin) -> None:
        self._begin = begin
        self._timer.start()
        self._ask()

    def _ask(self) -> None:
        """Begin as soon as the picture is understood: only then it is known which sides it shows."""
        begin, shown = self._begin, self._shown()
        if begin is None or (shown is not None and not _understood(shown)):
            return
        self._begin = None
        self._timer.stop()
        if shown is None or any(run.question is not None for run in shown.runs):
            self.form.show_message(self._words.say("visit.form.no_source"))
            self.refused.emit()
            return
        try:
            desk = begin(shown)
        except UsbioError as error:
            self.refused.emit()
            self.form.show_error(error)
            return
        self.visit.begin(desk)
        self.form.clear()
        self.began.emit()


def _understood(shown: ShownRuns) -> bool:
    """True where there is nothing to wait for, too."""
    return all(run.measured_as is not None or run.question is not None or run.ended for run in shown.runs)
