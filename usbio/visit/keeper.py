"""Keeps what happens in a visit: whoever hands a fact over never waits, and one thread writes the journal."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from segmentation.results import Picture
from usbio.errors import OutputError, output_error, said_of
from usbio.private_file import write_private_bytes
from usbio.recording.inbox import Inbox
from usbio.visit.fact_journal import FactJournal
from usbio.visit.facts import Fact, SecondSeen, StillKept, Troubled, VisitBegun
from usbio.visit.store_filling import FactStore, StoreFilling

_log = logging.getLogger(__name__)

SYNC_S = 0.4  # at the latest, while anything comes
RETRY_S = 0.25
MOST_BYTES = 256_000_000  # of frames and pictures that wait: half an hour of two sides at 60 Hz
LOST_SECONDS = "visit.trouble.seconds_lost"
UNWRITABLE = "visit.trouble.unwritable"
_ROW_BYTES = 450  # about what the values of one muscle in one picture take in memory
_SILENT_S = 2.0  # of the disk, until it is said
_HELD = "free some space: until then everything is held in memory, and lost if the program ends"
_AWAY = "put the disk back: until then everything is held in memory, and lost if the program ends"


@dataclass(frozen=True, slots=True, eq=False)
class _Still:
    fact: StillKept
    picture: Picture


class VisitKeeper:
    """The journal of one visit, begun or gone on with, and the store that is filled from it.

    The constructor raises `OutputError` where no journal can be opened. `keep` and `keep_still` may be
    called from any thread, and nothing they hand over is dropped; only `close` may wait.
    """

    def __init__(
        self, folder: Path, store: FactStore | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.folder = folder
        self._clock = clock
        self._inbox: Inbox[Fact | _Still] = Inbox(MOST_BYTES)
        self._journal = FactJournal(folder)
        self._waiting: list[Fact | _Still] = []  # taken out of the inbox, but not written yet
        self._unsynced: list[Fact] = []
        self._synced_s = clock()
        self._newest_s = 0.0  # of the facts
        self._refused = 0
        self._trouble = ""
        self._stuck = False  # nothing can be written; trouble may also be of a picture alone
        self._filling = StoreFilling(store, folder) if store is not None else None
        self._thread = threading.Thread(target=self._run, name=f"visit {folder.name}", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        """Why what happens cannot be written down at the moment, and what to do; "" where it is."""
        if self._trouble:
            return self._trouble
        oldest_s = self._inbox.oldest_s()
        silent_s = 0.0 if oldest_s is None else self._clock() - oldest_s
        if silent_s < _SILENT_S:
            return ""
        return f"{self.folder}: its disk has not answered for {silent_s:.0f} s; {_AWAY}"

    @property
    def store_trouble(self) -> str:
        """Why visits cannot be looked up at the moment. Nothing is lost: the journal has it all."""
        return self._filling.trouble if self._filling is not None else ""

    def keep(self, fact: Fact) -> None:
        """Have a fact written down; never waits."""
        if isinstance(fact, VisitBegun) and fact.visit != self.folder.name:
            raise ValueError(f"a visit lies in the folder of its name: {fact.visit}, not {self.folder.name}")
        # What people do is always taken: only frames can be so many that they have to be let go.
        size = len(fact.rows) * _ROW_BYTES if isinstance(fact, SecondSeen) else 0
        self._refused += not self._inbox.put(fact, size, self._clock())

    def keep_still(self, still: StillKept, picture: Picture) -> None:
        """Have a picture written into the visit's folder, and then the fact that it lies there."""
        if Path(still.file).name != still.file or not still.file.endswith(".png"):
            raise ValueError(f"a plain file name that ends with .png is expected, not {still.file}")
        self._refused += not self._inbox.put(_Still(still, picture), picture.nbytes, self._clock())

    def close(self, timeout_s: float = 5.0) -> bool:
        """Take nothing more; True once everything is on the disk. Otherwise it goes on trying: ask again.

        What the store still lacks then is filled in at the next start.
        """
        self._inbox.close()
        until_s = self._clock() + timeout_s
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            return False
        if self._filling is not None:
            self._filling.close(max(until_s - self._clock(), 0.0))
        return not self._trouble

    # the writer's thread

    def _run(self) -> None:
        try:
            while not (self._inbox.finished and not self._waiting and not self._unsynced):
                self._take()
                self._write_out()
        except Exception as error:  # the thread's last line
            _log.exception("the keeper of a visit failed")
            self._trouble = f"{self.folder}: {said_of(error)}; end the program and go on with the visit"
        finally:
            self._journal.close()

    def _take(self) -> None:
        """Wait for what comes. While nothing can be written it stays in the inbox, which is bounded."""
        if self._stuck or self._inbox.finished:
            time.sleep(RETRY_S)
            return
        item = self._inbox.take(SYNC_S / 2)
        while item is not None:
            self._waiting.append(item)
            item = self._inbox.take(0.0)

    def _write_out(self) -> None:
        try:
            self._journal.come_back()
            self._trouble = self._write_waiting()
            self._sync_where_due()
            self._stuck = False
        except OSError as error:
            self._stuck, self._trouble = True, self._words(error)
        except OutputError as error:
            self._stuck, self._trouble = True, str(error)

    def _write_waiting(self) -> str:
        """Write what waits. A picture that there is no room for holds up no fact; return why it waits."""
        later: list[Fact | _Still] = []
        trouble = ""
        while self._waiting:
            item = self._waiting[0]
            if isinstance(item, _Still):
                if why := self._still_trouble(item):
                    later.append(item)
                    trouble = why
                else:
                    self._write(item.fact)
            else:
                self._write(item)
            del self._waiting[0]
        self._waiting += later
        return trouble

    def _still_trouble(self, still: _Still) -> str:
        try:
            write_private_bytes(self.folder / still.fact.file, _png(still.picture))
        except OutputError as error:
            return f"{error.what}: {error.happened}; {_HELD}"
        return ""

    def _write(self, fact: Fact) -> None:
        self._newest_s = max(self._newest_s, fact.at_s)
        if self._refused:
            words = f"{self._refused} seconds of frames could not be kept: there was no room for too long"
            self._append(Troubled(self._newest_s, LOST_SECONDS, words))
            self._refused = 0
        try:
            self._append(fact)
        except (ValueError, TypeError):  # our bug, and no reason to lose what comes after it
            _log.exception("a fact could not be written: %r", fact)
            self._append(Troubled(self._newest_s, UNWRITABLE, fact.kind))

    def _append(self, fact: Fact) -> None:
        self._journal.write(fact)
        self._unsynced.append(fact)

    def _sync_where_due(self) -> None:
        """Frames may wait a moment for the disk, what people did may not."""
        matters = any(not isinstance(fact, SecondSeen) for fact in self._unsynced)
        now_s = self._clock()
        if not self._unsynced or not (matters or now_s - self._synced_s >= SYNC_S or self._inbox.finished):
            return
        self._journal.sync()
        self._synced_s = now_s
        if self._filling is not None:
            first = self._journal.facts - len(self._unsynced)
            self._filling.offer(first, self._unsynced, self._journal.size)
        self._unsynced = []

    def _words(self, error: OSError) -> str:
        told = output_error(self.folder, error)
        return f"{told.what}: {told.happened}; {_HELD if 'full' in told.happened else _AWAY}"


def _png(picture: Picture) -> bytes:
    _, packed = cv2.imencode(".png", picture)
    return packed.tobytes()
