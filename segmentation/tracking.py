"""Following muscles from picture to picture: start on the first, step on every further one.

Pure: states are never written to, so that two sides, replay, resume and corrections cost nothing extra.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite, nan

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.border_track import BorderTrack, step_borders
from segmentation.contact import Contact, ContactPlan, Touch, contact_plan, samples, step_contact
from segmentation.covered import covered_places
from segmentation.facet import vertex
from segmentation.facet_track import FacetTrack, step_facet
from segmentation.gates import NOTHING_SEEN, RestDepth, depths, gated, under_cover
from segmentation.layer_track import LayerTrack, step_layers
from segmentation.results import BorderSource, FrameResult, Measurement, Picture, Side, Status
from segmentation.screen import picture_mask
from segmentation.views import VIEWS, GivenBorder, MeasureSetup, Panel

PanelTrack = LayerTrack | BorderTrack | FacetTrack

NEW_PICTURE_GREY = 0.35  # mean difference; a codec repeats a picture to within this
FROZEN_S = 2.0
FROZEN_PICTURES = 90  # where there are no time stamps
UPPER_PART = 0.3
OVERVIEW_SIZE = (96, 24)  # columns, rows, at the least: cells of whole pixels are the cheapest mean
SHIFT_AGREEMENT = 0.35  # correlation: below it the pictures have nothing in common
MENU_PICTURES, MENU_SHARE = 75, 0.04  # some seconds; of the B-mode picture
SHADOW_SHARE = 0.6  # of a column's grey
FAR_SHIFT = 0.1  # correlation by which the farthest shift must be better than none


@dataclass(frozen=True, slots=True, eq=False)
class TrackState:
    """Everything that following needs to remember; never written to, so it can be kept and resumed from."""

    setup: MeasureSetup
    masks: tuple[npt.NDArray[np.bool_] | None, ...]
    tracks: tuple[PanelTrack, ...]
    plans: tuple[ContactPlan, ...]
    contacts: tuple[Contact, ...]
    overview: tuple[npt.NDArray[np.float32], ...]  # of the first picture: probe motion is against it
    waiting: tuple[GivenBorder, ...] = ()  # drawn on pictures that could not be measured
    rest: RestDepth = NOTHING_SEEN
    last_picture: Picture | None = None
    last_result: FrameResult | None = None
    same_since_s: float = nan
    same_pictures: int = 0  # bit-equal ones in a row
    frame: int = -1  # number of the last picture in its clip


def start(setup: MeasureSetup, picture: Picture) -> TrackState:
    """Return the state before the first picture.

    Parameters
    ----------
    setup : MeasureSetup
        Sides, spacing, stations, borders, seeds.
    picture : (H, W) uint8 array
        The first picture; it is measured by the first `step`.

    Returns
    -------
    TrackState

    Raises
    ------
    ValueError
        If the picture is not of the size that the setup names, or a panel does not lie in it.

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> panel = Panel(Roi(0, 0, 300, 200), Calibration(0.2, 0.2), ("left",))
    >>> state = start(MeasureSetup("layer", (panel,), (300, 200)), np.zeros((200, 300), np.uint8))
    >>> state.frame, state.last_result  # nothing is measured yet
    (-1, None)
    """
    _check(setup, picture)
    masks = tuple(_mask(picture, panel) for panel in setup.panels)
    tracks: tuple[PanelTrack, ...] = tuple(_fresh(setup) for _ in setup.panels)
    plans = tuple(contact_plan(panel, mask) for panel, mask in zip(setup.panels, masks, strict=True))
    contacts = tuple(Contact() for _ in setup.panels)
    overview = tuple(_overview(picture, panel) for panel in setup.panels)
    return TrackState(setup, masks, tracks, plans, contacts, overview)


def confirm(state: TrackState, sides: frozenset[Side]) -> TrackState:
    """Return the state with the automatic borders of these sides stood by, those followed now among them.

    A border that was drawn stays what it is.

    Parameters
    ----------
    state : TrackState
        As the last step left it.
    sides : frozenset of str
        Sides whose border the operator confirmed.

    Returns
    -------
    TrackState

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> panel = Panel(Roi(0, 0, 300, 200), Calibration(0.2, 0.2), ("left",))
    >>> state = start(MeasureSetup("layer", (panel,), (300, 200)), np.zeros((200, 300), np.uint8))
    >>> sorted(confirm(state, frozenset({"left"})).setup.confirmed)
    ['left']
    """
    setup = replace(state.setup, confirmed=sides)
    tracks = tuple(
        _confirmed(track, panel, sides) for track, panel in zip(state.tracks, setup.panels, strict=True)
    )
    return replace(state, setup=setup, tracks=tracks)


def _confirmed(track: PanelTrack, panel: Panel, sides: frozenset[Side]) -> PanelTrack:
    if isinstance(track, BorderTrack):
        borders = tuple(
            replace(one, source="confirmed") if one.source == "auto" and one.side in sides else one
            for one in track.borders
        )
        return replace(track, borders=borders)
    found = bool(_sources(track)) and track.source == "auto"
    return replace(track, source="confirmed") if found and panel.sides[0] in sides else track


def _mask(picture: Picture, panel: Panel) -> npt.NDArray[np.bool_] | None:
    mask = picture_mask(picture, panel.roi)
    return None if mask.all() else mask


def _check(setup: MeasureSetup, picture: Picture) -> None:
    width, height = setup.frame_size_px
    if picture.dtype != np.uint8 or picture.shape != (height, width):
        raise ValueError(
            f"expected a uint8 picture of {width}x{height}, came {picture.dtype} {picture.shape}"
        )
    for panel in setup.panels:
        if not panel.roi.fits(picture.shape):
            raise ValueError(f"{panel.roi} does not lie in a picture of {width}x{height}")


def _fresh(setup: MeasureSetup) -> PanelTrack:
    if setup.view in ("tra", "layer"):
        return LayerTrack()
    return FacetTrack() if setup.view == "lm-thickness" else BorderTrack()


def step(
    state: TrackState, picture: Picture, t_s: float, frame: int | None = None
) -> tuple[TrackState, FrameResult]:
    """Measure the next picture.

    Parameters
    ----------
    state : TrackState
        From `start` or the last `step`.
    picture : (H, W) uint8 array
        The next picture.
    t_s : float
        The source's own time; nan where it has none.
    frame : int, optional
        The picture's number in its clip, by which borders given by hand find their picture; one more than
        the last where it is not said.

    Returns
    -------
    TrackState, FrameResult
        One measurement for every side and muscle of the view, always, in the order of the panels' sides and
        the view's muscles. What cannot be measured is nan with a status.

    Raises
    ------
    ValueError
        If the picture is of another size than the setup names.

    Examples
    --------
    A muscle 12 mm thick between two bright bands, and the next picture, in which it is 0.4 mm thinner.

    >>> from segmentation.geometry import Calibration, Roi
    >>> panel = Panel(Roi(0, 0, 300, 200), Calibration(0.2, 0.2), ("left",))
    >>> def picture(lower_row):
    ...     grey = np.random.default_rng(1).integers(20, 60, (200, 300)).astype(np.uint8)
    ...     grey[54:60] = grey[lower_row : lower_row + 6] = 180
    ...     return cv2.GaussianBlur(grey, (0, 0), 0.8)
    >>> state = start(MeasureSetup("layer", (panel,), (300, 200)), picture(120))
    >>> for frame, lower_row in enumerate((120, 118)):
    ...     state, result = step(state, picture(lower_row), t_s=frame / 25)
    ...     print(result.measurements[0].status, round(result.measurements[0].thickness_mm, 1))
    ok 11.9
    ok 11.5
    """
    _check(state.setup, picture)
    number = state.frame + 1 if frame is None else frame
    # Where the picture it was drawn on was dropped, a border holds from the next one on.
    due = tuple(border for border in state.setup.borders if state.frame < border.frame <= number)
    state = replace(state, frame=number, waiting=(*state.waiting, *due))
    new = True
    if state.last_picture is not None and state.last_result is not None:
        difference = _difference(state, picture)
        new = difference > NEW_PICTURE_GREY
        if not new and not due:
            return _repeated(state, picture, t_s, difference == 0.0)
    state, measurements = _measured(state, picture, t_s - state.same_since_s)
    panels = {side: panel for panel in state.setup.panels for side in panel.sides}
    deep = [depths(m, panels[m.side]) for m in measurements]
    found = tuple(gated(m, now, state.rest.of(m.side)) for m, now in zip(measurements, deep, strict=True))
    changed = any(contact.touch is Touch.OTHER_DEPTH for contact in state.contacts)
    result = FrameResult(new, found, changed)
    return replace(
        state,
        rest=state.rest.with_picture(list(zip(found, deep, strict=True))),
        last_picture=picture,
        last_result=result,
        same_since_s=t_s,
        same_pictures=0,
    ), result


def _measured(state: TrackState, picture: Picture, gap_s: float) -> tuple[TrackState, list[Measurement]]:
    tracks, contacts, measurements, waiting = [], [], [], []
    for number, panel in enumerate(state.setup.panels):
        plan, before = state.plans[number], state.contacts[number]
        seen = samples(plan, picture)
        contact = step_contact(before, plan, panel, picture, seen, gap_s)
        track = _ready(state.tracks[number], state.setup, before, contact)
        contacts.append(
            contact if contact.touch is Touch.HELD or before.settled else replace(contact, held=0)
        )
        mine = [border for border in state.waiting if border.side in panel.sides]
        if contact.touch is not Touch.HELD:
            tracks.append(track)
            waiting += mine
            nothing = contact.touch is Touch.BROKEN and not _sources(track)
            said = Status.NO_BORDER if nothing else _WITHHELD[contact.touch]
            measurements += _withheld(state.setup, panel, said)
            continue
        places = covered_places(plan, seen)
        if places is not None and not _sources(track) and _menu(places, contact):
            tracks.append(track)
            waiting += mine
            measurements += _withheld(state.setup, panel, Status.NO_BORDER)
            continue
        # A track counts the new pictures it has seen: what is due is due on the one it sees now.
        borders = tuple(replace(border, frame=track.seen) for border in mine)
        stepped, measured = _step_panel(
            track, replace(state.setup, borders=borders), panel, state.masks[number], picture
        )
        shift_mm = _shift_mm(state.overview[number], _overview(picture, panel), panel)
        measured = [replace(m, probe_shift_mm=shift_mm) for m in measured]
        if places is not None and any(under_cover(m, plan, places) for m in measured):
            tracks.append(track)  # nothing is learnt from a menu
            waiting += mine
            measurements += _uncovered(measured, plan, places)
            continue
        tracks.append(stepped)
        measurements += measured
    return replace(
        state, tracks=tuple(tracks), contacts=tuple(contacts), waiting=tuple(waiting)
    ), measurements


def _menu(places: npt.NDArray[np.bool_], contact: Contact) -> bool:
    """With a menu over it another structure would be taken for the muscle; what stays is screen."""
    return contact.held <= MENU_PICTURES and float(places.mean()) >= MENU_SHARE


_WITHHELD = {Touch.BROKEN: Status.LOST, Touch.OTHER_DEPTH: Status.IMPLAUSIBLE}


def _withheld(setup: MeasureSetup, panel: Panel, status: Status) -> list[Measurement]:
    return [
        Measurement(side, muscle, status, 0.0) for side in panel.sides for muscle in VIEWS[setup.view].muscles
    ]


def _uncovered(
    measured: list[Measurement], plan: ContactPlan, places: npt.NDArray[np.bool_]
) -> list[Measurement]:
    """The muscles under a menu are lost, whatever the menu's own lines gave."""
    return [
        Measurement(m.side, m.muscle, Status.LOST, 0.0, m.border_source)
        if under_cover(m, plan, places)
        else m
        for m in measured
    ]


def _sources(track: PanelTrack) -> set[BorderSource]:
    """Where the borders that a track follows are from; empty while it follows none."""
    if isinstance(track, BorderTrack):
        return {border.source for border in track.borders}
    found = bool(track.curves) if isinstance(track, LayerTrack) else track.facet is not None
    return {track.source} if found else set()


def _ready(track: PanelTrack, setup: MeasureSetup, before: Contact, now: Contact) -> PanelTrack:
    """Look farther once the probe is back; what was found in air is forgotten."""
    if before.touch is Touch.HELD and now.touch is not Touch.HELD and not before.settled:
        return track if _sources(track) - {"auto"} else _fresh(setup)  # what was drawn stays
    if before.touch is Touch.HELD or now.touch is not Touch.HELD:
        return track
    if isinstance(track, FacetTrack):
        return replace(track, lost_for=max(1, track.lost_for))
    if isinstance(track, BorderTrack):
        borders = tuple(replace(border, lost_for=max(1, border.lost_for)) for border in track.borders)
        return replace(track, borders=borders)
    return track


def _step_panel(
    track: PanelTrack, setup: MeasureSetup, panel: Panel, mask: npt.NDArray[np.bool_] | None, picture: Picture
) -> tuple[PanelTrack, list[Measurement]]:
    if isinstance(track, LayerTrack):
        return step_layers(track, setup, panel, mask, picture)
    if isinstance(track, FacetTrack):
        return step_facet(track, setup, panel, mask, picture)
    return step_borders(track, setup, panel, mask, picture)


def _difference(state: TrackState, picture: Picture) -> float:
    """Mean absolute difference from the last new picture, over the panels."""
    assert state.last_picture is not None  # asked by the caller
    parts = [
        cv2.norm(picture[panel.roi.slices], state.last_picture[panel.roi.slices], cv2.NORM_L1)
        / (panel.roi.width * panel.roi.height)
        for panel in state.setup.panels
    ]
    return float(np.mean(parts))


def _repeated(
    state: TrackState, picture: Picture, t_s: float, bit_equal: bool
) -> tuple[TrackState, FrameResult]:
    assert state.last_result is not None  # asked by the caller
    same = state.same_pictures + 1 if bit_equal else 0
    since = t_s - state.same_since_s
    frozen = bit_equal and (since > FROZEN_S if isfinite(since) else same >= FROZEN_PICTURES)
    measurements = state.last_result.measurements
    if frozen:
        measurements = tuple(
            Measurement(m.side, m.muscle, Status.FROZEN, 0.0, m.border_source) for m in measurements
        )
    result = FrameResult(False, measurements, state.last_result.depth_changed)
    return replace(state, same_pictures=same, same_since_s=state.same_since_s if bit_equal else t_s), result


def _overview(picture: Picture, panel: Panel) -> npt.NDArray[np.float32]:
    """The upper part alone: skin and fat go with the probe, a muscle that contracts moves by itself."""
    wide, high = _cell_px(panel)
    columns, rows = panel.roi.width // wide, _upper_rows(panel) // high
    part = picture[panel.roi.slices][: rows * high, : columns * wide]
    return np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _upper_rows(panel: Panel) -> int:
    return min(panel.roi.height, max(8, round(panel.roi.height * UPPER_PART)))


def _cell_px(panel: Panel) -> tuple[int, int]:
    columns, rows = OVERVIEW_SIZE
    return max(1, panel.roi.width // columns), max(1, _upper_rows(panel) // rows)


@lru_cache(maxsize=8)
def _less_far_away(rows: int, columns: int) -> npt.NDArray[np.float32]:
    """Layers without detail along them look alike at every shift along: then the least one holds."""
    down, right = (np.linspace(-1.0, 1.0, count)[:, None] ** 2 for count in (rows, columns))
    return np.asarray(FAR_SHIFT * (down + right.T), np.float32)


def _shift_mm(first: npt.NDArray[np.float32], now: npt.NDArray[np.float32], panel: Panel) -> float:
    """Displacement against the first picture; nan where its middle is not found again."""
    rows, columns = first.shape
    left, top = columns // 4, rows // 5
    shadowed = now.mean(axis=0) < SHADOW_SHARE * first.mean(axis=0)
    if shadowed.any():  # a shadow that comes is no motion
        now = np.where(shadowed, first, now)
    score = cv2.matchTemplate(now, first[top : rows - top, left : columns - left], cv2.TM_CCOEFF_NORMED)
    score = score - _less_far_away(score.shape[0], score.shape[1])
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    if best < SHIFT_AGREEMENT:
        return nan
    moved = np.array([x + vertex(score[y], x) - left, y + vertex(score[:, x], y) - top])
    return float(np.hypot(*(moved * _cell_px(panel) * panel.calibration.scale)))
