"""The shipped clips and another maker's phantom: one row for every muscle and way of asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import cast

from bench.figures import Kept, Row, figures, paired, run, statuses
from bench.truth import OTHER_PHANTOM, SAMPLE_CLIPS, Key, other_phantom_truth, phantom_truth
from segmentation.asymmetry import size_asymmetry_percent
from segmentation.views import ViewName
from usbio.errors import UsbioError
from usbio.measuring import Task
from usbio.setup import SetupFile, load_setup

Truth = Mapping[Key, Mapping[int, float]]


def sample_clip_rows() -> list[Row]:
    """The shipped clips with their setup file, and with nothing but the side."""
    rows: list[Row] = []
    for clip in sorted(SAMPLE_CLIPS.glob("[!.]*.mp4")):
        setup = load_setup(clip.with_suffix(".toml"))
        rows += phantom_rows(clip, phantom_truth(clip.with_suffix(".truth.csv")), asked(setup))
    return rows


def other_phantom_rows() -> list[Row]:
    """Another maker's phantom, with its setup file, and with nothing but the side."""
    rows: list[Row] = []
    for stem, view in (("tra_left", "tra"), ("lm_bilateral", "lm-csa")):
        clip = OTHER_PHANTOM / f"{stem}.mp4"
        truth = other_phantom_truth(clip.with_suffix(".truth.csv"))
        setup = load_setup(clip.with_suffix(".toml"))
        rows += phantom_rows(clip, truth, asked(setup, cast(ViewName, view)))
    return rows


def asked(setup: SetupFile, view: ViewName | None = None) -> list[tuple[str, Task]]:
    """Return the two ways of asking: all that the setup says, and the side alone."""
    view = view or setup.measure.view
    if view is None:
        raise ValueError("expected a setup that names its view")
    side_only = Task(view, SetupFile(), setup.image.side, setup.image.image_left)
    return [("setup", Task(view, setup)), ("side only", side_only)]


def phantom_rows(clip: Path, truth: Truth, tasks: Iterable[tuple[str, Task]]) -> list[Row]:
    """Return one row for every muscle and way of asking."""
    rows: list[Row] = []
    for given, task in tasks:
        asked_of: Row = {"clip": clip.stem, "given": given}
        try:
            kept = run(clip, task)
        except UsbioError as error:
            rows.append(asked_of | {"failed": str(error)})
            continue
        for (side, muscle, quantity), values in truth.items():
            row = figures(*paired(kept.trace(side, muscle, quantity), values), len(values))
            said = {"status": statuses(kept.of(side, muscle).values()), "scale": kept.calibration}
            rows.append(asked_of | {"side": side, "muscle": muscle, "quantity": quantity} | row | said)
        if ("left", "lm", "area_cm2") in truth and ("right", "lm", "area_cm2") in truth:
            row = figures(*paired(asymmetry(kept), true_asymmetry(truth)), len(kept.frames))
            row.pop("worst_percent", None)
            rows.append(asked_of | {"quantity": "asymmetry_points"} | row)
    return rows


def asymmetry(kept: Kept) -> dict[int, float]:
    """Return the size asymmetry that the program sees, in points, a frame."""
    left, right = (kept.trace(side, "lm", "area_cm2") for side in ("left", "right"))
    return {k: size_asymmetry_percent(left[k], right[k]) for k in left if isfinite(left[k] + right[k])}


def true_asymmetry(truth: Truth) -> dict[int, float]:
    """Return the same of the truth."""
    left, right = truth["left", "lm", "area_cm2"], truth["right", "lm", "area_cm2"]
    return {k: size_asymmetry_percent(left[k], right[k]) for k in left}
