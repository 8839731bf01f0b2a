"""Following one source: what is measured, and what is said where nothing can be."""

from __future__ import annotations

import numpy as np

from segmentation.results import FrameResult, Picture
from usbio.follower import Follower
from usbio.frames import Frame


def _frame(index: int, width: int = 80, height: int = 60) -> Frame:
    return Frame(index, index * 0.04, index * 0.04, np.zeros((height, width), np.uint8))


def _count(state: int, picture: Picture, t_s: float, frame: int) -> tuple[int, FrameResult]:
    return state + 1, FrameResult(True, ())


def test_a_picture_of_another_size_is_refused_in_words_and_the_next_is_measured() -> None:
    follower: Follower[int] = Follower(lambda picture: 0, _count)
    assert follower.follow(_frame(0))[1] is not None
    _, result, words = follower.follow(_frame(1, width=64, height=48))
    assert result is None
    assert "64x48 and not as 80x60" in words
    assert follower.follow(_frame(2))[1] is not None
