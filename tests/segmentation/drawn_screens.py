"""Scanner screens drawn for tests: speckle in a rectangle or a fan, with a maker's look round it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Calibration, Roi
from segmentation.phantom.looks import ScreenLook
from segmentation.phantom.screen import drawn_screen, picture_origin
from segmentation.results import Picture


@dataclass(frozen=True, slots=True, eq=False)
class DrawnScreen:
    """A screen and what is true of it."""

    picture: Picture
    roi: Roi
    sector: npt.NDArray[np.bool_]
    mm_per_px: float


def speckle(height: int, width: int, seed: int = 0) -> Picture:
    """Log-compressed speckle; its darkest points are black."""
    rng = np.random.default_rng(seed)
    parts = [cv2.GaussianBlur(rng.normal(size=(height, width)), (0, 0), 1.6, sigmaY=1.0) for _ in range(2)]
    envelope = np.hypot(*parts)
    grey = np.clip(5 * (20 * np.log10(envelope / envelope.max() + 1e-4) + 45), 0, 255)
    return np.asarray(grey, np.uint8)


def fan(height: int, width: int) -> npt.NDArray[np.bool_]:
    """A curved array's sector that just fits the box."""
    x, y = np.meshgrid(np.arange(width) - (width - 1) / 2, np.arange(height))
    half_angle, face_top = 0.55, 0.3 * width
    far = face_top * np.cos(half_angle) + height
    radius = np.hypot(x, y + face_top * np.cos(half_angle))
    angle = np.abs(np.arctan2(x, y + face_top * np.cos(half_angle)))
    return np.asarray((radius >= face_top) & (radius <= far - 1) & (angle <= half_angle))


def screen_of(look: ScreenLook, depth_mm: float, curved: bool = False, seed: int = 0) -> DrawnScreen:
    """An 800x600 screen as a video codec leaves it, 40 px high pictures left out."""
    height, width = (420, 560) if curved else (500, 540)
    sector = fan(height, width) if curved else np.ones((height, width), np.bool_)
    rows, columns = np.flatnonzero(sector.any(axis=1)), np.flatnonzero(sector.any(axis=0))
    sector = sector[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    echoes = np.where(sector, np.maximum(speckle(sector.shape[0], sector.shape[1], seed), 10), 0).astype(
        np.uint8
    )
    mm = depth_mm / sector.shape[0]
    first_row_mm = -mm * float(sector.argmax(axis=0)[sector.shape[1] // 2])
    picture = drawn_screen(echoes, Calibration(mm, mm), look, (800, 600), first_row_mm)
    x, y = picture_origin(look, (sector.shape[1], sector.shape[0]), (800, 600))
    return DrawnScreen(coded(picture), Roi(x, y, sector.shape[1], sector.shape[0]), sector, mm)


def coded(picture: Picture, quality: int = 95) -> Picture:
    """The picture after a lossy codec."""
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def overlap(one: Roi, other: Roi) -> float:
    """Intersection over union of two boxes."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(width, 0) * max(height, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)
