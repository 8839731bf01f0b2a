"""Both sides of the patient: two sources at once, or one source and the side that was measured before."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel

from gui.main_window import MainWindow
from gui.opening import begin_recording, open_pair
from segmentation.results import SIDES, Side
from tests.fakes import EndlessSource, ScriptedSource
from tests.gui.conftest import make_run
from tests.usbio.command_line import started
from usbio.choice import Choice
from usbio.errors import CallError
from usbio.live import LiveRun
from usbio.opening import open_run
from usbio.recording.contents import read_recording
from usbio.recording.derived import rebuild
from usbio.shown_runs import ShownRuns, two_shown

Show = Callable[..., MainWindow]
PATIENCE_S = 30.0
"""Two simulators and their measuring share whatever machine this is."""


def _until(done: Callable[[], bool], *runs: LiveRun[Any]) -> None:
    pause = threading.Event()
    for _ in range(round(PATIENCE_S * 100)):
        for run in runs:
            run.take()
        if done():
            return
        pause.wait(0.01)
    raise AssertionError(f"did not come about in {PATIENCE_S} s")


def _usbio(*arguments: str | Path) -> tuple[int, str, str]:
    running = started(*arguments)
    said, errors = running.communicate(timeout=120)
    return running.returncode, said, errors


def _measured(run: LiveRun[Any], frame: int) -> bool:
    sample = run.values.sample
    return sample is not None and sample.result is not None and sample.frame.index >= frame


def _stop(shown: ShownRuns) -> None:
    """A busy machine may take more than one call's time."""
    _until(lambda: all(run.stop() for run in shown.runs))


@pytest.fixture
def pair() -> Iterator[ShownRuns]:
    left = Choice("sim:layer?fps=8&side=left", view="layer")
    shown = open_pair(left, Choice("sim:layer?fps=8&side=right&seed=2", view="layer"))
    yield shown
    _stop(shown)


def test_two_sources_are_measured_at_once_and_read_as_one(pair: ShownRuns) -> None:
    for run in pair.runs:
        run.start()
    _until(lambda: all(_measured(run, 3) for run in pair.runs), *pair.runs)
    found = pair.values.readings()
    assert [one.side for one in found] == ["left", "right"]
    assert min(one.age_s for one in found) == 0
    _until(lambda: _compared_as_read(pair), *pair.runs)
    assert [side for side, _, _ in pair.values.traces(20.0)] == ["left", "right"]
    assert pair.title == "sim:layer | sim:layer · muscle between two fasciae"


def _compared_as_read(pair: ShownRuns) -> bool:
    """True where the comparison is that of the values, which go on while they are read."""
    comparison, found = pair.values.comparison(), pair.values.readings()
    left, right = (one.value for one in found)
    expected = (right - left) / max(left, right) * 100
    live = not any(one.held for one in found)
    return comparison is not None and live and abs(comparison.now.signed_percent - expected) < 1.0  # %


def test_recorded_pairs_are_those_of_the_tables_and_of_analyze(pair: ShownRuns, tmp_path: Path) -> None:
    for run in pair.runs:
        run.start()
    _until(lambda: all(_measured(run, 3) for run in pair.runs), *pair.runs)
    begin_recording(tmp_path, pair.runs, "ffv1")
    _until(lambda: all(_recorded(run) > 10 for run in pair.runs), *pair.runs)
    for run in pair.runs:
        run.end_record()
    _stop(pair)
    (folder,) = tmp_path.iterdir()
    assert folder.name.endswith("_layer_both_phantom")
    assert {path.name for path in folder.iterdir()} == {"left", "right", "pairs.csv"}
    live = (folder / "pairs.csv").read_bytes()
    _rows_are_newest_pairs(folder)

    (folder / "pairs.csv").unlink()
    assert folder / "pairs.csv" in rebuild(folder / "left")
    assert (folder / "pairs.csv").read_bytes() == live

    code, _, errors = _usbio("analyze", str(folder), "--quiet", "--out", str(tmp_path / "out"))
    assert (code, errors) == (0, "")
    assert (tmp_path / "out" / "left+right.pairs.csv").read_bytes() == live
    assert (tmp_path / "out" / "left+right.summary.csv").is_file()
    code, listed, _ = _usbio("recordings", str(tmp_path))
    assert code == 0
    assert f"{folder.name}/left: complete" in listed
    assert f"{folder.name}/right: complete" in listed


def _recorded(run: LiveRun[Any]) -> int:
    status = run.recording.status
    return status.recorded if status is not None else 0


def _rows_are_newest_pairs(folder: Path) -> None:
    """Each row has the values of the frames that it names, and both sides only ever go on."""
    of = {side: _by_frame(folder / side / "live.frames.csv") for side in SIDES}
    measured = {side: read_recording(folder / side).measured for side in SIDES}
    rows = list(csv.DictReader((folder / "pairs.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) >= sum(map(len, measured.values())) - max(map(len, measured.values()))
    frames = {side: [int(row[f"{side}_frame"]) for row in rows] for side in SIDES}
    for side in SIDES:
        assert np.all(np.diff(frames[side]) >= 0)
        assert frames[side][-1] == measured[side][-1]
    for row in rows:
        assert min(float(row[f"{side}_age_s"]) for side in SIDES) == 0
        for side in SIDES:
            assert row[f"{side}_value"] == of[side][int(row[f"{side}_frame"])]["thickness_mm"]
        left, right = (float(row[f"{side}_value"]) for side in SIDES)
        expected = (right - left) / max(left, right) * 100
        assert float(row["asymmetry_percent"]) == pytest.approx(expected, abs=0.01)  # %


def _by_frame(path: Path) -> dict[int, dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return {int(row["frame"]): row for row in csv.DictReader(file)}


def test_side_measured_before_is_held_and_goes_into_the_tables(tmp_path: Path) -> None:
    run = open_run(Choice("sim:layer?fps=8", view="layer", side="left"))
    run.start()
    try:
        _until(lambda: _measured(run, 4), run)
        before = run.values.own_readings()
        assert run.measure_other_side() == "right"
        _until(lambda: [one.side for one in run.values.readings()] == ["right", "left"], run)
        held = run.values.readings()[1]
        assert held.value == before[0].value
        assert held.held  # from the first moment on
        assert not run.values.readings()[1].sound
        comparison = run.values.comparison()
        assert comparison is not None
        assert comparison.unlike  # nobody knows yet in what phase either is
        begin_recording(tmp_path, (run,), "ffv1")
        _until(lambda: _recorded(run) > 6, run)
    finally:
        _until(run.stop)
    (folder,) = tmp_path.iterdir()
    live = (folder / "live.frames.csv").read_bytes()
    rows = list(csv.DictReader(live.decode().splitlines()))[:3]  # those of the first frame
    assert [(row["side"], row["value_kind"]) for row in rows] == [
        ("right", "live"),
        ("left", "held"),
        ("both", "held"),
    ]
    assert float(rows[1]["thickness_mm"]) > 0
    assert 0.0 < float(rows[1]["value_age_s"]) < PATIENCE_S
    code, _, errors = _usbio("analyze", str(folder), "--quiet", "--out", str(tmp_path / "out"))
    assert (code, errors) == (0, "")
    assert (tmp_path / "out" / f"{folder.name}.frames.csv").read_bytes() == live


def _one_sided(side: Side) -> Choice:
    return Choice("scripted.mp4", view="lm-csa", side=side)


def _texts(window: MainWindow) -> str:
    return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_window_shows_two_sources_and_forgets_the_second_one(show: Show, qtbot: Any) -> None:
    window = show()
    one = dict(zip(SIDES, (make_run(EndlessSource(fps=60), _one_sided(side)) for side in SIDES), strict=True))
    window.show_runs(two_shown(one["left"], one["right"]))
    assert [image.isVisible() for image in window.page.images] == [True, True]
    qtbot.waitUntil(lambda: all(run.values.own_readings() for run in one.values()), timeout=5000)
    qtbot.waitUntil(lambda: "asymmetry" in _texts(window), timeout=5000)
    qtbot.keyClick(window, Qt.Key.Key_C)
    assert [run.values.confirmed for run in one.values()] == [{"left"}, {"right"}]
    qtbot.keyClick(window, Qt.Key.Key_X)
    assert "both sides are measured already" in _texts(window)
    window.show_run(make_run(EndlessSource(fps=60)))
    assert [image.isVisible() for image in window.page.images] == [True, False]
    assert all(run.ended for run in one.values())


def test_one_of_two_that_breaks_off_is_said_over_its_picture_and_its_value_is_held(
    show: Show, qtbot: Any
) -> None:
    window = show()
    broken = make_run(ScriptedSource(5, fail_at=4, fps=50), _one_sided("left"))
    window.show_runs(two_shown(broken, make_run(EndlessSource(fps=60), _one_sided("right"))))
    qtbot.waitUntil(lambda: "the cable came out" in window.page.images[0].warning, timeout=5000)
    assert window.page.images[1].warning == ""
    assert "broke off" in _texts(window)
    qtbot.waitUntil(lambda: "held for" in _texts(window), timeout=5000)
    assert window.shown is not None
    held = {one.side: one.held for one in window.shown.values.readings()}
    assert held == {"left": True, "right": False}


def test_values_of_both_are_held_where_neither_gives_a_picture(show: Show, qtbot: Any) -> None:
    window = show()
    runs = [make_run(EndlessSource(fps=60), _one_sided(side)) for side in SIDES]
    shown = two_shown(runs[0], runs[1])
    window.show_runs(shown)
    qtbot.waitUntil(lambda: len(shown.values.readings()) == 2, timeout=5000)
    for run in runs:
        run.stop()
        run.values.silent_s = 3.0  # as a run says it of a device that gives nothing any more
    assert [one.held for one in shown.values.readings()] == [True, True]


def test_second_source_is_opened_beside_the_first_by_key(show: Show, qtbot: Any) -> None:
    opened: list[Choice] = []

    def _open(choice: Choice) -> LiveRun[Any]:
        opened.append(choice)
        return make_run(EndlessSource(fps=60), choice)

    window = show()
    window._open_run = _open
    window.show_run(make_run(EndlessSource(fps=60), _one_sided("left")))
    first = window.run
    assert first is not None
    qtbot.waitUntil(lambda: first.side == "left", timeout=5000)
    qtbot.keyClick(window, Qt.Key.Key_O)
    assert "beside endless (left), for the right side   F6" in _words(window)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_F6)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert [(one.side, one.view) for one in opened] == [("right", "lm-csa")]
    assert window.shown is not None
    assert window.shown.runs[0] is first
    qtbot.waitUntil(lambda: len(window.shown.values.readings()) == 2, timeout=5000)
    assert not first.playback.paused
    assert not first.ended
    qtbot.keyClick(window, Qt.Key.Key_O)  # two are shown: nothing more can stand beside them
    assert "for the right side" not in _words(window)


def _words(window: MainWindow) -> str:
    return " ".join(box.text() for box in window.findChildren(QCheckBox) if box.isVisible())


def test_two_views_are_no_pair() -> None:
    with pytest.raises(CallError, match="are set up for two views; measure the same on both sides"):
        open_pair(Choice("sim:layer", view="layer"), Choice("sim:tra", view="tra"))


def test_what_was_held_goes_where_its_side_is_measured_again_without_a_value_between() -> None:
    run = make_run(EndlessSource(fps=60), _one_sided("left"))
    run.start()
    try:
        _until(lambda: _measured(run, 2), run)
        assert run.measure_other_side() == "right"
        assert run.values.held is not None
        _until(lambda: run.side == "right", run)
        run.values.sample = None  # nothing was seen of the right side
        assert run.measure_other_side() == "left"
        assert run.values.held is None
    finally:
        _until(run.stop)
