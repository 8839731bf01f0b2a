"""What only the operator can say, asked inside the window while the picture runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.text import soft_label, text_label
from gui.theme import TEXT_PX
from segmentation.results import Side
from segmentation.views import VIEWS, ViewName
from usbio.choice import Question


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said."""

    words: str
    view: ViewName | None = None
    side: Side | None = None
    image_left: Side | None = None


_ASKED: dict[Question, tuple[str, str]] = {
    Question.VIEW: ("What does the picture show?", "It decides what is measured."),
    Question.SIDE: ("Whose side is this?", "The picture does not say, and nobody guesses a side."),
    Question.SIDES: (
        "Which side is on the left of the picture?",
        "The picture does not say, and nobody guesses a side.",
    ),
}
_ANSWERS: dict[Question, tuple[Answer, ...]] = {
    Question.VIEW: tuple(Answer(f"{view.title} ({view.name})", view=view.name) for view in VIEWS.values()),
    Question.SIDE: (Answer("the patient's left", side="left"), Answer("the patient's right", side="right")),
    Question.SIDES: (
        Answer("the patient's left", image_left="left"),
        Answer("the patient's right", image_left="right"),
        Answer("one side only: the left muscle", side="left"),
        Answer("one side only: the right muscle", side="right"),
    ),
}


class QuestionView(QFrame):
    """One question, a button and a figure key for every answer."""

    def __init__(self, answered: Callable[[Answer], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._answered = answered
        self._question: Question | None = None
        self._title = text_label("", TEXT_PX + 4, bold=True)
        self._why = soft_label("")
        for label in (self._title, self._why):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._buttons: list[QPushButton] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(18, 16, 18, 16)
        self._layout.setSpacing(10)
        self._layout.addWidget(self._title)
        self._layout.addWidget(self._why)
        self._layout.addStretch(1)
        self._keys = [QShortcut(QKeySequence(str(n)), self) for n in range(1, 6)]
        for n, key in enumerate(self._keys):
            key.activated.connect(lambda n=n: self._choose(n))

    @property
    def asked(self) -> Question | None:
        """What is asked now."""
        return self._question

    def ask(self, question: Question | None) -> None:
        """Ask this, or nothing."""
        if question == self._question:
            return
        self._question = question
        for button in self._buttons:
            self._layout.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        if question is None:
            return
        self._title.setText(_ASKED[question][0])
        self._why.setText(_ASKED[question][1])
        self.setAccessibleName(_ASKED[question][0])
        for n, answer in enumerate(_ANSWERS[question]):
            self._add_button(n, answer)
        self._buttons[0].setFocus()

    def _add_button(self, n: int, answer: Answer) -> None:
        button = QPushButton(f"{n + 1}   {answer.words}")
        button.setAccessibleName(answer.words)
        button.setStyleSheet("text-align: left")
        button.setAutoDefault(True)
        button.clicked.connect(lambda: self._answered(answer))
        self._layout.insertWidget(self._layout.count() - 1, button)
        self._buttons.append(button)

    def _choose(self, n: int) -> None:
        if self._question is not None and n < len(_ANSWERS[self._question]):
            self._answered(_ANSWERS[self._question][n])
