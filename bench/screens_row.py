"""Picture and ruler found on their own, in one table: wrong factors, worst error, what is not readable.

Screens of the phantom in all its looks, the first pictures of its scored clips (other sizes, compressed), and
real screens whose scale is known. Those whose scale nobody knows are counted as read or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from math import inf
from pathlib import Path

import cv2

from bench.bench_screen import Screen, Source, known_sources, read_screen
from bench.figures import Row
from bench.scored_clips import clips, kept_in
from bench.truth import REAL
from segmentation.phantom.clip import RENDERER, Phantom
from segmentation.phantom.looks import LOOKS
from segmentation.phantom.ranges import Ranges
from segmentation.phantom.scenes import random_clip
from segmentation.views import ViewName
from usbio.errors import UsbioError
from usbio.preparation import prepare
from usbio.setup import ImageTable, SetupFile
from usbio.sources.clip import open_clip

WRONG_PERCENT = 1.0
_ONE, _TWO = ImageTable(side="left"), ImageTable(layout="dual", image_left="left")
_DICOM: dict[str, tuple[float | None, ImageTable]] = {
    "gdcm-US-ALOKA-16.dcm": (0.3827, _TWO),
    "sonoque_axial-lateral-resolution-2020.dcm": (0.0291, _ONE),
    "examples_ybr_color.dcm": (None, _ONE),
    "examples_palette.dcm": (None, _ONE),
}
_VIEWS: tuple[ViewName, ...] = ("tra", "lm-csa", "lm-thickness")


def screens_rows(development: bool = False) -> list[Row]:
    """Return one row for every kind of screen."""
    rows = [_row(kind, [read_screen(source) for source in sources]) for kind, sources in _kinds(development)]
    return [*rows, dicom_row()] if REAL.is_dir() else rows


def dicom_row() -> Row:
    """Return what is made of DICOM files: two honest, two whose region does not fit their pictures."""
    errors, refused = [], 0
    for name, (true, image) in _DICOM.items():
        source = open_clip(REAL / "screens" / name)
        with closing(source.frames()) as frames:
            first = next(frame for frame in frames if frame is not None)
        try:
            ready = prepare(
                "layer",
                SetupFile(image=image),
                first.image,
                name=name,
                regions=source.info().regions,
            )
        except UsbioError:
            refused += 1
            continue
        read = [panel.calibration.y_mm_per_px for panel in ready.measure.panels]
        errors += [abs(one / true - 1.0) * 100.0 if true else inf for one in read]
    return {
        "screens": "DICOM, two of them traps",
        "n": len(_DICOM),
        "scale known": sum(true is not None for true, _ in _DICOM.values()),
        "read": len(_DICOM) - refused,
        "not readable %": round(100.0 * refused / len(_DICOM), 1),
        "worst error, %": round(max(errors), 3) if errors else None,
        "wrong factors": sum(error > WRONG_PERCENT for error in errors),
    }


def _kinds(development: bool) -> Iterator[tuple[str, Iterable[Source]]]:
    yield f"phantom, {len(LOOKS)} looks", _looks()
    yield "phantom, " + ("development" if development else "scored") + " clips", _clips(development)
    real = list(known_sources())
    for folder in ("sample_clips", "other_phantom", "thickness_clips", "thickness_stills", "screens"):
        here = [source for source in real if source.path.parent.name == folder]
        if here:
            kind = {"thickness_clips": "gastrocnemius, clips", "thickness_stills": "gastrocnemius, stills"}
            yield kind.get(folder, folder.replace("_", " ")), here


def _looks() -> Iterator[Source]:
    """Every look with every probe, drawn once and kept."""
    folder = kept_in() / f"looks_{RENDERER}"
    folder.mkdir(parents=True, exist_ok=True)
    for number, look in enumerate(LOOKS):
        for view in _VIEWS:
            phantom = Phantom(random_clip(view, 700 + number, Ranges(looks=(look,))))
            path = folder / f"{view}_{number}.png"
            if not path.is_file():
                _write(path, phantom)
            roi = phantom.roi
            yield Source(path, phantom.calibration.y_mm_per_px, (roi.x, roi.y, roi.width, roi.height))


def _write(path: Path, phantom: Phantom) -> None:
    if not cv2.imwrite(str(path), phantom.picture(0)):
        raise OSError(f"{path} cannot be written")


def _clips(development: bool) -> Iterator[Source]:
    for clip in clips(development):
        files, phantom = clip.render(), Phantom(clip.plan)
        roi = phantom.roi
        yield Source(files.clip, phantom.calibration.y_mm_per_px, (roi.x, roi.y, roi.width, roi.height))


def _row(kind: str, screens: Sequence[Screen]) -> Row:
    read = [s for s in screens if s.read_mm_per_px is not None]
    errors = [abs(s.error_percent) for s in read if s.error_percent is not None]
    overlaps = [s.box_overlap for s in screens if s.box_overlap is not None]
    return {
        "screens": kind,
        "n": len(screens),
        "scale known": sum(s.true_mm_per_px is not None for s in screens),
        "read": len(read),
        "not readable %": round(100.0 * (len(screens) - len(read)) / max(len(screens), 1), 1),
        "worst error, %": round(max(errors), 3) if errors else None,
        "wrong factors": sum(error > WRONG_PERCENT for error in errors),
        "least overlap of the picture's box": round(min(overlaps), 3) if overlaps else None,
        "box not found": sum(s.box is None for s in screens),
    }
