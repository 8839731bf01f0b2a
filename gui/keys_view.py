"""The list of all keys, inside the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from gui.keys import KEYS
from gui.text import soft_label, text_label
from gui.theme import TEXT_PX


class KeysView(QFrame):
    """Every key and what it does, laid over the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("All keys")
        grid = QGridLayout(self)
        grid.setContentsMargins(28, 22, 28, 22)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(7)
        grid.addWidget(text_label("Keys", TEXT_PX + 3, bold=True), 0, 0, 1, 2)
        for row, key in enumerate(KEYS, start=1):
            names = text_label(" or ".join(key.keys), bold=True)
            grid.addWidget(names, row, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(soft_label(key.words), row, 1)
        self.hide()

    def toggle(self) -> None:
        """Show or hide, in the middle of the window."""
        self.setVisible(not self.isVisible())
        self.centre()
        self.raise_()

    def centre(self) -> None:
        """Stand in the middle of the window."""
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)
