"""The patient's window: for a second display, read from three metres. It draws the scene that it is given."""

from __future__ import annotations

from PySide6.QtCore import QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from gui.key_passing import pass_key
from gui.patient_painting import paint_scene
from gui.theme import DARK, Theme
from usbio.patient_scene import PatientScene, as_shown, words_shown

_SIZE = QSize(960, 540)  # where it has no display of its own


class PatientWindow(QWidget):
    """Shows scenes; its keys act in the clinician's window, Escape closes it."""

    closed = Signal()

    def __init__(self, theme: Theme = DARK, keys_to: QWidget | None = None) -> None:
        super().__init__()
        self.setWindowTitle("usbio · patient")
        self.setAccessibleName("Patient's screen")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # The clinician's window keeps the keyboard; a click here costs nothing, for keys are passed on.
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme = theme
        self._keys_to = keys_to
        self._scene = PatientScene()

    @property
    def scene(self) -> PatientScene:
        """What it shows."""
        return self._scene

    def show_scene(self, scene: PatientScene) -> None:
        """Draw this scene next."""
        self._scene = scene
        said = ", ".join(words_shown(as_shown(scene)))
        if said != self.accessibleDescription():
            self.setAccessibleDescription(said)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def open_on(self, screen: QScreen | None) -> None:
        """Fill this screen; without one be a window that can be moved."""
        if screen is None:
            self.setCursor(Qt.CursorShape.ArrowCursor)
            self.resize(_SIZE)
            self.showNormal()
            return
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.showFullScreen()

    def sizeHint(self) -> QSize:
        """Prefer half a display."""
        return _SIZE

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the scene."""
        painter = QPainter(self)
        paint_scene(painter, self._scene, QSizeF(self.size()), self._theme)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape; every other key is the clinician's."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif self._keys_to is not None:
            pass_key(event, self._keys_to)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say so."""
        super().closeEvent(event)
        self.closed.emit()


def second_screen(of: QWidget) -> QScreen | None:
    """Return a display that a window does not stand on; None where there is no other."""
    here = of.screen()
    return next((one for one in QGuiApplication.screens() if one is not here), None)
