"""Streaming from the window: by key, whoever looks; and markers of another program in a recording."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from gui.main_window import MainWindow
from gui.opening import begin_recording
from gui.streaming_view import header_words, stream_lines
from tests.fakes import EndlessSource
from tests.gui.test_live_recording import until_measured, until_measured_again
from tests.gui.test_window import all_text, wait_for_words
from tests.usbio.lsl_programs import Receiver, ended, until
from tests.usbio.test_lsl_markers import Sender
from usbio.choice import Choice
from usbio.errors import CallError
from usbio.lsl_outlets import StreamStatus
from usbio.lsl_station import LslStation, StationStatus
from usbio.opening import open_run
from usbio.recording.contents import read_recording

Show = Callable[..., MainWindow]
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_b_streams_and_hiding_the_panel_changes_nothing(show: Show, qtbot: Any, lsl: Any) -> None:
    window = show(EndlessSource(fps=50, name="grabber 1"))
    wait_for_words(qtbot, window, "cm²")
    assert "LSL" not in all_text(window.header)
    qtbot.keyClick(window, Qt.Key.Key_B)
    wait_for_words(
        qtbot, window, "usbio grabber 1:  not received: both measurements (21 ch), frames, markers"
    )
    wait_for_words(qtbot, window.header, "LSL on")
    receiver = Receiver("grabber 1")
    with ended(receiver):
        wait_for_words(qtbot, window.header, "LSL received")
        qtbot.keyClick(window, Qt.Key.Key_B, SHIFT)
        assert not window.streaming.view.isVisible()
        before = receiver.samples("measurements", 1)[0][1][0]
        qtbot.keyClick(window, Qt.Key.Key_M)
        assert receiver.samples("markers", 1)[0][1] == ["marker"]
        wait_for_words(qtbot, window, "marker broadcast; nothing is recorded")
        assert receiver.samples("measurements", 20)[-1][1][0] >= before + 20
    qtbot.keyClick(window, Qt.Key.Key_B)
    wait_for_words(qtbot, window, "streaming ended")
    assert all_text(window.header).count("LSL") == 0
    window.close()


def test_markers_of_another_program_are_said_in_a_line(show: Show, qtbot: Any, lsl: Any) -> None:
    window, sender = show(EndlessSource(fps=50)), Sender("PsychoPy")
    with ended(sender):
        qtbot.keyClick(window, Qt.Key.Key_B)
        wait_for_words(qtbot, window, "markers are heard from PsychoPy")
        sender.say("S 1")
        wait_for_words(qtbot, window, "marker 'S 1' from PsychoPy: nothing is recorded")
    window.close()
    assert not window.streaming.station.on


def test_another_source_takes_the_place_of_the_first(show: Show, qtbot: Any, lsl: Any) -> None:
    window = show(EndlessSource(fps=50, name="first"))
    qtbot.keyClick(window, Qt.Key.Key_B)
    wait_for_words(qtbot, window, "usbio first:")
    window.open(Choice("other.mp4", view="lm-csa", image_left="left"))
    wait_for_words(qtbot, window, "usbio endless:")
    assert "usbio first" not in all_text(window)
    window.close()


def test_what_is_missing_is_said_and_nothing_changes(show: Show, qtbot: Any) -> None:
    def _missing() -> Any:
        raise CallError("Lab Streaming Layer", "pylsl is not installed", 'type: pip install "usbio[lsl]"')

    window = show(EndlessSource(fps=50))
    window.streaming.station = LslStation(load=_missing)
    qtbot.keyClick(window, Qt.Key.Key_B)
    wait_for_words(qtbot, window, 'pylsl is not installed; type: pip install "usbio[lsl]"')
    assert not window.streaming.view.isVisible()
    window.close()


def test_the_words_of_the_panel() -> None:
    assert header_words(StationStatus()) == ""
    assert stream_lines(StationStatus(on=True)) == ["streams begin once it is known what is measured"]
    two = [
        StreamStatus(f"usbio cam {side}", f"usbio cam {side} {part}", n, side == "left" or n == 1)
        for side in ("left", "right")
        for part, n in (("measurements", 12), ("markers", 1))
    ]
    assert stream_lines(StationStatus(on=True, streams=tuple(two))) == [
        "usbio cam left:  received: measurements (12 ch), markers",
        "usbio cam right:  received: markers  ·  not received: measurements (12 ch)",
    ]
    assert header_words(StationStatus(on=True, streams=tuple(two))) == "LSL received"
    assert header_words(StationStatus(on=True, words="streaming failed")) == "LSL fails"


@pytest.mark.parametrize("killed", [False, True])
def test_markers_of_another_program_land_in_the_recording_at_their_picture(
    lsl: Any, tmp_path: Path, killed: bool
) -> None:
    run = open_run(Choice("sim:layer?side=left", view="layer", save_folder=tmp_path))
    station, sender = LslStation(load=lambda: lsl), Sender("PsychoPy")
    station.switch_on()
    station.follow(run)
    run.start()
    receiver = None
    try:
        sender.heard()
        until(lambda: station.status().heard_streams == ("PsychoPy",), "listening")
        until_measured(run, 3)
        sender.say("too early")
        until(lambda: station.take_said().endswith("nothing is recorded"), "hearing the first")
        receiver = Receiver("sim:layer")
        begin_recording(tmp_path, (run,), "ffv1")
        until_measured_again(run)
        until_measured(run, 8)
        sender.say("hold")
        sender.say("a quarter second ago|0.25")
        said: list[str] = []

        def _both_said() -> bool:
            said.extend(filter(None, [station.take_said()]))
            return len(said) == 2

        until(_both_said, "hearing both")
        if killed:
            sender.kill()
        until_measured(run, 20)
        run.end_record()
        assert run.stop()
        [(began_s, [began]), (ended_s, [ending])] = [
            sample for sample in receiver.samples("markers", 3) if sample[1][0].startswith("recording")
        ]
    finally:
        run.stop()
        station.switch_off()
        for program in filter(None, (sender, receiver)):
            program.kill()
    status = run.recording.status
    assert status is not None
    recording = read_recording(status.folder)
    assert (began, ending) == (
        f"recording started: {status.folder.name}",
        f"recording ended: {status.folder.name}",
    )
    marks = [event for event in recording.events if event.kind == "marker"]
    assert [event.parameters["words"] for event in marks] == ["hold", "a quarter second ago"]
    assert all(event.parameters["stream"] == "PsychoPy" for event in marks)
    for event, words in zip(marks, said, strict=True):
        newest = max(frame.index for frame in recording.frames if frame.arrived_s <= event.at_s)
        assert event.frame == newest
        assert f"at frame {newest}" in words
    assert marks[0].at_s - marks[1].at_s == pytest.approx(0.25, abs=0.2)
    # the first frame of the recording is the moment at which it is said to start
    length_s = recording.frames[-1].arrived_s - recording.frames[0].arrived_s
    assert 0.0 <= ended_s - began_s - length_s < 1.0
    with (status.folder / "live.frames.csv").open(newline="", encoding="utf-8") as file:
        marked = {row["marker"]: int(row["frame"]) for row in csv.DictReader(file) if row["marker"]}
    live = recording.measured
    expected: dict[int, list[str]] = {}
    for event in marks:
        at = next(index for index in live if index >= event.frame)
        expected.setdefault(at, []).append(event.parameters["words"])
    assert marked == {"; ".join(words): at for at, words in expected.items()}
    assert json.loads((status.folder / "recording.json").read_text(encoding="utf-8"))
