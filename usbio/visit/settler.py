"""Waits for the disk, so that whoever writes the journal need not.

What is written outlives a killed program at once, and a power cut once it is settled.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from segmentation.results import Picture
from usbio.errors import OutputError, output_error, said_of
from usbio.private_file import write_private_bytes
from usbio.visit.facts import Fact, SecondSeen, StillKept

_log = logging.getLogger(__name__)

SYNC_S = 0.4  # at the latest, while anything comes; the sync's own time comes on top
RETRY_S = 0.25
HELD = "free some space: until then everything is held in memory, and lost if the program ends"
AWAY = "put the disk back: until then everything is held in memory, and lost if the program ends"

Synced = Callable[[int, Sequence[Fact], int], None]
"""Facts that lie on the disk now: the place of the first, the facts, the size of the journal."""


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A picture, and the fact that it lies in the visit's folder, once it does."""

    fact: StillKept
    picture: Picture


def disk_words(folder: Path, error: OSError | OutputError) -> str:
    """Return what keeps something from the disk, and what to do."""
    told = output_error(folder, error) if isinstance(error, OSError) else error
    return f"{told.what}: {told.happened}; {HELD if 'full' in told.happened else AWAY}"


class Settler:
    """A thread that brings the journal to the disk and writes stills. Nobody who calls it waits."""

    def __init__(
        self, folder: Path, sync: Callable[[], None], synced: Synced, clock: Callable[[], float]
    ) -> None:
        self._folder, self._sync, self._synced, self._clock = folder, sync, synced, clock
        self._changed = threading.Condition()
        self._written: list[Fact] = []
        self._first = self._size = 0
        self._due = self._closing = False
        self._stills: deque[Still] = deque()
        self._kept: list[StillKept] = []
        self._began_s: float | None = None  # of a sync that is under way
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, name=f"settle {folder.name}", daemon=True)
        self._thread.start()

    def wrote(self, place: int, fact: Fact, size: int) -> None:
        """Hear of a fact that stands in the journal. Only frames may wait a moment for the disk."""
        with self._changed:
            if not self._written:
                self._first = place
            self._written.append(fact)
            self._size = size
            self._due |= not isinstance(fact, SecondSeen)
            self._changed.notify_all()

    def add_still(self, still: Still) -> None:
        """Have a still written."""
        with self._changed:
            self._stills.append(still)
            self._changed.notify_all()

    def take_kept(self) -> list[StillKept]:
        """Return once which stills lie in the folder now."""
        with self._changed:
            kept, self._kept = self._kept, []
            return kept

    @property
    def settled(self) -> bool:
        """True where nothing waits."""
        with self._changed:
            return not (self._written or self._stills or self._kept)

    def lag_s(self) -> float:
        """Return how long the disk has not answered."""
        began_s = self._began_s
        return self._clock() - began_s if began_s is not None else 0.0

    def close(self) -> None:
        """Let it end once all is settled. May be called twice."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def hurry(self) -> None:
        """Settle at once what may wait a moment."""
        with self._changed:
            self._due = True
            self._changed.notify_all()

    def _run(self) -> None:
        while not (self._closing and self.settled):
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._due or bool(self._stills), SYNC_S)
            try:
                self.trouble = self._settle() or self._write_stills()
            except Exception as error:  # the thread's last line
                _log.exception("settling a visit failed")
                self.trouble = f"{self._folder}: {said_of(error)}"
            if self.trouble:
                time.sleep(RETRY_S)

    def _settle(self) -> str:
        with self._changed:
            facts, first, size = list(self._written), self._first, self._size
            self._due = False
        if not facts:
            return ""
        self._began_s = self._clock()
        try:
            self._sync()
        except OSError as error:
            return disk_words(self._folder, error)
        finally:
            self._began_s = None
        with self._changed:
            del self._written[: len(facts)]
            self._first += len(facts)
        self._synced(first, facts, size)
        return ""

    def _write_stills(self) -> str:
        while self._stills:
            still = self._stills[0]
            try:
                write_private_bytes(self._folder / still.fact.file, _png(still.picture))
            except OutputError as error:
                return disk_words(self._folder, error)
            with self._changed:
                self._stills.popleft()
                self._kept.append(still.fact)
        return ""


def _png(picture: Picture) -> bytes:
    _, packed = cv2.imencode(".png", picture)
    return packed.tobytes()
