"""A process of its own that records, for the tests that kill it; it says when each picture was delivered."""

from __future__ import annotations

import time
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from tests.usbio.recorded import frames, plan, sample
from usbio.frames import Frame
from usbio.recording.plan import Codec
from usbio.recording.recorder import Recorder

SIZE_PX, FPS = (160, 120), 60.0


def record(parent: Path, codec: Codec, said: Connection) -> None:
    """Record noise at 60 pictures a second until somebody ends it; say the folder, then of each picture
    its number, the moment, and how far the recorder is behind, as its status says it.
    """
    shown = frames(8, SIZE_PX)
    recorder = Recorder(plan(parent, SIZE_PX, codec, fps=FPS))
    said.send(recorder.folder)
    began_s = time.perf_counter()
    for index in count():
        time.sleep(max(began_s + index / FPS - time.perf_counter(), 0.0))
        frame = Frame(index, index / FPS, time.perf_counter(), shown[index % len(shown)].image)
        recorder.add(frame)
        recorder.note(sample(frame))
        waiting_s = recorder.oldest_s()
        said.send((index, time.time(), 0.0 if waiting_s is None else time.perf_counter() - waiting_s))
