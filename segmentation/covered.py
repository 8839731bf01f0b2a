"""What the scanner lays over its own picture: menus and notes, flat where tissue never is."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.contact import ContactPlan
from segmentation.results import FloatArray, Picture

DARKEST_GREY, BRIGHTEST_GREY = 24, 245  # what is darker may be shadow, what is brighter too loud
FLAT_GREY = 2  # between samples: a codec leaves as much
LEAST_SHARE, MOST_SHARE = 0.012, 0.6  # of the B-mode picture; what is more is no panel over it
WIDEST = 0.9  # of the picture's width: a layer of even grey goes from side to side
LETTERS, PIECE = 7, 5  # samples: closed over, and the least that counts
FRAME = 2
FILLED = 0.75  # of the box round it: dark tissue has no straight sides
WRITING, WRITING_GREY = 0.015, 60  # of a panel, and brighter than it: a shadow holds none


def covered_places(plan: ContactPlan, seen: Picture) -> npt.NDArray[np.bool_] | None:
    """Return where a panel in one grey lies over the picture.

    Parameters
    ----------
    plan : ContactPlan
        Of the panel.
    seen : (h, w) uint8 array
        Its samples of a picture.

    Returns
    -------
    (h, w) bool array or None
        For every sample of `segmentation.contact.samples`; None where nothing does.

    Examples
    --------
    >>> from segmentation.contact import contact_plan, samples
    >>> from segmentation.geometry import Calibration, Roi
    >>> from segmentation.phantom.picture_faults import covered
    >>> from segmentation.views import Panel
    >>> speckle = np.random.default_rng(0).rayleigh(40.0, (300, 300)).clip(0, 255).astype(np.uint8)
    >>> plan = contact_plan(Panel(Roi(0, 0, 300, 300), Calibration(0.1, 0.1), ("left",)), None)
    >>> covered_places(plan, samples(plan, speckle)) is None
    True
    >>> found = covered_places(plan, samples(plan, covered(speckle, Roi(100, 50, 120, 150))))
    >>> bool(found[30, 40]), bool(found[5, 5])
    (True, False)
    """
    flat = _flat(seen) & plan.inside
    if float(flat.mean()) > MOST_SHARE:
        return None  # a picture drawn in few greys, in which nothing stands out by being flat
    counted = np.bincount(seen[flat], minlength=256)
    counted[:DARKEST_GREY] = counted[BRIGHTEST_GREY:] = 0
    near = np.convolve(counted, np.ones(2 * FLAT_GREY + 1, np.intp), "same")
    grey = int(near.argmax())
    if near[grey] < LEAST_SHARE * seen.size:
        return None
    alike = (flat & (cv2.absdiff(seen, np.full_like(seen, grey)) <= FLAT_GREY)).astype(np.uint8)
    whole = cv2.morphologyEx(alike, cv2.MORPH_CLOSE, np.ones((LETTERS, LETTERS), np.uint8))
    whole = np.asarray(cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((PIECE, PIECE), np.uint8)), np.uint8)
    return _boxes(np.asarray(whole, np.uint8), seen > min(255, grey + WRITING_GREY))


def _boxes(whole: npt.NDArray[np.uint8], writing: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_] | None:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    area = stats[:, cv2.CC_STAT_AREA]
    box = stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT]
    written = np.bincount(labels.ravel(), writing.ravel(), len(area))
    panel = (area >= LEAST_SHARE * whole.size) & (area >= FILLED * box) & (written >= WRITING * area)
    panel &= area <= MOST_SHARE * whole.size
    panel &= stats[:, cv2.CC_STAT_WIDTH] < WIDEST * whole.shape[1]
    panel[0] = False
    if not panel.any():
        return None
    around = np.ones((2 * FRAME + 1, 2 * FRAME + 1), np.uint8)  # its frame is a line like a fascia
    return np.asarray(cv2.dilate(panel[labels].astype(np.uint8), around) > 0)


def covered_share(plan: ContactPlan, places: npt.NDArray[np.bool_], points_px: FloatArray) -> float:
    """Return how many of some points are covered.

    Parameters
    ----------
    plan : ContactPlan
        Of the panel.
    places : (h, w) bool array
        From `covered_places`.
    points_px : (N, 2) array
        As (x, y) in pixels of the whole frame.

    Returns
    -------
    float
        0 to 1; 0 for no points.

    Examples
    --------
    >>> from segmentation.contact import contact_plan
    >>> from segmentation.geometry import Calibration, Roi
    >>> from segmentation.views import Panel
    >>> plan = contact_plan(Panel(Roi(0, 0, 300, 300), Calibration(0.1, 0.1), ("left",)), None)
    >>> left_half = np.tile(np.arange(75) < 37, (75, 1))
    >>> covered_share(plan, left_half, np.array([[20.0, 100.0], [250.0, 100.0]]))
    0.5
    """
    if not len(points_px):
        return 0.0
    at = np.round((points_px - (plan.roi.x, plan.roi.y)) / plan.step_px).astype(np.intp)
    at = np.clip(at, 0, np.array(places.shape[::-1]) - 1)
    return float(places[at[:, 1], at[:, 0]].mean())


def _flat(seen: Picture) -> npt.NDArray[np.bool_]:
    """Samples that differ from those right of and below them by no more than a codec's ripples."""
    flat = np.zeros(seen.shape, np.bool_)
    right = cv2.absdiff(seen[:-1, 1:], seen[:-1, :-1]) <= FLAT_GREY
    below = cv2.absdiff(seen[1:, :-1], seen[:-1, :-1]) <= FLAT_GREY
    flat[:-1, :-1] = right & below
    return flat
