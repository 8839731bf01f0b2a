"""What `usbio analyze` costs beside decoding alone, what a second process gains, and how soon help comes.

`python -m bench.bench_analyze [--view V] [--json]`: a sample clip played forward and back, over and over.
Start-up is taken off by the difference of a long and a short clip, and every figure is the least of some
rounds in turn, so that a busy machine slows both sides of a ratio alike.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any, cast

import av
from av.video.stream import VideoStream

from bench.truth import SAMPLE_CLIPS
from segmentation.results import FrameResult, Picture
from segmentation.tracking import TrackState, step
from usbio import measuring
from usbio.analyze import analyze_clip
from usbio.luma import from_frame
from usbio.outputs import Place
from usbio.setup import load_setup
from usbio.task import Extras, Task
from usbio.video import ClipWriter, Video

CLIPS = {"tra": "tra_left", "lm-csa": "lm_csa", "layer": "layer_left", "contour": "contour_left"}
FPS = 25
TIMES = 8  # the long clip is so many short ones
BATCH = 8  # clips for the processes to share


@dataclass(frozen=True, slots=True)
class Run:
    """One command: how long it took, and the most memory it held; nan where the system does not tell."""

    seconds: float
    peak_mb: float = nan


def command(*arguments: str | Path) -> Run:
    """Run the command in a process of its own."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "usbio", *map(str, arguments)], stdout=subprocess.DEVNULL
    )
    memory = _Memory(process.pid)
    memory.start()
    code = process.wait()
    seconds = time.perf_counter() - before
    memory.join()
    if code:
        raise SystemExit(f"usbio {' '.join(map(str, arguments))} ended with {code}")
    return Run(seconds, memory.peak_mb)


class _Memory(threading.Thread):
    """Look at the high-water mark of a process until it is gone; that of `wait4` begins with its parent's."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.peak_mb = nan

    def run(self) -> None:
        with contextlib.suppress(OSError, StopIteration):
            while True:
                lines = self._status.read_text().splitlines()
                self.peak_mb = int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
                time.sleep(0.02)


def there_and_back(sample: Path, path: Path) -> int:
    """Write a clip forward and back, so that its end fits its beginning; return its length."""
    with Video(sample) as video:
        order = [*range(len(video)), *range(len(video) - 2, 0, -1)]
        height, width = video.picture(0).shape
        with ClipWriter(path, (width, height), FPS, crf=20) as writer:
            for index, which in enumerate(order):
                writer.write(video.picture(which), index / FPS)
    return len(order)


def repeated(short: Path, path: Path, length: int, times: int) -> None:
    """Write a clip several times over, packet by packet."""
    with av.open(str(path), "w") as target:
        written: VideoStream | None = None
        for turn in range(times):
            with av.open(str(short)) as source:
                stream = source.streams.video[0]
                written = written or target.add_stream_from_template(stream)
                shift = round(turn * length / FPS / (stream.time_base or 1))
                for packet in source.demux(stream):
                    if packet.dts is not None and packet.pts is not None:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = written
                        target.mux(packet)


def decoded(path: Path, luma: Callable[[av.VideoFrame], object]) -> float:
    """Decode a clip as fast as PyAV can; in s."""
    before = time.perf_counter()
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            luma(frame)
    return time.perf_counter() - before


def against_decoding(
    short: Path, long: Path, frames: int, setup: Path, rounds: int, out: Path
) -> dict[str, Any]:
    """The cost of one more picture, to decode and to analyse."""
    ways: dict[str, Callable[[Path], Run]] = {
        "decode to luma plane": lambda clip: Run(decoded(clip, from_frame)),
        "decode to_ndarray gray": lambda clip: Run(decoded(clip, lambda f: f.to_ndarray(format="gray"))),
        "analyze": lambda clip: command(
            "analyze", clip, "--setup", setup, "--out", out, "--force", "--quiet"
        ),
    }
    runs: dict[str, list[tuple[Run, Run]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            runs[name].append((way(short), way(long)))
    ms = {
        name: (min(long.seconds for _, long in both) - min(short.seconds for short, _ in both)) * 1e3 / frames
        for name, both in runs.items()
    }
    return {
        "frames": frames,
        "ms_a_frame": {name: round(value, 3) for name, value in ms.items()},
        "analyze_over_decode_to_luma_plane": round(ms["analyze"] / ms["decode to luma plane"], 2),
        "analyze_over_decode_to_ndarray": round(ms["analyze"] / ms["decode to_ndarray gray"], 2),
        "short_clip_s": round(min(short.seconds for short, _ in runs["analyze"]), 2),
        "peak_mb": {
            kind: round(max(both[k].peak_mb for both in runs["analyze"]))
            for k, kind in enumerate(("short clip", "long clip"))
        },
    }


def overhead_ms(clip: Path, setup: Path, out: Path) -> float:
    """Processor time of all but decoding and measuring, ms a picture: every result is the first again."""
    read = load_setup(setup)
    if read.measure.view is None:
        raise ValueError("a sample clip's setup names its view")
    first: list[tuple[TrackState, FrameResult]] = []

    def same(state: TrackState, picture: Picture, t_s: float, frame: int) -> tuple[TrackState, FrameResult]:
        if not first:
            first.append(step(state, picture, t_s, frame))
        return first[0]

    setattr(measuring, "step", same)  # noqa: B010 - it is not offered for this
    try:
        before = time.process_time()
        report = analyze_clip(
            clip, Place(out, "same"), Task(read.measure.view, read), Extras(), lambda *_: None
        )
        spent = time.process_time() - before
    finally:
        setattr(measuring, "step", step)  # noqa: B010
    before = time.process_time()
    decoded(clip, lambda frame: None)
    return (spent - (time.process_time() - before)) * 1e3 / cast(int, report.frames["read"])


def jobs_gain(short: Path, setup: Path, rounds: int, folder: Path) -> dict[str, Any]:
    """How much faster two processes of one thread are than one."""
    clips = [folder / f"clip{k}.mp4" for k in range(BATCH)]
    for clip in clips:
        clip.write_bytes(short.read_bytes())
    more: list[str | Path] = [
        "--setup",
        setup,
        "--out",
        folder / "jobs",
        "--force",
        "--quiet",
        "--threads",
        "1",
        "--jobs",
    ]
    seconds: dict[str, list[float]] = {"1": [], "2": []}
    for _ in range(rounds):
        for jobs, took in seconds.items():
            took.append(command("analyze", *clips, *more, jobs).seconds)
    one, two = (min(took) for took in seconds.values())
    return {"clips": BATCH, "jobs_1_s": round(one, 2), "jobs_2_s": round(two, 2), "gain": round(one / two, 2)}


def figures(view: str, rounds: int) -> dict[str, Any]:
    """All figures of one view."""
    sample = SAMPLE_CLIPS / f"{CLIPS[view]}.mp4"
    setup = sample.with_suffix(".toml")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        short, long = folder / "short.mp4", folder / "long.mp4"
        length = there_and_back(sample, short)
        repeated(short, long, length, TIMES)
        found: dict[str, Any] = {"view": view, "cores": os.cpu_count()}
        found |= against_decoding(short, long, length * (TIMES - 1), setup, rounds, folder / "out")
        found["overhead_cpu_ms_a_frame"] = round(
            min(overhead_ms(long, setup, folder) for _ in range(rounds)), 3
        )
        found["jobs"] = jobs_gain(short, setup, rounds, folder)
    found["help_s"] = round(min(command("--help").seconds for _ in range(5)), 3)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--view", choices=CLIPS, default="lm-csa")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    found = figures(options.view, options.rounds)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:36}{value}")


if __name__ == "__main__":
    main()
