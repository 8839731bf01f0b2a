"""Keeps what happens in a visit: whoever hands a fact over never waits, and one thread writes the journal."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from segmentation.results import Picture
from usbio.errors import OutputError, said_of
from usbio.recording.inbox import Inbox
from usbio.visit.fact_journal import FactJournal
from usbio.visit.facts import Fact, SecondSeen, StillKept, Troubled, VisitBegun
from usbio.visit.settler import AWAY, RETRY_S, Settler, Still, disk_words
from usbio.visit.store_filling import FactStore, StoreFilling

_log = logging.getLogger(__name__)

_LOOK_UP_S = 0.2
_SETTLING_S = 0.01
MOST_BYTES = 256_000_000  # of frames and pictures that wait: half an hour of two sides at 60 Hz
LOST_SECONDS = "visit.trouble.seconds_lost"
UNWRITABLE = "visit.trouble.unwritable"
_ROW_BYTES = 450  # about what the values of one muscle in one picture take in memory
_SILENT_S = 2.0  # of the disk, until it is said


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
        self._inbox: Inbox[Fact | Still] = Inbox(MOST_BYTES)
        self._journal = FactJournal(folder)
        self._waiting: list[Fact | Still] = []  # taken out of the inbox, but not written yet
        self._newest_s = 0.0  # of the facts
        self._refused = 0
        self._trouble = ""
        self._filling = StoreFilling(store, folder) if store is not None else None
        self._settler = Settler(folder, self._journal.sync, self._fill_in, clock)
        self._thread = threading.Thread(target=self._run, name=f"visit {folder.name}", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        """Why what happens cannot be written down at the moment, and what to do; "" where it is."""
        if self._trouble or self._settler.trouble:
            return self._trouble or self._settler.trouble
        oldest_s = self._inbox.oldest_s()
        waits_s = 0.0 if oldest_s is None else self._clock() - oldest_s
        silent_s = max(waits_s, self._settler.lag_s())
        if silent_s < _SILENT_S:
            return ""
        return f"{self.folder}: its disk has not answered for {silent_s:.0f} s; {AWAY}"

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
        self._refused += not self._inbox.put(Still(still, picture), picture.nbytes, self._clock())

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
        return not self.trouble

    # the writer's thread

    def _run(self) -> None:
        try:
            while not (self._inbox.finished and not self._waiting and self._settler.settled):
                self._take()
                self._write_out()
        except Exception as error:  # the thread's last line
            _log.exception("the keeper of a visit failed")
            self._trouble = f"{self.folder}: {said_of(error)}; end the program and go on with the visit"
        finally:
            self._settler.close()
            self._journal.close()

    def _take(self) -> None:
        """Wait for what comes. While nothing can be written it stays in the inbox, which is bounded."""
        if self._trouble:
            time.sleep(RETRY_S)
            return
        if self._inbox.finished:  # the disk is waited for
            self._settler.hurry()
            time.sleep(_SETTLING_S)
        item = self._inbox.take(_LOOK_UP_S)
        while item is not None:
            self._waiting.append(item)
            item = self._inbox.take(0.0)
        self._waiting += self._settler.take_kept()

    def _write_out(self) -> None:
        try:
            self._journal.come_back()
            while self._waiting:
                self._write(self._waiting[0])
                del self._waiting[0]
            self._trouble = ""
        except (OSError, OutputError) as error:
            self._trouble = disk_words(self.folder, error)

    def _write(self, item: Fact | Still) -> None:
        if isinstance(item, Still):
            self._settler.add_still(item)
            return
        self._newest_s = max(self._newest_s, item.at_s)
        if self._refused:
            words = f"{self._refused} seconds of frames could not be kept: there was no room for too long"
            self._append(Troubled(self._newest_s, LOST_SECONDS, words))
            self._refused = 0
        try:
            self._append(item)
        except (ValueError, TypeError):  # our bug, and no reason to lose what comes after it
            _log.exception("a fact could not be written: %r", item)
            self._append(Troubled(self._newest_s, UNWRITABLE, item.kind))

    def _append(self, fact: Fact) -> None:
        place = self._journal.facts
        self._journal.write(fact)
        self._settler.wrote(place, fact, self._journal.size)

    def _fill_in(self, first: int, facts: Sequence[Fact], size: int) -> None:
        """Take to the store what lies on the disk; on the settler's thread."""
        if self._filling is not None:
            self._filling.offer(first, facts, size)
