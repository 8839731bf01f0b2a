"""What recording holds and costs.

    python -m bench.bench_recording [--json] [--seconds 20] [--kills 10] [--pictures 150]

Three parts. ``load``: pictures of 800x600 at 60 a second and of 1920x1080 at 30, measured and recorded in one
process, each beside the same without a recorder; ``add_ms`` is how long the capture thread was held up,
``waiting_ms`` how long the oldest picture had waited for the encoder, ``dropped_from_record`` must be 0.
``kills``: how old the oldest picture is that a SIGKILL costs. ``h264``: values from H.264 against those of
the pictures themselves, over the shipped clips and the real ones.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2

from bench.recording_kills import kills
from bench.recording_load import on_this_disk, rows, scene
from bench.recording_tolerance import row, tasks
from usbio.recording.plan import Codec
from usbio.recording.trial import trial

CODECS: tuple[Codec, ...] = ("ffv1", "libx264")
SIZES_PX = ((684, 446), (800, 600), (1280, 960), (1920, 1080))


def trials() -> list[dict[str, Any]]:
    """Return what the trial before a recording finds, with nothing beside it."""
    found = []
    for size_px in SIZES_PX:
        for grain in (0, 2):
            shown = scene(size_px, grain, n=30)
            for codec in CODECS:
                one = trial(shown.pictures, codec)
                found.append(
                    {
                        "size": "{}x{}".format(*size_px),
                        "pictures": shown.kind,
                        "codec": codec,
                        "encode_ms": round(one.encode_ms, 2),
                        "kB_a_picture": round(one.bytes_per_picture / 1000.0, 1),
                        "holds_60": one.holds(60.0),
                        "holds_30": one.holds(30.0),
                    }
                )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--pictures", type=int, default=150)
    parser.add_argument("--only", choices=("trials", "load", "kills", "h264"))
    parser.add_argument("--folder", type=Path, help="of the disk to record to")
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    sys.setswitchinterval(0.001)  # as the window does
    folder = given.folder or on_this_disk()
    parts: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "trials": trials,
        "load": lambda: rows(given.seconds, folder),
        "kills": lambda: [kills(given.kills, codec, folder) for codec in CODECS],
        "h264": lambda: [row(task, "libx264", given.pictures, folder) for task in tasks()],
    }
    found = {name: part() for name, part in parts.items() if given.only in (None, name)}
    if given.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    if given.json:
        print(json.dumps(found))
    else:
        for name, lines in found.items():
            print(name)
            for line in lines:
                print("  " + ", ".join(f"{key} {value}" for key, value in line.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
