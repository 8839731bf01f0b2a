"""Pressing beside the probe moves one half of the picture: which one is told, and what else moves is not."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from bench.tap_trial import Press, PressedBack
from segmentation.geometry import Roi
from segmentation.results import FloatArray, Picture
from segmentation.tap import REST_S, TapResult, begin_tap, halves, step_tap
from tests.segmentation.drawn_screens import speckle

ROI = Roi(60, 40, 400, 280)
FPS = 12.0
Field = Callable[[FloatArray, FloatArray, float], tuple[FloatArray, FloatArray]]
"""Displacement in px at x and y, 0 to 1 over the picture, at a time in s."""


def pressed_at(x_share: float, depth_px: float = 14.0, from_s: float = REST_S + 0.3) -> Field:
    """Pushed in and let go once a second, 0.3 of the picture's width wide."""

    def field(x: FloatArray, y: FloatArray, t_s: float) -> tuple[FloatArray, FloatArray]:
        push = depth_px * max(0.0, np.sin(2 * np.pi * (t_s - from_s))) if t_s > from_s else 0.0
        near = push * np.exp(-(((x - x_share) / 0.3) ** 2) - y)
        return 0.4 * near * np.sign(x - x_share), near

    return field


def breathing(x: FloatArray, y: FloatArray, t_s: float) -> tuple[FloatArray, FloatArray]:
    lift = 8.0 * np.sin(2 * np.pi * t_s / 3.5)
    return 0.3 * lift * np.ones_like(x), lift * (1.0 - 0.5 * y)


def shifted(x: FloatArray, y: FloatArray, t_s: float) -> tuple[FloatArray, FloatArray]:
    by = 12.0 * max(0.0, np.sin(2 * np.pi * t_s)) if t_s > REST_S else 0.0
    return by * np.ones_like(x), 0.5 * by * np.ones_like(x)


def seen(*fields: Field, seconds: float = 5.0, where: tuple[Roi, Roi] | None = None) -> list[TapResult]:
    """What the test says of tissue that is moved by these together."""
    tissue, rng = np.maximum(speckle(ROI.height, ROI.width), 14), np.random.default_rng(1)
    columns, rows = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in (ROI.width, ROI.height)))
    state, results = begin_tap(where or halves((ROI,))), []
    for k in range(round(seconds * FPS)):
        moved = [f(columns / ROI.width, rows / ROI.height, k / FPS) for f in fields]
        dx, dy = (sum((m[axis] for m in moved), np.zeros_like(columns)) for axis in (0, 1))
        maps = (columns - dx).astype(np.float32), (rows - dy).astype(np.float32)
        picture = cv2.remap(tissue, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        state, result = step_tap(
            state, _screen(np.asarray(picture + rng.normal(0, 2, picture.shape), np.float64)), k / FPS
        )
        results.append(result)
    return results


def _screen(picture: FloatArray) -> Picture:
    screen = np.zeros((360, 520), np.uint8)
    screen[ROI.slices] = np.clip(picture, 0, 255)
    return screen


@pytest.mark.parametrize(
    ("x_share", "half"), [(-0.05, "left"), (0.15, "left"), (0.85, "right"), (1.05, "right")]
)
def test_the_half_that_is_pressed_is_told(x_share: float, half: str) -> None:
    results = seen(pressed_at(x_share), breathing)
    last = results[-1]
    assert last.half == half
    assert last.ratio > 1.3
    assert {r.half for r in results} <= {None, half}  # never the other one on the way
    told = next(k for k, r in enumerate(results) if r.half) / FPS
    assert told < REST_S + 2.0


@pytest.mark.parametrize(
    "fields",
    [(breathing,), (shifted,), (shifted, breathing), (pressed_at(0.5),), (pressed_at(0.1), pressed_at(0.9))],
    ids=["breathing", "shift", "shift and breathing", "middle", "both"],
)
def test_what_moves_both_halves_is_not_decidable(fields: tuple[Field, ...]) -> None:
    assert {r.half for r in seen(*fields)} == {None}


def test_it_says_when_rest_is_known_and_says_nothing_before() -> None:
    results = seen(pressed_at(0.1, from_s=0.2), seconds=3.0)  # pressed too early
    ready = [r.ready for r in results]
    assert ready.index(True) == pytest.approx(REST_S * FPS, abs=1)
    assert all(r.half is None for r in results if not r.ready)


def test_a_still_picture_is_not_alive() -> None:
    screen = _screen(np.maximum(speckle(ROI.height, ROI.width), 14).astype(float))
    state = begin_tap(halves((ROI,)))
    for k in range(60):
        state, result = step_tap(state, screen, k / 20)
    assert (result.alive, result.half, result.ready) == (False, None, True)
    assert seen(breathing, seconds=3.0)[-1].alive
    dark = np.zeros((360, 520), np.uint8)
    state, result = step_tap(begin_tap(halves((ROI,))), dark, 0.0)
    assert not step_tap(state, dark, 0.1)[1].alive


def test_of_two_pictures_the_one_that_runs_is_told() -> None:
    """In a dual layout one picture often stands still."""
    left, right = Roi(0, 0, 200, 200), Roi(220, 0, 200, 200)
    tissue = np.maximum(speckle(200, 420), 14)
    state, rng = begin_tap(halves((left, right))), np.random.default_rng(0)
    for k in range(60):
        screen = tissue.copy()
        push = 0.04 * max(0.0, np.sin(2 * np.pi * k / FPS)) if k / FPS > REST_S else 0.0
        rows = np.ascontiguousarray(np.arange(200, dtype=np.float32)[:, None].repeat(200, 1) * (1 + push))
        columns = np.ascontiguousarray(np.arange(200, dtype=np.float32)[None].repeat(200, 0))
        live = cv2.remap(np.ascontiguousarray(tissue[right.slices]), columns, rows, cv2.INTER_LINEAR)
        screen[right.slices] = np.clip(live + rng.normal(0, 2, live.shape), 0, 255)
        state, result = step_tap(state, screen, k / FPS)
    assert result.half == "right"


def test_pictures_that_come_too_soon_cost_nothing() -> None:
    picture = _screen(speckle(ROI.height, ROI.width).astype(float))
    state, _ = step_tap(begin_tap(halves((ROI,))), picture, 0.0)
    same, _ = step_tap(state, picture, 0.02)
    assert same is state


def test_a_state_can_be_stepped_from_again() -> None:
    picture = _screen(speckle(ROI.height, ROI.width).astype(float))
    state, _ = step_tap(begin_tap(halves((ROI,))), picture, 0.0)
    assert step_tap(state, picture, 0.1)[1] == step_tap(state, picture, 0.1)[1]
    assert len(state.seen) == 1


def test_a_half_outside_the_picture_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="does not lie"):
        step_tap(begin_tap(halves((Roi(0, 0, 900, 100),))), np.zeros((360, 520), np.uint8), 0.0)
    with pytest.raises(ValueError, match="one picture or two"):
        halves(())


def test_a_phantom_back_that_is_pressed() -> None:
    """One of those that `python -m bench.tap_trial` presses by the hundred."""
    back = PressedBack(7)
    for kind in ("left", "right"):
        state = begin_tap(halves((back.roi,)))
        press = Press.by_chance(kind, np.random.default_rng(0))
        for t_s, picture in back.pictures(press):
            state, result = step_tap(state, picture, t_s)
        assert result.half == kind
