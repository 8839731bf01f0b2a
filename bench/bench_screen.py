"""What is read from scanner screens: box of the picture, scale from the ruler or why not, and how soon."""

from __future__ import annotations

import argparse
import json
import os
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from segmentation.geometry import Roi
from segmentation.results import Picture
from segmentation.ruler import Ruler, find_ruler
from segmentation.screen import find_picture

_ROOT = Path(__file__).resolve().parents[1]
_STILLS_MM, _CLIPS_MM = 1 / 11.525, 1 / 11.35  # known of these two collections


@dataclass(frozen=True, slots=True)
class Source:
    """A file with a screen, and what is known of it."""

    path: Path
    mm_per_px: float | None
    box: tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True)
class Screen:
    """What was read from one screen."""

    name: str
    box: tuple[int, int, int, int] | None
    box_overlap: float | None
    true_mm_per_px: float | None
    read_mm_per_px: float | None
    error_percent: float | None
    said: str
    box_ms: float
    ruler_ms: float


def main() -> None:
    """Print a row for every screen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="rows as JSON")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="further folders of clips")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    rows = [read_screen(source) for source in known_sources(arguments.clips)]
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print("\n".join(_line(row) for row in rows))


def known_sources(further: Sequence[Path] = ()) -> Iterator[Source]:
    """Yield the screens that lie here."""
    real = Path(os.environ.get("USBIO_REAL_DATA", _ROOT / ".." / "shared" / "real"))
    for folder in (_ROOT / "sample_clips", real.parent / "other_phantom", *further):
        yield from (_with_setup(path) for path in sorted(folder.glob("[!.]*.mp4")))
    for path in sorted((real / "thickness_clips").glob("*.mp4")):
        yield Source(path, _CLIPS_MM, (210, 43, 727, 579))
    for path in sorted((real / "thickness_stills").glob("*.png")):
        yield Source(path, _STILLS_MM, None)
    screens = real / "screens"
    yield from (Source(p, None, None) for p in sorted((*screens.glob("*.mp4"), *screens.glob("*.png"))))


def _with_setup(path: Path) -> Source:
    beside = path.with_suffix(".toml")
    setup = tomllib.loads(beside.read_text("utf-8")) if beside.exists() else {}
    crop = setup.get("image", {}).get("crop_px")
    return Source(path, setup.get("calibration", {}).get("y_mm_per_px"), tuple(crop) if crop else None)


def read_screen(source: Source) -> Screen:
    """Return what is read from one screen."""
    picture = _first(source.path)
    began = time.perf_counter()
    roi = find_picture(picture)
    found = time.perf_counter()
    ruler = find_ruler(picture, roi) if roi is not None else None
    done = time.perf_counter()
    read = ruler.y_mm_per_px if isinstance(ruler, Ruler) else None
    error = (read / source.mm_per_px - 1) * 100 if read and source.mm_per_px else None
    said = "no picture" if ruler is None else ruler.read if isinstance(ruler, Ruler) else ruler.reason
    box = (roi.x, roi.y, roi.width, roi.height) if roi else None
    overlap = _overlap(roi, Roi(*source.box)) if roi and source.box else None
    name = f"{source.path.parent.name}/{source.path.name}"
    return Screen(
        name, box, overlap, source.mm_per_px, read, error, said, (found - began) * 1e3, (done - found) * 1e3
    )


def _first(path: Path) -> Picture:
    if path.suffix == ".png":
        return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    with av.open(path) as container:
        return np.asarray(next(container.decode(video=0)).to_ndarray(format="gray"), np.uint8)


def _overlap(one: Roi, other: Roi) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(width, 0) * max(height, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)


def _line(row: Screen) -> str:
    overlap = f"{row.box_overlap:.3f}" if row.box_overlap is not None else "    -"
    true = f"{row.true_mm_per_px:.5f}" if row.true_mm_per_px else "      -"
    read = f"{row.read_mm_per_px:.5f}" if row.read_mm_per_px else "      -"
    error = f"{row.error_percent:+.2f} %" if row.error_percent is not None else "      -"
    took = f"{row.box_ms:4.0f} + {row.ruler_ms:4.0f} ms"
    return f"{row.name:58.58} box {overlap}  true {true}  read {read}  {error:>8}  {took}  {row.said}"


if __name__ == "__main__":
    main()
