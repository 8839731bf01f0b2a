"""Is this the place of last time? The rest picture of an earlier visit against the one of today.

Speckle is another one as soon as the probe is put down again; fasciae and bone are not. So pictures are
compared at the scale of fasciae, with what is brighter or darker over a wide stretch taken out: another gain
is no other place.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, isfinite, nan
from typing import Literal

import cv2
import numpy as np
from scipy.signal import fftconvolve

from segmentation.facet import vertex
from segmentation.geometry import Calibration, Roi
from segmentation.resampling import blurred, shrunk
from segmentation.results import FloatArray, Picture
from segmentation.screen import picture_mask
from segmentation.traces import BoolArray

SEARCH_MM = (14.0, 6.0)
"""How far to either side, and up and down, the place of last time is looked for."""
SIMILAR = 0.82
"""Similarity from which on two pictures show one place; from phantoms, see docs/measuring-visits.md."""
NEAR_MM = 3.0
"""Ours: putting the probe down again by one millimetre or two is the same place, five millimetres are not."""
_STEP_MM = 0.4
_FINE_MM, _WIDE_MM = (1.0, 0.4), (6.0, 4.0)  # across, down: speckle goes, then slow brightness
_RIM_MM = 1.0  # of the sector, where there is nothing to smooth with
_LEAST_OVERLAP = 0.4
_LEAST_CELLS = 400
_FAR_SHIFT = 0.05  # off the correlation at the end of the search: layers look alike along themselves

Place = Literal["same", "moved", "different", "not_decidable"]


@dataclass(frozen=True, slots=True, eq=False)
class PlacePicture:
    """A rest picture as places are compared by, in cells of 0.4 mm."""

    fasciae: FloatArray  # (h, w), brighter than round about above 0; 0 outside the sector
    shown: BoolArray  # (h, w), True inside the sector


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """Where today's picture shows what the earlier one showed. ``nan`` where they cannot be compared."""

    right_mm: float  # tissue lies so far to the right of where it lay
    down_mm: float
    similarity: float  # normalised correlation once shifted back, -1 to 1

    @property
    def shift_mm(self) -> float:
        """How far apart the two places are in the plane of the picture."""
        return hypot(self.right_mm, self.down_mm)

    @property
    def place(self) -> Place:
        """The same place; the same one moved along; another one, another plane or side; or not decidable."""
        if not isfinite(self.similarity):
            return "not_decidable"
        if self.similarity < SIMILAR:
            return "different"
        return "same" if self.shift_mm <= NEAR_MM else "moved"


NO_MATCH = PlaceMatch(nan, nan, nan)


def place_picture(picture: Picture, roi: Roi, calibration: Calibration) -> PlacePicture:
    """Return what of a rest picture tells its place.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The frame.
    roi, calibration
        The B-mode picture in it and its spacing.

    Returns
    -------
    PlacePicture

    Raises
    ------
    ValueError
        If the region does not lie in the picture.

    Examples
    --------
    >>> picture = np.full((300, 200), 60, np.uint8)
    >>> picture[100:108] = 200
    >>> found = place_picture(picture, Roi(0, 0, 200, 300), Calibration(0.1, 0.1))
    >>> found.fasciae.shape, int(np.argmax(found.fasciae[:, 25]))
    ((75, 50), 25)
    """
    size_mm = np.array([roi.width, roi.height]) * calibration.scale
    columns, rows = np.maximum(np.round(size_mm / _STEP_MM), 4).astype(int).tolist()
    shown = _without_rim(shrunk(picture_mask(picture, roi), columns, rows) > 0.99)
    grey = shrunk(picture[roi.slices], columns, rows)
    fine, wide = (blurred(grey, mm[0] / _STEP_MM, mm[1] / _STEP_MM) for mm in (_FINE_MM, _WIDE_MM))
    return PlacePicture(np.where(shown, fine - wide, 0.0).astype(float), shown)


def compare_places(then: PlacePicture, now: PlacePicture) -> PlaceMatch:
    """Return where today's picture shows what an earlier one showed, and how alike they are.

    The depth of the pictures may differ; what both show is compared. Out of the plane of the picture nothing
    is measured: there another place shows in the similarity alone.

    Parameters
    ----------
    then, now : PlacePicture
        From `place_picture`, both at rest.

    Returns
    -------
    PlaceMatch
        All ``nan`` where too little is shown by both, or nothing is to be seen in one of them.

    References
    ----------
    .. [1] Padfield D (2012). Masked object registration in the Fourier domain. doi:10.1109/TIP.2011.2181402

    Examples
    --------
    >>> x, y = np.meshgrid(np.arange(300), np.arange(300))
    >>> bright = np.abs(y - 120 - 30 * np.sin(x / 40)) < 5
    >>> picture = np.where(bright, 200, 60).astype(np.uint8)
    >>> roi, spacing = Roi(0, 0, 300, 300), Calibration(0.1, 0.1)
    >>> then, now = (place_picture(np.roll(picture, by, axis=1), roi, spacing) for by in (0, 20))
    >>> match = compare_places(then, now)
    >>> round(match.right_mm), round(match.down_mm), match.similarity > 0.9, match.place
    (2, 0, True, 'same')
    """
    score, overlap = _correlation(then, now)
    down_mm, right_mm = (
        (np.arange(n) - size + 1) * _STEP_MM for n, size in zip(score.shape, then.shown.shape, strict=True)
    )
    far = np.square(right_mm / SEARCH_MM[0])[None, :] + np.square(down_mm / SEARCH_MM[1])[:, None]
    near = (np.abs(right_mm) <= SEARCH_MM[0])[None, :] & (np.abs(down_mm) <= SEARCH_MM[1])[:, None]
    least = max(_LEAST_OVERLAP * min(then.shown.sum(), now.shown.sum()), _LEAST_CELLS)
    judged = np.where(near & (overlap >= least) & np.isfinite(score), score - _FAR_SHIFT * far, -np.inf)
    y, x = (int(at) for at in np.unravel_index(int(np.argmax(judged)), judged.shape))
    if not np.isfinite(judged[y, x]):
        return NO_MATCH
    return PlaceMatch(
        float(right_mm[x] + _STEP_MM * _beside(judged[y], x)),
        float(down_mm[y] + _STEP_MM * _beside(judged[:, x], y)),
        float(score[y, x]),
    )


def landmark_shift_mm(
    then_px: tuple[float, float],
    then_roi: Roi,
    then_spacing: Calibration,
    now_px: tuple[float, float],
    now_roi: Roi,
    now_spacing: Calibration,
) -> tuple[float, float]:
    """Return how far a landmark lies from where it lay, as the apex of a facet or the end of TrA.

    Parameters
    ----------
    then_px, now_px : (x, y)
        The landmark in the frame of each visit.
    then_roi, now_roi : Roi
        The B-mode picture in each frame; its upper left corner is what is measured from.
    then_spacing, now_spacing : Calibration
        The spacing of each.

    Returns
    -------
    (right_mm, down_mm)
        ``nan`` where a landmark is.

    Examples
    --------
    >>> roi, spacing = Roi(0, 0, 300, 300), Calibration(0.1, 0.1)
    >>> x_mm, y_mm = landmark_shift_mm((100.0, 200.0), roi, spacing, (120.0, 190.0), roi, spacing)
    >>> round(x_mm, 6), round(y_mm, 6)
    (2.0, -1.0)
    """
    then_mm = (np.array(then_px) - (then_roi.x, then_roi.y)) * then_spacing.scale
    now_mm = (np.array(now_px) - (now_roi.x, now_roi.y)) * now_spacing.scale
    right_mm, down_mm = (now_mm - then_mm).tolist()
    return right_mm, down_mm


def _beside(line: FloatArray, at: int) -> float:
    """The part of a step by which the best shift lies beside its cell; 0 at the end of the search."""
    return vertex(line, at) if np.isfinite(line[max(at - 1, 0) : at + 2]).all() else 0.0


def _without_rim(mask: BoolArray) -> BoolArray:
    wide = 2 * round(_RIM_MM / _STEP_MM) + 1
    padded = np.pad(mask, wide).astype(np.uint8)
    found: BoolArray = cv2.erode(padded, np.ones((wide, wide), np.uint8))[wide:-wide, wide:-wide] > 0
    return found


def _correlation(then: PlacePicture, now: PlacePicture) -> tuple[FloatArray, FloatArray]:
    """Normalised correlation at every shift, over what both show, and how many cells that is."""
    a, b = then.shown.astype(float)[::-1, ::-1], now.shown.astype(float)
    f, g = then.fasciae[::-1, ::-1], now.fasciae
    n = np.maximum(fftconvolve(b, a), 1e-6)
    of_f, of_g = fftconvolve(b, f), fftconvolve(g, a)
    both = fftconvolve(g, f) - of_f * of_g / n
    spread = [fftconvolve(b, f**2) - of_f**2 / n, fftconvolve(g**2, a) - of_g**2 / n]
    seen = np.minimum(*spread) > n  # of grey squared a cell: else there is nothing to compare
    score = both / np.sqrt(np.where(seen, spread[0] * spread[1], np.nan))
    return np.asarray(np.clip(score, -1.0, 1.0), float), np.asarray(n, float)
