from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from segmentation.results import Picture
from tests.fakes import KeptFrames, picture
from usbio.errors import OutputError
from usbio.frames import Frame
from usbio.recording_tap import BEGAN_AGAIN, OTHER_PICTURE, FrameRecorder, RecordingTap

Gone = list[tuple[FrameRecorder, str]]


@pytest.fixture
def gone() -> Gone:
    return []


@pytest.fixture
def tap(gone: Gone) -> RecordingTap:
    def _lower_half(whole: Picture) -> Picture | None:
        return whole[30:] if whole.shape == (60, 80) else None

    return RecordingTap(_lower_half, lambda recorder, reason: gone.append((recorder, reason)))


def frame(index: int, image: Picture | None = None) -> Frame:
    return Frame(index, 100.0 + index / 25, 5.0 + index / 25, picture(index) if image is None else image)


def test_without_a_recorder_frames_pass_as_they_are(tap: RecordingTap) -> None:
    given = frame(7)
    handed_on, who = tap.passed(given)
    assert (handed_on.index, handed_on.t_s, handed_on.image is given.image) == (7, given.t_s, True)
    assert (who, tap.recorded) == (None, 0)


def test_a_recording_counts_from_its_first_frame_and_keeps_gaps(tap: RecordingTap) -> None:
    recorder = KeptFrames()
    tap.passed(frame(40))
    tap.attach(recorder)
    handed_on = [tap.passed(frame(index)) for index in (41, 42, 45)]
    assert [one.index for one, _ in handed_on] == [0, 1, 4]
    assert [one.t_s for one, _ in handed_on] == pytest.approx([0.0, 0.04, 0.16])
    assert [one.arrived_s for one, _ in handed_on] == pytest.approx([6.64, 6.68, 6.8])  # the one clock
    assert all(who is recorder for _, who in handed_on)
    assert [one.index for one in recorder.frames] == [0, 1, 4]
    assert tap.first_index == 41
    assert tap.recorded == 3


def test_only_what_may_be_seen_reaches_the_recorder(tap: RecordingTap) -> None:
    recorder = KeptFrames()
    tap.attach(recorder)
    numbered, _ = tap.passed(frame(0))
    assert numbered.image.shape == (60, 80)
    np.testing.assert_array_equal(recorder.frames[0].image, picture(0)[30:])


def test_after_its_end_the_numbering_goes_on(tap: RecordingTap, gone: Gone) -> None:
    recorder = KeptFrames()
    tap.passed(frame(3))
    tap.attach(recorder)
    tap.passed(frame(4))
    tap.detach()
    assert gone == [(recorder, "")]
    numbered, who = tap.passed(frame(5))
    assert (numbered.index, who) == (1, None)
    assert len(recorder.frames) == 1


def test_a_source_that_begins_again_ends_the_recording(tap: RecordingTap, gone: Gone) -> None:
    recorder = KeptFrames()
    tap.passed(frame(8))
    tap.attach(recorder)
    tap.passed(frame(9))
    numbered, who = tap.passed(frame(0))
    assert (numbered.index, numbered.t_s, who) == (0, 100.0, None)
    assert gone == [(recorder, BEGAN_AGAIN)]


def test_another_size_ends_the_recording_and_not_the_run(tap: RecordingTap, gone: Gone) -> None:
    recorder = KeptFrames()
    tap.attach(recorder)
    tap.passed(frame(0))
    _, who = tap.passed(frame(1, np.zeros((90, 120), np.uint8)))
    assert who is None
    assert gone == [(recorder, OTHER_PICTURE)]
    assert len(recorder.frames) == 1


def test_a_recorder_that_refuses_is_let_go_with_its_words(tap: RecordingTap, gone: Gone) -> None:
    recorder = KeptFrames(refuse_from=2, error=OutputError("disk", "is full", "make room"))
    tap.attach(recorder)
    whose = [tap.passed(frame(index))[1] for index in range(4)]
    assert whose == [recorder, recorder, None, None]
    assert gone == [(recorder, "disk: is full; make room")]
    assert tap.recorded == 2


def test_a_recorder_that_was_never_given_a_frame_is_let_go_too(tap: RecordingTap, gone: Gone) -> None:
    recorder = KeptFrames()
    tap.attach(recorder)
    tap.detach()
    tap.detach()
    assert gone == [(recorder, "")]


def test_frames_without_time_stay_without(tap: RecordingTap) -> None:
    tap.attach(KeptFrames())
    numbered, _ = tap.passed(replace(frame(5), t_s=nan))
    assert numbered.index == 0
    assert isnan(numbered.t_s)
