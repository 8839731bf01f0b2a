"""What streaming costs a picture, and how soon another process has its values.

    python -m bench.bench_streaming

Pictures of both multifidi are measured at 30 a second, in turns without streaming, with nobody receiving,
with a second process receiving, and with one that receives and is halted. "Told" is what the threads of the
run spend on streaming for one picture, by the wall and of the processor; "measured" is one call of the
measuring step in the same turn. Where other work takes the processor, only the latter says what it costs.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from gui.app import SWITCH_S
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup
from usbio.frames import Frame
from usbio.listeners import Listeners
from usbio.lsl_library import load_lsl
from usbio.lsl_streaming import LslStreaming
from usbio.preparation import prepare
from usbio.sample import Counts, Sample
from usbio.samples import demo_clip
from usbio.setup import load_setup
from usbio.sources.clip import open_clip

PICTURES, ROUNDS, FPS = 120, 3, 30.0
CASES = ("off", "nobody receives", "received", "receiver halted")
_RECEIVER = """
import json, sys, pylsl
info = pylsl.resolve_byprop("name", "usbio bench both measurements", 1, 10.0)[0]
inlet = pylsl.StreamInlet(info)
inlet.open_stream(5.0)
print("receiving", flush=True)
while True:
    values, stamp_s = inlet.pull_sample(1.0)
    if values is not None:
        print(json.dumps((pylsl.local_clock() - stamp_s) * 1000.0), flush=True)
"""


@dataclass(slots=True)
class Times:
    """Of one case, in ms."""

    told: list[float] = field(default_factory=list)
    told_cpu: list[float] = field(default_factory=list)
    measured: list[float] = field(default_factory=list)
    measured_cpu: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)  # from arrival to the other process


def main() -> int:
    """Print a line for each case."""
    cv2.setNumThreads(1)
    sys.setswitchinterval(SWITCH_S)
    clip = demo_clip()
    frames = [frame for frame in open_clip(clip.path).frames() if frame.index < PICTURES]
    setup = prepare("lm-csa", load_setup(clip.setup_path), frames[0].image, name=clip.path.name).measure
    lsl, times = load_lsl(), {case: Times() for case in CASES}
    for _ in range(ROUNDS):
        for case in CASES:
            with _listening(lsl, setup, case, times[case]) as listeners:
                _measure(setup, frames, listeners, times[case])
    for case, found in times.items():
        print(_line(case, found))
    return 0


def _measure(setup: MeasureSetup, frames: Sequence[Frame], listeners: Listeners, times: Times) -> None:
    state, began_s, pause = start(setup, frames[0].image), time.perf_counter(), threading.Event()
    for frame in frames:
        pause.wait(max(began_s + frame.index / FPS - time.perf_counter(), 0.0))
        came = Frame(frame.index, frame.t_s, time.perf_counter(), frame.image)
        marks = [_now()]
        listeners.frame(came, False)
        marks.append(_now())
        state, result = step(state, frame.image, frame.t_s, frame.index)
        marks.append(_now())
        listeners.sample(Sample(came, result, Counts(), "", time.perf_counter()))
        marks.append(_now())
        (heard, heard_cpu), (measured, measured_cpu), (told, told_cpu) = np.diff(marks, axis=0) * 1000.0
        times.told.append(heard + told)
        times.told_cpu.append(heard_cpu + told_cpu)
        times.measured.append(measured)
        times.measured_cpu.append(measured_cpu)


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()


@contextmanager
def _listening(lsl: Any, setup: MeasureSetup, case: str, times: Times) -> Iterator[Listeners]:
    listeners = Listeners()
    if case == "off":
        yield listeners
        return
    streaming = LslStreaming(lsl, "bench")
    listeners.add(streaming)
    listeners.use(setup)
    receiver = None
    try:
        if case != "nobody receives":
            receiver = subprocess.Popen([sys.executable, "-c", _RECEIVER], stdout=subprocess.PIPE, text=True)
            assert receiver.stdout is not None
            receiver.stdout.readline()
            if case == "receiver halted":
                receiver.send_signal(signal.SIGSTOP)
        yield listeners
    finally:
        streaming.stop()
        if receiver is not None:
            receiver.kill()
            said, _ = receiver.communicate()
            with suppress(ValueError):
                times.received += [float(json.loads(line)) for line in said.split()]


def _line(case: str, times: Times) -> str:
    told, cpu = (_spread(of, 1000.0) for of in (times.told, times.told_cpu))
    measured = float(np.median(times.measured))
    share = np.median(times.told_cpu) / np.median(times.measured_cpu)
    words = f"{case:16} told {told} us (p50 / p95), processor {cpu} us; measured {measured:.1f} ms"
    words += f", share of the step's processor time {share:.2%}"
    if times.received and case == "received":
        words += f"; arrival to the other process {_spread(times.received, 1.0)} ms"
    return words


def _spread(of: Sequence[float], factor: float) -> str:
    return " / ".join(f"{value * factor:.0f}" for value in np.percentile(of, (50, 95)))


if __name__ == "__main__":
    sys.exit(main())
