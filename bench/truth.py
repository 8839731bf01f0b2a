"""What people measured, and what the phantoms know, as one value a frame, side and muscle."""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from statistics import median
from typing import cast

import numpy as np

from segmentation.results import FloatArray, Muscle, Side

REPO = Path(__file__).resolve().parent.parent
REAL = Path(os.environ.get("USBIO_REAL_DATA", REPO.parent / "shared" / "real"))
OTHER_PHANTOM = REAL.parent / "other_phantom"
SAMPLE_CLIPS = REPO / "sample_clips"

Key = tuple[Side, Muscle, str]


@dataclass(frozen=True, slots=True)
class Observed:
    """One frame measured by several people, in mm."""

    by_observer: dict[str, float] = field(default_factory=dict)

    @property
    def mean_mm(self) -> float:
        """Mean over the observers."""
        return sum(self.by_observer.values()) / len(self.by_observer)

    @property
    def median_mm(self) -> float:
        """Median of the observers."""
        return median(self.by_observer.values())

    @property
    def range_mm(self) -> float:
        """How far apart the observers are."""
        return max(self.by_observer.values()) - min(self.by_observer.values())

    def without(self, observer: str) -> float:
        """Mean over the others; nan where there are none."""
        others = [value for name, value in self.by_observer.items() if name != observer]
        return sum(others) / len(others) if others else nan


def observed_clips() -> dict[str, dict[int, Observed]]:
    """Gastrocnemius clips: clip name to frame to what the observers measured."""
    clips: dict[str, dict[int, Observed]] = defaultdict(lambda: defaultdict(Observed))
    for row in _rows(REAL / "thickness_clips" / "truth.csv"):
        clips[row["clip"]][int(row["frame"])].by_observer[row["observer"]] = float(row["height_mm"])
    return clips


def observed_stills() -> dict[str, Observed]:
    """Gastrocnemius stills: picture name to what the observers measured, in time order."""
    stills: dict[str, Observed] = defaultdict(Observed)
    for row in _rows(REAL / "thickness_stills" / "truth.csv"):
        stills[row["image"]].by_observer[row["observer"]] = float(row["height_mm"])
    return dict(sorted(stills.items()))


def phantom_truth(path: Path) -> dict[Key, dict[int, float]]:
    """The project's own truth file: side, muscle and quantity to frame to value."""
    values: dict[Key, dict[int, float]] = defaultdict(dict)
    for row in _rows(path):
        side, muscle = cast(Side, row["side"]), cast(Muscle, row["muscle"])
        for quantity in ("thickness_mm", "area_cm2", "slide_mm"):
            if row.get(quantity):
                values[side, muscle, quantity][int(row["frame"])] = float(row[quantity])
    return values


def phantom_effort(path: Path) -> dict[int, float]:
    """How hard the muscles work in each frame, the hardest of them: 0 at rest to 1."""
    effort: dict[int, float] = {}
    for row in _rows(path):
        frame = int(row["frame"])
        effort[frame] = max(effort.get(frame, 0.0), float(row["activation"]))
    return effort


def phantom_borders(path: Path) -> list[dict[str, FloatArray]]:
    """The closed borders and edges of every frame, ``(N, 2)`` in pixels, named side_muscle."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        {name: np.array(points) for name, points in json.loads(line)["borders"].items()} for line in lines
    ]


def other_phantom_truth(path: Path) -> dict[Key, dict[int, float]]:
    """The other maker's truth files: a row a frame, one column a value."""
    values: dict[Key, dict[int, float]] = defaultdict(dict)
    rows = _rows(path)
    for row in rows:
        frame = int(row["frame"])
        for side in ("left", "right"):
            if f"{side}_area_cm2" in row:
                values[side, "lm", "area_cm2"][frame] = float(row[f"{side}_area_cm2"])
        for muscle in ("tra", "io", "eo"):
            if f"{muscle}_thickness_mm" in row:
                key: Key = ("left", muscle, "thickness_mm")
                values[key][frame] = float(row[f"{muscle}_thickness_mm"])
    if "junction_x_mm" in rows[0]:  # its picture has lateral on the right
        first = float(rows[0]["junction_x_mm"])
        slide = {int(row["frame"]): float(row["junction_x_mm"]) - first for row in rows}
        values["left", "tra", "slide_mm"] = slide
    return values


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
