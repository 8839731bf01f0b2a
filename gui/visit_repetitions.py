"""The last repetitions of a visit: what each came to, whether it counts, and why not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.sign_view import Sign, SignView
from gui.text import soft_label, text_label
from gui.theme import Theme
from gui.visit_words import VisitWords
from usbio.visit.facts import Outcome
from usbio.visit.view import VisitView

_MOST = 8
_SIGNS: dict[Outcome, Sign] = {
    "passed": "yes",
    "not_passed": "no",
    "not_decidable": "open",
    "broken": "warns",
}


class RepetitionsView(QWidget):
    """The newest on top; as many as there is room for."""

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self._words = words
        self._most = 3
        self._rows = [(SignView(18), soft_label(""), text_label("", 14)) for _ in range(_MOST)]
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(3)
        layout.setColumnStretch(2, 1)
        for place, (sign, number, said) in enumerate(self._rows):
            said.setWordWrap(True)
            for column, widget in enumerate((sign, number, said)):
                layout.addWidget(widget, place, column, Qt.AlignmentFlag.AlignTop)
            layout.setAlignment(said, Qt.AlignmentFlag(0))

    def set_most(self, most: int) -> None:
        """Show so many of them."""
        self._most = min(most, _MOST)

    def show_repetitions(self, view: VisitView) -> None:
        """Show those of this set."""
        newest = list(reversed(view.repetitions))[: self._most]
        alone = len(view.site.sides) == 1
        for place, (sign, number, said) in enumerate(self._rows):
            shown = place < len(newest)
            if shown:
                one = newest[place]
                sign.show_sign(_SIGNS[one.outcome])
                number.setText(str(one.number))
                said.setText(self._words.repetition(one, alone))
            for widget in (sign, number, said):
                widget.setVisible(shown)
        self.setVisible(bool(newest))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for sign, _, _ in self._rows:
            sign.set_theme(theme)
