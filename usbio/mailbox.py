"""A one-place mailbox between two threads: the newest item wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """A one-place mailbox: `put` never waits, `take` gets the newest item once.

    Any thread may call any method. An item that is overwritten before it was taken counts as dropped.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._closed = False
        self._dropped = 0

    def put(self, item: T) -> None:
        """Leave an item, replacing one that nobody took; once closed it counts as dropped itself."""
        with self._changed:
            if self._closed:
                self._dropped += 1
                return
            self._dropped += self._item is not None
            self._item = item
            self._changed.notify()

    def take(self) -> T | None:
        """Return the newest item, or None; never waits."""
        with self._changed:
            item, self._item = self._item, None
            return item

    def wait(self, timeout_s: float) -> T | None:
        """Return the newest item as soon as there is one, or None after the timeout or when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._closed, timeout_s)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Take nothing more; what lies in the box can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def discard(self) -> None:
        """Close, and count what lies in the box as dropped."""
        with self._changed:
            self._dropped += self._item is not None
            self._item = None
        self.close()

    @property
    def dropped(self) -> int:
        """How many items were overwritten before anybody took them."""
        with self._changed:
            return self._dropped

    @property
    def finished(self) -> bool:
        """True when closed and empty: nothing will come any more."""
        with self._changed:
            return self._closed and self._item is None
