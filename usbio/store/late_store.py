"""A store that is opened by whoever first fills it: a visit begins at once, with or without it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from usbio.store.catching_up import open_store
from usbio.store.store import Store
from usbio.visit.facts import Fact

_log = logging.getLogger(__name__)


class LateStore:
    """The store of a data folder, for keepers. Opening is tried again with each filling until it succeeds.

    Nothing is touched before: it may be made on the window's thread. Why it cannot be opened is said as the
    trouble of whoever fills it.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._store: Store | None = None

    def filled(self, visit: str) -> int:
        """Return how many facts of a visit it holds."""
        return self.opened().filled(visit)

    def fill(self, visit: str, first: int, facts: Sequence[Fact | None], size: int) -> int:
        """Take facts, as `Store.fill` does."""
        return self.opened().fill(visit, first, facts, size)

    def opened(self) -> Store:
        """Return the store, opened and brought up to the journals; this may take a while."""
        with self._lock:
            if self._store is None:
                self._store, troubles = open_store(self._data)
                for trouble in troubles:
                    _log.warning("%s", trouble)
            return self._store

    def close(self) -> None:
        """Release the file. May be called twice, and it may be used again."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store = None
