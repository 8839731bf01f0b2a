"""A recording as a source: true time stamps, its own numbering with its gaps, and what is readable of it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from segmentation.results import SIDES, Picture, Side
from usbio.decoding import Decoded, decode
from usbio.errors import ClipDamaged, InputError
from usbio.frames import Frame
from usbio.luma import published
from usbio.recording.contents import RecordedFrame, Recording, read_recording
from usbio.recording.folder import picture_hash
from usbio.sources.clip_info import ClipInfo


@dataclass(frozen=True, slots=True)
class Replay:
    """How a recording was measured live: which pictures, and what changed before one of them."""

    measured: frozenset[int]
    restarted: frozenset[int]  # frames with which measuring began anew
    confirmed: tuple[tuple[int, frozenset[Side]], ...]  # from this frame on

    def confirmed_at(self, after: int, index: int) -> frozenset[Side] | None:
        """Return the sides that were confirmed between a picture and a later one; None where none was."""
        found = [sides for frame, sides in self.confirmed if after < frame <= index]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class RecordingClip:
    """The pictures of a recording; of those that cannot be read, the end says how many."""

    recording: Recording
    threads: int | None = None  # that may decode it
    only: frozenset[int] | None = field(default=None, repr=False)  # frames that are wanted; None: all

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.recording.folder

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.path.name

    def info(self) -> ClipInfo:
        """Say what its journal says."""
        width, height = self.recording.header["size_px"]
        count = len(self.recording.frames if self.only is None else self.only)
        return ClipInfo(width, height, count, self.recording.header["fps"], "recording")

    def replay(self) -> Replay:
        """Return how it was measured live."""
        recording = self.recording
        events = recording.events
        confirmed = tuple(
            (e.frame, _sides(e.parameters.get("sides"))) for e in events if e.kind == "confirmed"
        )
        restarted = frozenset(event.frame for event in events if event.kind == "restarted")
        return Replay(frozenset(recording.measured), restarted, confirmed)

    def measured_live(self) -> RecordingClip:
        """Return the same clip with only the pictures that were measured live."""
        return replace(self, only=frozenset(self.recording.measured))

    def frames(self) -> Generator[Frame]:
        """Yield the pictures; raise `ClipDamaged` after the last where it was interrupted or damaged."""
        run = _Run(self.recording)
        with closing(decode(self.recording.video, self.threads)) as pictures:
            for row, picture in run.known(pictures):
                if self.only is None or row.index in self.only:
                    yield Frame(row.index, row.t_s, time.perf_counter(), picture)
        run.check_end()

    def picture_fault(self) -> str:
        """Read all pictures, and return in words what is wrong with some; "" where all are as recorded."""
        run = _Run(self.recording)
        with closing(decode(self.recording.video, self.threads)) as pictures:
            for _ in run.known(pictures):
                pass
        return "; ".join(run.picture_faults())


class _Run:
    """Pictures of the video found in the journal by their stamps, and the counts its end is judged by."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._rows = {row.video_ms: row for row in recording.frames}
        self._width, self._height = recording.header["size_px"]
        self._found = self._other = 0

    def known(self, pictures: Iterator[Decoded]) -> Iterator[tuple[RecordedFrame, Picture]]:
        try:
            for decoded in pictures:
                row = self._rows.get(decoded.stamp if decoded.stamp is not None else -1)
                if row is None:  # later than the last line of the journal
                    continue
                picture = published(decoded.image[: self._height, : self._width])  # without what made it even
                if self._recording.codec == "ffv1" and picture_hash(picture) != row.picture:
                    self._other += 1
                    continue
                self._found += 1
                yield row, picture
        except ClipDamaged:  # said better below: the journal knows what is missing
            pass

    def picture_faults(self) -> list[str]:
        wrong = []
        if self._other:
            wrong.append(f"{self._other} of its pictures are not as they were recorded and were left out")
        if missing := len(self._rows) - self._found - self._other:
            wrong.append(f"{missing} of its {len(self._rows)} pictures cannot be read")
        return wrong

    def check_end(self) -> None:
        recording, wrong = self._recording, self.picture_faults()
        if recording.check.changed:
            lines = ", ".join(map(str, recording.check.changed[:5]))
            wrong.append(f"its journal was changed after it was written (line {lines})")
        if recording.interrupted:
            wrong.append(f"it was interrupted after {len(self._rows)} pictures, {recording.seconds:.1f} s")
        if wrong:
            raise ClipDamaged(self._recording.folder, "; ".join(wrong), "what can be read was kept")


def open_recording(folder: Path, threads: int | None = None) -> RecordingClip:
    """Return the recording in a folder; one without a picture is an `InputError`."""
    recording = read_recording(folder)
    if not recording.frames:
        raise InputError(folder, "is a recording without a picture", "choose another one")
    return RecordingClip(recording, threads)


def _sides(named: object) -> frozenset[Side]:
    return frozenset(side for side in SIDES if isinstance(named, list) and side in named)
