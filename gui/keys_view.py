"""The list of all keys, inside the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from gui.keys import KEYS, Key
from gui.text import soft_label, text_label
from gui.theme import TEXT_PX

_MOST_NAMES = 4
_MOST_ROWS = 26  # in the height of the smallest window


class KeysView(QFrame):
    """Every key that acts here and what it does, laid over the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("All keys")
        self._keys: tuple[Key, ...] = KEYS
        self._listed: tuple[Key, ...] = ()
        self._labels: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(28, 22, 28, 22)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(7)
        self._grid.addWidget(text_label("Keys", TEXT_PX + 3, bold=True), 0, 0, 1, 2)
        self.hide()

    def show_keys(self, keys: tuple[Key, ...]) -> None:
        """List these keys from now on."""
        self._keys = keys
        if self.isVisible():
            self._list()

    def toggle(self) -> None:
        """Show or hide, in the middle of the window."""
        self._list()
        self.setVisible(not self.isVisible())
        self.centre()
        self.raise_()

    def _list(self) -> None:
        """Write them down, in two columns where there are many; once somebody asks, for it takes long."""
        if self._listed == self._keys:
            return
        self._listed = self._keys
        for label in self._labels:
            self._grid.removeWidget(label)
            label.deleteLater()
        self._labels = []
        rows = -(-len(self._keys) // (1 if len(self._keys) <= _MOST_ROWS else 2))
        for place, key in enumerate(self._keys):
            row, column = place % rows + 1, place // rows * 2
            names, words = text_label(key_names(key), bold=True), soft_label(key.words)
            self._grid.addWidget(names, row, column, Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(words, row, column + 1)
            self._labels += [names, words]
        self.centre()

    def centre(self) -> None:
        """Stand in the middle of the window."""
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)


def key_names(key: Key) -> str:
    """Write all names of a key."""
    if len(key.keys) > _MOST_NAMES:
        return f"{key.keys[0]} … {key.keys[-1]}"
    return " or ".join(key.keys)
