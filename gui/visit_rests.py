"""The resting captures of a visit: each with its scatter and its breath, their mean with its band."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from gui.sign_view import SignView
from gui.text import set_rank, soft_label, text_label
from gui.theme import Theme
from gui.visit_words import VisitWords
from segmentation.results import QUANTITIES
from usbio.visit.view import RestView, VisitView

_MOST = 5  # captures of a side


class RestsView(QWidget):
    """A line for each capture, a column for each side, and the means below."""

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self._words = words
        self._rows = [_Row() for _ in range(_MOST)]
        self._means = [text_label("", bold=True) for _ in range(2)]
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(3)
        layout.setColumnStretch(4, 1)
        for place, row in enumerate(self._rows):
            for column, widget in enumerate((row.sign, row.number, *row.values, row.note)):
                layout.addWidget(widget, place, column)
        for place, mean in enumerate(self._means):
            layout.addWidget(mean, _MOST + place, 1, 1, 4)

    def show_rests(self, view: VisitView) -> None:
        """Show the captures of this site."""
        taken = len(view.rests[0].captures) if view.rests else 0
        for place, row in enumerate(self._rows):
            row.set_visible(place < taken)
            if place < taken:
                self._show_row(row, place, view)
        for place, mean in enumerate(self._means):
            known = place < len(view.rests) and taken > 0
            mean.setText(self._mean(view.rests[place], view) if known else "")
            mean.setVisible(known)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for row in self._rows:
            row.sign.set_theme(theme)

    def _show_row(self, row: _Row, place: int, view: VisitView) -> None:
        quantity = QUANTITIES[view.part.quantity]
        captures = [rest.captures[place] for rest in view.rests]
        apart = any(one.apart for one in captures)
        row.sign.show_sign("warns" if apart else "yes")
        row.number.setText(str(captures[0].number))
        for k, value in enumerate(row.values):
            value.setVisible(k < len(captures))
            if k < len(captures):
                value.setText(self._words.capture(captures[k].mean, captures[k].sd, quantity))
        breath = self._words.breath(view.rests[0], place)
        row.note.setText(self._words.say("visit.rest.apart") if apart else breath)
        set_rank(row.note, "" if apart else "soft")

    def _mean(self, rest: RestView, view: VisitView) -> str:
        said = self._words.rest(rest, view.part)
        return said if len(view.rests) == 1 else f"{self._words.side(rest.side)}: {said}"


class _Row:
    def __init__(self) -> None:
        self.sign = SignView(16)
        self.number = soft_label("")
        self.values = text_label(""), text_label("")
        self.note = soft_label("", 14)
        self.note.setWordWrap(True)

    def set_visible(self, visible: bool) -> None:
        for widget in (self.sign, self.number, *self.values, self.note):
            widget.setVisible(visible)
