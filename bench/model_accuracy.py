"""A learned model beside the program's own search: how well each finds multifidus in a picture.

`python -m bench.model_accuracy nets/lm_phantom.toml` on the scored clips, once; `--development` on those that
may be looked at. Of every clip two pictures, at rest and in the hold, each as if it were the first, with
picture and scale given and nothing else. A model's mask alone is told too, before it is put on the rim.
`--other-maker` measures a clip of another maker's phantom, which nothing here was taught with.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite, nan
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from bench.figures import Row, rounded
from bench.report import table
from bench.rough_borders import through
from bench.sample_rows import phantom_rows
from bench.scored_clips import ScoredClip, clips
from bench.scored_rows import dice
from bench.stepping import pictures_of
from bench.truth import OTHER_PHANTOM, other_phantom_truth, phantom_borders
from segmentation.border import to_px
from segmentation.found_mask import mask_outline_mm
from segmentation.geometry import polygon_area_cm2
from segmentation.results import FloatArray, Picture, Side
from segmentation.tracking import start, step
from segmentation.views import Mask, MeasureSetup, Panel
from usbio.models import LearnedModel, learned_model
from usbio.preparation import prepare
from usbio.setup import load_setup, with_model
from usbio.task import Task

MOMENTS_S = (0.0, 1.9)  # rest, and the hold
GOAL_DICE = 0.92
SEARCH, MASK, MODEL = "search", "model, mask alone", "model, on the rim"


class Found(NamedTuple):
    """One side of one picture."""

    clip: str
    side: Side
    how: str
    dice: float  # 0 where nothing is found
    area_percent: float  # signed; nan where nothing is found


def found(model: LearnedModel, development: bool = False) -> Iterator[Found]:
    """Yield every side of every picture, found in each way."""
    for clip in clips(development, ("lm-csa",)):
        yield from _in_clip(clip, model)


def _in_clip(clip: ScoredClip, model: LearnedModel) -> Iterator[Found]:
    files = clip.render()
    truth, pictures = phantom_borders(files.borders), pictures_of(files.clip)
    setup = load_setup(files.setup).model_copy(update={"border": [], "seed": []})
    for moment_s in MOMENTS_S:
        frame = round(moment_s * clip.plan.fps)
        picture = pictures[frame]
        search = prepare("lm-csa", setup, picture, name=files.clip.name).measure
        panel = search.panels[0]
        ways = {
            SEARCH: _measured(search, picture),
            MASK: _outlines(model(picture, panel)["lm"], panel),
            MODEL: _measured(replace(search, mask_finder=model), picture),
        }
        for how, borders in ways.items():
            for side in panel.sides:
                true = through(truth[frame][f"{side}_lm"])
                yield Found(
                    f"{clip.seed} at {moment_s} s", side, how, *_judged(borders.get(side), true, panel)
                )


def _measured(setup: MeasureSetup, picture: Picture) -> dict[Side, FloatArray]:
    _, result = step(start(setup, picture), picture, 0.0)
    return {
        m.side: m.border_px for m in result.measurements if m.border_px is not None and isfinite(m.area_cm2)
    }


def _outlines(masks: Sequence[Mask], panel: Panel) -> dict[Side, FloatArray]:
    """Return the outline of each half of the masks, in pixels of the frame."""
    mask = np.logical_or.reduce(list(masks))
    middle, borders = mask.shape[1] // 2, {}
    for side, half in zip(panel.sides, (slice(0, middle), slice(middle, None)), strict=True):
        own = np.zeros_like(mask)
        own[:, half] = mask[:, half]
        if own.sum() * np.prod(panel.calibration.scale) > 30.0:  # mm²
            borders[side] = to_px(mask_outline_mm(own, panel.calibration), panel.roi, panel.calibration)
    return borders


def _judged(border: FloatArray | None, true: FloatArray, panel: Panel) -> tuple[float, float]:
    if border is None:
        return 0.0, nan
    area, true_area = (polygon_area_cm2(points, panel.calibration) for points in (border, true))
    return dice(border, true), (area / true_area - 1.0) * 100.0


def rows(every: Sequence[Found]) -> list[Row]:
    """Return a row for each way: overlap and error of area, of those found."""
    return [_row(how, [one for one in every if one.how == how]) for how in (SEARCH, MASK, MODEL)]


def _row(how: str, here: Sequence[Found]) -> Row:
    area = np.array([one.area_percent for one in here if isfinite(one.area_percent)])
    overlap = np.array([one.dice for one in here if isfinite(one.area_percent)])
    told: Mapping[str, float] = {
        "Dice, mean": float(overlap.mean()),
        "Dice, worst": float(overlap.min()),
        "area off %, mean": float(np.abs(area).mean()),
        "median": float(np.median(np.abs(area))),
        "worst": float(np.abs(area).max()),
        "bias %": float(area.mean()),
    }
    counted: Row = {
        "found by": how,
        "borders": len(here),
        "no value": len(here) - len(area),
        f"Dice >= {GOAL_DICE}": int((overlap >= GOAL_DICE).sum()),
    }
    return counted | {name: rounded(value, 3 if "Dice" in name else 1) for name, value in told.items()}


def other_maker_rows(model: LearnedModel) -> list[Row]:
    """Return area over a whole clip of another maker's phantom, both sides, found in both ways."""
    clip = OTHER_PHANTOM / "lm_bilateral.mp4"
    truth = other_phantom_truth(clip.with_suffix(".truth.csv"))
    setup = load_setup(clip.with_suffix(".toml")).model_copy(update={"border": [], "seed": []})
    ways = [(SEARCH, Task("lm-csa", setup)), (MODEL, Task("lm-csa", with_model(setup, Path(), model.path)))]
    return [
        {"found by": row["given"], "side": row["side"]}
        | {"area off cm², mean": row["mae"], "worst %": row["worst_percent"], "status": row["status"]}
        for row in phantom_rows(clip, truth, ways)
        if "side" in row
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("card", type=Path)
    parser.add_argument("--development", action="store_true", help="the clips that may be looked at")
    parser.add_argument("--other-maker", action="store_true", help="another maker's phantom")
    parser.add_argument("--worst", type=int, default=0, help="name so many of the worst")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    model = learned_model(asked.card, "lm-csa")
    if asked.other_maker:
        print(table(other_maker_rows(model)))
        return
    every = list(found(model, asked.development))
    print(table(rows(every)))
    for one in sorted(every, key=lambda one: one.dice)[: asked.worst]:
        print(one)


if __name__ == "__main__":
    main()
