"""The files of a recording while it is made: video first, then the lines of the journal that speak of it."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import isfinite
from pathlib import Path

import cv2
import numpy as np
import tomli_w

from segmentation.results import Picture
from usbio import __version__
from usbio.columns import SCHEMA_VERSION
from usbio.errors import OutputError, output_error
from usbio.frames import Frame
from usbio.recording.film import Film
from usbio.recording.journal import Journal, packed
from usbio.recording.measured_lines import Line, as_line, borders_line, held_line, number
from usbio.recording.place import JOURNAL, VIDEO
from usbio.recording.plan import RecordingPlan
from usbio.recording.room import RESERVE, Reserve, Room, free_bytes
from usbio.recording.synced_file import SyncedFile
from usbio.recording.syncer import Syncer
from usbio.sample import Counts, Sample
from usbio.setup import SetupFile

FRAME_FIELDS = ("frame", "time_s", "arrived_s", "video_ms", "picture")
_CLOCK_NOTE = (
    "arrived_s and measured_s count from 'began' on the computer's steady clock (time.perf_counter); "
    "time_s is the source's own time from the first picture; video_ms is the picture's stamp in the video"
)
GONE = "its folder or its disk was taken away while it was recorded"
NEARLY_FULL = "the disk is nearly full"


@dataclass(frozen=True, slots=True)
class Start:
    """The one moment that is known both by the wall and by the clock."""

    began: datetime  # with zone
    zero_s: float  # the same on the clock


class RecordingFolder:
    """Everything that is written while recording; for one thread. Failures are `OSError` or `OutputError`."""

    def __init__(self, plan: RecordingPlan, folder: Path, start: Start, room: Room) -> None:
        self.path = folder
        self._plan, self._start, self._room = plan, start, room
        self._reserve = Reserve(folder / RESERVE, room.reserve_bytes)
        self._files: list[SyncedFile] = []
        self._syncer: Syncer | None = None
        try:
            self._journal = Journal(self._open(JOURNAL))
            self._journal.write(header(plan, start))
            self._journal.sync()
            self._film = Film(self._open(VIDEO), plan.size_px, plan.fps, plan.codec)
            self._syncer = Syncer(self._files[::-1])  # the video first, then what speaks of it
        except OSError as error:
            self.release()
            raise output_error(folder, error) from error
        self._film_fails = False
        self.ended = False
        self._waiting: list[list[object]] = []  # of the journal, for pictures that were handed to the film
        # Packed one by one as they come: a whole chunk at once would hold up whoever measures and draws.
        self._values: list[str] = []
        self._borders: list[str] = []
        self._measured: list[int] = []
        self._failed: list[list[object]] = []
        self._events: list[Line] = []
        self._last_ms = self._last_index = -1
        self._run: int | None = None
        self.counts = Counts()
        self.recorded = 0  # pictures that the journal speaks of
        self.seconds = 0.0
        self.free = free_bytes(folder)

    def _open(self, name: str) -> SyncedFile:
        file = SyncedFile(self.path / name)
        self._files.append(file)
        return file

    @property
    def bytes(self) -> int:
        """What was written so far."""
        return sum(file.size for file in self._files)

    # what comes in

    def picture(self, frame: Frame) -> None:
        """Write one picture; its line waits until the picture is safe."""
        arrived_s = frame.arrived_s - self._start.zero_s
        shown_s = frame.t_s if isfinite(frame.t_s) else arrived_s
        stamp_ms = max(self._last_ms + 1, round(shown_s * 1000.0))
        try:
            self._film.add(frame.image, stamp_ms)
        except OSError:
            self._film_fails = True
            raise
        digest = picture_hash(frame.image)
        self._waiting.append([frame.index, number(frame.t_s), round(arrived_s, 6), stamp_ms, digest])
        lost = frame.index - self._last_index - 1 if self._last_index >= 0 else 0
        self._last_index, self._last_ms = frame.index, stamp_ms
        self.counts = replace(
            self.counts, delivered=self.counts.delivered + 1, lost=self.counts.lost + max(lost, 0)
        )
        self.seconds = stamp_ms / 1000.0

    def measured(self, sample: Sample) -> None:
        """Take what was measured in one picture, or why nothing was."""
        index, counts = sample.frame.index, self.counts
        if sample.result is None:
            self._failed.append([index, sample.fault])
            self.counts = replace(counts, failed=counts.failed + 1)
            return
        if self._run is not None and sample.run != self._run:
            self.event("restarted", index, sample.measured_s, {})
        self._run = sample.run
        self._values.append(packed(as_line(index, sample.measured_s - self._start.zero_s, sample.result)))
        self._borders.append(packed(borders_line(index, sample.result)))
        self._measured.append(index)
        new = counts.new + bool(sample.result.new_picture)
        self.counts = replace(counts, measured=counts.measured + 1, new=new)

    def event(self, kind: str, frame: int, at_s: float, parameters: Mapping[str, object]) -> None:
        """Take what happened at a picture."""
        at = round(at_s - self._start.zero_s, 6)
        self._events.append({"event": kind, "frame": frame, "at_s": at, "parameters": dict(parameters)})

    def still(self, name: str, frame: int, picture: Picture) -> None:
        """Keep a region that may be kept, in the journal."""
        _, packed = cv2.imencode(".png", picture)
        png = base64.b64encode(packed.tobytes()).decode()
        self._journal.write({"kind": "still", "name": name, "frame": frame, "png": png})

    # what goes to the disk

    def chunk(self, everything: bool = False) -> None:
        """Write the lines that speak of pictures in the file; raise where it cannot go on.

        Nothing waits for the disk here: whatever is written outlives the program, and the syncer brings it
        to the disk, the video first. Should a power cut take pictures that lines speak of, reading says so.
        """
        if self._syncer is not None and self._syncer.error is not None:
            raise self._syncer.error
        if any(file.gone for file in self._files):
            raise OutputError(self.path, GONE, "look for the disk; what it holds is valid")
        self.free = free_bytes(self.path)
        if self.free < self._room.stop_below_bytes and not everything:
            raise OutputError(
                self.path, "the disk is nearly full", "free some space or choose another folder"
            )
        self._write_lines()

    def disk_lag_s(self, now_s: float) -> float:
        """Return how long the disk has not answered."""
        return self._syncer.lag_s(now_s) if self._syncer is not None else 0.0

    @property
    def _film_file(self) -> SyncedFile:
        return self._files[1]

    def _write_lines(self) -> None:
        safe = len(self._waiting) - (self._film.pictures - self._film.safe)
        rows = self._waiting[:safe]
        if not (rows or self._values or self._failed or self._events):
            return
        if self._values:
            self._journal.write_frames("borders", self._borders)
            self._journal.write_frames("values", self._values)
        entry = {
            "kind": "chunk",
            "frames": rows,
            "measured": self._measured,
            "failed": self._failed,
            "events": self._events,
            "counts": self.told_counts() | {"recorded": self.recorded + len(rows)},
        }
        self._journal.write(entry)
        # Only now: what could not be written is tried once more with the end.
        self.recorded += len(rows)
        self._waiting = self._waiting[safe:]
        self._values, self._borders, self._measured = [], [], []
        self._failed, self._events = [], []

    def told_counts(self) -> dict[str, int]:
        """Return what became of the frames; those under way are not dropped yet."""
        return asdict(self.counts) | {"recorded": self.recorded}

    def end(self, reason: str, more: Mapping[str, object]) -> None:
        """Write the end, as far as that is possible: with a reason where nobody wished it so."""
        self.ended = True
        self._reserve.release()
        whole = self._close_film()
        counts = self.counts
        self.counts = replace(counts, dropped=max(counts.delivered - counts.measured - counts.failed, 0))
        self._write_lines()
        self._journal.write(
            {"kind": "end", "reason": reason, "video_whole": whole, "counts": self.told_counts(), **more}
        )
        self._journal.sync()

    def _close_film(self) -> bool:
        if not self._film_fails:
            try:
                self._film.close()
                self._film_file.sync()
            except OSError:
                self._film_fails = True
        if self._film_fails:
            self._film.give_up()
        return not self._film_fails

    @property
    def seal(self) -> str:
        """Of the journal's last line."""
        return self._journal.seal

    def release(self) -> None:
        """Close what is open, and give the reserve free."""
        self._reserve.release()
        if self._syncer is not None:
            self._syncer.stop()
        for file in self._files:
            file.close()


def header(plan: RecordingPlan, start: Start) -> Line:
    """Return the first line: everything that holds for the whole recording."""
    return {
        "kind": "header",
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "began": start.began.isoformat(timespec="milliseconds"),
        "clock": _CLOCK_NOTE,
        **({"pair": plan.pair, "clock_began_s": start.zero_s} if plan.pair else {}),
        **({"held": held_line(plan.held)} if plan.held is not None else {}),
        "source": plan.source,
        "view": plan.view,
        "size_px": list(plan.size_px),
        "fps": number(plan.fps),
        "codec": plan.codec,
        "frame_fields": list(FRAME_FIELDS),
        "setup_toml": tomli_w.dumps(plan.setup.model_dump(exclude_none=True)),
    }


def setup_of(text: str) -> SetupFile:
    """Return the setup that stands in a header."""
    return SetupFile.model_validate(tomllib.loads(text))


def picture_hash(picture: Picture) -> str:
    """Return the hash by which a picture of the video is known again, where the video is lossless."""
    return hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=8).hexdigest()
