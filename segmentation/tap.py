"""The tap test: who presses beside the probe moves one half of a two-sided picture, and it is told which.

What moves both halves alike, as breathing and a probe that is moved, tells nothing: one half is compared with
the other, and both with the seconds before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite, nan
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.resampling import Float32Array
from segmentation.results import FloatArray, Picture

Half = Literal["left", "right"]
Mask = npt.NDArray[np.bool_]

REST_S = 2.0  # nobody presses yet: what moves then is breathing and the hand
SPAN_S = 4.0  # of pressing that is looked back on
LAG_S = 0.15  # between the two pictures that are compared: a slow push moves little from one to the next
LEAST_S = 0.045  # pictures that come sooner are passed over
COLUMNS = 72  # of a half, shrunken
LEAST_STEPS, LEAST_ACTIVE_S = 4, 0.5  # of pressing
ABOVE_REST = 2.0  # how much more than at rest a half deforms to count as pressed
LEAST_MOTION = 0.01  # of a half's width a second: what the grain of speckle feigns
MOVES_MORE, DEFORMS_MORE = 1.6, 2.2  # than the other half
DARK_GREY = 12.0
SKIN_SHARE = 0.15  # of the picture's depth, from the probe's face
DIMMED, MOST_LIT = 0.2, 0.6  # brightness that changes more is no motion; of the pixels, at least so many
LEAST_PIXELS = 60
_NOTHING = 1e-6
STILL_GREY = 0.05  # mean difference of two pictures that are one


@dataclass(frozen=True, slots=True)
class HalfMotion:
    """How fast a half of the picture moves and deforms, in its own widths a second."""

    moves: float  # nan where it cannot be told: contact is being lost
    deforms: float  # what is left without its motion as a whole


@dataclass(frozen=True, slots=True)
class _Step:
    t_s: float
    left: HalfMotion
    right: HalfMotion
    changed: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    t_s: float
    halves: tuple[Picture, Picture]


@dataclass(frozen=True, slots=True, eq=False)
class TapState:
    """What was seen so far; never changed, `step_tap` gives a new one."""

    where: tuple[Roi, Roi]
    began_s: float = nan
    seen: tuple[_Seen, ...] = ()
    rest: tuple[_Step, ...] = ()
    steps: tuple[_Step, ...] = ()
    result: TapResult = field(default_factory=lambda: TapResult())


@dataclass(frozen=True, slots=True)
class TapResult:
    """Which half is pressed."""

    ready: bool = False  # rest is known: now somebody may press
    half: Half | None = None  # None: not decidable, or nobody presses
    ratio: float = nan  # how much more the half that moves more moves than the other
    alive: bool = False  # the picture changes at all
    left: float = nan  # motion now over that at rest
    right: float = nan


def halves(panels: tuple[Roi, ...]) -> tuple[Roi, Roi]:
    """Return the left and the right half of one picture, or the two pictures of a dual layout.

    Parameters
    ----------
    panels : tuple of Roi
        One picture, or two from left to right.

    Returns
    -------
    (Roi, Roi)

    Raises
    ------
    ValueError
        If there are not one or two.

    Examples
    --------
    >>> halves((Roi(10, 20, 101, 50),))
    (Roi(x=10, y=20, width=50, height=50), Roi(x=61, y=20, width=50, height=50))
    """
    if len(panels) == 2:
        return panels[0], panels[1]
    if len(panels) != 1:
        raise ValueError(f"expected one picture or two, came {len(panels)}")
    (roi,) = panels
    wide = roi.width // 2
    return replace(roi, width=wide), replace(roi, x=roi.x + roi.width - wide, width=wide)


def begin_tap(where: tuple[Roi, Roi]) -> TapState:
    """Return the state before the first picture.

    Parameters
    ----------
    where : (Roi, Roi)
        The halves, from `halves`.

    Returns
    -------
    TapState

    Examples
    --------
    >>> begin_tap(halves((Roi(0, 0, 100, 80),))).result.ready
    False
    """
    return TapState(where)


def step_tap(state: TapState, picture: Picture, t_s: float) -> tuple[TapState, TapResult]:
    """Look at one more picture.

    Parameters
    ----------
    state : TapState
        As the last step left it.
    picture : (H, W) uint8 array
        Whole frame; pictures that come within 45 ms of the last are passed over.
    t_s : float
        Its time; it only grows.

    Returns
    -------
    TapState
        For the next step.
    TapResult
        What can be said now.

    Raises
    ------
    ValueError
        If a half does not lie in the picture.

    References
    ----------
    .. [1] Kroeger T, Timofte R, Dai D, Van Gool L (2016). arXiv:1603.03590: the optical flow

    Examples
    --------
    >>> grain = np.random.default_rng(0).normal(100, 40, (120, 200)).clip(20, 255).astype(np.uint8)
    >>> still = cv2.GaussianBlur(grain, (0, 0), 2.0)
    >>> state = begin_tap(halves((Roi(0, 0, 200, 120),)))
    >>> for k in range(60):  # 3 s of rest, then the left half is pressed together and let go
    ...     push = 0.06 * max(0.0, np.sin(3.0 * (k / 20 - 3.0)))
    ...     rows = np.arange(120, dtype=np.float32)[:, None] * np.ones((1, 200), np.float32)
    ...     rows[:, :100] *= 1.0 + push if k > 60 else 1.0
    ...     columns = np.arange(200, dtype=np.float32)[None] * np.ones((120, 1), np.float32)
    ...     state, result = step_tap(state, cv2.remap(still, columns, rows, cv2.INTER_LINEAR), k / 20)
    >>> result.ready, result.half
    (True, None)
    """
    for roi in state.where:
        if not roi.fits(picture.shape):
            raise ValueError(f"{roi} does not lie in a picture of shape {picture.shape}")
    if state.seen and t_s - state.seen[-1].t_s < LEAST_S:
        return state, state.result
    now = _Seen(t_s, (_shrunk(picture, state.where[0]), _shrunk(picture, state.where[1])))
    if not state.seen:
        begun = replace(state, began_s=t_s, seen=(now,))
        return begun, begun.result
    told = _told(state, _step(state.seen[0], now))
    recent = tuple(seen for seen in state.seen if t_s - seen.t_s < LAG_S)
    told = replace(told, seen=(*(recent or state.seen[-1:]), now), result=_result(told, t_s))
    return told, told.result


def _told(state: TapState, step: _Step) -> TapState:
    if not isfinite(step.left.moves + step.right.moves):
        return state
    if step.t_s - state.began_s < REST_S:
        return replace(state, rest=(*state.rest, step))
    kept = tuple(old for old in state.steps if step.t_s - old.t_s < SPAN_S)
    return replace(state, steps=(*kept, step))


def _shrunk(picture: Picture, roi: Roi) -> Picture:
    rows = max(16, round(COLUMNS * roi.height / roi.width))
    part = np.ascontiguousarray(picture[roi.slices])
    return np.asarray(cv2.resize(part, (COLUMNS, rows), interpolation=cv2.INTER_AREA), np.uint8)


def _step(then: _Seen, now: _Seen) -> _Step:
    pairs = list(zip(then.halves, now.halves, strict=True))
    left, right = (_motion(a, b, now.t_s - then.t_s) for a, b in pairs)
    changed = max(float(cv2.absdiff(a, b).mean()) for a, b in pairs) > STILL_GREY
    return _Step(now.t_s, left, right, changed)


def _motion(then: Picture, now: Picture, span_s: float) -> HalfMotion:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    search.setFinestScale(0)
    flow = search.calc(then, now, None)  # type: ignore[call-overload]  # None: begin at 0
    shown = _near_skin(then)
    lit = shown & _as_bright(then, now, np.asarray(flow, np.float32))
    if shown.sum() < LEAST_PIXELS:
        return HalfMotion(0.0, 0.0)
    if lit.sum() < MOST_LIT * shown.sum():
        return HalfMotion(nan, nan)
    moved: FloatArray = np.asarray(flow[lit], np.float64) / (COLUMNS * span_s)
    rest = moved - np.median(moved, axis=0)
    return HalfMotion(_size(moved), _size(rest))


def _near_skin(then: Picture) -> Mask:
    """Echoes in the upper part of the picture: fingers push the skin in, a contraction bulges below it."""
    shown = cv2.boxFilter(then, cv2.CV_32F, (9, 9)) > DARK_GREY
    face = np.where(shown.any(axis=0), shown.argmax(axis=0), len(then))
    below = np.arange(len(then))[:, None] - face
    return np.asarray(shown & (below < SKIN_SHARE * len(then)))


def _as_bright(then: Picture, now: Picture, flow: Float32Array) -> Mask:
    """Where tissue, brought back, is about as bright as it was; where contact is lost it is not."""
    rows, columns = np.indices(then.shape, np.float32)
    back = cv2.remap(now, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR)
    means = [cv2.boxFilter(picture, cv2.CV_32F, (11, 11)) for picture in (then, back)]
    return np.asarray(np.abs(means[1] - means[0]) < DIMMED * np.maximum(means[0], DARK_GREY))


def _size(vectors: FloatArray) -> float:
    return float(np.sqrt((vectors**2).sum(axis=1).mean()))


def _result(state: TapState, t_s: float) -> TapResult:
    alive = any(step.changed for step in (*state.rest, *state.steps)[-20:])
    if not (state.rest and state.steps):
        return TapResult(alive=alive)
    usual = _usual([step.left for step in state.rest]), _usual([step.right for step in state.rest])
    active = [step for step in state.steps if _pressed(step, usual)]
    newest = state.steps[-1]
    told = TapResult(
        True, None, nan, alive, newest.left.moves / usual[0].moves, newest.right.moves / usual[1].moves
    )
    every_s = (newest.t_s - state.steps[0].t_s) / max(len(state.steps) - 1, 1)
    if len(active) < max(LEAST_STEPS, LEAST_ACTIVE_S / max(every_s, LEAST_S)):
        return told
    moves = _ratio([(step.left.moves, step.right.moves) for step in active])
    deforms = _ratio([(step.left.deforms, step.right.deforms) for step in active])
    sure_left = moves >= MOVES_MORE and deforms >= DEFORMS_MORE
    sure_right = moves <= 1 / MOVES_MORE and deforms <= 1 / DEFORMS_MORE
    half: Half | None = "left" if sure_left else "right" if sure_right else None
    return replace(told, half=half, ratio=max(moves, 1 / moves))


def _usual(seen: list[HalfMotion]) -> HalfMotion:
    """What hardly anything at rest exceeds."""
    moves = float(np.percentile([m.moves for m in seen], 90))
    deforms = float(np.percentile([m.deforms for m in seen], 90))
    return HalfMotion(max(moves, LEAST_MOTION), max(deforms, LEAST_MOTION))


def _pressed(step: _Step, usual: tuple[HalfMotion, HalfMotion]) -> bool:
    pairs = (step.left, usual[0]), (step.right, usual[1])
    return any(now.deforms > ABOVE_REST * then.deforms for now, then in pairs)


def _ratio(pairs: list[tuple[float, float]]) -> float:
    """How much more the left half does of something than the right one."""
    left, right = np.sqrt((np.array(pairs) ** 2).mean(axis=0))
    return float(max(left, _NOTHING) / max(right, _NOTHING))
