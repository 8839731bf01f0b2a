"""The steps of the set-up, one below the other, with how each stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from usbio.setup_draft import Standing

_GLYPHS = {Standing.MISSING: "○", Standing.FOUND: "◐", Standing.CONFIRMED: "✓"}


class StepList(QWidget):
    """A line a step: a mark, its name, how it stands; a click goes there."""

    def __init__(
        self, steps: Sequence[tuple[str, str]], go: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._names = dict(steps)
        self._buttons: dict[str, QPushButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for step, _ in steps:
            button = QPushButton()
            button.setObjectName("step")
            button.setCheckable(True)
            button.setAutoDefault(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, step=step: go(step))
            layout.addWidget(button)
            self._buttons[step] = button
        self.setAccessibleName("Steps of the set-up")

    def show_steps(self, standings: Sequence[tuple[str, Standing]], current: str) -> None:
        """Write how every step stands, and mark the current one."""
        for step, standing in standings:
            button, name = self._buttons[step], self._names[step]
            button.setText(f"{_GLYPHS[standing]}  {name}:  {standing}")
            button.setAccessibleName(f"{name}, {standing}{', current step' if step == current else ''}")
            button.setChecked(step == current)
