"""How old frames were when they were measured and when they were painted, over the last minutes."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

_KEPT = 36_000  # ten minutes at 60 pictures a second


class FrameAges:
    """Ages since a moment, as percentiles; may be written and read by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ages: dict[str, deque[float]] = {}

    def add(self, what: str, age_s: float) -> None:
        """Remember one age: of a frame that was ``measured`` or ``drawn``."""
        with self._lock:
            self._ages.setdefault(what, deque(maxlen=_KEPT)).append(age_s)

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._ages.clear()

    def summary_ms(self) -> dict[str, float]:
        """Return median, 95th percentile and maximum of each kind, in ms."""
        with self._lock:
            found = {what: np.array(ages) * 1000.0 for what, ages in self._ages.items()}
        told: dict[str, float] = {}
        for what, ages_ms in found.items():
            for name, value in (
                ("median", np.median(ages_ms)),
                ("p95", np.percentile(ages_ms, 95)),
                ("max", ages_ms.max()),
            ):
                told[f"{what}_{name}_ms"] = round(float(value), 1)
        return told
