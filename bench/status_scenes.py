"""One scene for each status: what is done to a sample clip, and what is to be said of it.

The tests hold the program to them, and `python -m bench.status_pictures` draws docs/when-it-is-wrong.md's
pictures from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import cv2
import numpy as np

from bench.stepping import pictures_of
from bench.truth import SAMPLE_CLIPS, Key, phantom_truth
from segmentation.chance import tolerance
from segmentation.geometry import Roi
from segmentation.phantom.picture_faults import at_other_depth, covered, faded, in_air, shadowed, shifted
from segmentation.results import FloatArray, FrameResult, Muscle, Picture, Status
from segmentation.screen import picture_mask
from segmentation.tracking import start, step
from segmentation.views import ViewName
from usbio.preparation import prepare
from usbio.setup import SetupFile, load_setup

FPS = 25.0
BEGINS = 20  # picture; the muscle is at rest and has been followed for most of a second
PICTURES = 30
_LONGER = 60  # for what takes two seconds to be told
_RINGING = (200.0, 4.0, 12.0)  # loudness in grey, distance and reach of the lines in mm


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


Drawing = Callable[[Clip, Picture, int], Picture]
"""Clip, picture, and how many pictures the fault has lasted, to the picture with it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is done, and what is to be said of the muscles named."""

    name: str
    title: str
    stem: str
    status: Status
    muscles: tuple[Muscle, ...]
    drawing: Drawing
    pictures: int = PICTURES
    within: int = 1  # picture of the fault from which on it is said
    to_do: str = ""

    def shown(self) -> tuple[Clip, list[Picture]]:
        """Return the clip and its pictures with the fault from `BEGINS` on."""
        clip = sample(self.stem, BEGINS + self.pictures)
        fault = range(len(clip.pictures) - BEGINS)
        late = [self.drawing(clip, clip.pictures[BEGINS + k], k) for k in fault]
        return clip, [*clip.pictures[:BEGINS], *late]


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


def _middle(clip: Clip, share: float = 0.5) -> float:
    return clip.roi.x + share * clip.roi.width


def _shadow(clip: Clip, picture: Picture, k: int) -> Picture:
    return shadowed(picture, clip.roi, _middle(clip, 0.3), 0.25 * clip.roi.width, 190.0, from_px=8.0)


def _air(clip: Clip, picture: Picture, k: int) -> Picture:
    inside = picture_mask(clip.pictures[0], clip.roi)
    depth_mm = _from_face(inside) * clip.mm_per_px
    return in_air(picture, clip.roi, depth_mm, inside, _RINGING, np.random.default_rng((5, k)))


def _from_face(inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
    columns = np.flatnonzero(inside.any(axis=0))
    rows = inside[:, columns].argmax(axis=0)
    corners = np.flatnonzero(rows <= rows.min() + 1)
    face = slice(int(corners[0]), int(corners[-1]) + 1)
    elsewhere = np.ones(inside.shape, np.uint8)
    elsewhere[rows[face], columns[face]] = 0
    return np.asarray(cv2.distanceTransform(elsewhere, cv2.DIST_L2, 5), float)


def _menu(clip: Clip, picture: Picture, k: int) -> Picture:
    roi = clip.roi
    return covered(
        picture,
        Roi(roi.x + roi.width // 5, roi.y + roi.height // 4, round(0.4 * roi.width), roi.height // 2),
    )


def _frozen(clip: Clip, picture: Picture, k: int) -> Picture:
    return clip.pictures[BEGINS - 1]


def _gone_sideways(clip: Clip, picture: Picture, k: int) -> Picture:
    """Slides on by half a millimetre a picture, as far as the muscle's border leaves the fan."""
    return shifted(picture, clip.roi, -min(k, 50) * 0.55 / clip.mm_per_px, 0.0)


def _deeper(clip: Clip, picture: Picture, k: int) -> Picture:
    return at_other_depth(picture, clip.roi, 0.8)


def _probe_moved(clip: Clip, picture: Picture, k: int) -> Picture:
    return shifted(picture, clip.roi, min(k, 16) * 0.35 / clip.mm_per_px, 0.0)


def _pressed(clip: Clip, picture: Picture, k: int) -> Picture:
    return shifted(picture, clip.roi, 0.0, -min(k, 16) * 0.22 / clip.mm_per_px)


def _faded(clip: Clip, picture: Picture, k: int) -> Picture:
    return faded(picture, clip.roi, 130.0, 14.0, np.random.default_rng((9, k)))


WALL: tuple[Muscle, ...] = ("tra", "io", "eo")
SCENES: tuple[Scene, ...] = (
    Scene(
        "shadow",
        "A shadow lies across the station",
        "tra_left",
        Status.SHADOW,
        ("tra", "io"),
        _shadow,
        to_do="Gel, and the probe flat on the skin; or move the station beside the shadow.",
    ),
    Scene(
        "faded",
        "The picture has faded",
        "lm_csa",
        Status.LOW_QUALITY,
        ("lm",),
        _faded,
        to_do="Gel, gain, or press a little less obliquely; the value counts again once it is clear.",
    ),
    Scene(
        "lifted",
        "The probe was lifted",
        "tra_left",
        Status.LOST,
        WALL,
        _air,
        to_do="Put the probe back: the muscle is found again by itself.",
    ),
    Scene(
        "menu",
        "A menu lies over the muscle",
        "lm_csa",
        Status.LOST,
        ("lm",),
        _menu,
        to_do="Close the menu on the scanner.",
    ),
    Scene(
        "frozen",
        "The scanner is frozen",
        "lm_thickness_left",
        Status.FROZEN,
        ("lm",),
        _frozen,
        pictures=_LONGER,
        within=52,
        to_do="Unfreeze the scanner.",
    ),
    Scene(
        "clipped",
        "The muscle leaves the picture",
        "contour_left",
        Status.CLIPPED,
        ("contour",),
        _gone_sideways,
        pictures=_LONGER,
        within=58,
        to_do="Move the probe so that the whole muscle is in the picture.",
    ),
    Scene(
        "depth",
        "The depth was changed on the scanner",
        "lm_csa",
        Status.IMPLAUSIBLE,
        ("lm",),
        _deeper,
        to_do="Set the depth back, or choose the source again so that the scale is read anew.",
    ),
    Scene(
        "moved",
        "The probe has slid along",
        "tra_left",
        Status.MOVED,
        WALL,
        _probe_moved,
        within=16,
        to_do="Go back to the landmark; the values count again at the place where rest was.",
    ),
    Scene(
        "pressed",
        "The probe is pressed",
        "tra_left",
        Status.MOVED,
        WALL,
        _pressed,
        within=18,
        to_do="Press as at rest.",
    ),
)
