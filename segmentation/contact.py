"""Whether the probe is on the skin: tissue looks from picture to picture alike, air does not.

A lifted probe shows the ringing of its own face, the same at every place of one depth, and electronic noise,
another one in every picture. What is left of tissue once the mean of each depth is taken away is still there
in the next picture; what is left of air is not, and as a whole it is another picture than before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from segmentation.depth_change import depth_changed, likeness
from segmentation.geometry import Roi
from segmentation.resampling import Float32Array
from segmentation.results import Picture
from segmentation.sector import from_face_px
from segmentation.views import Panel

SAMPLES = 7000  # of the B-mode picture: as many say as much as all
DEPTHS = 400  # finer than the lines of ringing
UPPER_PART = 0.75  # below there is often nothing but noise
LEAST_ALIKE = 0.2  # tissue in a fast contraction at 12 pictures a second 0.37, air mostly under 0.1
LEAP, LEAP_SHARE = 0.4, 0.6  # a depth changed by a tenth gives 0.0 to 0.38, and far less than usual
USUAL_PICTURES = 5  # over which the usual likeness is kept: noise lowers it for good
SAME_PLACE = 0.7  # correlation of the coarse pictures
LONGEST_GAP_S = 0.2  # of pictures further apart the likeness says nothing
SETTLED = 3  # pictures: what was found in fewer may have been found in air


class Touch(Enum):
    """What the picture shows."""

    HELD = "tissue, at the depth it was"
    BROKEN = "nothing that lasts: air, or a probe in quick motion"
    OTHER_DEPTH = "tissue, but larger or smaller: the depth was changed"


@dataclass(frozen=True, slots=True, eq=False)
class ContactPlan:
    """Where a picture is looked at; the same for all of a clip."""

    roi: Roi
    step_px: int  # between samples
    depth: npt.NDArray[np.intp]  # (S,) which depth each sample is at; DEPTHS where it says nothing
    count: Float32Array  # (DEPTHS + 1,) how many samples are at each
    says: Float32Array  # (S,) 1 where it says something
    inside: npt.NDArray[np.bool_]  # (h, w) samples at which echoes can be
    even_rows: int  # of a rectangle each row is one depth: so many rows say something; 0 for a fan


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """What is remembered of one panel. Never written to."""

    touch: Touch = Touch.HELD
    detail: Float32Array | None = None  # of the last picture; None where it had none
    usual: float = 1.0  # likeness of a picture to the one before
    before: Picture | None = None  # the last whole frame with contact
    held: int = 0  # pictures with contact so far

    @property
    def settled(self) -> bool:
        """True where what was found was found in tissue."""
        return self.held >= SETTLED


def contact_plan(panel: Panel, mask: npt.NDArray[np.bool_] | None) -> ContactPlan:
    """Return where the pictures of a panel are looked at.

    Parameters
    ----------
    panel : Panel
        The B-mode picture.
    mask : (roi.height, roi.width) bool array or None
        True where echoes can be.

    Returns
    -------
    ContactPlan

    Examples
    --------
    >>> from segmentation.geometry import Calibration
    >>> plan = contact_plan(Panel(Roi(0, 0, 400, 400), Calibration(0.1, 0.1), ("left",)), None)
    >>> plan.step_px, len(plan.depth)
    (5, 6400)
    """
    roi = panel.roi
    step = int(np.sqrt(roi.height * roi.width / SAMPLES)) + 1
    inside = np.ones((roi.height, roi.width), np.bool_) if mask is None else mask
    away = np.ascontiguousarray(from_face_px(inside)[::step, ::step])
    inside = np.ascontiguousarray(inside[::step, ::step])
    says = inside & (away <= UPPER_PART * away.max())
    bins = np.minimum((away / max(1, away.max()) * DEPTHS).astype(np.intp), DEPTHS - 1)
    depth = np.where(says, bins, DEPTHS).ravel()
    count = np.maximum(np.bincount(depth, minlength=DEPTHS + 1), 1).astype(np.float32)
    rows = 0 if mask is not None else int(says.any(axis=1).sum())
    return ContactPlan(roi, step, depth, count, says.ravel().astype(np.float32), inside, rows)


def samples(plan: ContactPlan, picture: Picture) -> Picture:
    """Return the few of a picture's pixels that are looked at.

    Parameters
    ----------
    plan : ContactPlan
        From `contact_plan`.
    picture : (H, W) uint8 array
        Whole frame.

    Returns
    -------
    (h, w) uint8 array
        One for every ``plan.step_px`` pixels each way.

    Examples
    --------
    >>> from segmentation.geometry import Calibration
    >>> plan = contact_plan(Panel(Roi(10, 10, 400, 300), Calibration(0.1, 0.1), ("left",)), None)
    >>> samples(plan, np.zeros((320, 420), np.uint8)).shape
    (60, 80)
    """
    return np.ascontiguousarray(picture[plan.roi.slices][:: plan.step_px, :: plan.step_px])


def step_contact(
    contact: Contact, plan: ContactPlan, panel: Panel, picture: Picture, seen: Picture, gap_s: float
) -> Contact:
    """Return what the next picture shows.

    Parameters
    ----------
    contact : Contact
        After the last picture; a fresh one before the first.
    plan : ContactPlan
        From `contact_plan`.
    panel : Panel
        The B-mode picture.
    picture : (H, W) uint8 array
        Whole frame.
    seen : (h, w) uint8 array
        Its `samples`.
    gap_s : float
        Time since the last picture; nan where it is not known.

    Returns
    -------
    Contact

    Examples
    --------
    Tissue that stays, then noise, another one in every picture, then tissue again.

    >>> from segmentation.geometry import Calibration
    >>> panel = Panel(Roi(0, 0, 200, 200), Calibration(0.1, 0.1), ("left",))
    >>> tissue, *noise = np.random.default_rng(1).integers(0, 200, (3, 200, 200)).astype(np.uint8)
    >>> contact, plan = Contact(), contact_plan(panel, None)
    >>> for picture in (tissue, tissue, *noise, tissue, tissue):
    ...     contact = step_contact(contact, plan, panel, picture, samples(plan, picture), 0.04)
    ...     print(contact.touch.name)
    HELD
    HELD
    BROKEN
    BROKEN
    HELD
    HELD
    """
    detail = _detail(plan, seen)
    alike = 1.0  # nothing can be said beside a picture in one grey, or before any
    if contact.detail is not None:
        alike = float(contact.detail @ detail) if detail is not None else 0.0
    contact = replace(contact, detail=detail)
    if alike < min(LEAP, LEAP_SHARE * contact.usual) or contact.touch is Touch.BROKEN:
        contact = replace(contact, touch=_after_leap(contact, panel, picture, alike, gap_s))
    if contact.touch is Touch.HELD:
        usual = contact.usual + (alike - contact.usual) / USUAL_PICTURES
        return replace(contact, before=picture, held=contact.held + 1, usual=usual)
    return contact


def _after_leap(contact: Contact, panel: Panel, picture: Picture, alike: float, gap_s: float) -> Touch:
    lasts = alike >= LEAST_ALIKE or not gap_s <= LONGEST_GAP_S
    # air has no scale, and to look for one costs as much as ten pictures
    scaled = lasts or contact.touch is not Touch.BROKEN
    if scaled and contact.before is not None and depth_changed(contact.before, picture, panel.roi):
        return Touch.OTHER_DEPTH
    if lasts:
        return Touch.HELD
    there = contact.before is not None and likeness(contact.before, picture, panel.roi) > SAME_PLACE
    return Touch.HELD if there else Touch.BROKEN


def _detail(plan: ContactPlan, seen: Picture) -> Float32Array | None:
    """What differs from the mean of its depth, of length 1; None for a picture in one grey."""
    grey = seen.astype(np.float32)
    if plan.even_rows:
        detail = grey[: plan.even_rows]
        detail = (detail - detail.mean(axis=1, keepdims=True)).ravel()
    else:
        flat = grey.ravel()
        mean = np.bincount(plan.depth, flat, DEPTHS + 1).astype(np.float32) / plan.count
        detail = flat - mean.take(plan.depth)
        detail *= plan.says
    length = float(np.sqrt(detail @ detail))
    return np.asarray(detail / length, np.float32) if length > 1.0 else None
