"""The large numbers: one column a side, the leading muscle first."""

from __future__ import annotations

from math import isfinite

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.text import MUSCLE_WORDS, change_words, number_words, set_rank, soft_label, text_label, value_words
from gui.theme import DARK, TEXT_PX, Theme, text_font
from segmentation.results import QUANTITIES, Quantity, Side, Status
from segmentation.views import View
from usbio.reading import Reading, held_words

_ALONE = 1.6  # times as large where one side has the room of two
_DECISIONS = {"not_contracted": "did not contract", "not_decidable": "not decidable"}


class NumbersView(QWidget):
    """Draws the readings it is given; grey where they cannot be stood by."""

    def __init__(self, parent: QWidget | None = None, compact: bool = False) -> None:
        super().__init__(parent)
        self._compact = compact  # the leading muscle alone, its change beside it
        self._view = ""
        self.grey = False  # nobody stands by the borders, where that matters
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(16)
        self._columns: dict[Side, _SideColumn] = {}
        self._theme = DARK
        self._large_px = 46

    def show_readings(self, found: tuple[Reading, ...], view: View) -> None:
        """Show the values of every side in the picture."""
        sides = tuple(sorted({r.side for r in found}))
        if sides and (tuple(self._columns) != sides or view.name != self._view):
            self._rebuild(sides, view)
        for side, column in self._columns.items():
            mine = tuple(r for r in found if r.side == side)
            column.show_readings(mine, QUANTITIES[view.quantity], self.grey)

    def forget(self) -> None:
        """Show nothing."""
        self._clear()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for column in self._columns.values():
            column.set_theme(theme)

    def set_large_px(self, size_px: int) -> None:
        """Set the size of the leading numbers."""
        self._large_px = size_px
        for column in self._columns.values():
            column.set_large_px(self._column_px(len(self._columns)))

    def _column_px(self, n_sides: int) -> int:
        return round(self._large_px * _ALONE) if n_sides == 1 else self._large_px

    def _rebuild(self, sides: tuple[Side, ...], view: View) -> None:
        self._clear()
        self._view = view.name
        # The left side stands on the left, whatever the picture does: the numbers are read as a pair.
        for side in sorted(sides):
            column = _SideColumn(side, view, self._compact, alone=len(sides) == 1)
            column.set_theme(self._theme)
            column.set_large_px(self._column_px(len(sides)))
            self._columns[side] = column
            self._layout.addWidget(column, 1)

    def _clear(self) -> None:
        for column in self._columns.values():
            self._layout.removeWidget(column)
            column.hide()  # it goes only once the window has nothing else to do
            column.deleteLater()
        self._columns.clear()


class _SideColumn(QWidget):
    def __init__(self, side: Side, view: View, compact: bool, alone: bool) -> None:
        super().__init__()
        self._side, self._compact, self._beside = side, compact, compact and alone
        self._lead = view.muscles[0]
        several = len(view.muscles) > 1
        self._heading = _Heading(side, MUSCLE_WORDS[self._lead] if several else "")
        self._value = text_label("–", 46, bold=True)
        self._unit = soft_label(QUANTITIES[view.quantity].unit, TEXT_PX + 5)
        self._change = text_label("", TEXT_PX + 5)
        self._past = soft_label("", 14 if compact else TEXT_PX)
        self._past.setWordWrap(compact)
        if compact:
            self._past.hide()
        self._quality = _QualityBar()
        self._value.setAccessibleName(f"{side} {MUSCLE_WORDS[self._lead]}, {QUANTITIES[view.quantity].label}")
        self._change.setAccessibleName(f"{side} change from rest")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self._heading)
        layout.addLayout(self._value_row())
        self._others = _Others(side, view)
        if not self._beside:
            layout.addWidget(self._change)
        layout.addWidget(self._past)
        if several and not compact:
            layout.addWidget(self._others)
        layout.addWidget(self._quality)
        layout.addStretch(1)  # two columns keep their lines, whichever says more

    def show_readings(self, found: tuple[Reading, ...], quantity: Quantity, grey: bool) -> None:
        lead = next((r for r in found if r.muscle == self._lead), None)
        if lead is None:
            self._value.setText("–")
            return
        self._value.setText(number_words(lead.value, quantity))
        change = change_words(lead.change_percent)
        self._change.setText(change if self._compact else f"{change} from rest")
        if self._compact:
            self._past.setText(held_words(lead) if lead.held else "")
            self._past.setVisible(lead.held)
        else:
            self._past.setText(_past_words(lead, quantity))
        for label in (self._value, self._change):
            set_rank(label, "" if lead.sound and not grey else "dimmed")
        self._quality.show_quality(lead.quality, lead.status is Status.LOW_QUALITY)
        self._others.show_readings(found, quantity)

    def set_theme(self, theme: Theme) -> None:
        self._heading.set_theme(theme)
        self._quality.set_theme(theme)

    def set_large_px(self, size_px: int) -> None:
        self._value.setFont(text_font(size_px, bold=True))
        self._unit.setFont(text_font(max(round(size_px * 0.45), TEXT_PX)))

    def _value_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._value)
        row.addWidget(self._unit, 1, Qt.AlignmentFlag.AlignBottom)
        self._unit.setContentsMargins(0, 0, 0, 8)
        if self._beside:
            row.addWidget(self._change, 0, Qt.AlignmentFlag.AlignVCenter)
        return row


def _past_words(lead: Reading, quantity: Quantity) -> str:
    rest = f"rest {value_words(lead.rest, quantity)}" if isfinite(lead.rest) else "rest not seen yet"
    if lead.held:
        rest = f"{held_words(lead)}\n{rest}"
    if lead.last_decision is None:
        return rest
    last = _DECISIONS.get(lead.last_decision, change_words(lead.last_change_percent))
    return f"{rest}\ncontraction {last}"


class _Others(QWidget):
    """The muscles beside the leading one, a line each."""

    def __init__(self, side: Side, view: View) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setColumnStretch(3, 1)
        self._values = {m: text_label("", TEXT_PX + 5) for m in view.muscles[1:]}
        self._changes = {m: soft_label("", TEXT_PX + 1) for m in view.muscles[1:]}
        for row, muscle in enumerate(self._values):
            grid.addWidget(soft_label(MUSCLE_WORDS[muscle], TEXT_PX + 1), row, 0)
            grid.addWidget(self._values[muscle], row, 1)
            grid.addWidget(self._changes[muscle], row, 2)
            self._values[muscle].setAccessibleName(f"{side} {MUSCLE_WORDS[muscle]}")

    def show_readings(self, found: tuple[Reading, ...], quantity: Quantity) -> None:
        for r in found:
            if r.muscle in self._values:
                self._values[r.muscle].setText(value_words(r.value, quantity))
                self._changes[r.muscle].setText(change_words(r.change_percent))
                set_rank(self._values[r.muscle], "" if r.sound else "dimmed")
                set_rank(self._changes[r.muscle], "soft" if r.sound else "dimmed")


class _Heading(QWidget):
    """The side in words with its line as it is drawn everywhere."""

    def __init__(self, side: Side, muscle_words: str) -> None:
        super().__init__()
        self._side = side
        self._muscle_words = muscle_words
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(side)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 24)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(text_font(TEXT_PX + 1, bold=True))
        painter.setPen(QColor(self._theme.text))
        words = self._side.upper()
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        x, y = painter.fontMetrics().horizontalAdvance(words) + 10, self.height() // 2
        dashes = Qt.PenStyle.SolidLine if self._side == "left" else Qt.PenStyle.DashLine
        painter.setPen(QPen(self._theme.side(self._side), 3, dashes))
        painter.drawLine(x, y, x + 52, y)
        painter.setPen(QColor(self._theme.text))
        rest = self.rect().adjusted(x + 64, 0, 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._muscle_words)
        painter.end()


class _QualityBar(QWidget):
    """The chance that the value is right, as a bar and in figures."""

    def __init__(self) -> None:
        super().__init__()
        self._quality, self._low = float("nan"), False
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("quality: estimated chance that the value is within 0.5 mm or 5 %")
        self.setToolTip("estimated chance that the value is within 0.5 mm or 5 % of the truth")

    def show_quality(self, quality: float, low: bool) -> None:
        self._quality, self._low = quality, low
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 24)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(text_font(14))
        painter.setPen(QColor(self._theme.soft))
        words = "low quality" if self._low else "quality"
        words += f" {self._quality * 100:.0f} %" if isfinite(self._quality) else " –"
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        x = painter.fontMetrics().horizontalAdvance("low quality 88 %") + 8
        bar = QRectF(x, self.height() / 2 - 4, max(min(self.width() - x - 4, 110), 0), 8)
        painter.fillRect(bar, QColor(self._theme.line))
        if isfinite(self._quality):
            bar.setWidth(bar.width() * min(max(self._quality, 0.0), 1.0))
            painter.fillRect(bar, QColor(self._theme.soft))
        painter.end()
