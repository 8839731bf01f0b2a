"""A clip held in memory, and measuring pictures of it in any order: `prepare`, `start`, `step`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from segmentation.results import FrameResult, Picture
from segmentation.tracking import start, step
from usbio.frames import Frame
from usbio.measuring import Task
from usbio.preparation import prepare
from usbio.sources.clip import open_clip


def pictures_of(clip: Path, most: int | None = None) -> list[Picture]:
    """Return the pictures of a clip, or the first of them."""
    return [frame.image for frame in _frames(clip, most)]


def results(clip: str, task: Task, pictures: Iterable[tuple[Picture, float]]) -> Iterator[FrameResult]:
    """Yield what is measured in pictures that come with their times."""
    state = None
    for picture, t_s in pictures:
        if state is None:
            ready = prepare(
                task.view, task.setup, picture, name=clip, side=task.side, image_left=task.image_left
            )
            state = start(ready.measure, picture)
        state, result = step(state, picture, t_s)
        yield result


def _frames(clip: Path, most: int | None) -> Iterator[Frame]:
    with closing(open_clip(clip).frames()) as frames:
        yield from islice((frame for frame in frames if frame is not None), most)
