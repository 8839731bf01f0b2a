"""Phantom clips of several repetitions of known effort, some of them without any: what decisions are told of.

`python -m bench.decision_clips --render` draws those that are missing, `--development` those that may be
looked at. Scene, machine and tissue are those of `bench.scored_clips`, on other seeds; time is laid out here.
Rendering is dear, so each clip is measured several times: as it was drawn, and with other noise laid over it.
"""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from bench.scored_clips import ScoredClip
from segmentation.phantom.activation import Activation, Contraction
from segmentation.phantom.anatomy import Anatomy
from segmentation.phantom.clip import ClipPlan, Phantom
from segmentation.phantom.disturbance import STILL, UNDISTURBED
from segmentation.phantom.truth import FrameTruth
from segmentation.results import Picture
from segmentation.views import ViewName
from usbio.frames import Frame
from usbio.setup import IntervalTable
from usbio.sources.clip import ClipInfo, ClipSource

FPS = 12.0  # the least that a second can be a mean of; rendering is dear
_REST_S, _RISE_S, _HOLD_S, _RELEASE_S = 1.3, 0.3, 1.2, 0.3
_EVERY_S = _REST_S + _RISE_S + _HOLD_S + _RELEASE_S
EFFORTS = ((0.0, 0.0), (0.1, 0.3), (0.3, 0.6), (0.6, 1.0))
"""From where to where the effort of a repetition is drawn; one of each in every clip, in any order."""
_SECONDS = len(EFFORTS) * _EVERY_S + 1.0
_SLIP_S = 0.15  # by which a mark is early or late
SEEDS: dict[ViewName, tuple[range, range]] = {  # scored, to look at
    "tra": (range(5200, 5205), range(520, 523)),
    "lm-csa": (range(5200, 5205), range(520, 523)),
    "lm-thickness": (range(5200, 5205), range(520, 523)),
}
NOISES_GREY = ((0.0, 12.0, 24.0), (0.0, 8.0, 16.0))  # laid over the pictures: scored, to look at


@dataclass(frozen=True)
class RepeatedClip(ScoredClip):
    """One clip of four repetitions: view and seed decide all of it."""

    @cached_property
    def plan(self) -> ClipPlan:
        """The plan of the clip: a streak of poor contact stays, a probe that lifts does not."""
        plan = ScoredClip(self.view, self.seed).plan
        disturbances = replace(
            plan.disturbances,
            drift=replace(plan.disturbances.drift, over_s=_SECONDS),
            lost_contacts=tuple(lost for lost in plan.disturbances.lost_contacts if lost.start_s < 0.0),
        )
        anatomy = _repeated(plan.anatomy, self.efforts)
        return replace(plan, anatomy=anatomy, disturbances=disturbances, fps=FPS, seconds=_SECONDS)

    @cached_property
    def efforts(self) -> tuple[float, ...]:
        """How hard the leading muscle works in each repetition; 0 where it is told to and does not."""
        rng = np.random.default_rng((self.seed, 37, *self.view.encode()))
        return tuple(float(rng.uniform(*EFFORTS[k])) for k in rng.permutation(len(EFFORTS)))

    @property
    def marks(self) -> list[IntervalTable]:
        """The repetitions as a hand marks them that is a little early or late."""
        rng = np.random.default_rng((self.seed, 41))
        slips = rng.uniform(-_SLIP_S, _SLIP_S, (len(self.efforts), 2))
        spans = [(one.start_s + a, one.end_s + b) for one, (a, b) in zip(self.course, slips, strict=True)]
        return [IntervalTable(kind="contraction", start_s=round(a, 2), end_s=round(b, 2)) for a, b in spans]

    @property
    def course(self) -> tuple[Contraction, ...]:
        """When the repetitions are, and how hard."""
        return _course(self.efforts)

    @cached_property
    def truths(self) -> tuple[FrameTruth, ...]:
        """What is true at rest, then in the middle of every hold, with the breath held and the probe still.

        What differs is what effort alone makes of it.
        """
        still = replace(self.plan.anatomy, breathing=STILL)  # type: ignore[type-var]  # a dataclass that breathes
        phantom = Phantom(replace(self.plan, anatomy=still, disturbances=UNDISTURBED))
        holds = (self.held_s(k) for k in range(len(self.course)))
        return tuple(phantom.truth_at(t_s) for t_s in (0.0, *holds))

    def held_s(self, repetition: int) -> float:
        """The middle of a hold, the first being 0."""
        return self.course[repetition].start_s + _RISE_S + _HOLD_S / 2.0


@dataclass(frozen=True)
class NoisyClip:
    """A clip with noise laid over its echoes, another one in every picture, grained as speckle is."""

    source: ClipSource
    noise_grey: float
    seed: int

    @property
    def path(self) -> Path:
        """The clip underneath."""
        return self.source.path

    @property
    def name(self) -> str:
        """The clip underneath."""
        return self.source.name

    def info(self) -> ClipInfo:
        """Return what is known of the clip underneath."""
        return self.source.info()

    def frames(self) -> Generator[Frame]:
        """Yield the frames with their noise."""
        with closing(self.source.frames()) as frames:
            if self.noise_grey == 0.0:
                yield from frames
                return
            loud: npt.NDArray[np.float32] | None = None
            for frame in frames:
                loud = _loudness(frame.image) if loud is None else loud
                yield replace(frame, image=self._noisy(frame, loud))

    def _noisy(self, frame: Frame, loud: npt.NDArray[np.float32]) -> Picture:
        rng = np.random.default_rng((self.seed, frame.index))
        grain = cv2.GaussianBlur(rng.standard_normal(frame.image.shape, np.float32), (0, 0), 1.2)
        noise = grain * (self.noise_grey / float(grain.std())) * loud
        return np.clip(frame.image + noise, 0.0, 255.0).astype(np.uint8)


def clips(view: ViewName, development: bool = False) -> list[RepeatedClip]:
    """Return the clips of a view: the scored ones, or those to look at."""
    return [RepeatedClip(view, seed) for seed in SEEDS[view][development]]


def _repeated(anatomy: Anatomy, efforts: tuple[float, ...]) -> Anatomy:
    """Every muscle in its proportion to the one that works hardest."""
    courses: dict[str, Activation] = {
        f.name: course
        for f in fields(anatomy)  # type: ignore[arg-type]  # a dataclass
        if isinstance(course := getattr(anatomy, f.name), Activation)
    }
    hardest = max(course.contractions[0].effort for course in courses.values())
    whole = Activation(_course(efforts))
    changed: dict[str, Any] = {
        name: whole.scaled(course.contractions[0].effort / hardest) for name, course in courses.items()
    }
    return replace(anatomy, **changed)  # type: ignore[type-var]  # as above


def _course(efforts: tuple[float, ...]) -> tuple[Contraction, ...]:
    return tuple(
        Contraction(k * _EVERY_S + _REST_S, _RISE_S, _HOLD_S, _RELEASE_S, effort)
        for k, effort in enumerate(efforts)
    )


def _loudness(screen: Picture) -> npt.NDArray[np.float32]:
    """How much of the noise shows: all where there are echoes, none on the black round them."""
    around = cv2.GaussianBlur(screen.astype(np.float32), (0, 0), 6.0)
    return np.asarray(np.clip(around / 30.0, 0.0, 1.0), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--development", action="store_true", help="the clips that may be looked at")
    parser.add_argument("--render", action="store_true", help="draw those that are missing")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    for clip in [one for view in SEEDS for one in clips(view, asked.development)]:
        if asked.render:
            clip.render()
        print("kept   " if clip.rendered else "missing", clip.files.clip, flush=True)


if __name__ == "__main__":
    main()
