"""The probe is lifted for two seconds and put back: how soon is the muscle found again?

What a lifted probe shows is drawn: electronic noise that grows with depth, another one in every picture, with
the ringing of the probe's own face over it, bright lines under each other: a few that die away within a
centimetre, thick ones down into the depth, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from bench.figures import Row
from bench.sample_rows import asked
from bench.stepping import pictures_of, results
from bench.truth import SAMPLE_CLIPS, Key, phantom_truth
from segmentation.geometry import Roi
from segmentation.results import FloatArray, FrameResult, Picture, Status
from segmentation.screen import picture_mask
from usbio.errors import UsbioError
from usbio.setup import load_setup

FPS, LIFTED_S, AFTER_S = 25.0, 2.0, 3.0
GOAL_S = 0.3
NEAR_MM, NEAR_SHARE = 0.5, 0.05  # of the true value: what counts as found again
_STEMS = ("lm_csa", "lm_thickness_left", "tra_left", "layer_left", "contour_left")
_LIFTED_AT = 30  # picture; the muscle is at rest and has been followed for more than a second


@dataclass(frozen=True, slots=True)
class Ringing:
    """The lines of the probe's own face."""

    name: str
    loudness_grey: float
    distance_mm: float
    dies_over_mm: float


_RINGINGS = (
    Ringing("noise", 0.0, 1.0, 1.0),
    Ringing("thin lines at its face", 235.0, 1.1, 2.5),
    Ringing("thick lines into the depth", 200.0, 4.0, 12.0),
)


@dataclass(frozen=True, slots=True, eq=False)
class Air:
    """The screen of a clip with nothing but air before the probe."""

    screen: Picture
    roi: Roi
    mm_per_px: float
    inside: npt.NDArray[np.bool_]  # (H, W), where echoes can be

    def picture(self, rng: np.random.Generator, ringing: Ringing) -> Picture:
        """Return one picture of it."""
        depth_mm = self._depth_mm()
        lines = np.cos(np.pi * depth_mm / ringing.distance_mm) ** 4 * np.exp(-depth_mm / ringing.dies_over_mm)
        noise = (4.0 + 0.15 * depth_mm) * rng.rayleigh(1.0, self.inside.shape)
        grey = np.where(self.inside, np.clip(ringing.loudness_grey * lines + noise, 0.0, 255.0), 0.0)
        out = self.screen.copy()
        out[self.roi.slices] = grey.astype(np.uint8)
        return out

    def _depth_mm(self) -> FloatArray:
        """Return how far each place is from the probe's face: the upper rim between its two corners."""
        columns = np.flatnonzero(self.inside.any(axis=0))
        rows = self.inside[:, columns].argmax(axis=0)
        corners = np.flatnonzero(rows <= rows.min() + 1)
        face = slice(int(corners[0]), int(corners[-1]) + 1)
        elsewhere = np.ones(self.inside.shape, np.uint8)
        elsewhere[rows[face], columns[face]] = 0
        return np.asarray(cv2.distanceTransform(elsewhere, cv2.DIST_L2, 5) * self.mm_per_px, float)


def lifted_rows() -> list[Row]:
    """Return a row for every view, way of asking and picture of air."""
    return [row for stem in _STEMS for row in _of_clip(stem)]


def _of_clip(stem: str) -> list[Row]:
    clip = SAMPLE_CLIPS / f"{stem}.mp4"
    setup, truth = load_setup(clip.with_suffix(".toml")), phantom_truth(clip.with_suffix(".truth.csv"))
    pictures = pictures_of(clip, _LIFTED_AT + round(AFTER_S * FPS))
    air = _air(pictures[0], setup.image.crop_px, setup.calibration.y_mm_per_px)
    rows = []
    for given, task in asked(setup):
        for ringing in _RINGINGS:
            row: Row = {"view": task.view, "given": given, "the probe shows": ringing.name}
            shown = list(_shown(pictures, air, ringing))
            try:
                found = list(results(clip.name, task, ((p, k / FPS) for k, (p, _) in enumerate(shown))))
            except UsbioError as error:
                rows.append(row | {"failed": str(error)})
                continue
            after = [(number, r) for r, (_, number) in zip(found, shown, strict=True) if number >= _LIFTED_AT]
            meanwhile = [r for r, (_, number) in zip(found, shown, strict=True) if number < 0]
            rows.append(row | told(meanwhile, after, truth))
    return rows


def _air(picture: Picture, crop: tuple[int, int, int, int] | None, mm_per_px: float | None) -> Air:
    if crop is None or mm_per_px is None:
        raise ValueError("expected a setup with crop and spacing")
    roi = Roi(*crop)
    return Air(picture, roi, mm_per_px, picture_mask(picture, roi))


def _shown(pictures: Sequence[Picture], air: Air, ringing: Ringing) -> Iterator[tuple[Picture, int]]:
    """Yield pictures with their number in the clip, -1 while the probe is lifted."""
    rng = np.random.default_rng(41)
    yield from ((picture, k) for k, picture in enumerate(pictures[:_LIFTED_AT]))
    yield from ((air.picture(rng, ringing), -1) for _ in range(round(LIFTED_S * FPS)))
    yield from ((picture, _LIFTED_AT + k) for k, picture in enumerate(pictures[_LIFTED_AT:]))


def told(
    meanwhile: Sequence[FrameResult],
    after: Sequence[tuple[int, FrameResult]],
    truth: Mapping[Key, Mapping[int, float]],
) -> Row:
    """Return what came of the pictures while it was lifted, and of those after with their numbers."""
    leading = [key for key in truth if key[2] != "slide_mm"]
    back = [k for k, (number, result) in enumerate(after) if _found(result, number, leading, truth)]
    said = [m.status for result in meanwhile for m in result.measurements]
    return {
        "found again after s": round((back[0] + 1) / FPS, 2) if back else None,
        "goal": GOAL_S,
        "then found in % of pictures": round(100.0 * len(back) / (len(after) - back[0]), 1) if back else 0.0,
        "called ok while lifted %": round(100.0 * said.count(Status.OK) / len(said), 1),
        "with value while lifted %": round(100.0 * sum(s.carries_value for s in said) / len(said), 1),
    }


def _found(
    result: FrameResult, number: int, keys: Sequence[Key], truth: Mapping[Key, Mapping[int, float]]
) -> bool:
    """Whether every muscle of the view is ``ok`` with a value near the true one."""
    for side, muscle, quantity in keys:
        m, true = result.of(side, muscle), truth[side, muscle, quantity][number]
        near = NEAR_SHARE * true if quantity == "area_cm2" else max(NEAR_MM, NEAR_SHARE * true)
        if m is None or m.status is not Status.OK or not abs(getattr(m, quantity) - true) <= near:
            return False
    return True
