"""How old a picture is when it has been painted, off-screen, with measuring on.

    python bench/bench_latency.py [--seconds 8] [--json]
    python bench/bench_latency.py --slow-drawing [MS=40]
    python bench/bench_latency.py --soak [MINUTES=10]

The sample clip of both multifidi comes from memory, forwards and backwards, as a device with its own clock
delivers it: a picture's age begins when it was due, whether the reading thread was awake by then or not, and
ends with the paint event that first shows it. ``dropped`` are the pictures that were overtaken by a newer one
before they were measured or drawn, in percent of those that were due. Beside each run stands one that only
copies and paints: the machine's own share. ``jitter`` is the 99th less the 1st percentile of the age.

Slow drawing makes the paint event last so long. The soak runs at 60 pictures a second and tells age and
memory of every minute, and whether the counts add up. Both end with code 1 where a bound is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

if not __package__:  # called by its path: what is imported is what lies beside it
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.shown_run import SIZES_PX, Shown, memory_mb, shown
from usbio.sample import Counts

RUNS = ((30.0, (800, 600)), (60.0, (800, 600)), (30.0, (1920, 1080)), (60.0, (1920, 1080)))
SLOW_AGE_MS = 120.0  # no picture may be older however slowly the window draws
SOAK_FPS = 60.0
SOAK_P95_MS = 120.0  # of every minute, also where other work has the machine
SOAK_GROWTH_MB = 20.0
MOST_WAITING = 3  # one coming, one next, one being measured


@dataclass(frozen=True, slots=True)
class Found:
    """One run: its conditions and the ages in ms."""

    fps: float
    width: int
    height: int
    median: float
    p95: float
    p99: float
    max: float
    dropped: float  # percent

    @classmethod
    def of(cls, fps: float, size_px: tuple[int, int], run: Shown) -> Found:
        """Take the figures of a run."""
        return cls(fps, *size_px, *(round(v, 1) for v in (*run.percentiles_ms(), run.dropped_percent)))


def main() -> int:
    """Run what is asked for and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each run")
    parser.add_argument("--json", action="store_true", help="one JSON object on the output")
    parser.add_argument("--slow-drawing", type=float, nargs="?", const=40.0, metavar="MS")
    parser.add_argument("--soak", type=float, nargs="?", const=10.0, metavar="MINUTES")
    asked = parser.parse_args()
    if asked.slow_drawing is not None:
        return slow_drawing(asked.slow_drawing, asked.seconds)
    if asked.soak is not None:
        return soak(asked.soak)
    if asked.json:
        print_json(asked.seconds)
    else:
        print_beside(asked.seconds)
    return 0


def print_json(seconds: float) -> None:
    """All conditions as one object."""
    found = [Found.of(fps, size, shown(fps, size, seconds)) for fps, size in RUNS]
    headline = {name: getattr(found[0], name) for name in ("median", "p95", "p99", "max")}
    print(json.dumps({"arrival_to_drawn_ms": headline, "runs": [asdict(one) for one in found]}))


def print_beside(seconds: float) -> None:
    """All conditions, each with a run beside it that only copies and paints."""
    print("due to drawn, ms; beside it a run that only copies and paints, and how many times its p95")
    for fps, size in RUNS:
        measured, bare = (shown(fps, size, seconds, measuring=on) for on in (True, False))
        words = [_words(fps, size, measured), "| " + _words(fps, size, bare)]
        ratio = measured.percentiles_ms()[1] / bare.percentiles_ms()[1]
        print(*words, f"| {ratio:.2f} times", flush=True)


def slow_drawing(paint_ms: float, seconds: float) -> int:
    """Make every paint event last so long, and say whether pictures stay fresh.

    Both a window that waits, as for a slow graphics driver, and one that keeps the interpreter busy.
    """
    worst = 0.0
    for busy in (False, True):
        for fps in (30.0, 60.0):
            run = shown(fps, (800, 600), seconds, paint_ms=paint_ms, busy=busy)
            how = "keeps the interpreter busy for" if busy else "waits"
            print(f"drawing {how} {paint_ms:.0f} ms:", _words(fps, (800, 600), run), flush=True)
            worst = max(worst, run.percentiles_ms()[2])
    kept = worst < SLOW_AGE_MS
    print(f"worst p99 {worst:.1f} ms, {'below' if kept else 'NOT below'} {SLOW_AGE_MS:.0f} ms")
    return 0 if kept else 1


def soak(minutes: float) -> int:
    """Run for minutes, and say whether age, cost and memory stayed where they were."""
    print("minute  median  p95  p99  max ms  dropped %  cpu ms a picture  memory MB")
    rows: list[tuple[float, float, float]] = []  # p95, cost, memory

    def _minute(run: Shown) -> None:
        median, p95, p99, most = run.percentiles_ms()
        rows.append((p95, run.cpu_ms, memory_mb()))
        ages = f"{median:6.1f} {p95:5.1f} {p99:5.1f} {most:6.1f} {run.dropped_percent:10.2f}"
        print(f"{len(rows):6d}  {ages} {run.cpu_ms:17.2f} {rows[-1][2]:10.1f}", flush=True)

    whole = shown(SOAK_FPS, (800, 600), minutes * 60.0, every_minute=_minute)
    return _judged(whole.counts, whole.drawn, rows)


def _judged(counts: Counts, drawn: int, rows: Sequence[tuple[float, float, float]]) -> int:
    worst_ms, grown_mb = max(p95 for p95, _, _ in rows), rows[-1][2] - rows[0][2]
    sums = f"{counts.delivered} delivered = {counts.measured} measured + {counts.failed} failed"
    print(f"{sums} + {counts.dropped} dropped + {counts.waiting} waiting; {drawn} drawn")
    print(f"worst minute's p95 {worst_ms:.1f} ms; memory grew by {grown_mb:.1f} MB after the first minute;")
    print(f"a picture of the last minute cost {rows[-1][1] / rows[0][1]:.2f} times one of the first")
    kept = worst_ms < SOAK_P95_MS and grown_mb < SOAK_GROWTH_MB and 0 <= counts.waiting <= MOST_WAITING
    return 0 if kept else 1


def _words(fps: float, size_px: tuple[int, int], run: Shown) -> str:
    median, p95, p99, most = run.percentiles_ms()
    return (
        f"{fps:.0f} fps {size_px[0]}x{size_px[1]}: median {median:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, "
        f"max {most:.1f}, jitter {run.jitter_ms:.1f}, dropped {run.dropped_percent:.1f} %"
    )


if __name__ == "__main__":
    assert {size for _, size in RUNS} <= SIZES_PX.keys()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
