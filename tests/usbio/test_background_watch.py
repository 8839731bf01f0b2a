from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.fakes import picture
from usbio.background_watch import EVERY_S, BackgroundWatch
from usbio.frames import Frame

PATIENCE_S = 5.0


class Told:
    """A watch that says what it is told to say, and counts."""

    def __init__(self, says: Callable[[Frame], str] = lambda _: "") -> None:
        self._says = says
        self.seen: list[int] = []
        self.confirmed = 0
        self.looked = threading.Event()

    def look(self, frame: Frame) -> str:
        try:
            self.seen.append(frame.index)
            return self._says(frame)
        finally:
            self.looked.set()

    def confirm(self) -> None:
        self.confirmed += 1


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def frame(index: int) -> Frame:
    return Frame(index, index / 30, index / 30, picture(index))


def shown(background: BackgroundWatch, words: str, index: int) -> bool:
    """Whether these words come, without a sleep: asked until they do."""
    until = threading.Event()
    for _ in range(500):
        if background.words(frame(index)) == words:
            return True
        until.wait(PATIENCE_S / 500)
    return False


def test_a_frame_is_looked_at_about_every_half_second_and_nobody_waits_for_it(clock: Clock) -> None:
    watch = Told()
    background = BackgroundWatch(lambda _: watch, clock)
    for index in range(3):
        background.words(frame(index))
        assert watch.looked.wait(PATIENCE_S)
        clock.now += 0.4 * EVERY_S
    clock.now = EVERY_S
    watch.looked.clear()
    background.words(frame(9))
    assert watch.looked.wait(PATIENCE_S)
    assert background.stop()
    assert watch.seen == [0, 9]


def test_what_was_found_is_said_until_it_is_confirmed(clock: Clock) -> None:
    deeper = threading.Event()
    deeper.set()
    watch = Told(lambda _: "the depth was changed" if deeper.is_set() else "")
    background = BackgroundWatch(lambda _: watch, clock)
    assert shown(background, "the depth was changed", 1)
    deeper.clear()
    background.confirm()
    assert background.words(frame(2)) == ""
    assert background.stop()
    assert watch.confirmed == 1


def test_a_watch_that_fails_is_given_up(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    def _fail(_: Frame) -> str:
        raise RuntimeError("boom")

    watch = Told(_fail)
    background = BackgroundWatch(lambda _: watch, clock)
    background.words(frame(0))
    assert watch.looked.wait(PATIENCE_S)
    assert background.stop()
    assert background.words(frame(1)) == ""
    assert "boom" in caplog.text


def test_where_there_is_nothing_to_watch_the_thread_ends(clock: Clock) -> None:
    background = BackgroundWatch(lambda _: None, clock)
    background.words(frame(0))
    assert background.stop()
    assert background.stop()


def test_one_that_was_never_asked_can_be_stopped(clock: Clock) -> None:
    assert BackgroundWatch(lambda _: None, clock).stop()
