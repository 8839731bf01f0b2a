"""How near the numbers are to what people measured and to what phantoms know.

`python -m bench.bench_accuracy` prints the tables of docs/accuracy.md, `--json` the figures. Everything goes
the way of `usbio analyze`: reading, preparation, measuring; nothing is tuned in here.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from bench.truth import (
    OTHER_PHANTOM,
    REAL,
    SAMPLE_CLIPS,
    Key,
    Observed,
    observed_clips,
    observed_stills,
    other_phantom_truth,
    phantom_truth,
)
from segmentation.asymmetry import size_asymmetry_percent
from segmentation.results import FrameResult, Measurement, Muscle, Side, Status
from segmentation.views import ViewName
from usbio.errors import UsbioError
from usbio.frames import Frame
from usbio.measuring import Task, measure
from usbio.setup import CalibrationTable, ImageTable, SetupFile, StationTable, load_setup
from usbio.sources.clip import open_clip

FloatArray = npt.NDArray[np.float64]
Row = dict[str, Any]
FAR_APART_MM = 0.6  # frames on which the observers range over more are listed apart


@dataclass(slots=True)
class Kept:
    """A sink that keeps every measurement."""

    frames: dict[int, FrameResult]
    calibration: str = ""
    x_mm_per_px: float = nan

    def add(self, frame: Frame, result: FrameResult) -> None:
        """Keep one frame."""
        self.frames[frame.index] = result


def run(path: Path, task: Task) -> Kept:
    """Measure a clip as `usbio analyze` does and keep all of it."""
    kept = Kept({})
    found = measure(open_clip(path), task, [kept], lambda done, of: None)
    kept.calibration = found.prepared.calibration_source
    kept.x_mm_per_px = found.prepared.measure.panels[0].calibration.x_mm_per_px
    return kept


def trace(kept: Kept, side: Side, muscle: Muscle, quantity: str) -> dict[int, float]:
    """One value a frame; nan where none could be stood by."""
    values = {}
    for index, result in kept.frames.items():
        m = result.of(side, muscle)
        values[index] = nan if m is None else float(getattr(m, quantity))
    return values


def errors(measured: dict[int, float], truth: dict[int, float]) -> tuple[FloatArray, FloatArray]:
    """Measured and true values of the frames that have both."""
    frames = [k for k in sorted(truth) if isfinite(measured.get(k, nan))]
    return np.array([measured[k] for k in frames]), np.array([truth[k] for k in frames])


def figures(measured: FloatArray, truth: FloatArray, of: int) -> Row:
    """Mean absolute error, bias, worst, correlation, share measured."""
    if len(measured) == 0:
        return {"n": 0, "measured_percent": 0.0}
    error = measured - truth
    varied = len(truth) > 2 and truth.std() > 0 and measured.std() > 0
    return {
        "n": len(measured),
        "measured_percent": round(100.0 * len(measured) / max(of, 1), 1),
        "mae": round(float(np.abs(error).mean()), 3),
        "bias": round(float(error.mean()), 3),
        "p95": round(float(np.quantile(np.abs(error), 0.95)), 3),
        "worst": round(float(np.abs(error).max()), 3),
        "worst_percent": round(float(np.abs(error / truth).max() * 100), 2) if (truth > 0).all() else None,
        "r": round(float(np.corrcoef(measured, truth)[0, 1]), 4) if varied else None,
    }


# ---------------------------------------------------------------- people (gastrocnemius)


def gastrocnemius_clips(scale_given: bool) -> tuple[list[Row], Row]:
    """View `layer` at the right border of the sector, height straight down, against up to three observers."""
    rows, pairs = [], []
    for name, frames in sorted(observed_clips().items()):
        setup = SetupFile(
            image=ImageTable(crop_px=(210, 43, 726, 578) if scale_given else None),
            calibration=_square(1 / 11.35) if scale_given else CalibrationTable(),
            station=[StationTable(rule="range", x_range_px=(924.0, 934.0), direction="vertical")],
        )
        kept = run(REAL / "thickness_clips" / name, Task("layer", setup, side="left"))
        measured = trace(kept, "left", "layer", "thickness_mm")
        here = [(measured.get(k, nan), seen) for k, seen in frames.items()]
        rows.append({"clip": name, **_against_people(here), "scale": kept.calibration})
        pairs += here
    return rows, {"clip": "all", **_against_people(pairs), **_left_out(pairs)}


def gastrocnemius_stills(one_by_one: bool) -> Row:
    """The same on stills of a jump, at the left border of the picture."""
    setup = SetupFile(
        image=ImageTable(crop_px=(111, 60, 578, 460)),
        calibration=_square(0.08676789587852494),
        station=[StationTable(rule="range", x_range_px=(111.0, 131.0), direction="vertical")],
    )
    task, folder, stills = Task("layer", setup, side="left"), REAL / "thickness_stills", observed_stills()
    if one_by_one:
        found = [
            trace(run(folder / name, task), "left", "layer", "thickness_mm").get(0, nan) for name in stills
        ]
    else:
        measured = trace(run(folder, task), "left", "layer", "thickness_mm")
        found = [measured.get(k, nan) for k in range(len(stills))]
    pairs = list(zip(found, stills.values(), strict=True))
    what = "each still alone" if one_by_one else "in time order"
    return {"clip": what, **_against_people(pairs), **_left_out(pairs)}


def _square(mm_per_px: float) -> CalibrationTable:
    return CalibrationTable(x_mm_per_px=mm_per_px, y_mm_per_px=mm_per_px)


def _against_people(pairs: Sequence[tuple[float, Observed]]) -> Row:
    agreed = [(value, seen) for value, seen in pairs if _range(seen) <= FAR_APART_MM]
    kept = [(value, seen.mean_mm) for value, seen in agreed if isfinite(value)]
    row = figures(np.array([a for a, _ in kept]), np.array([b for _, b in kept]), len(agreed))
    return {**row, "observers_apart": len(pairs) - len(agreed)}


def _range(seen: Observed) -> float:
    values = seen.by_observer.values()
    return max(values) - min(values)


def _left_out(pairs: Sequence[tuple[float, Observed]]) -> Row:
    """Is the program nearer to the other observers than the one who is left out?"""
    program, person = [], []
    for value, seen in pairs:
        for name, own in seen.by_observer.items():
            others = seen.without(name)
            if isfinite(value) and isfinite(others):
                program.append(abs(value - others))
                person.append(abs(own - others))
    if not program:
        return {}
    return {
        "program_to_others": round(float(np.mean(program)), 3),
        "left_out_person_to_others": round(float(np.mean(person)), 3),
    }


# ---------------------------------------------------------------- phantoms


def phantom_rows(
    clip: Path, view: ViewName, truth: dict[Key, dict[int, float]], tasks: Iterable[tuple[str, Task]]
) -> list[Row]:
    """One row for every muscle and way of asking."""
    rows: list[Row] = []
    for given, task in tasks:
        try:
            kept = run(clip, task)
        except UsbioError as error:
            rows.append({"clip": clip.stem, "given": given, "failed": str(error)})
            continue
        for (side, muscle, quantity), values in truth.items():
            row = figures(*errors(trace(kept, side, muscle, quantity), values), len(values))
            status = _statuses(r.of(side, muscle) for r in kept.frames.values())
            rows.append(
                {"clip": clip.stem, "given": given, "side": side, "muscle": muscle, "quantity": quantity}
                | row
                | {"status": status, "scale": kept.calibration}
            )
        if ("left", "lm", "area_cm2") in truth and ("right", "lm", "area_cm2") in truth:
            rows.append(
                {"clip": clip.stem, "given": given, "quantity": "asymmetry_points"} | _asymmetry(kept, truth)
            )
    return rows


def _statuses(measurements: Iterable[Measurement | None]) -> str:
    counted: dict[Status, int] = defaultdict(int)
    for m in measurements:
        if m is not None:
            counted[m.status] += 1
    return " ".join(f"{status}:{count}" for status, count in sorted(counted.items()))


def _asymmetry(kept: Kept, truth: dict[Key, dict[int, float]]) -> Row:
    left, right = (trace(kept, side, "lm", "area_cm2") for side in ("left", "right"))
    measured = {k: size_asymmetry_percent(left[k], right[k]) for k in left if isfinite(left[k] + right[k])}
    true_left, true_right = truth["left", "lm", "area_cm2"], truth["right", "lm", "area_cm2"]
    true = {k: size_asymmetry_percent(true_left[k], true_right[k]) for k in true_left}
    return {k: v for k, v in figures(*errors(measured, true), len(true)).items() if k != "worst_percent"}


def sample_clip_rows() -> list[Row]:
    """The shipped clips with their setup file, and with nothing but the side."""
    rows: list[Row] = []
    for clip in sorted(SAMPLE_CLIPS.glob("[!.]*.mp4")):
        setup = load_setup(clip.with_suffix(".toml"))
        rows += phantom_rows(
            clip, _view(setup), phantom_truth(clip.with_suffix(".truth.csv")), _asked(_view(setup), setup)
        )
    return rows


def other_phantom_rows() -> list[Row]:
    """Another maker's phantom, with its setup file, and with nothing but the side."""
    rows: list[Row] = []
    for stem, view in (("tra_left", "tra"), ("lm_bilateral", "lm-csa")):
        clip = OTHER_PHANTOM / f"{stem}.mp4"
        truth = other_phantom_truth(clip.with_suffix(".truth.csv"))
        rows += phantom_rows(clip, view, truth, _asked(view, load_setup(clip.with_suffix(".toml"))))  # type: ignore[arg-type]  # views
    return rows


def _view(setup: SetupFile) -> ViewName:
    if setup.measure.view is None:
        raise ValueError("a sample clip's setup names its view")
    return setup.measure.view


def _asked(view: ViewName, setup: SetupFile) -> list[tuple[str, Task]]:
    side_only = Task(view, SetupFile(), setup.image.side, setup.image.image_left)
    return [("setup", Task(view, setup)), ("side only", side_only)]


# ---------------------------------------------------------------- output


def collect() -> dict[str, Any]:
    """Run everything that the data on this machine allows."""
    found: dict[str, Any] = {"sample_clips": sample_clip_rows()}
    if OTHER_PHANTOM.is_dir():
        found["other_phantom"] = other_phantom_rows()
    if REAL.is_dir():
        rows, total = gastrocnemius_clips(scale_given=True)
        found["gastrocnemius_clips"] = [*rows, total]
        found["gastrocnemius_clips_found"] = [gastrocnemius_clips(scale_given=False)[1]]
        found["gastrocnemius_stills"] = [
            gastrocnemius_stills(one_by_one=False),
            gastrocnemius_stills(one_by_one=True),
        ]
    return found


def table(rows: Sequence[Row]) -> str:
    """Lay rows out as a Markdown table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += [
        "| " + " | ".join("" if row.get(n) is None else str(row[n]) for n in names) + " |" for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    found = collect()
    if asked.json:
        json.dump(found, sys.stdout, indent=1)
        return
    for title, rows in found.items():
        print(f"## {title.replace('_', ' ')}\n\n{table(rows)}\n")


if __name__ == "__main__":
    main()
