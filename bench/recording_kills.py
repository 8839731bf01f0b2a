"""What a SIGKILL costs a recording of 800x600 at 60 pictures a second."""

from __future__ import annotations

import multiprocessing
import random
import time
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.recording_load import percentiles, scene
from segmentation.results import FrameResult, Measurement, Status
from usbio.errors import ClipDamaged
from usbio.frames import Frame
from usbio.recording.contents import read_recording
from usbio.recording.plan import Codec, RecordingPlan
from usbio.recording.recorder import Recorder
from usbio.sample import Counts, Sample
from usbio.sources.recording_clip import RecordingClip

SIZE_PX, FPS = (800, 600), 60.0


def record(parent: Path, codec: Codec, said: Connection) -> None:
    """Record until somebody ends it; say the folder, then of every picture when it was delivered."""
    shown = scene(SIZE_PX, 2, n=20)
    recorder = Recorder(RecordingPlan(parent, "bench", "lm-csa", shown.setup, SIZE_PX, FPS, codec))
    said.send(recorder.folder)
    began_s = time.perf_counter()
    for index in count():
        time.sleep(max(began_s + index / FPS - time.perf_counter(), 0.0))
        frame = Frame(index, index / FPS, time.perf_counter(), shown.pictures[index % len(shown.pictures)])
        recorder.add(frame)
        found = FrameResult(True, (Measurement("left", "lm", Status.OK, 0.9, area_cm2=5.0),))
        recorder.note(Sample(frame, found, Counts(), "", time.perf_counter()))
        oldest_s = recorder.oldest_s()
        said.send((index, time.time(), 0.0 if oldest_s is None else time.perf_counter() - oldest_s))


def kills(n: int, codec: Codec, parent: Path) -> dict[str, Any]:
    """Return how old the oldest picture was that each kill cost, and how far the recorder was behind, in ms.

    A machine that is too busy to keep up is behind, and the recorder's status says so.
    """
    moments = random.Random(11)
    after_s = [moments.uniform(1.0, 4.0) for _ in range(n)]
    killed = [_killed(parent, codec, wait_s) for wait_s in after_s]
    lost_ms, behind_ms = zip(*killed, strict=True)
    return {"kills": n, "codec": codec, "lost_ms": percentiles(lost_ms), "behind_ms": percentiles(behind_ms)}


def _killed(parent: Path, codec: Codec, after_s: float) -> tuple[float, float]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.recording_kills"])
    hear, said = context.Pipe(duplex=False)
    process = context.Process(target=record, args=(parent, codec, said), daemon=True)
    process.start()
    said.close()
    folder: Path = hear.recv()
    delivered: list[tuple[int, float, float]] = [hear.recv()]
    time.sleep(after_s)
    process.kill()
    killed = time.time()
    try:
        while True:
            delivered.append(hear.recv())
    except EOFError:
        pass
    process.join()
    read = set()
    try:
        for frame in RecordingClip(read_recording(folder)).frames():
            read.add(frame.index)
    except ClipDamaged:  # interrupted, as it should be
        pass
    lost_ms = [(killed - moment) * 1000.0 for index, moment, _ in delivered if index not in read]
    return max(lost_ms, default=0.0), delivered[-1][2] * 1000.0
