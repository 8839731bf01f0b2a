"""What the set-up page shows at one moment: heading, sentence, answers, what mouse and keys do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gui.frame_marks import Mark
from gui.frame_tools import Tool

MOST_ANSWERS = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that can be said; its place is its figure key."""

    words: str
    do: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """A number to be typed."""

    asks: str
    example: str
    done: Callable[[str], object]


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """All of it."""

    heading: str
    sentence: str
    answers: tuple[Answer, ...] = ()
    marked: int | None = None  # the answer that Enter gives
    entry: Entry | None = None
    tool: Tool | None = None
    marks: tuple[Mark, ...] = ()
    keys: str = ""
    measured: bool = False  # what is measured is drawn too
    said_now: Callable[[], tuple[str, str]] | None = None  # heading and sentence, with every picture
    first_picture: bool = False  # the clip's first picture stands instead of the running one
