"""The end of a visit: pain and function as they were told, and what is proposed for the next one."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.text import soft_label, text_label
from gui.theme import TEXT_PX
from gui.visit_words import VisitWords
from usbio.visit.view import VisitView


class ClosingView(QWidget):
    """Words only: the clinician decides."""

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self._words = words
        self._told = text_label("")
        self._proposal = text_label("", TEXT_PX + 2, bold=True)
        self._reasons = text_label("", 14)
        self._decision = soft_label("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for label, name in (
            (self._told, "Pain and function"),
            (self._proposal, "Proposal"),
            (self._reasons, "Reasons"),
            (self._decision, "Decision"),
        ):
            label.setAccessibleName(name)
            label.setWordWrap(True)
            layout.addWidget(label)

    def show_closing(self, view: VisitView) -> None:
        """Show what was told and what is proposed, at the end."""
        closing = view.step in ("closing", "done")
        self.setVisible(closing)
        if not closing:
            return
        told = [self._words.pain(one) for one in view.pains]
        told += [f"{one.activity}: {self._words.number(one.score, 0)}" for one in view.functions]
        proposed = view.proposed
        self._show(self._told, "\n".join(told))
        if proposed is None:
            self._show(self._proposal, "" if view.over else self._words.say("visit.proposal.open"))
            self._show(self._reasons, "")
            self._show(self._decision, "")
            return
        self._show(self._proposal, self._words.proposal(proposed))
        self._show(self._reasons, "\n".join(proposed.reasons))
        self._show(self._decision, self._words.decision(proposed))

    @staticmethod
    def _show(label: QLabel, words: str) -> None:
        label.setText(words)
        label.setVisible(bool(words))
