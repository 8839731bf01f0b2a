"""What runs now in a visit: what is asked for with its clock, the hold, how far each side is, the target."""

from __future__ import annotations

from math import isfinite

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.text import set_rank, soft_label, text_label
from gui.theme import DARK, TEXT_PX, Theme, text_font
from gui.visit_words import VisitWords
from usbio.visit.timeline import CuePhase
from usbio.visit.view import RunningView, VisitView

_CLOCK_PX = 28
_PHASES: dict[CuePhase, str] = {
    "count_in": "visit.phase.count_in",
    "contract": "visit.phase.contract",
    "hold": "visit.phase.hold",
    "relax": "visit.phase.relax",
    "over": "visit.phase.relax",
}


class TrialView(QWidget):
    """A capture or repetition while it runs, or the rest between two sets."""

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self._words = words
        self._phase = text_label("", _CLOCK_PX, bold=True)
        self._clock = text_label("", _CLOCK_PX, bold=True)
        self._trial = text_label("", TEXT_PX + 1, bold=True)
        self._changes = text_label("", TEXT_PX + 7)
        self._note = soft_label("", 14)
        self._note.setWordWrap(True)
        self._hold = _HoldBar(words)
        for widget, name in (
            (self._phase, "What is asked for"),
            (self._clock, "Seconds left"),
            (self._trial, "Which repetition"),
            (self._changes, "Change from rest now"),
            (self._note, "Feedback"),
        ):
            widget.setAccessibleName(name)
        top = QHBoxLayout()
        top.addWidget(self._phase, 1)
        top.addWidget(self._clock)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._trial)
        layout.addLayout(top)
        layout.addWidget(self._hold)
        layout.addWidget(self._changes)
        layout.addWidget(self._note)

    def show_trial(self, view: VisitView) -> None:
        """Show what runs; nothing where nothing does."""
        running = view.running
        resting = running is None and view.break_left_s > 0
        self.setVisible(running is not None or resting)
        if running is not None:
            self._show_running(view, running)
        elif resting:
            self._show_break(view)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._hold.set_theme(theme)

    def _show_running(self, view: VisitView, running: RunningView) -> None:
        self._trial.setText(self._words.trial(view, running))
        repetition = running.phase is not None
        self._trial.setVisible(True)
        self._show_clock(
            self._words.say(_PHASES[running.phase] if running.phase else "visit.phase.relaxed"),
            running.countdown_s,
        )
        self._hold.setVisible(repetition and bool(view.targets))  # a first test has none yet
        self._hold.show_hold(running.held_s, running.hold_of_s)
        self._changes.setVisible(repetition)
        self._changes.setText(self._words.changes(running))
        set_rank(self._changes, "" if view.confirmed else "dimmed")
        self._note.setText(
            self._words.feedback(running) if repetition else self._words.say("visit.rest.runs")
        )
        self._note.setVisible(True)

    def _show_break(self, view: VisitView) -> None:
        self._show_clock(self._words.say("visit.phase.break"), view.break_left_s)
        for widget in (self._trial, self._hold, self._changes, self._note):
            widget.setVisible(False)

    def _show_clock(self, phase: str, left_s: float) -> None:
        self._phase.setText(phase)
        self._clock.setText(f"{left_s:.0f} s" if isfinite(left_s) else "")
        self._phase.setVisible(bool(phase))
        self._clock.setVisible(isfinite(left_s))


class _HoldBar(QWidget):
    """So long held in the target, of so long asked for."""

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self._words = words
        self._held_s = self._of_s = 0.0
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_hold(self, held_s: float, of_s: float) -> None:
        if not isfinite(of_s):
            return
        self._held_s, self._of_s = held_s, of_s
        self.setAccessibleName(self.said)
        self.update()

    @property
    def said(self) -> str:
        return self._words.say("visit.hold", seconds=self._held_s, asked_seconds=self._of_s)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 30)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        whole = QRectF(self.rect())
        painter.fillRect(whole, QColor(self._theme.raised))
        share = min(self._held_s / self._of_s, 1.0) if self._of_s > 0 else 0.0
        filled = QColor(self._theme.target)
        filled.setAlphaF(0.55)
        painter.fillRect(QRectF(0, 0, whole.width() * share, whole.height()), filled)
        painter.setPen(QColor(self._theme.text))
        painter.setFont(text_font(TEXT_PX + 1, bold=True))
        painter.drawText(whole.adjusted(10, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter, self.said)
        painter.end()
