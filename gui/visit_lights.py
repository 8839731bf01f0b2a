"""The three lights of a visit: each a shape, a word and a colour, and why one differs."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from gui.sign_view import Sign, SignView
from gui.text import soft_label, text_label
from gui.theme import Theme
from gui.visit_words import VisitWords
from usbio.visit.facts import Light, LightVerdict
from usbio.visit.view import LightView
from usbio.visit.words import LIGHTS, VERDICTS

_SIGNS: dict[LightVerdict, Sign] = {"ok": "yes", "differs": "warns", "not_checked": "open"}


class LightsView(QWidget):
    """Side, scale and picture rate, side by side."""

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self._words = words
        self._lights: dict[Light, _OneLight] = {light: _OneLight(words, light) for light in LIGHTS}
        self._reasons = soft_label("", 14)
        self._reasons.setWordWrap(True)
        self._reasons.setAccessibleName("Why a light differs")
        row = QHBoxLayout()
        row.setSpacing(6)
        for light in self._lights.values():
            row.addWidget(light, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(row)
        layout.addWidget(self._reasons)

    def show_lights(self, lights: tuple[LightView, ...]) -> None:
        """Show how they stand."""
        for one in lights:
            self._lights[one.light].show_verdict(one.verdict)
        said = [f"{self._lights[one.light].name}: {one.reason}" for one in lights if one.reason]
        self._reasons.setText("; ".join(said))
        self._reasons.setVisible(bool(said))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for light in self._lights.values():
            light.sign.set_theme(theme)


class _OneLight(QWidget):
    def __init__(self, words: VisitWords, light: Light) -> None:
        super().__init__()
        self._words = words
        self.name = words.texts.say(LIGHTS[light])
        self.sign = SignView(22)
        self._verdict = soft_label("", 14)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(7)
        layout.setVerticalSpacing(0)
        layout.setColumnStretch(1, 1)
        layout.addWidget(self.sign, 0, 0, 2, 1)
        layout.addWidget(text_label(self.name, 14, bold=True), 0, 1)
        layout.addWidget(self._verdict, 1, 1)

    def show_verdict(self, verdict: LightVerdict) -> None:
        self.sign.show_sign(_SIGNS[verdict])
        said = self._words.texts.say(VERDICTS[verdict])
        self._verdict.setText(said)
        self.setAccessibleName(f"{self.name}: {said}")
