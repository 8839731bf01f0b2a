from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.results import FrameResult, Measurement, Picture, Side, Status
from segmentation.summary import ErrorFigure
from segmentation.timing import Mark
from segmentation.traces import Span
from segmentation.views import VIEWS, MeasureSetup, Panel
from tests.fakes import CountingState, ScriptedSource, begin, picture, step
from usbio.activity import Activity, find_activity
from usbio.choice import Choice, Question, open_question, setup_place
from usbio.errors import CallError
from usbio.frames import Frame
from usbio.history import History
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.live_values import LiveValues
from usbio.reading import ACTION, action_words, compare_sides, readings
from usbio.sample import Counts, RunState, RunStatus, Sample
from usbio.setup import ImageTable, MeasureTable, SetupFile, load_setup, save_setup
from usbio.setup_as_used import setup_as_used

VIEW = VIEWS["lm-csa"]
RUNNING = RunStatus(RunState.RUNNING, "", False, 0.0, 30.0, Counts())
PATIENCE_S = 5.0


def sample(i: int, left: float, right: float, status: Status = Status.OK) -> Sample:
    found = (
        Measurement("left", "lm", status, 0.9, area_cm2=left if status.carries_value else nan),
        Measurement("right", "lm", Status.OK, 0.9, area_cm2=right),
    )
    return Sample(Frame(i, i / 25, 0.0, picture()), FrameResult(True, found), Counts(), "", 0.0)


@pytest.fixture
def history() -> History:
    """Rest 2 s at 5 and 4 cm², contraction 3 s at +20 % and +10 %, rest 2 s."""
    filled = History()
    for i in range(175):
        swollen = 50 <= i < 125
        filled(sample(i, 6.0 if swollen else 5.0, 4.4 if swollen else 4.0))
    return filled


def test_rest_and_the_latest_contraction_of_each_side(history: History) -> None:
    found = find_activity(history, VIEW)
    assert len(found.contractions) == 1
    assert found.contractions[0].start_s == pytest.approx(2.0, abs=0.2)
    assert found.contractions[0].end_s == pytest.approx(5.0, abs=0.2)
    left, right = found.of(("left", "lm")), found.of(("right", "lm"))
    assert [left.rest, right.rest] == pytest.approx([5.0, 4.0])
    assert [left.change_percent, right.change_percent] == pytest.approx([20.0, 10.0], abs=0.5)


def test_looking_for_activity_costs_no_more_after_hours_than_after_minutes() -> None:
    """Counted in the values looked at, not in a time."""
    full, longer = History(capacity=1000), History(capacity=1000)
    for i in range(1000):
        full(sample(i, 5.0 + (i % 150 > 90), 4.0 + (i % 150 > 90)))
    for i in range(7000):
        longer(sample(i, 5.0 + (i % 150 > 90), 4.0 + (i % 150 > 90)))
    assert len(longer.as_trace("left", "lm", "area_cm2").t_s) == 1000
    one, other = find_activity(full, VIEW), find_activity(longer, VIEW)
    assert abs(len(one.contractions) - len(other.contractions)) <= 1
    assert other.of(("left", "lm")).change_percent == pytest.approx(20.0, abs=0.5)


def test_the_last_two_minutes_are_looked_at_or_all_where_rest_is_marked() -> None:
    long = History(capacity=9000)
    for i in range(8750):  # 350 s, contractions of 5 s at 60 and at 300 s
        swollen = 60.0 <= i / 25 < 65.0 or 300.0 <= i / 25 < 305.0
        long(sample(i, 6.0 if swollen else 5.0, 4.4 if swollen else 4.0))
    latest = find_activity(long, VIEW)
    assert [round(span.start_s) for span in latest.contractions] == [300]
    assert latest.of(("left", "lm")).change_percent == pytest.approx(20.0, abs=0.5)
    every = find_activity(long, VIEW, [Mark("rest", Span(0.0, 5.0))])
    assert [round(span.start_s) for span in every.contractions] == [60, 300]


def test_activity_that_is_asked_for_comes_beside_and_not_from_a_run_before(history: History) -> None:
    values = LiveValues()
    values.view, values.history = VIEW, history
    values.ask_activity()
    values.stop()  # waits for whoever looks
    assert len(values.activity.contractions) == 1
    looks = find_activity

    def _begins_anew(*asked: Any) -> Activity:
        found = looks(*asked)
        values.begin()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("usbio.live_values.find_activity", _begins_anew)
        values.refresh_activity()
    assert not values.activity.contractions


def test_without_values_there_is_no_activity() -> None:
    assert find_activity(History(), VIEW).contractions == ()


def test_readings_and_the_comparison_by_hand(history: History) -> None:
    last = sample(175, 5.0, 4.0)
    found = readings(last, history, find_activity(history, VIEW), VIEW)
    assert [(r.side, round(r.value, 3), round(r.change_percent, 1)) for r in found] == [
        ("left", 5.0, 0.0),
        ("right", 4.0, 0.0),
    ]
    compared = compare_sides(found, VIEW, {("lm", "area_cm2"): ErrorFigure(0.5, "a paper")})
    assert compared is not None
    # (4 - 5) / 5; band 1.96 x sqrt(2) x 0.5 / 5 x 100 = 27.7 points; change 10 - 20
    assert compared.now.signed_percent == pytest.approx(-20.0)
    assert compared.at_rest.band_points == pytest.approx(27.7, abs=0.05)
    assert compared.activation_points == pytest.approx(-10.0, abs=0.7)
    assert compared.at_rest.told_from_zero is False


def test_a_lost_side_has_no_value_and_its_asymmetry_is_not_decidable(history: History) -> None:
    last = sample(175, 5.0, 4.0, Status.LOST)
    history(last)
    found = readings(last, history, find_activity(history, VIEW), VIEW)
    assert isnan(found[0].value)
    assert not found[0].sound
    compared = compare_sides(found, VIEW)
    assert compared is not None
    assert isnan(compared.now.signed_percent)


def test_one_side_is_not_compared(history: History) -> None:
    found = readings(sample(175, 5.0, 4.0), history, find_activity(history, VIEW), VIEW)
    assert compare_sides(found[:1], VIEW) is None


@pytest.mark.parametrize(
    ("status", "given", "words"),
    [
        (RUNNING, sample(0, 5.0, 4.0), ""),
        (RUNNING, sample(0, 5.0, 4.0, Status.LOW_QUALITY), ""),
        (RUNNING, sample(0, 5.0, 4.0, Status.LOST), f"left: {ACTION[Status.LOST]}"),
        (RUNNING, sample(0, 5.0, 4.0, Status.MOVED), f"left: {ACTION[Status.MOVED]}"),
        (replace(RUNNING, stalled=True, words="no picture for 3 s"), None, "no picture for 3 s"),
        (RUNNING, None, ""),
    ],
)
def test_the_one_line_of_what_needs_action(status: RunStatus, given: Sample | None, words: str) -> None:
    assert action_words(status, given, VIEW) == words


SIDED = SetupFile(image=ImageTable(side="left"), measure=MeasureTable(view="tra"))
TWO = SetupFile(image=ImageTable(image_left="left"), measure=MeasureTable(view="lm-csa"))


@pytest.mark.parametrize(
    ("choice", "setup", "question"),
    [
        (Choice("a"), SetupFile(), Question.VIEW),
        (Choice("a", view="tra"), SetupFile(), Question.SIDE),
        (Choice("a", view="tra", image_left="left"), SetupFile(), Question.SIDE),
        (Choice("a", view="lm-csa"), SetupFile(), Question.SIDES),
        (Choice("a", view="lm-csa", side="left"), SetupFile(), None),
        (Choice("a", view="lm-csa", image_left="right"), SetupFile(), None),
        (Choice("a"), SIDED, None),
        (Choice("a"), TWO, None),
    ],
)
def test_a_side_is_asked_for_and_never_guessed(
    choice: Choice, setup: SetupFile, question: Question | None
) -> None:
    assert open_question(choice, setup) is question


def measured_as(*sides: Side) -> MeasureSetup:
    return MeasureSetup("lm-csa", (Panel(Roi(4, 6, 70, 50), Calibration(0.2, 0.3), sides),), (80, 60))


def run_of(source: ScriptedSource, choice: Choice) -> LiveRun[CountingState]:
    def _as_measured(_: Choice, __: SetupFile, ___: Picture) -> MeasureSetup:
        return measured_as("left", "right")

    def _confirm(state: CountingState, sides: frozenset[Side]) -> CountingState:
        return replace(state, confirmed=sides)

    engine = Engine(_as_measured, lambda _, first: begin(first), step, _confirm)
    return LiveRun(choice, source, SetupFile(), engine)


def play(run: LiveRun[CountingState]) -> None:
    run.start()
    while not run.over:
        run.take()


def test_a_run_can_be_played_again_and_begins_with_nothing() -> None:
    run = run_of(ScriptedSource(5, fps=200), Choice("a", view="lm-csa", image_left="left"))
    play(run)
    first = len(run.values.history.trace("left", "lm", "area_cm2")[0])
    run.confirm()
    run.again()
    while not run.over:
        run.take()
    assert 0 < len(run.values.history.trace("left", "lm", "area_cm2")[0]) <= 5
    assert first <= 5
    assert run.values.confirmed == frozenset()
    assert run.stop()


class Silent(ScriptedSource):
    """A device that says what is wrong and gives no more pictures."""

    device = True
    delivers = "80x60 MJPG at 30, not 640x480"
    trouble = ""

    def frames(self) -> Generator[Frame | None]:
        yield from super().frames()
        self.trouble = "scripted: went away; plug it in again; it is opened again by itself"
        while True:
            time.sleep(0.02)
            yield None


def test_values_of_a_device_that_went_away_are_held_and_no_value_of_now() -> None:
    source = Silent(5, fps=200)
    run = run_of(source, Choice("a", view="lm-csa", image_left="left"))
    run.start()
    until_s = time.perf_counter() + PATIENCE_S
    while not run.status().stalled and time.perf_counter() < until_s:
        run.take()
    assert run.status().words == source.trouble == run.action_words()
    found = run.values.readings()
    assert [r.value for r in found] == pytest.approx([5.6, 4.8], rel=0.2)
    assert [(r.sound, r.held) for r in found] == [(False, True)] * 2
    assert min(r.age_s for r in found) > 1.0  # s
    assert run.title.endswith(" · 80x60 MJPG at 30, not 640x480")
    run.playback.pause()
    assert run.status().words == source.trouble  # a pause does not hide it
    assert run.stop()


def test_nothing_is_saved_before_anything_is_measured(tmp_path: Path) -> None:
    run = run_of(ScriptedSource(1), Choice("a", save_folder=tmp_path))
    with pytest.raises(CallError, match="nothing is measured yet"):
        run.save_setup()


def test_a_saved_setup_is_read_again_as_it_was_used(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    save_setup(path, setup_as_used(SetupFile(), measured_as("right", "left")))
    again = load_setup(path)
    assert again.image.crop_px == (4, 6, 70, 50)
    assert (again.image.image_left, again.image.side) == ("right", None)
    assert (again.calibration.x_mm_per_px, again.calibration.y_mm_per_px) == (0.2, 0.3)
    assert again.calibration.for_size_px == (80, 60)
    assert again.measure.view == "lm-csa"


def test_a_setup_goes_back_to_its_file_or_to_a_free_name(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    assert setup_place(Choice("clip.mp4", setup_path=mine)) == mine
    clip = tmp_path / "clip.mp4"
    assert setup_place(Choice(f"clip:{clip}")) == tmp_path / "clip.toml"
    (tmp_path / "clip.toml").touch()
    assert setup_place(Choice(str(clip))) == tmp_path / "clip-2.toml"
    shipped = Choice("/usr/lib/clip.mp4", setup_path=Path("/usr/lib/clip.toml"), save_folder=tmp_path)
    assert setup_place(shipped) == tmp_path / "clip-2.toml"
    assert setup_place(Choice("sim:tra", save_folder=tmp_path)) == tmp_path / "sim_tra.toml"


def test_a_folder_of_pictures_with_a_point_in_its_name_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "L4.5").mkdir()
    assert setup_place(Choice(str(tmp_path / "L4.5"))) == tmp_path / "L4.5.toml"


def test_every_sample_of_a_run_is_kept_even_if_no_window_asks() -> None:
    run = run_of(ScriptedSource(20, fps=100), Choice("a", view="lm-csa", image_left="left"))
    play(run)
    t_s, values = run.values.history.trace("right", "lm", "area_cm2")
    assert np.isfinite(values).all()
    assert t_s[-1] == pytest.approx(0.19)
    assert run.stop()
