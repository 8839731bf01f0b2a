"""How fast a clip becomes full-range luma, against plain PyAV.

``python -m bench.bench_decode [CLIP] [--json]``. Three ways over the same clip in turn, several rounds, one
process: what PyAV alone needs to decode, what its own conversion to grey adds, and what the project's reading
adds. Figures are ms a picture; the ratio compares the median of whole rounds, so that a pause of the machine
cannot choose the winner.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import av
import numpy as np

from usbio.decoding import decode
from usbio.video import ClipWriter

ROUNDS = 7
PERCENTILES = (50, 95, 99)


def plain(path: Path) -> Iterator[object]:
    with av.open(str(path)) as container:
        yield from container.decode(video=0)


def pyav_grey(path: Path) -> Iterator[object]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="gray")


def project(path: Path) -> Iterator[object]:
    with closing(decode(path)) as pictures:
        yield from pictures


WAYS: dict[str, Callable[[Path], Iterator[object]]] = {
    "plain PyAV decode": plain,
    'PyAV to_ndarray("gray")': pyav_grey,
    "usbio decode to luma": project,
}


def ms_a_picture(way: Callable[[Path], Iterator[object]], path: Path) -> list[float]:
    """Time from picture to picture; opening the clip counts to the first."""
    times_ms = []
    before = time.perf_counter()
    for _ in way(path):
        now = time.perf_counter()
        times_ms.append((now - before) * 1000)
        before = now
    return times_ms


def measure(path: Path, rounds: int) -> dict[str, dict[str, float]]:
    each: dict[str, list[list[float]]] = {name: [] for name in WAYS}
    for _ in range(rounds):  # in turn, so that a slow spell hits all three
        for name, way in WAYS.items():
            each[name].append(ms_a_picture(way, path))
    figures: dict[str, dict[str, float]] = {}
    for name, runs in each.items():
        shares = np.percentile(np.concatenate(runs), PERCENTILES)
        figures[name] = {f"p{p}_ms": float(ms) for p, ms in zip(PERCENTILES, shares, strict=True)}
        figures[name]["mean_ms"] = float(np.median([np.mean(run) for run in runs]))
    for figure in figures.values():
        figure["ratio_to_plain"] = figure["mean_ms"] / figures["plain PyAV decode"]["mean_ms"]
    return figures


def speckle_clip(folder: Path) -> Path:
    """Two seconds of moving noise at 800x600 in video range, as most recordings are."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (75, 100), np.uint8)
    speckle = np.kron(coarse, np.ones((8, 8), np.uint8))
    with ClipWriter(folder / "speckle.mp4", (800, 600), 30.0, grey=False) as clip:
        for index in range(60):
            shown = np.roll(speckle, index, axis=1)
            clip.write(np.repeat(shown[..., None], 3, axis=2), index / 30)
    return folder / "speckle.mp4"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("clip", nargs="?", type=Path, help="default: two seconds of made-up speckle")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = options.clip or speckle_clip(Path(folder))
        figures = measure(clip, options.rounds)
    if options.json:
        print(json.dumps({"clip": clip.name, "rounds": options.rounds, "ways": figures}))
        return
    print(f"{clip.name}, {options.rounds} rounds, ms a picture")
    print(f"{'':26}{'p50':>8}{'p95':>8}{'p99':>8}{'mean':>8}{'ratio':>8}")
    for name, figure in figures.items():
        print(f"{name:26}" + "".join(f"{value:8.2f}" for value in figure.values()))


if __name__ == "__main__":
    main()
