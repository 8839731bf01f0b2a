"""A sample clip with its setup, what is measured in pictures of it, and whether that was right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from bench.stepping import pictures_of
from bench.truth import SAMPLE_CLIPS, Key, phantom_truth
from segmentation.chance import tolerance
from segmentation.geometry import Roi
from segmentation.results import FrameResult, Picture, Status
from segmentation.tracking import start, step
from segmentation.views import ViewName
from usbio.preparation import prepare
from usbio.setup import SetupFile, load_setup

FPS = 25.0


@dataclass(frozen=True, slots=True)
class Clip:
    """A sample clip with its setup."""

    stem: str
    setup: SetupFile
    pictures: Sequence[Picture]

    @property
    def roi(self) -> Roi:
        """The B-mode picture."""
        if self.setup.image.crop_px is None:
            raise ValueError("expected a setup with a crop")
        return Roi(*self.setup.image.crop_px)

    @property
    def mm_per_px(self) -> float:
        """Spacing."""
        return self.setup.calibration.y_mm_per_px or 0.1

    @property
    def view(self) -> ViewName:
        """What is measured."""
        if self.setup.measure.view is None:
            raise ValueError("expected a setup that names its view")
        return self.setup.measure.view


def sample(stem: str, pictures: int) -> Clip:
    """Read the first pictures of a sample clip."""
    file = SAMPLE_CLIPS / f"{stem}.mp4"
    return Clip(stem, load_setup(file.with_suffix(".toml")), pictures_of(file, pictures))


def followed(clip: Clip, pictures: Sequence[Picture]) -> Iterator[FrameResult]:
    """Yield what is measured in pictures of a clip, with its whole setup."""
    ready = prepare(clip.view, clip.setup, pictures[0], name=clip.stem)
    state = start(ready.measure, pictures[0])
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / FPS)
        yield result


def wrong_and_ok(clip: Clip, results: Sequence[FrameResult]) -> list[str]:
    """Return every value that is called ``ok`` and is farther off than a right one may be."""
    truth = phantom_truth(SAMPLE_CLIPS / f"{clip.stem}.truth.csv")
    return [
        f"picture {number}: {side} {muscle} {getattr(m, quantity):.2f} for {true:.2f}"
        for (side, muscle, quantity), number, true in _leading(truth, len(results))
        if (m := results[number].of(side, muscle)) is not None
        and m.status is Status.OK
        and not abs(getattr(m, quantity) - true) <= tolerance(quantity, true)
    ]


def _leading(truth: dict[Key, dict[int, float]], pictures: int) -> Iterator[tuple[Key, int, float]]:
    for key, values in truth.items():
        if key[2] != "slide_mm":
            yield from ((key, k, v) for k, v in values.items() if k < pictures and isfinite(v))
