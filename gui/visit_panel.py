"""The right column of the Live page while a visit is on: where it stands, what to do now, what came of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from gui.numbers_view import NumbersView
from gui.sign_view import Sign, SignView
from gui.text import soft_label, text_label
from gui.theme import TEXT_PX, Theme, text_font
from gui.visit_asymmetry import VisitAsymmetryView
from gui.visit_closing import ClosingView
from gui.visit_entry import VisitEntry
from gui.visit_lights import LightsView
from gui.visit_repetitions import RepetitionsView
from gui.visit_rests import RestsView
from gui.visit_trial import TrialView
from gui.visit_words import VisitWords
from usbio.visit.view import VisitView
from usbio.visit.words import place_words

_MEASURED = ("borders", "rest", "pretest", "retention", "training", "posttest")
_LIT = ("checks", "borders", "rest", "pretest", "retention")
_AIMED = ("retention", "training", "posttest")
_LEAST_PX = 424
_SMALL_PX = 900  # a window less high
_TEXT_BETWEEN = "\n"


class VisitPanel(QFrame):
    """Draws one `VisitView`; what there is nothing to say of takes no room."""

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAccessibleName("Visit")
        self._words = words
        self._small, self._width = False, _LEAST_PX
        self.setMinimumWidth(_LEAST_PX)
        self._step = text_label("", TEXT_PX + 2, bold=True)
        self._number = soft_label("", 14)
        self._do = text_label("", TEXT_PX + 4, bold=True)
        self._place = text_label("")
        self._grey = _Noted()
        self._chosen = _Noted()
        self._targets = soft_label("", 14)
        self.numbers = NumbersView(compact=True)
        self.entry = VisitEntry(words)
        self._lights, self._rests = LightsView(words), RestsView(words)
        self._trial, self._repetitions = TrialView(words), RepetitionsView(words)
        self._asymmetry, self._closing = VisitAsymmetryView(words), ClosingView(words)
        for label, name in (
            (self._step, "Step"),
            (self._number, "Number of the step"),
            (self._do, "What to do now"),
            (self._place, "Same place as last time"),
            (self._targets, "Target"),
        ):
            label.setAccessibleName(name)
        for label in (self._step, self._do, self._place, self._targets):
            label.setWordWrap(True)
        self._build()

    def show_view(self, view: VisitView) -> None:
        """Show how the visit stands."""
        say = self._words.texts.say
        self._step.setText(self._words.step(view))
        self._number.setText(self._words.say("visit.stage", number=view.stage + 1, total=view.stages))
        self._do.setText(self._words.say("visit.end.kept") if view.over else say(view.do))
        self._lights.show_lights(view.lights)
        self._lights.setVisible(view.step in _LIT and view.running is None)
        self._show_place(view)
        grey = view.step in _MEASURED and not view.confirmed and not view.over
        self.numbers.grey = not view.confirmed
        self._grey.say(self._words.say("visit.grey") if grey else "", "open")
        self._chosen.say(self._words.say("visit.feedback.chosen") if view.chosen else "", "yes")
        self._rests.show_rests(view)
        self._rests.setVisible(view.step == "rest")
        self._trial.show_trial(view)
        self._show_targets(view)
        self.entry.show_view(view)
        self._repetitions.show_repetitions(view)
        self._asymmetry.show_asymmetry(view)
        self._closing.show_closing(view)
        self._make_room(view)
        self.numbers.setVisible(view.step not in ("closing", "done"))

    def fit(self, width_px: int, height_px: int) -> None:
        """Take the size that suits the window."""
        factor = min(max(height_px / 720, 0.9), 1.35)
        # A fixed width would keep the window from being made small again at once.
        self._width = min(max(round(0.335 * width_px), _LEAST_PX), 580)
        self.setMaximumWidth(self._width)
        self.updateGeometry()
        self.numbers.set_large_px(round(32 * factor))
        self._do.setFont(text_font(round((TEXT_PX + 4) * factor), bold=True))
        self._small = height_px < _SMALL_PX
        self._repetitions.set_most(3 if self._small else 8)

    def sizeHint(self) -> QSize:
        """Prefer the width that suits the window."""
        return QSize(self._width, super().sizeHint().height())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for view in (
            self.numbers,
            self.entry,
            self._lights,
            self._rests,
            self._trial,
            self._repetitions,
            self._asymmetry,
            self._grey.sign,
            self._chosen.sign,
        ):
            view.set_theme(theme)

    def _make_room(self, view: VisitView) -> None:
        """What is typed, and in a small window what runs, goes before what came of it."""
        typing = bool(self.entry.asked)
        if typing:
            self._repetitions.hide()
            self._targets.hide()
        if typing or (self._small and view.running is not None):
            self._asymmetry.hide()

    def _show_place(self, view: VisitView) -> None:
        shown = view.step == "place" and view.place is not None
        self._place.setVisible(shown)
        if shown and view.place is not None:
            said = [self._words.texts.say(place_words(view.place.verdict)), *view.place.reasons]
            self._place.setText(_TEXT_BETWEEN.join(said))

    def _show_targets(self, view: VisitView) -> None:
        shown = view.step in _AIMED and bool(view.targets)
        self._targets.setVisible(shown)
        if shown:
            alone = len(view.targets) == 1
            said = [self._words.target(target, alone) for target in view.targets]
            self._targets.setText(_TEXT_BETWEEN.join(said))

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._step, 1)
        head.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(8)
        layout.addLayout(head)
        for widget in (self._do, self.entry, self._lights, self._place, self.numbers):
            layout.addWidget(widget)
        layout.addLayout(self._grey)
        layout.addWidget(self._trial)
        layout.addLayout(self._chosen)
        for view in (self._targets, self._rests, self._repetitions, self._closing):
            layout.addWidget(view)
        layout.addStretch(1)
        layout.addWidget(self._asymmetry)


class _Noted(QHBoxLayout):
    """A sign and a line; nothing where there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.sign = SignView(18)
        self._label: QLabel = text_label("", 14)
        self._label.setWordWrap(True)
        self.setSpacing(7)
        self.addWidget(self.sign)
        self.addWidget(self._label, 1)

    def say(self, words: str, sign: Sign) -> None:
        self.sign.show_sign(sign)
        self._label.setText(words)
        self.sign.setVisible(bool(words))
        self._label.setVisible(bool(words))
