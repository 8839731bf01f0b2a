"""Following muscles from picture to picture: start on the first, step on every further one.

Pure: states are never written to, so that two sides, replay, resume and corrections cost nothing extra.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.border_track import BorderTrack, step_borders
from segmentation.facet import vertex
from segmentation.facet_track import FacetTrack, step_facet
from segmentation.layer_track import LayerTrack, step_layers
from segmentation.results import FrameResult, Measurement, Picture, Status
from segmentation.screen import picture_mask
from segmentation.views import MeasureSetup, Panel

PanelTrack = LayerTrack | BorderTrack | FacetTrack

NEW_PICTURE_GREY = 0.35  # mean difference; a codec repeats a picture to within this
FROZEN_S = 2.0
FROZEN_PICTURES = 90  # where there are no time stamps
UPPER_PART = 0.3
OVERVIEW_SIZE = (128, 32)  # columns, rows, at the least: cells of whole pixels are the cheapest mean
SHIFT_AGREEMENT = 0.35  # correlation: below it the pictures have nothing in common


@dataclass(frozen=True, slots=True, eq=False)
class TrackState:
    """Everything that following needs to remember; never written to, so it can be kept and resumed from."""

    setup: MeasureSetup
    masks: tuple[npt.NDArray[np.bool_] | None, ...]
    tracks: tuple[PanelTrack, ...]
    overview: tuple[npt.NDArray[np.float32], ...]  # of the first picture: probe motion is against it
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
    return TrackState(setup, masks, tracks, tuple(_overview(picture, panel) for panel in setup.panels))


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
    state = replace(state, frame=number)
    new = True
    if state.last_picture is not None and state.last_result is not None:
        difference = _difference(state, picture)
        new = difference > NEW_PICTURE_GREY
        if not new and not due:
            return _repeated(state, picture, t_s, difference == 0.0)
    tracks, measurements = [], []
    for panel, mask, track, overview in zip(
        state.setup.panels, state.masks, state.tracks, state.overview, strict=True
    ):
        # A track counts the new pictures it has seen: what is due is due on the one it sees now.
        borders = tuple(replace(border, frame=track.seen) for border in due)
        track, measured = _step_panel(track, replace(state.setup, borders=borders), panel, mask, picture)
        shift_mm = _shift_mm(overview, _overview(picture, panel), panel)
        tracks.append(track)
        measurements += [replace(m, probe_shift_mm=shift_mm) for m in measured]
    result = FrameResult(new, tuple(measurements))
    return replace(
        state,
        tracks=tuple(tracks),
        last_picture=picture,
        last_result=result,
        same_since_s=t_s,
        same_pictures=0,
    ), result


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
    state = replace(state, same_pictures=same, same_since_s=state.same_since_s if bit_equal else t_s)
    return state, FrameResult(False, measurements)


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


def _shift_mm(first: npt.NDArray[np.float32], now: npt.NDArray[np.float32], panel: Panel) -> float:
    """Displacement against the first picture; nan where its middle is not found again."""
    rows, columns = first.shape
    left, top = columns // 4, rows // 5
    score = cv2.matchTemplate(now, first[top : rows - top, left : columns - left], cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    if best < SHIFT_AGREEMENT:
        return nan
    moved = np.array([x + vertex(score[y], x) - left, y + vertex(score[:, x], y) - top])
    return float(np.hypot(*(moved * _cell_px(panel) * panel.calibration.scale)))
