"""A picture of grain that is shifted and stretched by known amounts."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from segmentation.geometry import Calibration, Roi
from segmentation.results import Picture

SPACING = Calibration(0.2, 0.2)
SIZE = (240, 200)  # width, height: 48 x 40 mm
ROI = Roi(0, 0, *SIZE)


def grain(seed: int = 0) -> Picture:
    rng = np.random.default_rng(seed)
    field = gaussian_filter(rng.standard_normal(SIZE[::-1]), (1.5, 2.5))
    picture: Picture = np.clip(100.0 + 40.0 * field / field.std(), 0, 255).astype(np.uint8)
    return picture


def deformed(
    picture: Picture, right_mm: float = 0.0, down_mm: float = 0.0, stretch: tuple[float, float] = (0.0, 0.0)
) -> Picture:
    """Tissue moved as a whole, and stretched by shares about the middle of the picture."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32)
    middle = np.array(SIZE) / 2.0
    from_x = (x - middle[0] - right_mm / SPACING.x_mm_per_px) / (1.0 + stretch[0]) + middle[0]
    from_y = (y - middle[1] - down_mm / SPACING.y_mm_per_px) / (1.0 + stretch[1]) + middle[1]
    found = cv2.remap(
        picture,
        from_x.astype(np.float32),
        from_y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(found, np.uint8)
