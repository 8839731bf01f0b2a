"""Where a run begins: devices that are there, sample clips, the simulator, or what is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.device_panel import DevicePanel, FindDevices, no_devices
from gui.source_list import Line, SourceList
from gui.text import elided_label, set_rank, soft_label, text_label
from gui.theme import TEXT_PX
from usbio.choice import Choice
from usbio.sources.address import typed_address
from usbio.sources.kinds import BUILT_IN


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list."""

    title: str
    choice: Choice


class SourceChooser(QWidget):
    """The first step: Enter plays the sample; devices stand above, anything else is typed below."""

    def __init__(
        self,
        entries: Sequence[Entry],
        chosen: Callable[[Choice], None],
        find_devices: FindDevices = no_devices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self.entries = tuple(entries)
        self.devices = DevicePanel(find_devices, chosen, self._begin_typing)
        self._list = SourceList("Sample clips and simulator", chosen, self._begin_typing, figures=True)
        self._list.show_lines([Line(entry.title, entry.choice) for entry in entries])
        self._list.setCurrentRow(0)
        self._list.above, self.devices.list.below = self.devices.list, self._list
        self._path = QLineEdit()
        self._path.setPlaceholderText("a path, or an address such as screen:1")
        self._path.setAccessibleName("Path of a clip of your own, or an address")
        self._path.returnPressed.connect(self._open_path)
        self._beside = QCheckBox()
        self._beside.setAccessibleName("Beside what is shown, for the other side")
        self._beside.hide()
        self._message = text_label("")
        self._message.setObjectName("warning")
        self._message.setWordWrap(True)
        self._message.hide()
        again = QShortcut(QKeySequence("F5"), self)
        again.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        again.activated.connect(self.devices.look)
        tick = QShortcut(QKeySequence("F6"), self)
        tick.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        tick.activated.connect(self._beside.toggle)
        self._build()

    def show_message(self, words: str) -> None:
        """Say why a source could not be opened; "" for nothing."""
        self._message.setText(words)
        self._message.setVisible(bool(words))

    def offer_beside(self, words: str) -> None:
        """Offer to open what is chosen beside what is shown, in these words; "" offers nothing."""
        self._beside.setText(words)
        self._beside.setChecked(False)
        self._beside.setVisible(bool(words))

    @property
    def is_beside(self) -> bool:
        """True where what is chosen shall stand beside what is shown."""
        return self._beside.isVisible() and self._beside.isChecked()

    def focus_first(self) -> None:
        """Put the keyboard where Enter plays the sample."""
        self._list.setFocus()

    def stop(self) -> None:
        """Leave nothing running."""
        self.devices.stop()

    def _build(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self._message)
        column.addWidget(self._beside)
        column.addWidget(self.devices, 3)
        column.addSpacing(4)
        column.addLayout(self._samples_heading())
        column.addWidget(self._list, 5)
        column.addWidget(
            soft_label("Enter or a double click opens a line, a figure a sample; ↑ goes to the devices.")
        )
        column.addSpacing(4)
        column.addWidget(text_label("Anything else", TEXT_PX + 2, bold=True))
        kinds = "  ".join(kind.example for kind in BUILT_IN)
        addresses = elided_label(f"/ begins a path, : an address:  {kinds}")
        set_rank(addresses, "soft")
        column.addWidget(addresses)
        column.addLayout(self._own_row())
        frame = QHBoxLayout(self)
        frame.setContentsMargins(24, 12, 24, 12)
        frame.addStretch(1)
        frame.addLayout(column, 8)
        frame.addStretch(1)

    def _samples_heading(self) -> QHBoxLayout:
        play = QPushButton("Open the marked line")
        play.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or a click would take it from the marked line
        play.clicked.connect(self._open_marked)
        row = QHBoxLayout()
        row.addWidget(text_label("Samples and simulator", TEXT_PX + 2, bold=True))
        row.addStretch(1)
        row.addWidget(play)
        return row

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

    def _open_marked(self) -> None:
        for each in (self.devices.list, self._list):
            each.open_current()

    def _begin_typing(self, first: str) -> None:
        self._path.setFocus()
        self._path.setText(first)

    def _open_path(self) -> None:
        self._open(self._path.text())

    def _open(self, typed: str) -> None:
        if typed.strip():
            self._path.setText(typed)
            self._chosen(Choice(typed_address(typed)))
