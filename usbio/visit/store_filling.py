"""Fills the store from the journal, on a thread of its own: whatever ails the store, the journal goes on."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from usbio.errors import UsbioError, said_of
from usbio.visit.facts import Fact
from usbio.visit.visit_file import read_visit

_log = logging.getLogger(__name__)

RETRY_S, LONGEST_RETRY_S = 1.0, 30.0
_MOST_HELD = 600  # facts; beyond, they are read from the journal again


class FactStore(Protocol):
    """What visits are looked up in. Whatever fails is a `UsbioError` in words."""

    def filled(self, visit: str) -> int:
        """Return how many facts of a visit it holds."""
        ...

    def fill(self, visit: str, first: int, facts: Sequence[Fact | None], size: int) -> int:
        """Take facts of which ``first`` is the place of the first one in the journal of ``size`` bytes.

        Those it holds already are passed over. Where some before the first are missing, none is taken.
        Returns how many it holds now.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Batch:
    first: int
    facts: tuple[Fact, ...]
    size: int


def fill_from_journal(store: FactStore, folder: Path) -> int:
    """Bring what a store holds of a visit up to its journal; return how many facts were new to it."""
    visit = read_visit(folder)
    held = store.filled(folder.name)
    if held < len(visit.facts):
        store.fill(folder.name, held, visit.facts[held:], visit.check.size)
    return len(visit.facts) - held


class StoreFilling:
    """Takes what stands in the journal, and fills the store with it as soon as that can be."""

    def __init__(self, store: FactStore, folder: Path) -> None:
        self._store, self._folder = store, folder
        self._changed = threading.Condition()
        self._batches: deque[_Batch] = deque()
        self._from_journal = True  # first of all: the store may be behind, or be new
        self._closed = False
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, name="store filling", daemon=True)
        self._thread.start()

    def offer(self, first: int, facts: Sequence[Fact], size: int) -> None:
        """Hand over facts that lie on the disk; never waits."""
        with self._changed:
            if sum(len(one.facts) for one in self._batches) > _MOST_HELD:
                self._batches.clear()
                self._from_journal = True
            self._batches.append(_Batch(first, tuple(facts), size))
            self._changed.notify()

    def close(self, timeout_s: float) -> bool:
        """Take nothing more; True where the store holds everything. What it lacks is filled in later."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive() and not self.trouble

    def _run(self) -> None:
        wait_s = RETRY_S
        while self._next():
            self.trouble = self._tried()
            if not self.trouble:
                wait_s = RETRY_S
                continue
            with self._changed:
                if self._closed:
                    return
                self._changed.wait_for(lambda: self._closed, wait_s)
            wait_s = min(2.0 * wait_s, LONGEST_RETRY_S)

    def _next(self) -> bool:
        """Wait for something to fill in; False where nothing will come any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._from_journal or bool(self._batches))
            return self._from_journal or bool(self._batches)

    def _tried(self) -> str:
        """Fill in what waits; return in words why it cannot be."""
        try:
            if self._from_journal:
                fill_from_journal(self._store, self._folder)
                self._from_journal = False
            while self._batches:
                one = self._batches[0]
                if self._store.fill(self._folder.name, one.first, one.facts, one.size) < one.first:
                    fill_from_journal(self._store, self._folder)
                with self._changed:
                    if self._batches and self._batches[0] is one:
                        self._batches.popleft()
        except UsbioError as error:
            return str(error)
        except Exception as error:  # the thread's last line
            _log.exception("the store could not be filled")
            return said_of(error)
        return ""
