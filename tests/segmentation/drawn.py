"""Pictures drawn from a known shape: speckle with bright bands or rims in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.ndimage import gaussian_filter

from segmentation.geometry import Calibration, Roi
from segmentation.results import FloatArray, Picture

SPACING = Calibration(0.1, 0.1)
SIZE = (500, 400)  # width, height: 50 x 40 mm
ROI = Roi(0, 0, *SIZE)


def places_mm(size: tuple[int, int] = SIZE) -> tuple[FloatArray, FloatArray]:
    """The middle of every pixel, in mm."""
    y, x = np.mgrid[: size[1], : size[0]]
    return (x + 0.5) * 0.1, (y + 0.5) * 0.1


def speckle(level: FloatArray, seed: int = 0, noise: float = 14.0) -> Picture:
    """A picture of this brightness with fixed grain in it."""
    grain = gaussian_filter(np.random.default_rng(seed).standard_normal(level.shape), (1.0, 2.5))
    picture: Picture = np.clip(level + noise * grain / grain.std(), 0, 255).astype(np.uint8)
    return picture


def layers(
    depths_mm: Sequence[Callable[[FloatArray], FloatArray]],
    half_band_mm: float = 0.4,
    seed: int = 0,
    noise: float = 14.0,
) -> Picture:
    """Bright bands round these depths in a muscle of grey 70; an edge is soft over 0.2 mm."""
    x, y = places_mm()
    level = np.full(x.shape, 70.0)
    for depth in depths_mm:
        band = np.abs(y - depth(x)) - half_band_mm
        level = np.maximum(level, 70.0 + 120.0 / (1.0 + np.exp(band / 0.06)))
    return speckle(level, seed, noise)


def oval(
    centre_mm: tuple[float, float], half_mm: tuple[float, float], seed: int = 0, noise: float = 10.0
) -> Picture:
    """A dark oval with a bright rim 1 mm wide; its border is where the rim begins."""
    x, y = places_mm()
    reach = np.hypot((x - centre_mm[0]) / half_mm[0], (y - centre_mm[1]) / half_mm[1])
    out_mm = (reach - 1.0) * min(half_mm)
    level = np.where(out_mm < 0, 60.0, np.where(out_mm < 1.0, 170.0, 95.0))
    return speckle(gaussian_filter(level, 1.5), seed, noise)


def oval_border_mm(
    centre_mm: tuple[float, float], half_mm: tuple[float, float], count: int = 96
) -> FloatArray:
    """The border of `oval`."""
    angle = np.arange(count) * 2 * np.pi / count
    return np.stack(
        [centre_mm[0] + half_mm[0] * np.cos(angle), centre_mm[1] + half_mm[1] * np.sin(angle)], axis=1
    )
