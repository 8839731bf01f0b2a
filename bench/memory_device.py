"""A device for benchmarks: pictures from memory, on a clock of its own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Sequence
from math import floor

from segmentation.results import Picture
from usbio.frames import Frame

_LOOK_UP_S = 0.2


class MemoryDevice:
    """Pictures forwards and backwards without end, so that motion never jumps.

    A picture arrives when it is due, whether anybody is awake by then or not: what the reading thread is late
    counts to the picture's age. Pictures overtaken before anybody read them are gaps in the numbers.
    """

    device = True
    name = "from memory"

    def __init__(self, pictures: Sequence[Picture], fps: float, later_s: float = 0.0) -> None:
        self._pictures = [*pictures, *pictures[-2:0:-1]]
        self._fps, self._later_s = fps, later_s
        self.late_s: deque[float] = deque(maxlen=100_000)  # from due to read

    def frames(self) -> Generator[Frame | None]:
        """Yield without end."""
        started_s, index = time.perf_counter() + self._later_s, 0
        while True:
            due_s = started_s + index / self._fps
            while (early_s := due_s - time.perf_counter()) > 0:
                time.sleep(min(early_s, _LOOK_UP_S))
                if early_s > _LOOK_UP_S:
                    yield None
            now_s = time.perf_counter()
            newest = max(floor((now_s - started_s) * self._fps), 0)
            index, due_s = newest, started_s + newest / self._fps
            self.late_s.append(now_s - due_s)
            yield Frame(index, index / self._fps, due_s, self._pictures[index % len(self._pictures)])
            index += 1
