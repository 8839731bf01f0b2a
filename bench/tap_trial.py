"""Pressing beside the probe on a phantom: which half of the picture moves, and what else moves it."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from math import nan
from typing import Literal, get_args

import cv2
import numpy as np

from segmentation.geometry import Roi
from segmentation.phantom.activation import REST, Activation, Contraction
from segmentation.phantom.clip import ClipPlan, Phantom
from segmentation.phantom.multifidus_transverse import MultifidusTransverse
from segmentation.phantom.ranges import HARD
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.warp import WarpedPhantom
from segmentation.results import FloatArray, Picture
from segmentation.tap import begin_tap, halves, step_tap

Kind = Literal["left", "right", "nothing", "probe", "both", "tilt", "contact", "contraction"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REST_S, PRESS_S = 2.5, 3.5


@dataclass(frozen=True, slots=True)
class Push:
    """One press of the fingers."""

    start_s: float
    rise_s: float
    hold_s: float
    release_s: float

    @property
    def end_s(self) -> float:
        """When the skin is back."""
        return self.start_s + self.rise_s + self.hold_s + self.release_s

    def at(self, t_s: float) -> float:
        """Return how far in it is, 0 to 1."""
        rise = np.clip((t_s - self.start_s) / self.rise_s, 0.0, 1.0)
        fall = np.clip((t_s - self.end_s + self.release_s) / self.release_s, 0.0, 1.0)
        return float(rise * rise * (3 - 2 * rise) - fall * fall * (3 - 2 * fall))


@dataclass(frozen=True, slots=True)
class Press:
    """Where and how it is pressed, or what moves the picture instead."""

    kind: Kind
    pushes: tuple[Push, ...]
    beside_mm: float  # from the end of the probe's face
    depth_mm: float  # how far the skin gives way
    reach_mm: float  # over which the push dies away
    probe_mm: tuple[float, float]  # how far the probe is moved along with it: across, into the tissue

    @classmethod
    def by_chance(cls, kind: Kind, rng: np.random.Generator) -> Press:
        """Draw one."""
        pushes, start = [], REST_S + float(rng.uniform(0.2, 0.5))
        while start < REST_S + PRESS_S - 0.6:
            rise, hold, release = (float(v) for v in rng.uniform((0.12, 0.0, 0.15), (0.4, 0.5, 0.4)))
            pushes.append(Push(start, rise, hold, release))
            start = pushes[-1].end_s + float(rng.uniform(0.1, 0.5))
        depth = float(rng.uniform(3.0, 9.0))
        share = rng.uniform((-0.1, 0.0), (0.1, 0.12))
        if kind == "probe":
            share = rng.choice((-1.0, 1.0), 2) * rng.uniform(0.1, 0.5, 2)
        moved = (float(share[0] * depth), float(share[1] * depth))
        beside, reach = (float(v) for v in rng.uniform((0.0, 10.0), (14.0, 22.0)))
        return cls(kind, tuple(pushes), beside, depth, reach, moved)

    def displaced_mm(self, x: FloatArray, z: FloatArray, half_face_mm: float, t_s: float) -> FloatArray:
        """Return (..., 2) displacement of tissue at x and z mm before the probe."""
        share = sum(push.at(t_s) for push in self.pushes)
        out = np.zeros((*x.shape, 2))
        if self.kind in ("nothing", "contact", "contraction"):
            return out
        if self.kind == "tilt":
            turn = 0.02 * self.depth_mm * share
            return np.stack([turn * z, -turn * x], -1)
        for side, sign in (("left", -1.0), ("right", 1.0)):
            if self.kind in (side, "both"):
                from_x, from_z = x - sign * (half_face_mm + self.beside_mm), z + 2.0
                far = np.hypot(from_x, from_z)
                push = self.depth_mm / (1.0 + (far / self.reach_mm) ** 2)
                out += (push / np.maximum(far, 1.0))[..., None] * np.stack(
                    [0.7 * from_x, from_z + 0.5 * far], -1
                )
        return np.asarray(share * (out + np.array(self.probe_mm)))


def rested(plan: ClipPlan) -> ClipPlan:
    """The same back without a contraction: whoever presses asks to lie still."""
    assert isinstance(plan.anatomy, MultifidusTransverse)
    return replace(plan, anatomy=replace(plan.anatomy, left=REST, right=REST))


class PressedBack:
    """Pictures of a back at rest, and the same pressed beside the probe."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng((seed, 3))
        self.fps = float(rng.choice((10, 12, 15, 20)))
        plan = random_clip("lm-csa", seed, HARD, seconds=REST_S + PRESS_S)
        self._phantom = Phantom(rested(plan))
        self._times = [number / self.fps for number in range(round((REST_S + PRESS_S) * self.fps))]
        self._resting, self._contracting = (
            _screens(phantom, self._times) for phantom in (self._phantom, Phantom(contracting(plan)))
        )
        p = self._phantom.projection
        columns, rows = (n // 6 + 2 for n in p.size_px)
        x_px = (np.arange(columns) + 0.5) * p.size_px[0] / columns - 0.5
        y_px = (np.arange(rows) + 0.5) * p.size_px[1] / rows - 0.5
        self._x, self._z = np.meshgrid(p.x_mm(x_px), p.z_mm(y_px))
        self._px = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in p.size_px))
        self._noise = [rng.normal(0.0, 2.0, self._px[0].shape).astype(np.int16) for _ in range(5)]
        self._half_face_mm = self._phantom.plan.probe.half_width_mm(0.0)

    @property
    def roi(self) -> Roi:
        """Where the picture is."""
        return self._phantom.roi

    def pictures(self, press: Press) -> Iterator[tuple[float, Picture]]:
        """Yield time and screen."""
        screens = self._contracting if press.kind == "contraction" else self._resting
        for number, (t_s, screen) in enumerate(zip(self._times, screens, strict=True)):
            out = screen.copy()
            out[self.roi.slices] = self._pressed(screen[self.roi.slices], press, t_s, number)
            yield t_s, out

    def _pressed(self, bmode: Picture, press: Press, t_s: float, number: int) -> Picture:
        p = self._phantom.projection
        moved = press.displaced_mm(self._x, self._z, self._half_face_mm, t_s) / p.calibration.scale
        dx, dy = (
            cv2.resize(moved[..., k].astype(np.float32), p.size_px, interpolation=cv2.INTER_LINEAR)
            for k in (0, 1)
        )
        still = np.ascontiguousarray(bmode)
        maps = self._px[0] - dx, self._px[1] - dy
        mapped = cv2.remap(still, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        warped = np.asarray(mapped, np.uint8)
        if press.kind == "contact":
            warped = self._dimmed(warped, sum(push.at(t_s) for push in press.pushes), press.beside_mm < 7.0)
        noisy = cv2.add(warped, self._noise[number % len(self._noise)], dtype=cv2.CV_8U)
        return np.where(still > 0, noisy, 0).astype(np.uint8)  # the sector stays where it is

    @staticmethod
    def _dimmed(bmode: Picture, share: float, left: bool) -> Picture:
        """A third of the face loses contact: its beams go dark."""
        wide = bmode.shape[1] // 3
        loss = np.zeros(bmode.shape[1])
        loss[:wide] = 70.0 * share * np.clip((wide - np.arange(wide)) / 20.0, 0.0, 1.0)
        loss = loss if left else loss[::-1]
        return np.clip(bmode - loss, np.minimum(bmode, 2), 255).astype(np.uint8)


def contracting(plan: ClipPlan) -> ClipPlan:
    """The same back with one contraction where the others are pressed."""
    assert isinstance(plan.anatomy, MultifidusTransverse)
    once = Activation((Contraction(REST_S + 0.5),))
    weak = 0.35 + 0.55 * ((plan.seed % 7) / 6.0)
    left, right = (once, once.scaled(weak)) if plan.seed % 2 else (once.scaled(weak), once)
    return replace(plan, anatomy=replace(plan.anatomy, left=left, right=right))


def _screens(phantom: Phantom, times: list[float]) -> list[Picture]:
    warped = WarpedPhantom(phantom)
    return [warped.picture(t_s) for t_s in times]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tap test said of one press."""

    seed: int
    kind: Kind
    said: str  # left, right or not decidable
    after_s: float  # from the end of rest until it was said and stayed, nan where nothing was
    ever_wrong: bool
    step_ms: float


def judged(seed: int) -> Iterator[Verdict]:
    """Press one back in every way."""
    back = PressedBack(seed)
    for number, kind in enumerate(KINDS):
        press = Press.by_chance(kind, np.random.default_rng((seed, number)))
        yield _verdict(seed, kind, back, press)


def _verdict(seed: int, kind: Kind, back: PressedBack, press: Press) -> Verdict:
    state, said, after_s, spent_s, ever_wrong = begin_tap(halves((back.roi,))), None, nan, [], False
    for t_s, picture in back.pictures(press):
        began = time.perf_counter()
        state, result = step_tap(state, picture, t_s)
        spent_s.append(time.perf_counter() - began)
        if result.half != said:
            said, after_s = result.half, t_s - REST_S
        ever_wrong |= result.half not in (None, kind)
    ms = 1e3 * float(np.median(spent_s))
    return Verdict(seed, kind, said or "not decidable", after_s if said else nan, ever_wrong, ms)


def main() -> None:
    """Print how often the right half, the wrong one and none was said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=5000)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    found = [v for seed in range(asked.first, asked.first + asked.count) for v in judged(seed)]
    if asked.json:
        print(json.dumps([asdict(v) for v in found]))
        return
    for kind in KINDS:
        own = [v for v in found if v.kind == kind]
        counts = {said: sum(v.said == said for v in own) for said in ("left", "right", "not decidable")}
        waited = [v.after_s for v in own if v.said == kind]
        when = f", said after {np.median(waited):.1f} s (median)" if waited else ""
        print(f"{kind:8} {len(own)}: {counts}{when}")
    pressed = [v for v in found if v.kind in ("left", "right")]
    right = sum(v.said == v.kind for v in pressed)
    print(f"right {right} of {len(pressed)}, wrong at any moment {sum(v.ever_wrong for v in pressed)}")
    for kind in KINDS[2:]:
        print(f"  {kind}: a half was said {sum(v.ever_wrong for v in found if v.kind == kind)} times")
    print(f"a step takes {np.median([v.step_ms for v in found]):.1f} ms")


if __name__ == "__main__":
    main()
