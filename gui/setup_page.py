"""The set-up page: the running screen on the left; steps, one question and its answers on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.finding import Finding
from gui.frame_canvas import FrameCanvas
from gui.muscle_cards import (
    apex_card,
    border_card,
    side_card,
    station_card,
    stretch_card,
    tap_card,
    trace_card,
    view_card,
)
from gui.picture_cards import keep_box_card, keeps_card, masks_card, picture_card, waiting_card
from gui.scale_cards import depth_card, points_card, scale_card
from gui.setup_card import MOST_ANSWERS, Card
from gui.setup_guide import PAGE_STEPS, Measures, Mode, PageStep, SetupGuide
from gui.source_chooser import SourceChooser
from gui.step_list import StepList
from gui.text import set_rank, soft_label, text_label
from gui.theme import TEXT_PX
from segmentation.geometry import Roi
from segmentation.views import MeasureSetup
from usbio.sample import Sample
from usbio.setup_draft import STEPS, Standing

STEP_WORDS: dict[PageStep, str] = {
    "source": "Source",
    "picture": "Picture",
    "scale": "Scale",
    "view": "View",
    "side": "Side",
    "station": "Place",
    "border": "Border",
}
_STEP_KEYS = "Enter  the marked answer      1–5  an answer      Esc  back      Page up, down  another step"


class SetupPage(QWidget):
    """Shows the card of the step; what is decided lies in the draft and its rules."""

    finished = Signal(object)  # the draft, all of it confirmed
    stepped = Signal(str)  # it is at another step
    headed = Signal(str)  # the heading is another one
    left = Signal()  # back from the first step

    def __init__(self, chooser: SourceChooser, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chooser = chooser
        self.canvas = FrameCanvas()
        self._finding = Finding(self)
        self.guide = SetupGuide(
            self._finding, self._show, self._show_message, self.finished.emit, self.left.emit
        )
        self.steps = StepList(tuple(STEP_WORDS.items()), self._go)
        self.recognised = soft_label("")
        self.heading = text_label("", TEXT_PX + 4, bold=True)
        self.sentence = soft_label("")
        self.message = text_label("")
        self.message.setObjectName("warning")
        self.keys = soft_label(_STEP_KEYS, 14)
        self.entry = QLineEdit()
        self._entry_asks = text_label("")
        self._take_entry = QPushButton("Take it")
        self._answers = [QPushButton() for _ in range(MOST_ANSWERS)]  # never made anew: one has the focus
        self._card = Card("", "")
        self._shown: tuple[PageStep, Mode] | None = None
        self._left = QStackedWidget()
        self._build()
        self._show()

    # what the window tells

    def begin(self, run: Measures | None, at: PageStep | None = None) -> None:
        """Set up this run; None for none, where a source is chosen first."""
        self.canvas.show_frame(None)
        self.canvas.show_measured(None, None, None)
        self.guide.begin(run, at)

    def open_at(self, step: PageStep) -> None:
        """Go to a step of the run that was set up here."""
        self.guide.go(step)

    def show_sample(self, sample: Sample, measured_as: MeasureSetup | None, roi: Roi | None) -> None:
        """Show what the run shows now; ``roi`` is where the picture lies that it measures."""
        self.guide.take(sample)
        if not self._card.first_picture:
            self.canvas.show_frame(sample.frame.image, sample.frame.arrived_s)
        if self._card.measured:
            result = sample.result if self.guide.sample is not None else None
            self.canvas.show_measured(measured_as, result, roi)
        if self._card.said_now is not None:
            self._say(*self._card.said_now())

    def is_about(self, run: Measures) -> bool:
        """True where this run was set up here."""
        return self.guide.is_about(run)

    def stands_at(self, step: PageStep) -> bool:
        """True where this step is asked and nothing is being done in it."""
        return self.guide.step == step and not self.guide.mode.name

    def go_back(self) -> None:
        """Leave what is being done, go back a step, or leave the page."""
        if not self.guide.back():
            self.left.emit()

    def stop(self) -> None:
        """Leave nothing running."""
        self._finding.forget()

    def fit(self, width_px: int, height_px: int) -> None:
        """Take the size that suits the window."""
        factor = min(max(height_px / 720, 0.85), 1.6)
        self._panel.setFixedWidth(min(max(round(0.345 * width_px), 400), round(440 * factor)))

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, figures, Esc, Page up and down."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.go_back()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._step(1 if key == Qt.Key.Key_PageDown else -1)
        elif event.text() and event.text() in "0123456789,.":
            self._figure(event.text())
        else:
            super().keyPressEvent(event)

    # keys and clicks

    def _enter(self) -> None:
        if self._card.entry is not None:
            self._card.entry.done(self.entry.text())
        elif self._card.marked is not None and not self.guide.busy:
            self._card.answers[self._card.marked].do()
        elif len(self._card.answers) > 1:
            self.guide.say(f"Choose with 1 to {len(self._card.answers)}.")

    def _figure(self, text: str) -> None:
        if self._card.entry is not None:
            self.entry.setFocus()
            self.entry.insert(text)
        elif text.isdigit() and 1 <= int(text) <= len(self._card.answers):
            self._answer(int(text) - 1)

    def _answer(self, number: int) -> None:
        if not self.guide.busy and number < len(self._card.answers):
            self._card.answers[number].do()

    def _step(self, by: int) -> None:
        place = PAGE_STEPS.index(self.guide.step) + by
        if 0 <= place < len(PAGE_STEPS):
            self._go(PAGE_STEPS[place])

    def _go(self, step: str) -> None:
        self.guide.go(next(known for known in PAGE_STEPS if known == step))
        self._show_steps()  # a click checks its button, also where the step did not change

    # what is shown

    def _show(self) -> None:
        guide = self.guide
        self._card = card_of(guide)
        self._left.setCurrentWidget(self.chooser if guide.step == "source" else self.canvas)
        self._say(self._card.heading, self._card.sentence)
        self.keys.setText("\n".join(words for words in (self._card.keys, _STEP_KEYS) if words))
        self.canvas.use(self._card.tool)
        self.canvas.setAccessibleDescription(self._card.keys)
        self.canvas.show_marks(self._card.marks)
        if not self._card.measured:
            self.canvas.show_measured(None, None, None)
        if self._card.first_picture:
            self.canvas.show_frame(guide.first_picture)
        self._show_entry()
        self._show_answers()
        self._show_steps()
        self._show_message()
        self._place_focus()

    def _say(self, heading: str, sentence: str) -> None:
        self.sentence.setText(sentence)
        if heading != self.heading.text():
            self.heading.setText(heading)
            self.headed.emit(heading)

    def _show_message(self) -> None:
        self.message.setText(self.guide.message)
        self.message.setVisible(bool(self.guide.message))

    def _show_steps(self) -> None:
        draft = self.guide.draft
        self.recognised.setText(draft.recognised if draft is not None else "")
        self.recognised.setVisible(bool(self.recognised.text()))
        source = Standing.CONFIRMED if self.guide.has_run else Standing.MISSING
        rest = [(step, draft.standing(step) if draft is not None else Standing.MISSING) for step in STEPS]
        self.steps.show_steps([("source", source), *rest], self.guide.step)

    def _show_entry(self) -> None:
        entry = self._card.entry
        self.entry.setVisible(entry is not None)
        self._entry_asks.setVisible(entry is not None)
        self._take_entry.setVisible(entry is not None)
        if entry is not None:
            self.entry.clear()
            self._entry_asks.setText(entry.asks)
            self.entry.setAccessibleName(entry.asks)
            self.entry.setPlaceholderText(entry.example)

    def _show_answers(self) -> None:
        given = self._card.answers
        for number, button in enumerate(self._answers):
            button.setVisible(number < len(given))
            if number < len(given):
                marked = number == self._card.marked
                words = given[number].words
                button.setText(f"{number + 1}   {words}{'   ⏎' if marked else ''}")
                button.setAccessibleName(f"{words}{', marked: Enter' if marked else ''}")
                button.setEnabled(not self.guide.busy)
                set_rank(button, "marked" if marked else "")

    def _place_focus(self) -> None:
        before, now = self._shown, (self.guide.step, self.guide.mode)
        if self.guide.step == "source":
            if self._shown is None or self._shown[0] != "source":
                self.chooser.focus_first()
        elif self._card.tool is not None or self._card.marked is None:
            self.canvas.setFocus()
        else:
            self._answers[self._card.marked].setFocus()
        self._shown = now
        if before is None or before[0] != now[0]:
            self.stepped.emit(now[0])

    def _build(self) -> None:
        for label in (self.recognised, self.heading, self.sentence, self.message, self.keys):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._left.addWidget(self.chooser)
        self._left.addWidget(self.canvas)
        self._panel = QFrame()
        self._panel.setObjectName("panel")
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(14, 12, 14, 10)
        column.setSpacing(9)
        column.addWidget(self.steps)
        for label in (self.recognised, self.heading, self.sentence, self.message):
            column.addWidget(label)
        self._take_entry.setAccessibleName("Take the number that was typed")
        self._take_entry.clicked.connect(self._enter)
        for number, button in enumerate(self._answers):
            button.setObjectName("answer")
            button.setAccessibleName(f"answer {number + 1}")
            button.setAutoDefault(True)
            button.clicked.connect(lambda _=False, number=number: self._answer(number))
            column.addWidget(button)
        column.addWidget(self._entry_asks)
        typed = QHBoxLayout()
        typed.addWidget(self.entry, 1)
        typed.addWidget(self._take_entry)
        column.addLayout(typed)
        column.addStretch(1)
        column.addWidget(self.keys)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(self._left, 1)
        row.addWidget(self._panel)
        self.fit(1280, 720)


def card_of(guide: SetupGuide) -> Card:
    """Return what is shown where the set-up stands."""
    draft, mode = guide.draft, guide.mode
    if guide.step == "source":
        return Card("Where do the pictures come from?", "Choose a source on the left; Enter opens it.")
    if draft is None:
        return waiting_card(guide)
    match mode.name:
        case "masks":
            return masks_card(guide, draft)
        case "keeps":
            return keeps_card(guide, draft)
        case "keep box" if mode.keep is not None:
            return keep_box_card(guide, draft, mode.keep)
        case "points":
            return points_card(guide, draft)
        case "depth":
            return depth_card(guide, draft)
        case "tap":
            return tap_card(guide, draft)
        case "stretch":
            return stretch_card(guide, draft)
        case "apex":
            return apex_card(guide, draft)
        case "trace":
            return trace_card(guide, draft, mode)
    cards = {
        "picture": picture_card,
        "scale": scale_card,
        "view": view_card,
        "side": side_card,
        "station": station_card,
        "border": border_card,
    }
    return cards[guide.step](guide, draft)
