"""Where a run begins: sample clips, the simulator, or a clip of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.text import soft_label, text_label
from gui.theme import TEXT_PX
from usbio.choice import Choice


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list."""

    title: str
    choice: Choice


class SourceChooser(QWidget):
    """The first step: Enter plays the sample; everything else is a line below."""

    def __init__(
        self, entries: Sequence[Entry], chosen: Callable[[Choice], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._entries = tuple(entries)
        self._chosen = chosen
        self._list = _EntryList(self._entries, chosen, self._begin_path)
        self._path = QLineEdit()
        self._path.setPlaceholderText("a clip, a picture, a DICOM file or a folder of pictures")
        self._path.setAccessibleName("Path of a clip of your own")
        self._path.returnPressed.connect(self._open_path)
        self._message = text_label("")
        self._message.setObjectName("warning")
        self._message.setWordWrap(True)
        self._message.hide()
        self._build()

    def show_message(self, words: str) -> None:
        """Say why a source could not be opened; "" for nothing."""
        self._message.setText(words)
        self._message.setVisible(bool(words))

    def focus_first(self) -> None:
        """Put the keyboard where Enter plays the sample."""
        self._list.setFocus()

    def _build(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(self._message)
        column.addWidget(text_label("Choose what to measure", TEXT_PX + 9, bold=True))
        column.addWidget(soft_label("Enter, a figure or a double click opens a line; / begins a path."))
        column.addWidget(self._list, 1)
        play = QPushButton("Open")
        play.setAccessibleName("Open the marked line")
        play.clicked.connect(self._list.open_current)
        column.addWidget(play)
        column.addSpacing(8)
        column.addWidget(text_label("A clip of your own", TEXT_PX + 2, bold=True))
        column.addWidget(soft_label("Or drop it on this window. What it shows and whose side is asked next."))
        column.addLayout(self._own_row())
        frame = QHBoxLayout(self)
        frame.setContentsMargins(24, 20, 24, 20)
        frame.addStretch(1)
        frame.addLayout(column, 4)
        frame.addStretch(1)

    def _own_row(self) -> QHBoxLayout:
        browse, folder, go = QPushButton("File…"), QPushButton("Folder…"), QPushButton("Open")
        for button, name in (
            (browse, "Look for a file"),
            (folder, "Look for a folder"),
            (go, "Open this path"),
        ):
            button.setAccessibleName(name)
        browse.clicked.connect(self._browse_file)
        folder.clicked.connect(self._browse_folder)
        go.clicked.connect(self._open_path)
        row = QHBoxLayout()
        row.addWidget(self._path, 1)
        for button in (browse, folder, go):
            row.addWidget(button)
        return row

    def _browse_file(self) -> None:
        found, _ = QFileDialog.getOpenFileName(self, "Open a clip", self._path.text())
        self._open(found)

    def _browse_folder(self) -> None:
        self._open(QFileDialog.getExistingDirectory(self, "Open a folder of pictures", self._path.text()))

    def _begin_path(self, first: str) -> None:
        self._path.setFocus()
        self._path.setText(first)

    def _open_path(self) -> None:
        self._open(self._path.text().strip().strip('"'))

    def _open(self, path: str) -> None:
        if path:
            self._path.setText(path)
            self._chosen(Choice(str(Path(path).expanduser()) if "://" not in path else path))


class _EntryList(QListWidget):
    def __init__(
        self,
        entries: tuple[Entry, ...],
        chosen: Callable[[Choice], None],
        began_path: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._began_path = began_path
        self._entries = entries
        self._chosen = chosen
        self.setAccessibleName("Sample clips and simulator")
        self.setMinimumHeight(180)
        for number, entry in enumerate(entries, start=1):
            QListWidgetItem(f"{number if number < 10 else '  '}   {entry.title}", self)
        self.setCurrentRow(0)
        self.itemDoubleClicked.connect(self.open_current)

    def open_current(self) -> None:
        if 0 <= self.currentRow() < len(self._entries):
            self._chosen(self._entries[self.currentRow()].choice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_current()
        elif event.text() and event.text() in "123456789" and int(event.text()) <= self.count():
            self.setCurrentRow(int(event.text()) - 1)
            self.open_current()
        elif event.text() and event.text() in "/~":
            self._began_path(event.text())
        else:
            super().keyPressEvent(event)
