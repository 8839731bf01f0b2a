"""Visits begin where they belong: patients' in the data folder, sample sessions apart from them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gui.reception import DataReception
from usbio.choice import Choice
from usbio.data_folder import sample_folder, visits_folder
from usbio.opening import open_run
from usbio.shown_runs import ShownRuns, one_shown
from usbio.texts import Texts
from usbio.visit_form import VisitForm, sample_form

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def shown() -> Iterator[ShownRuns]:
    """The simulator, once a picture was measured."""
    run = open_run(Choice("sim:tra", view="tra", side="left"))
    run.start()
    until_s = time.monotonic() + PATIENCE_S
    while run.measured_as is None and time.monotonic() < until_s:
        time.sleep(0.05)
    assert run.measured_as is not None
    yield one_shown(run)
    run.stop()


def test_a_sample_session_is_kept_apart_and_a_patient_is_not(tmp_path: Path, shown: ShownRuns) -> None:
    reception = DataReception(tmp_path, Texts("en"))
    for form in (sample_form(), VisitForm("P-0147", "left")):
        desk = reception.begin(form, shown)
        assert desk.look().view.subject == form.subject
        assert desk.close()
    (sample,) = visits_folder(sample_folder(tmp_path)).iterdir()
    (visit,) = visits_folder(tmp_path).iterdir()
    assert sample.name != visit.name
    assert [one.begun.subject for one in reception.interrupted()] == ["P-0147"]
    resumed = reception.resume(visit, shown)
    assert resumed.look().view.subject == "P-0147"
    assert resumed.close()
    reception.stop()


def test_a_visit_that_begins_at_the_other_side_turns_to_it_once(tmp_path: Path, shown: ShownRuns) -> None:
    """The painful side comes last; the picture shows it."""
    reception = DataReception(tmp_path, Texts("en"))
    desk = reception.begin(VisitForm("P-0148", "left"), shown)
    said: list[str] = []
    until_s = time.monotonic() + PATIENCE_S
    while shown.runs[0].side != "right" and time.monotonic() < until_s:
        said += desk.look().said
        shown.runs[0].take()
        time.sleep(0.05)
    assert shown.runs[0].side == "right"
    assert said == ["Put the probe on the right side"]
    while desk.look().view.hint is not None and time.monotonic() < until_s:
        time.sleep(0.05)
        shown.runs[0].take()
    assert desk.look().view.do.code != "visit.do.other_side"
    assert desk.close()
    reception.stop()
