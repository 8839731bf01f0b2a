"""A list of what can be opened: lines to choose, and lines that say why something cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from usbio.choice import Choice

_LEAST_PX = 66  # two lines


@dataclass(frozen=True, slots=True)
class Line:
    """One line; without a choice it only tells something."""

    words: str
    choice: Choice | None = None


class SourceList(QListWidget):
    """Enter or a double click opens the marked line; arrows go on in the list above or below."""

    def __init__(
        self,
        name: str,
        chosen: Callable[[Choice], object],
        typed: Callable[[str], object],
        figures: bool = False,
    ) -> None:
        super().__init__()
        self._lines: tuple[Line, ...] = ()
        self._chosen, self._typed, self._figures = chosen, typed, figures
        self.above: SourceList | None = None
        self.below: SourceList | None = None
        self.setAccessibleName(name)
        self.setMinimumHeight(_LEAST_PX)
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(self.open_current)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these; the marked one stays marked if it is still there."""
        marked = self.marked
        self._lines = tuple(lines)
        self.clear()
        for number, line in enumerate(self._lines, start=1):
            figure = f"{number if number < 10 else '  '}   " if self._figures else ""
            item = QListWidgetItem(f"{figure}{line.words}", self)
            if line.choice is None:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
        self._mark(marked)

    def forget_mark(self) -> None:
        """Mark nothing: only one list has a line that Enter opens."""
        self.setCurrentRow(-1)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    @property
    def marked(self) -> Choice | None:
        """What Enter opens."""
        row = self.currentRow()
        return self._lines[row].choice if 0 <= row < len(self._lines) else None

    def open_current(self) -> None:
        """Open the marked line."""
        if (choice := self.marked) is not None:
            self._chosen(choice)

    def enter_at(self, end: int) -> None:
        """Take the keyboard at the first (0) or last (-1) line, where there is one that can be opened."""
        if rows := self._rows():
            self.setCurrentRow(rows[end])
            self.setFocus()

    def sizeHint(self) -> QSize:
        """Ask for as much as is in it."""
        rows = sum(self.sizeHintForRow(row) for row in range(self.count()))
        return QSize(super().sizeHint().width(), max(rows + 2 * self.frameWidth(), _LEAST_PX))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever has the keyboard has the mark."""
        super().focusInEvent(event)
        if self.currentRow() < 0:
            self._mark(None)
        for other in (self.above, self.below):
            if other is not None:
                other.forget_mark()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, figures, arrows, and what begins a path or an address."""
        text, rows = event.text(), self._rows()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_current()
        elif self._figures and text and text in "123456789" and int(text) <= self.count():
            self.setCurrentRow(int(text) - 1)
            self.open_current()
        elif text and text in "/~:":
            self._typed(text.removeprefix(":"))
        elif event.key() == Qt.Key.Key_Up and self.currentRow() == (rows or [-1])[0]:
            if self.above is not None:
                self.above.enter_at(-1)
        elif event.key() == Qt.Key.Key_Down and self.currentRow() == (rows or [-1])[-1]:
            if self.below is not None:
                self.below.enter_at(0)
        else:
            super().keyPressEvent(event)

    def _rows(self) -> list[int]:
        return [row for row, line in enumerate(self._lines) if line.choice is not None]

    def _mark(self, choice: Choice | None) -> None:
        rows = self._rows()
        same = [row for row in rows if self._lines[row].choice == choice]
        first = rows if self.hasFocus() else []
        self.setCurrentRow((same or first or [-1])[0])
