"""One scene for each status: what is done to a sample clip, and what is to be said of it.

The tests hold the program to them, and `python -m bench.status_pictures` draws docs/when-it-is-wrong.md's
pictures from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.scene_clips import Clip, sample
from segmentation.geometry import Roi
from segmentation.phantom.picture_faults import at_other_depth, covered, faded, in_air, shadowed, shifted
from segmentation.results import SIDES, Measurement, Muscle, Picture, Side, Status
from segmentation.screen import picture_mask
from segmentation.sector import from_face_px

BEGINS = 20  # picture; the muscle is at rest and has been followed for most of a second
PICTURES = 25
_FEWER = 12  # where one is as the other
_LONGER = 60  # for what takes two seconds to be told
_NOISE_GREY = 24.0  # most likely grey
_RINGING = (200.0, 4.0, 12.0)  # loudness in grey, distance and reach of the lines in mm


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
    begins: int = BEGINS  # picture of the clip from which on the fault is there
    within: int = 1  # picture of the fault from which on it is said
    sides: tuple[Side, ...] = SIDES
    to_do: str = ""

    def shown(self) -> tuple[Clip, list[Picture]]:
        """Return the clip and its pictures, with the fault from `begins` on."""
        clip = sample(self.stem, self.begins + self.pictures)
        fault = range(len(clip.pictures) - self.begins)
        late = [self.drawing(clip, clip.pictures[self.begins + k], k) for k in fault]
        return clip, [*clip.pictures[: self.begins], *late]

    def concerns(self, m: Measurement) -> bool:
        """Say whether this is a muscle that the fault is about."""
        return m.muscle in self.muscles and m.side in self.sides


def _middle(clip: Clip, share: float = 0.5) -> float:
    return clip.roi.x + share * clip.roi.width


def _shadow(clip: Clip, picture: Picture, k: int) -> Picture:
    return shadowed(picture, clip.roi, _middle(clip, 0.3), 0.25 * clip.roi.width, 190.0, from_px=8.0)


def _shadow_over_facet(clip: Clip, picture: Picture, k: int) -> Picture:
    return shadowed(picture, clip.roi, _middle(clip, 0.545), 0.22 * clip.roi.width, 100.0, from_px=8.0)


def _shadow_over_border(clip: Clip, picture: Picture, k: int) -> Picture:
    return shadowed(picture, clip.roi, _middle(clip, 0.52), 0.21 * clip.roi.width, 150.0, from_px=8.0)


def _nothing(clip: Clip, picture: Picture, k: int) -> Picture:
    """Noise alone, wherever echoes can be."""
    out = picture.copy()
    noise = _NOISE_GREY * np.random.default_rng((3, k)).rayleigh(1.0, (clip.roi.height, clip.roi.width))
    out[clip.roi.slices] = np.where(picture_mask(clip.pictures[0], clip.roi), np.minimum(noise, 255.0), 0.0)
    return out


def _air(clip: Clip, picture: Picture, k: int) -> Picture:
    inside = picture_mask(clip.pictures[0], clip.roi)
    depth_mm = from_face_px(inside) * clip.mm_per_px
    return in_air(picture, clip.roi, depth_mm, inside, _RINGING, np.random.default_rng((5, k)))


def _menu(clip: Clip, picture: Picture, k: int) -> Picture:
    roi = clip.roi
    return covered(
        picture,
        Roi(roi.x + roi.width // 5, roi.y + roi.height // 4, round(0.4 * roi.width), roi.height // 2),
    )


def _frozen(clip: Clip, picture: Picture, k: int) -> Picture:
    return clip.pictures[BEGINS - 1]


def _gone_sideways(clip: Clip, picture: Picture, k: int) -> Picture:
    """Slides on by half a millimetre a picture, until a part of the border is outside."""
    return shifted(picture, clip.roi, -min(k, 24) * 0.55 / clip.mm_per_px, 0.0)


def _shallower(clip: Clip, picture: Picture, k: int) -> Picture:
    return at_other_depth(picture, clip.roi, 1.25)


def _probe_moved(clip: Clip, picture: Picture, k: int) -> Picture:
    return shifted(picture, clip.roi, min(k, 16) * 0.35 / clip.mm_per_px, 0.0)


def _pressed(clip: Clip, picture: Picture, k: int) -> Picture:
    return shifted(picture, clip.roi, 0.0, -min(k, 16) * 0.22 / clip.mm_per_px)


def _faded(clip: Clip, picture: Picture, k: int) -> Picture:
    return faded(picture, clip.roi, 130.0, 14.0, np.random.default_rng((9, k)))


def _half_faded(clip: Clip, picture: Picture, k: int) -> Picture:
    return faded(picture, clip.roi, 105.0, 12.0, np.random.default_rng((9, k)))


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
        "shadow_facet",
        "A shadow lies over the facet",
        "lm_thickness_left",
        Status.SHADOW,
        ("lm",),
        _shadow_over_facet,
        pictures=_FEWER,
        to_do="Gel, and the probe flat on the skin.",
    ),
    Scene(
        "shadow_border",
        "A shadow lies across the border",
        "contour_left",
        Status.SHADOW,
        ("contour",),
        _shadow_over_border,
        to_do="Gel, and the probe flat on the skin.",
    ),
    Scene(
        "low_quality",
        "The picture is half faded",
        "lm_csa",
        Status.LOW_QUALITY,
        ("lm",),
        _half_faded,
        pictures=_FEWER,
        sides=("right",),
        to_do="Gel, gain, or tilt the probe until the rim is clear.",
    ),
    Scene(
        "faded",
        "The picture has faded",
        "lm_csa",
        Status.LOST,
        ("lm",),
        _faded,
        pictures=_FEWER,
        to_do="Gel, gain, or tilt the probe until the rim is clear.",
    ),
    Scene(
        "no_border",
        "There is nothing to be found",
        "lm_thickness_left",
        Status.NO_BORDER,
        ("lm",),
        _nothing,
        begins=0,
        pictures=_FEWER,
        to_do="Gel, gain and depth; then point at the muscle once more.",
    ),
    Scene(
        "lifted",
        "The probe was lifted",
        "tra_left",
        Status.LOST,
        WALL,
        _air,
        pictures=_FEWER,
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
        within=20,
        to_do="Move the probe so that the whole muscle is in the picture.",
    ),
    Scene(
        "depth",
        "The depth was changed on the scanner",
        "lm_csa",
        Status.IMPLAUSIBLE,
        ("lm",),
        _shallower,
        pictures=_FEWER,
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
