"""The Live page: picture and M-mode on the left, numbers on the right, traces below."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.asymmetry_view import AsymmetryView
from gui.image_view import ImageView
from gui.mmode_view import MModeView
from gui.numbers_view import NumbersView
from gui.plot_view import TracePlot
from gui.text import soft_label
from gui.theme import Theme
from usbio.reading import Comparison


class LivePage(QWidget):
    """Holds the views and their places; what they show is given to each of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = ImageView()
        self.mmode = MModeView()
        self.numbers = NumbersView()
        self.asymmetry = AsymmetryView()
        self.plot = TracePlot()
        self._asymmetry_note = soft_label("")
        self._asymmetry_note.setWordWrap(True)
        self._side = self._values_panel()
        self._left = QVBoxLayout()
        self._left.setSpacing(6)
        self._left.addWidget(self.image, 1)
        self._left.addWidget(self.mmode)
        upper = QHBoxLayout()
        upper.setSpacing(8)
        upper.addLayout(self._left, 1)
        upper.addWidget(self._side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(6)
        layout.addLayout(upper, 1)
        layout.addWidget(self.plot)
        self.fit(1280, 720)

    def show_comparison(self, found: Comparison | None) -> None:
        """Show left against right, or why it cannot be shown."""
        self.asymmetry.setVisible(found is not None)
        self._asymmetry_note.setVisible(found is None)
        self._asymmetry_note.setText("Asymmetry needs both sides; this picture shows one.")
        if found is not None:
            self.asymmetry.show_comparison(found)

    def fit(self, width_px: int, height_px: int) -> None:
        """Give everything the size that suits the window."""
        factor = min(max(height_px / 720, 0.85), 1.6)
        self.numbers.set_large_px(round(44 * factor))
        self.mmode.setFixedHeight(round(100 * factor))
        self.plot.setFixedHeight(round(162 * factor))
        self._side.setFixedWidth(min(max(round(0.345 * width_px), 400), round(440 * factor)))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for view in (self.mmode, self.numbers, self.asymmetry, self.plot):
            view.set_theme(theme)

    def clear(self) -> None:
        """Show nothing."""
        self.image.show_setup(None)
        self.image.show_frame(None)
        self.image.show_lines(())
        self.image.show_warning("")
        self.mmode.show_strips(())
        self.numbers.forget()
        self.plot.clear_traces()

    def _values_panel(self) -> QFrame:
        panel = QFrame()
        panel.setObjectName("panel")
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(self.numbers)
        layout.addSpacing(6)
        layout.addWidget(self.asymmetry)
        layout.addWidget(self._asymmetry_note)
        layout.addStretch(1)
        return panel
