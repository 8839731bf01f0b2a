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
from gui.visit_panel import VisitPanel
from gui.visit_words import VisitWords
from segmentation.views import View
from usbio.reading import Comparison, Reading


class LivePage(QWidget):
    """Holds the views and their places; what they show is given to each of them."""

    def __init__(self, words: VisitWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images = ImageView(), ImageView()
        self.images[1].hide()
        self.mmode = MModeView()
        self.numbers = NumbersView()
        self.asymmetry = AsymmetryView()
        self.plot = TracePlot()
        self._asymmetry_note = soft_label("")
        self._asymmetry_note.setWordWrap(True)
        self._side = self._values_panel()
        self._left = QVBoxLayout()
        self._left.setSpacing(6)
        pictures = QHBoxLayout()
        pictures.setSpacing(6)
        for image in self.images:
            pictures.addWidget(image, 1)
        self._left.addLayout(pictures, 1)
        self._left.addWidget(self.mmode)
        upper = QHBoxLayout()
        upper.setSpacing(8)
        upper.addLayout(self._left, 1)
        upper.addWidget(self._side)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addLayout(upper, 1)
        column.addWidget(self.plot)
        self.visit = VisitPanel(words)
        self.visit.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(8)
        layout.addLayout(column, 1)
        layout.addWidget(self.visit)
        self.fit(1280, 720)

    @property
    def image(self) -> ImageView:
        """The picture; of two the left one."""
        return self.images[0]

    def add_panel(self, panel: QWidget) -> None:
        """Hold one more thing above the pictures, which give way to it while it is shown."""
        self._left.insertWidget(0, panel)

    def show_pictures(self, count: int) -> None:
        """Make room for one picture, or for two side by side."""
        self.images[1].setVisible(count > 1)

    def show_visit(self, on: bool) -> None:
        """Give the right column to a visit, from top to bottom, or to the numbers again."""
        self.visit.setVisible(on)
        self._side.setVisible(not on)
        self.mmode.setVisible(not on)

    def show_readings(self, found: tuple[Reading, ...], view: View) -> None:
        """Show the values of every side, where there is room for them."""
        numbers = self.numbers if self.visit.isHidden() else self.visit.numbers
        numbers.show_readings(found, view)

    def show_comparison(self, found: Comparison | None) -> None:
        """Show left against right, or why it cannot be shown."""
        self.asymmetry.setVisible(found is not None)
        self._asymmetry_note.setVisible(found is None)
        self._asymmetry_note.setText(
            "Asymmetry needs both sides; this picture shows one. X holds it and measures the other side."
        )
        if found is not None:
            self.asymmetry.show_comparison(found)

    def fit(self, width_px: int, height_px: int) -> None:
        """Give everything the size that suits the window."""
        factor = min(max(height_px / 720, 0.85), 1.6)
        self.numbers.set_large_px(round(44 * factor))
        self.mmode.setFixedHeight(round(100 * factor))
        self.plot.setFixedHeight(round(162 * factor))
        self.visit.fit(width_px, height_px)
        self._side.setFixedWidth(min(max(round(0.345 * width_px), 400), round(440 * factor)))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for view in (self.mmode, self.numbers, self.asymmetry, self.plot, self.visit):
            view.set_theme(theme)

    def clear(self) -> None:
        """Show nothing."""
        for image in self.images:
            image.show_setup(None)
            image.show_frame(None)
            image.show_lines(())
            image.show_warning("")
        self.mmode.show_strips(())
        self.numbers.forget()
        self.visit.numbers.forget()
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
