"""Bring files to the disk beside those who write them: a disk that is slow to sync holds up nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from usbio.recording.synced_file import SyncedFile

SYNC_S = 0.3  # between two syncs: what a power cut costs, beside the sync's own time


class Syncer:
    """A thread that syncs files in their order, over and over. The first `OSError` is kept and ends it."""

    def __init__(self, files: Sequence[SyncedFile], clock: Callable[[], float] = time.perf_counter) -> None:
        self._files = tuple(files)
        self._clock = clock
        self._stopping = threading.Event()
        self._began_s: float | None = None  # of a sync that is under way
        self.error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="sync recording", daemon=True)
        self._thread.start()

    def lag_s(self, now_s: float) -> float:
        """Return how long the disk has not answered; may be asked from any thread."""
        began_s = self._began_s
        return now_s - began_s if began_s is not None else 0.0

    def stop(self) -> None:
        """Let it end, and wait for the sync that is under way. May be called twice."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SYNC_S):
            self._began_s = self._clock()
            try:
                for file in self._files:
                    file.sync()
            except OSError as error:
                self.error = error
                return
            finally:
                self._began_s = None
