"""Following the closed borders of one picture and measuring the areas inside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.border import normals, to_mm, to_px
from segmentation.border_motion import BorderMatch, BorderReference, border_reference, follow_border
from segmentation.found_mask import masked_borders
from segmentation.geometry import polygon_area_cm2
from segmentation.muscle_search import find_borders
from segmentation.quality import judge_border
from segmentation.results import BorderSource, FloatArray, Measurement, Muscle, Picture, Side, Status
from segmentation.rough_border import drawn_border
from segmentation.sector import skin_mm
from segmentation.views import VIEWS, MeasureSetup, Panel

INSET_MM = 1.5
LOOK_AGAIN_EVERY = 5  # pictures, while nothing has been found yet
FORGOTTEN_AFTER = 25  # pictures without a border that nobody pointed at: it may never have been one
TILTS_DEG = (-30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0)  # multifidus lies level, other muscles need not


@dataclass(frozen=True, slots=True, eq=False)
class OneBorder:
    """The border of one side: where it was set, and where it was last seen."""

    side: Side
    reference: BorderReference
    last: BorderMatch
    sure: BorderMatch  # the last that was surely right: looked for from there once it is lost
    lost_for: int = 0
    source: BorderSource = "auto"
    seeded: bool = False

    @property
    def pointed_at(self) -> bool:
        """True where somebody drew it, confirmed it or named a point inside."""
        return self.seeded or self.source != "auto"


@dataclass(frozen=True, slots=True, eq=False)
class BorderTrack:
    """The borders of one panel. Never written to."""

    borders: tuple[OneBorder, ...] = ()
    seen: int = 0

    def of(self, side: Side) -> OneBorder | None:
        """Return the border of a side, or None."""
        return next((b for b in self.borders if b.side == side), None)


def step_borders(
    track: BorderTrack,
    setup: MeasureSetup,
    panel: Panel,
    mask: npt.NDArray[np.bool_] | None,
    picture: Picture,
) -> tuple[BorderTrack, list[Measurement]]:
    """Return the next state and one measurement for each side of the panel.

    Parameters
    ----------
    track : BorderTrack
        After the last picture; a fresh one before the first.
    setup, panel
        What to measure and where.
    mask : (roi.height, roi.width) bool array or None
        True where echoes can be.
    picture : (H, W) uint8 array
        Whole frame.

    Returns
    -------
    BorderTrack, list of Measurement
        Measurements in the order of ``panel.sides``.

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> from segmentation.views import GivenBorder
    >>> picture = cv2.circle(np.full((200, 200), 150, np.uint8), (100, 100), 60, 40, -1)
    >>> angle = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)
    >>> drawn = GivenBorder("left", "contour", 0, 100 + 60 * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    >>> panel = Panel(Roi(0, 0, 200, 200), Calibration(0.1, 0.1), ("left",))
    >>> setup = MeasureSetup("contour", (panel,), (200, 200), borders=(drawn,))
    >>> _, (found,) = step_borders(BorderTrack(), setup, panel, None, picture)
    >>> round(found.area_cm2, 1), round(found.echo_intensity_grey)  # a disc of 6 mm
    (1.1, 40)
    """
    muscle = VIEWS[setup.view].muscles[0]
    kept = tuple(b for b in track.borders if b.pointed_at or b.lost_for < FORGOTTEN_AFTER)
    track = _with_given(replace(track, borders=kept), setup, panel, picture)
    if len(track.borders) < len(panel.sides) and track.seen % LOOK_AGAIN_EVERY == 0:
        track = _with_found(track, setup, panel, mask, picture)
    borders, measurements = [], []
    for side in panel.sides:
        border = track.of(side)
        if border is None:
            measurements.append(Measurement(side, muscle, Status.NO_BORDER, 0.0))
            continue
        border, measured = _followed(border, muscle, panel, mask, picture)
        borders.append(border)
        measurements.append(measured)
    return BorderTrack(tuple(borders), track.seen + 1), measurements


def _followed(
    border: OneBorder, muscle: Muscle, panel: Panel, mask: npt.NDArray[np.bool_] | None, picture: Picture
) -> tuple[OneBorder, Measurement]:
    match = follow_border(
        picture,
        panel.roi,
        panel.calibration,
        border.reference,
        border.last.points_mm,
        lost=border.lost_for > 0,
    )
    area_cm2 = polygon_area_cm2(match.points_mm / panel.calibration.scale, panel.calibration)
    judged = judge_border(
        picture, panel, mask, border.reference, match, area_cm2, found_alone=not border.pointed_at
    )
    status = judged.status
    if border.lost_for and status is not Status.OK and status.carries_value:
        status = Status.LOST  # far away something half alike can be found in any speckle
    if status is Status.LOST:
        border = replace(border, last=border.sure, lost_for=border.lost_for + 1)
        return border, Measurement(border.side, muscle, status, 0.0)
    sure = match if status is Status.OK else border.sure
    border = replace(border, last=match, sure=sure, lost_for=0)
    if not status.carries_value:
        return border, Measurement(border.side, muscle, status, 0.0, border.source)
    return border, Measurement(
        border.side,
        muscle,
        status,
        judged.chance,
        border.source,
        area_cm2=area_cm2,
        echo_intensity_grey=_echo(panel, match, picture),
        subcutaneous_mm=_over(panel, mask, match.points_mm),
        border_px=to_px(match.points_mm, panel.roi, panel.calibration),
        caliper_px=_through_middle(panel, match.points_mm),
        evidence=judged.evidence,
    )


def _with_given(track: BorderTrack, setup: MeasureSetup, panel: Panel, picture: Picture) -> BorderTrack:
    muscle = VIEWS[setup.view].muscles[0]
    for given in setup.borders:
        if (
            given.edge is None
            and given.muscle == muscle
            and given.side in panel.sides
            and given.frame == track.seen
        ):
            drawn = to_mm(given.points_px, panel.roi, panel.calibration)
            points = drawn_border(picture, panel.roi, panel.calibration, drawn)
            track = _with(track, panel, picture, given.side, points, given.source)
    return track


def _with(
    track: BorderTrack,
    panel: Panel,
    picture: Picture,
    side: Side,
    points_mm: FloatArray,
    source: BorderSource,
    seeded: bool = False,
) -> BorderTrack:
    reference = border_reference(picture, panel.roi, panel.calibration, points_mm)
    first = BorderMatch(reference.points_mm, np.ones(len(reference.points_mm)))
    others = tuple(b for b in track.borders if b.side != side)
    return replace(
        track, borders=(*others, OneBorder(side, reference, first, first, source=source, seeded=seeded))
    )


def _with_found(
    track: BorderTrack,
    setup: MeasureSetup,
    panel: Panel,
    mask: npt.NDArray[np.bool_] | None,
    picture: Picture,
) -> BorderTrack:
    muscle = VIEWS[setup.view].muscles[0]
    seeds = {
        seed.side: tuple(to_mm(np.array([seed.point_px]), panel.roi, panel.calibration)[0].tolist())
        for seed in setup.seeds
        if seed.muscle == muscle
    }
    tilts = TILTS_DEG if setup.view == "contour" else (0.0,)
    missing = [side for side in panel.sides if track.of(side) is None]
    if setup.mask_finder is not None:
        masks = setup.mask_finder(picture, panel).get(muscle, ())
        found = masked_borders(picture, panel, masks, missing, seeds)
    else:
        found = find_borders(picture, panel, mask, missing, seeds, tilts)
    for side, points in found.items():
        track = _with(track, panel, picture, side, points, _source(setup, side), side in seeds)
    return track


def _source(setup: MeasureSetup, side: Side) -> BorderSource:
    return "confirmed" if side in setup.confirmed else "auto"


def _echo(panel: Panel, match: BorderMatch, picture: Picture) -> float:
    """Mean grey inside the border inset by 1.5 mm; nan where nothing is left."""
    outward = normals(match.points_mm) if match.outward is None else match.outward
    at = to_px(match.points_mm - INSET_MM * outward, panel.roi, panel.calibration)
    low = np.floor(at.min(axis=0)).astype(int).clip(0)
    high = np.ceil(at.max(axis=0)).astype(int) + 1
    part = picture[low[1] : high[1], low[0] : high[0]]
    if part.size == 0:
        return nan
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(at - low).astype(np.int32)], 1)
    return cv2.mean(part, mask=inside)[0] if inside.any() else nan


def _over(panel: Panel, mask: npt.NDArray[np.bool_] | None, points_mm: FloatArray) -> float:
    """Skin to the border, straight up from the middle of the muscle."""
    middle_x = float(points_mm[:, 0].mean())
    near = np.abs(points_mm[:, 0] - middle_x) <= 2.0
    if not near.any():
        return nan
    top_mm = float(points_mm[near, 1].min())
    return top_mm - float(skin_mm(panel, mask, np.array([middle_x]))[0]) if isfinite(top_mm) else nan


def _through_middle(panel: Panel, points_mm: FloatArray) -> FloatArray:
    middle_x = float(points_mm[:, 0].mean())
    near = np.abs(points_mm[:, 0] - middle_x) <= 2.0
    rows = points_mm[near, 1] if near.any() else points_mm[:, 1]
    ends = np.array([[middle_x, rows.min()], [middle_x, rows.max()]])
    return to_px(ends, panel.roi, panel.calibration)
