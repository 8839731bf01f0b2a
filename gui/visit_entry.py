"""What is typed during a visit: pain by figure keys, an activity and its score, a reason, a remark."""

from __future__ import annotations

from math import nan
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from gui.text import soft_label, text_label
from gui.theme import DARK, TEXT_PX, Theme, text_font
from gui.visit_words import VisitWords
from usbio.visit.view import VisitView

Asked = Literal["", "pain", "function", "override", "remark", "caliper"]
_HIGHEST = 10
_WORDS: dict[Asked, str] = {
    "function": "visit.field.activity",
    "override": "visit.field.reason",
    "remark": "visit.field.remark",
    "caliper": "visit.field.caliper",
}


class VisitEntry(QWidget):
    """Nothing is entered by one key alone: a wrong figure is cleared, and only Return enters it."""

    entered = Signal(str, float, str)  # field, value, words
    left = Signal()  # the keyboard is the page's again

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self._words = words
        self._asked: Asked = ""
        self._demanded = False  # the visit waits for pain
        self._typed = ""
        self._told = ""  # an activity whose score is asked for
        self._title = text_label("", bold=True)
        self._scale = _Scale()
        self._field = QLineEdit()
        self._keys = soft_label("", 14)
        self._keys.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        for widget in (self._title, self._scale, self._field, self._keys):
            layout.addWidget(widget)
        self._show()

    @property
    def asked(self) -> Asked:
        """What is being typed."""
        return "pain" if self._demanded and not self._asked else self._asked

    @property
    def typed(self) -> str:
        """The figure so far."""
        return self._typed

    @property
    def writing(self) -> bool:
        """True while words are typed: letters are letters then."""
        return self._asked not in ("", "pain") and not self._told

    def show_view(self, view: VisitView) -> None:
        """Show the scale while the visit waits for pain."""
        demanded = view.missing.startswith("pain") and view.running is None and not view.over
        if demanded != self._demanded:
            self._demanded = demanded
            self._show()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._scale.set_theme(theme)

    def type_figure(self, figure: int) -> None:
        """Take a figure key; 1 and then 0 is ten."""
        if not self._asked:
            self._asked = "pain"
        ten = self._typed == "1" and figure == 0
        self._typed = str(_HIGHEST) if ten else str(figure)
        self._show()

    def clear(self) -> None:
        """Take the figure back."""
        self._typed = ""
        if self._asked == "pain":
            self._asked = ""
        self._show()

    def tell_nothing(self) -> None:
        """Note that it was asked and not told."""
        if self.asked == "pain":
            self._enter("pain", nan, "")
        elif self._told:
            self._enter("function", nan, self._told)

    def ask(self, asked: Asked) -> None:
        """Let words be typed."""
        self._asked, self._typed, self._told = asked, "", ""
        self._field.clear()
        self._show()
        self._field.setFocus()

    def submit(self) -> bool:
        """Enter what is typed; False where there is nothing."""
        if self.writing:
            self._submit_words()
            return True
        if not self._typed:
            return False
        self._enter("function" if self._told else "pain", float(self._typed), self._told)
        return True

    def cancel(self) -> bool:
        """Leave it; False where nothing is typed."""
        if not self._asked:
            return False
        self._close()
        return True

    def _submit_words(self) -> None:
        said = self._field.text().strip()
        if self._asked == "function" and said:
            self._told = said
            self._show()
            self.left.emit()
        elif said:
            self._enter(self._asked, nan, said)
        else:
            self._close()

    def _enter(self, field: str, value: float, words: str) -> None:
        self._close()
        self.entered.emit(field, value, words)

    def _close(self) -> None:
        self._asked, self._typed, self._told = "", "", ""
        self._show()
        self.left.emit()

    def _show(self) -> None:
        asked = self.asked
        self.setVisible(bool(asked))
        self._field.setVisible(self.writing)
        self._scale.setVisible(bool(asked) and not self.writing)
        self._scale.show_marked(int(self._typed) if self._typed else None)
        self._title.setText(self._title_words(asked))
        self._field.setAccessibleName(self._title.text())
        keys = "visit.entry.words_keys" if self.writing else "visit.entry.keys"
        self._keys.setText(self._words.say(keys))

    def _title_words(self, asked: Asked) -> str:
        if not asked:
            return ""
        if self._told:
            return f"{self._words.say('visit.field.function')}: {self._told}"
        return self._words.say(_WORDS.get(asked, "visit.field.pain"))


class _Scale(QWidget):
    """0 to 10, the figure that is typed marked by a frame and its size."""

    def __init__(self) -> None:
        super().__init__()
        self._marked: int | None = None
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_marked(self, marked: int | None) -> None:
        self._marked = marked
        self.setAccessibleName("0 to 10" if marked is None else f"{marked} of 10")
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 34)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        width = self.width() / (_HIGHEST + 1)
        for figure in range(_HIGHEST + 1):
            box = QRectF(figure * width, 0, width, self.height()).adjusted(1.5, 1.5, -1.5, -1.5)
            marked = figure == self._marked
            painter.fillRect(box, QColor(self._theme.raised))
            if marked:
                painter.setPen(QPen(QColor(self._theme.text), 3))
                painter.drawRect(box)
            painter.setFont(text_font(TEXT_PX + (4 if marked else 0), bold=marked))
            painter.setPen(QColor(self._theme.text if marked else self._theme.soft))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(figure))
        painter.end()
