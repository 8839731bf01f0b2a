from __future__ import annotations

import threading

from usbio.mailbox import Latest


def test_the_newest_item_wins_and_the_others_are_counted() -> None:
    box: Latest[int] = Latest()
    for item in range(5):
        box.put(item)
    assert box.take() == 4
    assert box.dropped == 4
    assert box.take() is None


def test_a_taken_item_is_not_dropped() -> None:
    box: Latest[int] = Latest()
    for item in range(3):
        box.put(item)
        assert box.take() == item
    assert box.dropped == 0


def test_wait_gives_up_after_its_timeout() -> None:
    assert Latest[int]().wait(0.0) is None


def test_closing_wakes_who_waits() -> None:
    box: Latest[int] = Latest()
    got: list[int | None] = []
    waiting = threading.Thread(target=lambda: got.append(box.wait(30.0)))
    waiting.start()
    box.close()
    waiting.join(5.0)
    assert not waiting.is_alive()
    assert got == [None]


def test_what_lay_in_the_box_outlives_closing_and_nothing_new_goes_in() -> None:
    box: Latest[int] = Latest()
    box.put(1)
    box.close()
    box.put(2)
    assert not box.finished
    assert box.wait(0.0) == 1
    assert box.finished


def test_what_comes_too_late_or_lies_there_at_the_end_counts_as_dropped() -> None:
    box: Latest[int] = Latest()
    box.put(1)
    box.discard()
    assert (box.take(), box.dropped, box.finished) == (None, 1, True)
    box.put(2)
    assert (box.take(), box.dropped) == (None, 2)
