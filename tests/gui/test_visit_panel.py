"""Whatever the clinician's page of a visit says is there whole, and nothing lies over anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product
from typing import Any, get_args

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from bench.visit_moments import Moment, moments, readings
from gui.live_page import LivePage
from gui.reception import NoReception
from gui.sign_view import SignView
from gui.theme import THEMES, apply_theme
from gui.visit_entry import Asked
from gui.visit_form import VisitFormPage
from gui.visit_panel import VisitPanel
from gui.visit_words import VisitWords
from segmentation.views import VIEWS
from usbio.texts import Text, Texts
from usbio.visit.facts import StepName

SIZES = [(1280, 720), (1920, 1080)]
SHOWN = [
    ((1280, 720), "light", "de"),
    ((1280, 720), "dark", "en"),
    ((1920, 1080), "dark", "de"),
    ((1920, 1080), "light", "en"),
]
HEADER_AND_FOOTER = 76  # pixels
LEAVES = (QLabel, SignView, QLineEdit, QComboBox, QPushButton)


@pytest.fixture(params=SHOWN, ids=str)
def page(request: Any, qapp: QApplication) -> Iterator[LivePage]:
    """The Live page with a visit, at a size, in a theme and a language."""
    (width, height), theme, language = request.param
    apply_theme(qapp, THEMES[theme])
    page = LivePage(VisitWords(Texts(language)))
    page.set_theme(THEMES[theme])
    page.fit(width, height)
    page.setFixedSize(width - 84, height - HEADER_AND_FOOTER)
    page.show_visit(True)
    page.show()
    yield page
    leave(page)


def leave(page: QWidget) -> None:
    page.close()
    page.deleteLater()
    QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete.value)


def show(page: LivePage, moment: Moment, app: QApplication) -> VisitPanel:
    page.visit.show_view(moment.view)
    page.show_readings(readings(moment.view), VIEWS[moment.view.site.view])
    for _ in range(2):  # words in several lines settle one step later
        app.processEvents()
    return page.visit


def place(widget: QWidget, inside: QWidget) -> QRect:
    return QRect(widget.mapTo(inside, QPoint(0, 0)), widget.size())


def cut_off(root: QWidget) -> list[str]:
    """What is written and has not the room it needs."""
    found = []
    for label in (one for one in root.findChildren(QLabel) if one.isVisibleTo(root) and one.text()):
        if label.wordWrap():
            fits = label.heightForWidth(label.width()) <= label.height() + 1
            words = max(label.text().split(), key=len)
            fits = fits and label.fontMetrics().horizontalAdvance(words) <= label.width()
        else:
            hint = label.sizeHint()
            fits = hint.width() <= label.width() + 1 and hint.height() <= label.height() + 1
        if not fits:
            found.append(label.text())
    return found


def collisions(root: QWidget) -> list[tuple[str, str]]:
    """Pairs of things that lie over each other, or beyond the edge."""
    shown = [w for kind in LEAVES for w in root.findChildren(kind) if w.isVisibleTo(root)]
    boxes = {w: place(w, root) for w in shown if not isinstance(w, QLabel) or w.text()}
    pairs = [
        (_named(a), _named(b)) for (a, at), (b, bt) in combinations(boxes.items(), 2) if at.intersects(bt)
    ]
    return pairs + [(_named(w), "the edge") for w, at in boxes.items() if not root.rect().contains(at)]


def _named(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QLabel) else type(widget).__name__


def test_every_moment_has_room(page: LivePage, qapp: QApplication) -> None:
    steps = {moment.view.step for moment in moments()}
    assert steps == set(get_args(StepName))
    wrong = {}
    for moment in moments():
        panel = show(page, moment, qapp)
        if found := (*cut_off(panel), *collisions(panel)):
            wrong[moment.name] = found
    assert not wrong


def test_what_is_typed_has_room_in_the_fullest_moments(page: LivePage, qapp: QApplication) -> None:
    fullest = [one for one in moments() if "closing" in one.name or "hold" in one.name]
    asked: tuple[Asked, ...] = ("pain", "function", "override", "remark")
    wrong = {}
    for what, moment in product(asked, fullest):
        entry = page.visit.entry
        entry.ask(what) if what != "pain" else entry.type_figure(3)
        panel = show(page, moment, qapp)
        if found := (*cut_off(panel), *collisions(panel)):
            wrong[what, moment.name] = found
        entry.cancel()
    assert not wrong


def test_grey_is_what_nobody_stands_by(page: LivePage, qapp: QApplication) -> None:
    by_name = {one.name: one for one in moments()}

    def _ranks(name: str) -> set[str]:
        moment = by_name[name]
        panel, now = show(page, moment, qapp), moment.view.site.sides
        named = [w for w in panel.numbers.findChildren(QLabel) if "thickness" in w.accessibleName()]
        values = [w for w in named if w.accessibleName().startswith(now)]  # the other side is held: grey
        return {w.property("rank") or "" for w in values if w.isVisibleTo(panel)}

    assert _ranks("tra_borders_idle") == {"dimmed"}
    assert _ranks("tra_rest_idle_captures") == {""}


def test_each_light_has_a_sign_of_its_own(page: LivePage, qapp: QApplication) -> None:
    by_name = {one.name: one for one in moments()}
    panel = show(page, by_name["again_checks_idle"], qapp)
    signs = {w.sign for w in panel.findChildren(SignView) if w.isVisibleTo(panel)}
    assert "warns" in signs
    panel = show(page, by_name["tra_checks_idle"], qapp)
    assert {w.sign for w in panel.findChildren(SignView) if w.isVisibleTo(panel)} == {"open"}


def test_no_clinical_word_is_missing_in_any_language() -> None:
    for language in ("en", "de"):
        said = Texts(language)
        for moment in moments():
            for text in (moment.view.title, moment.view.do):
                assert said.say(text) != text.code
    assert Texts("de").say(Text("visit.stage", number=2, total=9)) == "Schritt 2 von 9"


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_form_has_room(
    show_form: Callable[..., VisitFormPage], size: tuple[int, int], language: str
) -> None:
    form = show_form(language, size)
    assert not (*cut_off(form), *collisions(form))


@pytest.fixture
def show_form(qapp: QApplication) -> Iterator[Callable[..., VisitFormPage]]:
    made: list[VisitFormPage] = []

    def _show(language: str, size: tuple[int, int]) -> VisitFormPage:
        words = VisitWords(Texts(language))
        form = VisitFormPage(NoReception(), words)
        made.append(form)
        form.resize(size[0] - 84, size[1] - HEADER_AND_FOOTER)
        form.show()
        form.show_message(words.say("visit.form.no_source"))
        form.say_beside("depth_mm", words.say("visit.form.number"))
        form.say_beside("subject", words.say("visit.form.last"))
        for _ in range(2):
            qapp.processEvents()
        return form

    yield _show
    for form in made:
        form.stop()
        leave(form)
