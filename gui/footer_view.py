"""The line below: the keys, for a moment what came of the last one, and what became of the frames."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.text import elided_label, set_rank, soft_label

SAID_MS = 6000


class FooterView(QWidget):
    """Keys or a message on the left, counts on the right."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._words = elided_label(keys, 14)
        set_rank(self._words, "soft")
        self._counts = soft_label("", 14)
        self._words.setAccessibleName("Keys and messages")
        self._counts.setAccessibleName("Frames so far")
        # A long message gives way to the counts, not they to it.
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._counts.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._quiet = QTimer(self, singleShot=True, interval=SAID_MS)
        self._quiet.timeout.connect(lambda: self._words.setText(self._keys))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 12, 8)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._counts)

    def show_keys(self, keys: str) -> None:
        """Name these keys from now on, also in place of a message."""
        self._keys = keys
        self._words.setText(keys)

    def say(self, words: str) -> None:
        """Say something for a moment in place of the keys."""
        self._words.setText(words)
        self._quiet.start()

    def show_counts(self, words: str) -> None:
        """Say what became of the frames."""
        self._counts.setText(words)
