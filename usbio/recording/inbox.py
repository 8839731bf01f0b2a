"""What waits to be written: bounded, nothing dropped, and nobody who puts something in ever waits."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """A queue from any thread to one, bounded by bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._changed = threading.Condition()
        self._items: deque[tuple[T, int, float]] = deque()
        self._bytes = 0
        self._closed = False

    def put(self, item: T, size: int, now_s: float) -> bool:
        """Put one in; False where it is full. A closed one takes nothing more, and says nothing of it."""
        with self._changed:
            if self._closed:
                return True
            if self._items and self._bytes + size > self._most:
                return False
            self._items.append((item, size, now_s))
            self._bytes += size
            self._changed.notify()
            return True

    def take(self, timeout_s: float) -> T | None:
        """Return the oldest, or None where nothing came in time."""
        with self._changed:
            if not self._items and not self._closed:
                self._changed.wait(timeout_s)
            if not self._items:
                return None
            item, size, _ = self._items.popleft()
            self._bytes -= size
            return item

    def oldest_s(self) -> float | None:
        """Return when the oldest that waits was put in; None where nothing waits."""
        with self._changed:
            return self._items[0][2] if self._items else None

    def close(self) -> None:
        """Take nothing more; what waits may still be taken out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def clear(self) -> list[T]:
        """Take nothing more, and give up what waits."""
        with self._changed:
            left = [item for item, _, _ in self._items]
            self._closed = True
            self._items.clear()
            self._bytes = 0
            self._changed.notify_all()
            return left

    @property
    def finished(self) -> bool:
        """True when it is closed and nothing waits."""
        with self._changed:
            return self._closed and not self._items
