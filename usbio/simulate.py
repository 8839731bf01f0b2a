"""Phantom clips as files: the clip, its truth, its setup."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from contextlib import closing
from math import isnan, nan
from pathlib import Path
from typing import NamedTuple

from segmentation.phantom.clip import Phantom
from segmentation.phantom.ranges import ORDINARY, Ranges
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.truth import FrameTruth, MuscleTruth
from segmentation.results import FloatArray, Side
from segmentation.views import MeasureSetup, ViewName
from usbio.errors import OutputError, output_error
from usbio.outputs import prove_writable
from usbio.render_cache import pictures
from usbio.setup import (
    BorderTable,
    CalibrationTable,
    ImageTable,
    MeasureTable,
    SeedTable,
    SetupFile,
    StationTable,
    save_setup,
)
from usbio.video import ClipWriter

TRUTH_COLUMNS = (
    "frame",
    "time_s",
    "side",
    "muscle",
    "thickness_mm",
    "area_cm2",
    "slide_mm",
    "activation",
    "vertical_mm",
    "junction_x_px",
)


class SimulatedFiles(NamedTuple):
    """Where a simulated clip and all that belongs to it lie."""

    clip: Path
    truth: Path
    borders: Path
    setup: Path

    @classmethod
    def named(cls, folder: Path, stem: str) -> SimulatedFiles:
        """Return the paths of a stem."""
        endings = (".mp4", ".truth.csv", ".truth.borders.jsonl", ".toml")
        return cls(*(folder / f"{stem}{ending}" for ending in endings))


def simulate(
    view: ViewName,
    out: Path,
    *,
    seed: int = 1,
    side: Side | None = None,
    seconds: float = 8.0,
    fps: float = 25.0,
    ranges: Ranges = ORDINARY,
    stem: str | None = None,
    crf: float = 23.0,
    force: bool = False,
    on_frame: Callable[[int, int | None], None] = lambda done, total: None,
) -> SimulatedFiles:
    """Draw a clip by chance and write it with its truth and setup.

    ``side`` is the side of a one-sided picture, or that on the left of a two-sided one. ``on_frame`` is told
    how many pictures are done and of how many.
    """
    shown = side or "left"
    phantom = Phantom(random_clip(view, seed, ranges, side=shown, seconds=seconds, fps=fps))
    files = SimulatedFiles.named(out, stem or default_stem(view, shown))
    _make_ready(out, files, force)
    write_clip(phantom, files, crf=crf, on_frame=on_frame)
    return files


def default_stem(view: ViewName, side: Side) -> str:
    """Return what a clip of a view is called: the side belongs to the name of a one-sided one."""
    name = view.replace("-", "_")
    return name if view == "lm-csa" else f"{name}_{side}"


def write_clip(
    phantom: Phantom,
    files: SimulatedFiles,
    *,
    crf: float = 23.0,
    on_frame: Callable[[int, int | None], None] = lambda done, total: None,
) -> None:
    """Write a phantom's clip, truth, borders and setup."""
    fps = phantom.plan.fps
    with ClipWriter(files.clip, phantom.size_px, fps, crf=crf) as clip, closing(pictures(phantom)) as drawn:
        for index, picture in enumerate(drawn):
            clip.write(picture, index / fps)
            on_frame(index + 1, len(phantom))
    truths = [phantom.truth(index) for index in range(len(phantom))]
    _write_truth(files.truth, truths, fps)
    _write_borders(files.borders, truths)
    save_setup(files.setup, setup_file(phantom.setup))


def _make_ready(out: Path, files: SimulatedFiles, force: bool) -> None:
    prove_writable(out)
    found = [path for path in files if os.path.lexists(path)]
    if found and not force:
        raise OutputError(found[0], "exists already", "add --force to replace it, or choose another --out")


def setup_file(setup: MeasureSetup) -> SetupFile:
    """Return a phantom's setup as the file says it."""
    panel = setup.panels[0]
    roi, calibration = panel.roi, panel.calibration
    two_sided = len(panel.sides) == 2
    return SetupFile(
        image=ImageTable(
            crop_px=(roi.x, roi.y, roi.width, roi.height),
            side=None if two_sided else panel.sides[0],
            image_left=panel.sides[0] if two_sided else None,
            lateral_edge=setup.lateral_edge,
        ),
        measure=MeasureTable(view=setup.view),
        calibration=CalibrationTable(
            x_mm_per_px=calibration.x_mm_per_px,
            y_mm_per_px=calibration.y_mm_per_px,
            for_size_px=setup.frame_size_px,
        ),
        acquisition={"subject": "phantom"},
        station=[
            StationTable(
                side=s.side,
                rule=s.rule,
                x_range_px=None if s.x_range_px is None else _rounded_pair(s.x_range_px),
                point_px=None if s.point_px is None else _rounded_pair(s.point_px),
                direction=s.direction,
            )
            for s in setup.stations
        ],
        border=[
            BorderTable(side=b.side, muscle=b.muscle, frame=b.frame, points_px=_thinned(b.points_px))
            for b in setup.borders
        ],
        seed=[
            SeedTable(side=s.side, muscle=s.muscle, point_px=_rounded_pair(s.point_px)) for s in setup.seeds
        ],
    )


def _write_truth(path: Path, truths: list[FrameTruth], fps: float) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(TRUTH_COLUMNS)
            for index, truth in enumerate(truths):
                table.writerows(_row(index, index / fps, m) for m in truth.muscles)
    except OSError as error:
        raise output_error(path, error) from error


def _row(index: int, t_s: float, m: MuscleTruth) -> list[str]:
    junction_px = nan if m.junction_px is None else m.junction_px[0]
    values = (m.thickness_mm, m.area_cm2, m.slide_mm, m.activation, m.vertical_mm, junction_px)
    cells = ["" if isnan(v) else f"{v:.4f}" for v in values]
    return [str(index), f"{t_s:.5f}", m.side, m.muscle, *cells]


def _write_borders(path: Path, truths: list[FrameTruth]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for index, truth in enumerate(truths):
                line = {"frame": index, "borders": _borders(truth)}
                file.write(json.dumps(line, separators=(",", ":")) + "\n")
    except OSError as error:
        raise output_error(path, error) from error


def _borders(truth: FrameTruth) -> dict[str, list[tuple[float, float]]]:
    out = {}
    for m in truth.muscles:
        name = f"{m.side}_{m.muscle}"
        for ending, points in (("", m.border_px), ("_superficial", m.superficial_px), ("_deep", m.deep_px)):
            if points is not None:
                out[name + ending] = _thinned(points)
    return out


def _thinned(points_px: FloatArray, most: int = 48) -> list[tuple[float, float]]:
    step = -(-len(points_px) // most)
    return [(round(float(x), 1), round(float(y), 1)) for x, y in points_px[::step]]


def _rounded_pair(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], 1), round(pair[1], 1)
