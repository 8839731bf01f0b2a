"""The phantom clips that accuracy is told of: drawn from ranges that nothing was tuned on, and kept on disk.

`python -m bench.scored_clips --render` draws those that are missing, `--development` the same plan on other
seeds. Frequency, dynamic range, gain, depth, texture, picture rate and compression come from beside the
ranges of `segmentation.phantom.ranges.HARD`, muscle and fasciae from `segmentation.phantom.other_tissue`.
Whoever tunes looks at the development seeds alone.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from segmentation.phantom.activation import Activation, Contraction
from segmentation.phantom.anatomy import Anatomy
from segmentation.phantom.chance import fitting_calibration
from segmentation.phantom.clip import RENDERER, ClipPlan, Phantom
from segmentation.phantom.disturbance import LostContact
from segmentation.phantom.looks import LOOKS
from segmentation.phantom.other_tissue import with_other_tissue
from segmentation.phantom.probe import Probe
from segmentation.phantom.ranges import HARD, Range, Ranges
from segmentation.phantom.scenes import random_clip
from segmentation.views import ViewName
from usbio.render_cache import cache_folder, cached_path
from usbio.simulate import SimulatedFiles, write_clip

SECONDS = 3.4
_REST_S, _RISE_S, _HOLD_S, _RELEASE_S = 1.0, 0.4, 1.0, 0.4
SCORED: dict[ViewName, range] = {
    "tra": range(5000, 5020),
    "lm-csa": range(5000, 5020),
    "lm-thickness": range(5000, 5012),
}
DEVELOPMENT: dict[ViewName, range] = {
    "tra": range(500, 512),
    "lm-csa": range(500, 512),
    "lm-thickness": range(500, 508),
}
# For the chance that a value is right: many clips, few pictures a second.
QUALITY_SCORED: dict[ViewName, range] = {
    "tra": range(5130, 5160),
    "lm-csa": range(5130, 5160),
    "lm-thickness": range(5130, 5150),
}
QUALITY_DEVELOPMENT: dict[ViewName, range] = {
    "tra": range(600, 624),
    "lm-csa": range(600, 624),
    "lm-thickness": range(600, 650),
}
QUALITY_FPS = 12.0
_WIDE = replace(
    HARD,
    effort=(0.45, 1.0),
    fascia_fainter_db=(0.0, 8.0),
    infiltration=(0.0, 0.35),
    drift_mm=(0.0, 3.0),
    fade_db=(0.0, 3.0),
    lost_contact_chance=0.0,  # `_shadowed` instead
    repeat_pictures=(1,),
    fps=(15.0, 18.0, 24.0, 36.0, 48.0, 60.0),
    looks=LOOKS[:-1],  # the last has no numbers at its ruler: without a setup there is no scale to measure by
)
_LOW: dict[str, Range] = {  # below what was tuned on
    "frequency": (0.64, 0.75),
    "depth": (0.74, 0.85),
    "dynamic_range_db": (42.0, 48.0),
    "gain_db": (6.0, 10.0),  # a narrow range wants more gain, or muscle is black
}
_HIGH: dict[str, Range] = {
    "frequency": (1.2, 1.45),
    "depth": (1.2, 1.45),
    "dynamic_range_db": (75.0, 88.0),
    "gain_db": (-12.0, -7.0),
}
_SIZES_PX = ((640, 480), (800, 600), (1024, 768))
_CRF: Range = (18.0, 35.0)


@dataclass(frozen=True)
class ScoredClip:
    """One clip: view and seed decide all of it."""

    view: ViewName
    seed: int
    fps: float | None = None  # None: by chance

    @cached_property
    def plan(self) -> ClipPlan:
        """The plan of the clip."""
        rng = np.random.default_rng((self.seed, 29, *self.view.encode()))
        plan = random_clip(self.view, self.seed, _ranges(rng, self.seed), seconds=4.5)
        plan = replace(plan, anatomy=with_other_tissue(_once(plan.anatomy), self.seed), seconds=SECONDS)
        plan = _shadowed(_deep_enough(plan), rng)
        size = _SIZES_PX[rng.integers(len(_SIZES_PX))]
        probe = _other_probe(plan.probe, rng)
        return replace(
            plan,
            probe=probe,
            size_px=size,
            calibration=fitting_calibration(probe, plan.scanner.depth_mm, plan.look, size),
            per_cell=float(rng.uniform(3.0, 4.0) if rng.random() < 0.5 else rng.uniform(8.0, 10.0)),
            soften_px=float(rng.uniform(0.0, 1.2)),
            fps=self.fps or plan.fps,
        )

    @property
    def crf(self) -> float:
        """How hard it is compressed."""
        return float(np.random.default_rng((self.seed, 31)).uniform(*_CRF))

    @property
    def files(self) -> SimulatedFiles:
        """Where it lies, or will lie."""
        words = hashlib.sha256(f"{RENDERER} {self.crf} {self.plan!r}".encode()).hexdigest()[:10]
        return SimulatedFiles.named(kept_in(), f"{self.view.replace('-', '_')}_{self.seed}_{words}")

    @property
    def rendered(self) -> bool:
        """Whether it lies there whole: the setup is written last."""
        return self.files.setup.is_file()

    def render(self) -> SimulatedFiles:
        """Draw it if it is missing."""
        if not self.rendered:
            print(f"drawing {self.files.clip.name} once, some seconds", file=sys.stderr, flush=True)
            phantom = Phantom(self.plan)
            kept_in().mkdir(parents=True, exist_ok=True)
            write_clip(phantom, self.files, crf=self.crf)
            cached_path(phantom).unlink(missing_ok=True)  # the lossless copy is of no further use
        return self.files


def kept_in() -> Path:
    """Return the folder of the rendered clips."""
    return cache_folder().parent / "scored"


def clips(development: bool = False, views: tuple[ViewName, ...] = tuple(SCORED)) -> list[ScoredClip]:
    """Return the scored clips, or those to look at, the views in turns."""
    seeds = DEVELOPMENT if development else SCORED
    turns = zip_longest(*([ScoredClip(view, seed) for seed in seeds[view]] for view in views))
    return [clip for turn in turns for clip in turn if clip is not None]


def quality_clips(development: bool = False, views: tuple[ViewName, ...] = tuple(SCORED)) -> list[ScoredClip]:
    """Return the clips on which the chance that a value is right is tried, or those it was made on."""
    seeds = QUALITY_DEVELOPMENT if development else QUALITY_SCORED
    turns = zip_longest(*([ScoredClip(view, seed, QUALITY_FPS) for seed in seeds[view]] for view in views))
    return [clip for turn in turns for clip in turn if clip is not None]


def _ranges(rng: np.random.Generator, seed: int) -> Ranges:
    """Each of the machine's settings from below or from above what was tuned on; every other side wasted."""
    sides: dict[str, dict[str, Range]] = {name: (_LOW, _HIGH)[rng.integers(2)] for name in _LOW}
    sides["gain_db"] = sides["dynamic_range_db"]
    chosen: dict[str, Any] = {name: side[name] for name, side in sides.items()}
    return replace(_WIDE, atrophy=(0.15, 0.45) if seed % 2 == 0 else (0.0, 0.04), **chosen)


def _once(anatomy: Anatomy) -> Anatomy:
    """Return an anatomy that rests, contracts once, holds, and lets go."""
    courses = {f.name: getattr(anatomy, f.name) for f in fields(anatomy)}  # type: ignore[arg-type]  # a dataclass
    changed: dict[str, Any] = {
        name: Activation((_contraction(course.contractions[0].effort),))
        for name, course in courses.items()
        if isinstance(course, Activation)
    }
    return replace(anatomy, **changed)  # type: ignore[type-var]  # as above


def _contraction(effort: float) -> Contraction:
    return Contraction(_REST_S, _RISE_S, _HOLD_S, _RELEASE_S, effort)


def _deep_enough(plan: ClipPlan) -> ClipPlan:
    """Nobody measures what the picture cuts off: at least 5 mm show behind the deepest muscle."""
    deepest = max(float(line[:, 1].max()) for line in _deep_lines(plan.anatomy))
    depth_mm = max(plan.scanner.depth_mm, deepest + 5.0)
    return replace(plan, scanner=replace(plan.scanner, depth_mm=depth_mm))


def _deep_lines(anatomy: Anatomy) -> Iterator[np.ndarray[Any, np.dtype[np.float64]]]:
    held_s = _REST_S + _RISE_S + _HOLD_S / 2.0
    for t_s in (0.0, held_s):
        for body in anatomy.bodies(t_s):
            if body.border_mm is not None:
                yield body.border_mm
            elif body.edges is not None:
                near = np.abs(body.edges.x_mm) < 20.0
                yield np.stack([body.edges.x_mm, body.edges.deep_mm], axis=-1)[near]


def _shadowed(plan: ClipPlan, rng: np.random.Generator) -> ClipPlan:
    """Some have a streak of poor contact, some a border of the probe that lifts for a while."""
    kind, place = rng.integers(3), float(rng.uniform(0.1, 0.85))
    if kind == 0:
        return plan
    streak = LostContact(
        -9.0, 99.0, place, place + float(rng.uniform(0.04, 0.1)), float(rng.uniform(5.0, 12.0))
    )
    edge = float(rng.choice((-0.1, 0.85)))
    lifted = LostContact(1.2, 2.6, edge, edge + float(rng.uniform(0.2, 0.3)), float(rng.uniform(10.0, 22.0)))
    lost = (streak if kind == 1 else lifted,)
    return replace(plan, disturbances=replace(plan.disturbances, lost_contacts=lost))


def _other_probe(probe: Probe, rng: np.random.Generator) -> Probe:
    """Return a probe with another pulse, other beams and more or fewer angles."""
    angles = ((-4.0, 4.0), (-12.0, -6.0, 0.0, 6.0, 12.0))[rng.integers(2)]
    return replace(
        probe,
        bandwidth=float(rng.uniform(0.45, 0.8)),
        beams=int(rng.choice((160, 192, 320))),
        width_at_focus_mm=probe.width_at_focus_mm * float(rng.uniform(0.8, 1.4)),
        focus_mm=probe.focus_mm * float(rng.uniform(0.7, 1.3)),
        looks_deg=angles,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--development", action="store_true", help="the clips that may be looked at")
    parser.add_argument("--render", action="store_true", help="draw those that are missing")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    for clip in clips(asked.development):
        if asked.render:
            clip.render()
        print("kept   " if clip.rendered else "missing", clip.files.clip, flush=True)


if __name__ == "__main__":
    main()
