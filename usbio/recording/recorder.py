"""Record a run: whoever hands something over never waits, one thread writes, and every end has its words."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from math import inf, isfinite
from pathlib import Path

from segmentation.results import Picture
from usbio.errors import OutputError, UsbioError, output_error
from usbio.frames import Frame
from usbio.recording.derived import rebuild
from usbio.recording.folder import RecordingFolder, Start
from usbio.recording.inbox import Inbox
from usbio.recording.plan import RecordingPlan, make_folder
from usbio.recording.room import MB, USUAL_ROOM, Room, minutes_of_room, refuse_small
from usbio.recording.status import RecordingState, RecordingStatus
from usbio.sample import Counts, Sample

_log = logging.getLogger(__name__)

CHUNK_S = 0.2  # between two chunks of the journal, while anything comes
INBOX_BYTES = 256 * MB  # 9 s of 800x600 at 60 pictures a second
_LOOK_UP_S = 0.1
_LAGS_S, _STUCK_S, _SILENT_S = 1.0, 2.0, 0.3
_SAMPLE_BYTES = 20_000  # about what a sample's borders hold
_FIRST_GUESS = {"ffv1": 0.45, "libx264": 0.08}  # bytes a pixel of noisy ultrasound

SLOW_DISK = "the disk was too slow"
SLOW_MACHINE = "pictures came faster than this machine packs them"
_FASTER = "record to a faster disk, or as H.264"
_LESS = "record as H.264, a smaller picture, or close other programs"


@dataclass(frozen=True, slots=True)
class _Event:
    kind: str
    frame: int
    at_s: float
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class _Still:
    name: str
    frame: int
    picture: Picture


_Item = Frame | Sample | _Event | _Still


class Recorder:
    """One recording, from its folder to its end.

    `add` raises an `OutputError` once it has stopped by itself; once somebody stopped it, nothing more is
    taken. Everything but the constructor may be called from any thread; only `stop` may wait, and not
    for longer than it is told.
    """

    def __init__(
        self,
        plan: RecordingPlan,
        clock: Callable[[], float] = time.perf_counter,
        *,
        bytes_per_picture: float | None = None,  # from a trial
        room: Room = USUAL_ROOM,
        inbox_bytes: int = INBOX_BYTES,
        new_folder: Callable[[RecordingPlan, datetime], Path] = make_folder,
    ) -> None:
        self._plan, self._clock, self._room = plan, clock, room
        per_picture = bytes_per_picture or _FIRST_GUESS[plan.codec] * plan.size_px[0] * plan.size_px[1]
        self._guess_bytes_per_s = per_picture * (plan.fps if isfinite(plan.fps) and plan.fps > 0 else 30.0)
        minutes = refuse_small(plan.parent, room, self._guess_bytes_per_s)
        start = Start(datetime.now().astimezone(), clock())
        folder = new_folder(plan, start.began)
        try:
            self._files = RecordingFolder(plan, folder, start, room)
        except OutputError:
            shutil.rmtree(folder, ignore_errors=True)  # it holds nothing yet
            raise
        self._inbox: Inbox[_Item] = Inbox(inbox_bytes)
        self._lock = threading.Lock()
        self._fault: OutputError | None = None
        self._reason = ""
        self._more: dict[str, object] = {}
        self._state: RecordingState = "recording"
        self._told = RecordingStatus("recording", "", 0, 0.0, 0, minutes, folder)
        self._moved_s = clock()
        self._thread = threading.Thread(target=self._run, name=f"record {folder.name}", daemon=True)
        self._thread.start()

    @property
    def folder(self) -> Path:
        """Where it is written."""
        return self._files.path

    # any thread

    def add(self, frame: Frame) -> None:
        """Take a picture."""
        if frame.image.shape != self._plan.size_px[::-1]:
            raise ValueError(f"expected pictures of {self._plan.size_px}, came {frame.image.shape[::-1]}")
        with self._lock:
            fault = self._fault
        fault = fault or self._hand(frame, frame.image.nbytes)
        if fault is not None:
            raise fault

    def note(self, sample: Sample) -> None:
        """Take what was measured in a picture, or why nothing was."""
        self._hand(sample, _SAMPLE_BYTES)

    def event(self, kind: str, frame: int, at_s: float | None = None, **parameters: object) -> None:
        """Take what happened at a picture, such as a ``marker`` with its words, or that borders are
        ``confirmed`` from this picture on; it happens now, or at a moment on this recorder's clock.
        """
        self._hand(_Event(kind, frame, self._clock() if at_s is None else at_s, parameters), _SAMPLE_BYTES)

    def keep(self, name: str, picture: Picture, frame: int) -> None:
        """Keep a region of the screen as a still; whoever calls it knows that it may be kept."""
        self._hand(_Still(name, frame, picture), picture.nbytes)

    def stop(
        self,
        reason: str = "",
        counts: Counts | None = None,
        age: Mapping[str, float] | None = None,
        timeout_s: float = 5.0,
    ) -> bool:
        """End it, for a reason where nobody wished so; True once everything is written.

        May be called again; the first reason holds. A disk that does not answer is left alone.
        """
        with self._lock:
            if self._state == "recording":
                self._state = "finishing"
                self._reason = reason
            if not self._more:
                run_counts = {"run_counts": asdict(counts)} if counts is not None else {}
                self._more = {**run_counts, "age_ms": dict(age or {})}
        self._inbox.close()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def status(self) -> RecordingStatus:
        """Say how it stands; the one who asks judges a disk that does not answer."""
        oldest_s, now = self._inbox.oldest_s(), self._clock()
        lag_s = self._files.disk_lag_s(now)
        with self._lock:
            told, silent_s = self._told, max(now - self._moved_s, lag_s)
            words, state = self._reason, self._state
        if self._thread.is_alive() and silent_s > _STUCK_S:
            words = words or f"the disk has not answered for {silent_s:.0f} s"
        elif state == "recording" and oldest_s is not None and now - oldest_s > _LAGS_S:
            words = f"the recording is {now - oldest_s:.1f} s behind"
        return RecordingStatus(
            state, words, told.recorded, told.seconds, told.bytes, told.minutes_left, told.folder
        )

    def oldest_s(self) -> float | None:
        """Return when the oldest that still waits to be written was handed over; None where nothing waits."""
        return self._inbox.oldest_s()

    def _hand(self, item: _Item, size: int) -> OutputError | None:
        """Let something be written, or return why not: a full inbox ends the recording, and drops nothing."""
        if self._inbox.put(item, size, self._clock()):
            return None
        return self._failed(self._too_slow())

    def _too_slow(self) -> OutputError:
        with self._lock:
            silent_s = self._clock() - self._moved_s
        disk = max(silent_s, self._files.disk_lag_s(self._clock())) > _SILENT_S
        return OutputError(self.folder, *((SLOW_DISK, _FASTER) if disk else (SLOW_MACHINE, _LESS)))

    def _failed(self, error: OutputError) -> OutputError:
        """Stop by itself, and return what to raise; the first fault is the one that is told."""
        with self._lock:
            self._fault = self._fault or error
            self._reason = self._reason or f"{error.happened}; {error.to_do}"
            if self._state in ("recording", "finishing"):
                self._state = "stopped"
            fault = self._fault
        self._inbox.close()
        return fault

    # writer thread

    def _run(self) -> None:
        try:
            self._write()
        except OutputError as error:
            self._failed(error)
        except OSError as error:
            self._failed(output_error(self.folder, error))
        except Exception as error:
            _log.exception("recording %s failed", self.folder)
            self._failed(OutputError(self.folder, f"recording failed ({error})", "see the log"))
        left = self._inbox.clear()
        self._finish(unwritten=sum(isinstance(item, Frame) for item in left))

    def _write(self) -> None:
        due_s = self._clock() + CHUNK_S
        while not self._inbox.finished:
            item = self._inbox.take(_LOOK_UP_S)
            if item is not None:
                self._take(item)
            if self._clock() >= due_s:
                self._files.chunk()
                due_s = self._clock() + CHUNK_S
            self._tell()
        self._files.chunk(everything=True)

    def _take(self, item: _Item) -> None:
        files = self._files
        if isinstance(item, Frame):
            files.picture(item)
        elif isinstance(item, Sample):
            files.measured(item)
        elif isinstance(item, _Event):
            files.event(item.kind, item.frame, item.at_s, item.parameters)
        else:
            files.still(item.name, item.frame, item.picture)

    def _tell(self) -> None:
        files = self._files
        written, seconds = files.bytes, files.seconds
        per_s = written / seconds if seconds > 1.0 else self._guess_bytes_per_s
        minutes = minutes_of_room(files.free, self._room, per_s)
        with self._lock:
            self._moved_s = self._clock()
            pictures = files.recorded if files.ended else files.counts.delivered
            self._told = RecordingStatus("recording", "", pictures, seconds, written, minutes, self.folder)

    def _finish(self, unwritten: int) -> None:
        """Write the end wherever that is still possible, and what can be made of the journal."""
        with self._lock:
            reason, more = self._reason, self._more
        try:
            self._files.end(reason, {**more, "unwritten": unwritten})
            self._tell()
            self._files.release()
            with self._lock:
                self._moved_s = inf  # tables of a long recording take their time, and not for the disk's sake
            rebuild(self.folder, replace=True)
        except (OSError, UsbioError) as error:
            _log.warning("the end of %s is not complete: %s", self.folder, error)
            if isinstance(error, OSError):
                error = output_error(self.folder, error)
            if not reason:
                self._failed(error if isinstance(error, OutputError) else OutputError(*error.args))
        except Exception:
            _log.exception("the end of %s", self.folder)
            self._failed(OutputError(self.folder, "its tables could not be made", "see the log"))
        self._files.release()
        with self._lock:
            if self._state == "finishing":
                self._state = "stopped" if self._reason else "finished"
