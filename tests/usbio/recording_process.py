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

SIZE_PX, FPS = (320, 240), 60.0


def record(parent: Path, codec: Codec, said: Connection) -> None:
    """Record noise at 60 pictures a second until somebody ends it; say the folder, then number and moment."""
    shown = frames(8, SIZE_PX)
    recorder = Recorder(plan(parent, SIZE_PX, codec, fps=FPS))
    said.send(recorder.folder)
    began_s = time.perf_counter()
    for index in count():
        time.sleep(max(began_s + index / FPS - time.perf_counter(), 0.0))
        frame = Frame(index, index / FPS, time.perf_counter(), shown[index % len(shown)].image)
        recorder.add(frame)
        recorder.note(sample(frame))
        said.send((index, time.time()))
