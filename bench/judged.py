"""Every value of `bench.scored_clips.quality_clips`, with what was said of it and what is true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bench.faults import FAULTS, Fault, FaultName
from bench.sample_rows import asked
from bench.scored_clips import ScoredClip, quality_clips
from bench.stepping import pictures_of
from bench.truth import Key, phantom_truth
from segmentation.chance import tolerance
from segmentation.results import Measurement, Picture, Status
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup, ViewName
from usbio.errors import UsbioError
from usbio.measuring import Task
from usbio.preparation import prepare
from usbio.setup import SetupFile, load_setup


@dataclass(frozen=True, slots=True)
class Judged:
    """One muscle in one picture."""

    clip: str
    view: ViewName
    given: str
    fault: FaultName
    muscle: str
    status: Status
    quality: float
    off: float  # error, 1 where it is as large as is allowed; nan where there is no value
    error: float  # in mm, or in percent of an area
    source: str
    evidence: tuple[float, ...]

    @property
    def outside(self) -> bool:
        """Farther off than the chance is of."""
        return self.off > 1.0


_FAULTS_A_CLIP = 3


def judged(development: bool) -> Iterator[Judged]:
    """Yield every measurement of every clip and way of asking, clean and with some faults by seed."""
    for clip in quality_clips(development):
        yield from of_clip(clip)


def of_clip(clip: ScoredClip) -> Iterator[Judged]:
    """Yield every measurement of one clip; it is drawn if it is missing."""
    files = clip.render()
    setup, truth = load_setup(files.setup), phantom_truth(files.truth)
    pictures = pictures_of(files.clip)
    for given, task in asked(setup):
        ready = _ready(task, setup, pictures[0], files.clip.name)
        if ready is None:
            continue
        seed = clip.seed + (0 if given == "setup" else 10_000)
        for name in _some_faults(seed):
            fault = Fault(name, seed)
            shown = fault.pictures(pictures, ready.panels[0].roi)
            yield from _of_run(clip, given, name, ready, shown, truth)


def _some_faults(seed: int) -> list[FaultName]:
    """None, and a few."""
    drawn = np.random.default_rng((seed, 17)).permutation(len(FAULTS) - 1)[:_FAULTS_A_CLIP]
    return [FAULTS[0], *(FAULTS[1 + int(number)] for number in drawn)]


def _ready(task: Task, setup: SetupFile, picture: Picture, name: str) -> MeasureSetup | None:
    """Where the ruler cannot be read the scale is given; None where no picture is found either."""
    given = task.setup.model_copy(update={"calibration": setup.calibration})
    for one in (task, replace(task, setup=given)):
        try:
            return prepare(
                one.view, one.setup, picture, name=name, side=one.side, image_left=one.image_left
            ).measure
        except UsbioError:
            continue
    return None


def _of_run(
    clip: ScoredClip,
    given: str,
    fault: FaultName,
    ready: MeasureSetup,
    pictures: Iterator[Picture],
    truth: dict[Key, dict[int, float]],
) -> Iterator[Judged]:
    quantity = "area_cm2" if clip.view == "lm-csa" else "thickness_mm"
    state = None
    for number, picture in enumerate(pictures):
        state = state or start(ready, picture)
        state, result = step(state, picture, number / (clip.fps or clip.plan.fps))
        for m in result.measurements:
            true = truth.get((m.side, m.muscle, quantity), {}).get(number)
            if true is not None:
                yield _one(clip, given, fault, m, getattr(m, quantity), true, quantity)


def _one(
    clip: ScoredClip, given: str, fault: FaultName, m: Measurement, value: float, true: float, quantity: str
) -> Judged:
    error = abs(value - true)
    return Judged(
        f"{clip.view} {clip.seed}",
        clip.view,
        given,
        fault,
        m.muscle,
        m.status,
        m.quality,
        error / tolerance(quantity, true),
        error if quantity == "thickness_mm" else error / true * 100.0,
        m.border_source,
        m.evidence,
    )
