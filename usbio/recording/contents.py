"""A recording as its journal tells it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from pathlib import Path
from typing import Any

from segmentation.results import FrameResult
from segmentation.views import ViewName
from usbio.errors import InputError
from usbio.pairing import SideMoment
from usbio.recording.folder import setup_of
from usbio.recording.journal import JournalCheck, read_lines
from usbio.recording.measured_lines import as_held, as_result
from usbio.recording.place import JOURNAL, VIDEO
from usbio.recording.plan import Codec
from usbio.setup import SetupFile

_VALUES, _BORDERS, _STILL = (f'{{"kind":"{kind}"'.encode() for kind in ("values", "borders", "still"))


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One picture, as the journal has it."""

    index: int
    t_s: float  # nan where the source has none
    arrived_s: float  # from the moment the recording began
    video_ms: int  # its stamp in the video
    picture: str  # its hash


@dataclass(frozen=True, slots=True)
class Event:
    """What happened at a picture."""

    kind: str
    frame: int
    at_s: float
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Recording:
    """Everything but the values, which are read when they are needed: see `values`."""

    folder: Path
    header: Mapping[str, Any]
    frames: tuple[RecordedFrame, ...]
    measured: tuple[int, ...]  # live, in their order
    failed: Mapping[int, str]
    events: tuple[Event, ...]
    counts: Mapping[str, int]
    end: Mapping[str, Any] | None
    check: JournalCheck = field(repr=False)

    @property
    def journal(self) -> Path:
        """Where its journal lies."""
        return self.folder / JOURNAL

    @property
    def video(self) -> Path:
        """Where its video lies."""
        return self.folder / VIDEO

    @property
    def view(self) -> ViewName:
        """What was measured."""
        view: ViewName = self.header["view"]
        return view

    @property
    def codec(self) -> Codec:
        """How the pictures are kept."""
        codec: Codec = self.header["codec"]
        return codec

    @property
    def pair(self) -> str:
        """Name of the folder that it shares with the other side's; "" where it stands alone."""
        return str(self.header.get("pair", ""))

    @property
    def held(self) -> SideMoment | None:
        """The other side's last values, where some were held beside it; at a time before 0."""
        line = self.header.get("held")
        return as_held(line) if line is not None else None

    @cached_property
    def setup(self) -> SetupFile:
        """What it was measured with, in its own pixels."""
        return setup_of(self.header["setup_toml"])

    @property
    def interrupted(self) -> bool:
        """True where nobody wrote its end."""
        return self.end is None

    @property
    def reason(self) -> str:
        """Why it stopped; "" where somebody wished so, or where it was interrupted."""
        return str(self.end["reason"]) if self.end is not None else ""

    @property
    def unwritten(self) -> int:
        """How many pictures still waited to be written where it had to be given up."""
        return int(self.end["unwritten"]) if self.end is not None else 0

    @property
    def seconds(self) -> float:
        """From the first picture to the last."""
        if not self.frames:
            return 0.0
        return (self.frames[-1].video_ms - self.frames[0].video_ms) / 1000.0

    def markers(self) -> dict[int, str]:
        """Return the words of the markers by the frame measured live with or after them, else by the last."""
        found: dict[int, str] = {}
        for event in self.events:
            if event.kind == "marker":
                after = (index for index in self.measured if index >= event.frame)
                last = self.measured[-1] if self.measured else event.frame
                frame = next(after, last)  # nothing was measured any more: with the last
                words = str(event.parameters.get("words", "marker"))
                found[frame] = f"{found[frame]}; {words}" if frame in found else words
        return found


def read_recording(folder: Path) -> Recording:
    """Read a journal: whatever of it can be read. One without a sound first line is an `InputError`."""
    check = JournalCheck()
    parts = _Parts()
    for line in read_lines(folder / JOURNAL, check):
        if not line.startswith((_VALUES, _BORDERS, _STILL)):
            parts.take(line, check)
    if not parts.header:
        raise InputError(folder / JOURNAL, "is no journal that can be read", "choose another recording")
    known = {frame.index for frame in parts.frames}
    return Recording(
        folder,
        parts.header,
        tuple(parts.frames),
        tuple(index for index in parts.measured if index in known),
        {index: words for index, words in parts.failed.items() if index in known},
        tuple(parts.events),
        parts.counts,
        parts.end,
        check,
    )


def values(recording: Recording) -> Iterator[tuple[int, float, FrameResult]]:
    """Yield number, moment and measurements of every picture that was measured live."""
    wanted = set(recording.measured)
    held: list[Mapping[str, Any]] = []
    for line in read_lines(recording.journal, JournalCheck()):
        if line.startswith((_BORDERS, _STILL)):
            continue
        entry = _json(line)
        if entry.get("kind") == "values":
            held = entry["frames"]
        elif entry.get("kind") == "chunk":  # which says that they hold
            for row in held:
                if row["frame"] in wanted:
                    yield row["frame"], row["measured_s"], as_result(row)
            held = []


def stills(recording: Recording) -> Iterator[tuple[str, bytes]]:
    """Yield the name of every kept still, and its PNG."""
    for line in read_lines(recording.journal, JournalCheck()):
        if line.startswith(_STILL):
            entry = _json(line)
            yield f"{entry['name']}_{entry['frame']:06d}.png", base64.b64decode(entry["png"])


@dataclass(slots=True)
class _Parts:
    header: Mapping[str, Any] = field(default_factory=dict)
    frames: list[RecordedFrame] = field(default_factory=list)
    measured: list[int] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)
    end: Mapping[str, Any] | None = None

    def take(self, line: bytes, check: JournalCheck) -> None:
        try:
            self._take(_json(line))
        except (KeyError, TypeError, ValueError, IndexError):  # a line that somebody changed
            if check.lines not in check.changed:
                check.changed.append(check.lines)

    def _take(self, entry: Mapping[str, Any]) -> None:
        kind = entry["kind"]
        if kind == "header":
            setup_of(entry["setup_toml"])
            if "held" in entry:
                as_held(entry["held"])
            self.header = entry
        elif kind == "chunk":
            frames = [_frame(row) for row in entry["frames"]]
            self.frames += frames
            self.measured += entry["measured"]
            self.failed |= {int(index): str(words) for index, words in entry["failed"]}
            self.events += [
                Event(one["event"], one["frame"], one["at_s"], one["parameters"]) for one in entry["events"]
            ]
            self.counts = entry["counts"]
        elif kind == "end":
            self.end, self.counts = entry, entry["counts"]


def _frame(row: list[Any]) -> RecordedFrame:
    index, t_s, arrived_s, video_ms, picture = row
    return RecordedFrame(index, nan if t_s is None else float(t_s), float(arrived_s), int(video_ms), picture)


def _json(line: bytes) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = json.loads(line)
    return entry
