"""The left edge: the places of the program, and what is always within reach."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget


class Rail(QWidget):
    """Places above, actions below; every one has its key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(84)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 8, 0, 8)
        self._layout.setSpacing(8)
        self._layout.addStretch(1)
        self._places: dict[str, QToolButton] = {}

    def add_place(self, words: str, go: Callable[[], object]) -> QToolButton:
        """Add a place; the current one is marked."""
        button = self._button(words, words, go)
        button.setCheckable(True)
        button.setAutoExclusive(True)
        self._layout.insertWidget(len(self._places), button)
        self._places[words] = button
        return button

    def mark(self, words: str) -> None:
        """Mark the place where the window is."""
        self._places[words].setChecked(True)

    def add_action(self, words: str, says: str, do: Callable[[], object]) -> None:
        """Add something to do; ``says`` names it for screen readers and as a tip."""
        self._layout.addWidget(self._button(words, says, do))

    def _button(self, words: str, says: str, do: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setText(words)
        button.setToolTip(says)
        button.setAccessibleName(says)
        button.setFixedWidth(72)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: do())
        return button
