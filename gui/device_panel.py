"""The devices that are there now: looked for beside the window, and again when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.finding import Finding
from gui.source_list import Line, SourceList
from gui.text import text_label
from gui.theme import TEXT_PX
from usbio.choice import Choice
from usbio.sources.kind import Offer

FindDevices = Callable[[], Sequence[Offer]]
_LOOKING = (Line("looking …"),)
_NONE = (Line("none found: plug one in and look again, or type its address below"),)


def no_devices() -> Sequence[Offer]:
    """Find nothing, where nobody says how to look."""
    return ()


class DevicePanel(QWidget):
    """Looks when it is first shown: listing cameras can disturb one that is being measured with."""

    def __init__(
        self,
        find: FindDevices,
        chosen: Callable[[Choice], object],
        typed: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._find = find
        self._finding = Finding(self)
        self._looked = False
        self.list = SourceList("Devices", chosen, typed)
        self._again = QPushButton("Look again (F5)")
        self._again.setAccessibleName("Look for devices again")
        self._again.clicked.connect(self.look)
        heading = QHBoxLayout()
        heading.addWidget(text_label("Devices", TEXT_PX + 2, bold=True))
        heading.addStretch(1)
        heading.addWidget(self._again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(heading)
        column.addWidget(self.list, 1)

    @property
    def looking(self) -> bool:
        """True until the answer is there."""
        return self._finding.busy

    def look(self) -> None:
        """Look for devices; those that are shown stay until the answer is there."""
        if self._finding.busy:
            return
        self._looked = True
        self._again.setEnabled(False)
        if self.list.marked is None:
            self.list.show_lines(_LOOKING)
        self._finding.start(self._find, self._show, self._fail)

    def stop(self) -> None:
        """Leave nothing running."""
        self._finding.forget()

    def showEvent(self, event: QShowEvent) -> None:
        """Look the first time."""
        super().showEvent(event)
        if not self._looked:
            self.look()

    def _show(self, offers: Sequence[Offer]) -> None:
        self._again.setEnabled(True)
        self.list.show_lines([_line(offer) for offer in offers] or _NONE)

    def _fail(self, error: Exception) -> None:
        self._again.setEnabled(True)
        self.list.show_lines([Line(f"devices cannot be listed ({error}); type an address below")])


def _line(offer: Offer) -> Line:
    title = offer.title[:1].upper() + offer.title[1:]
    if offer.trouble:
        return Line(f"{title}: {offer.trouble}")
    told = "  ·  ".join(filter(None, (title, offer.delivers, offer.address)))
    return Line(told, Choice(offer.address, save_folder=Path()))
