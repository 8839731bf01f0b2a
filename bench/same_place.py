"""The same place a week later, moved along, another person's or the other side's: what the pictures say.

`python -m bench.same_place` draws phantoms at rest and prints the table, some eight minutes; `--development`
those that the limit was set on. Put down again, the probe lies a millimetre off along the muscle, tilted,
pressed, out of the old plane, in another phase of the breath and under another gain, all by chance.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import combinations
from typing import Any

import numpy as np

from bench.stepping import pictures_of
from bench.truth import REAL
from segmentation.geometry import Calibration, Roi
from segmentation.phantom.activation import REST, Activation
from segmentation.phantom.clip import ClipPlan, Phantom
from segmentation.phantom.disturbance import Disturbances, Drift
from segmentation.phantom.scenes import random_clip
from segmentation.revisit import PlaceMatch, PlacePicture, compare_places, place_picture
from segmentation.views import ViewName

VIEWS: tuple[ViewName, ...] = ("tra", "lm-thickness", "lm-csa")
SCORED, DEVELOPMENT = range(9100, 9105), range(100, 105)
MOVED = {"same": (0.0, 0.0), "moved by 5 mm": (5.0, -5.0), "moved by 10 mm": (10.0, -10.0)}
_FPS = 100.0


@dataclass(frozen=True, slots=True)
class Compared:
    """One pair of pictures."""

    view: ViewName
    what: str
    match: PlaceMatch
    moved_mm: float  # to the right, nan where it is another anatomy


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--development", action="store_true")
    parser.add_argument("--real", action="store_true", help="the first pictures of real clips of one calf")
    asked = parser.parse_args()
    if asked.real:
        print("\n".join(_calf()))
        return
    found = list(compared(DEVELOPMENT if asked.development else SCORED))
    print("| view | pairs | n | similarity, least to largest | off, mm, largest | same | moved | different |")
    print("| --- " * 8 + "|")
    for view in VIEWS:
        for what in (*MOVED, "another person", "mirrored"):
            print(_row(view, what, [one for one in found if (one.view, one.what) == (view, what)]))


def _calf() -> list[str]:
    """The clips of one person, each with each; those of the isokinetic test all begin in one way."""
    roi, spacing = Roi(210, 43, 716, 578), Calibration(1 / 11.35, 1 / 11.35)
    paths = sorted((REAL / "thickness_clips").glob("*.mp4"))
    first = {path: place_picture(pictures_of(path, 1)[0], roi, spacing) for path in paths}
    lines = []
    for what, alike in (("isokinetic test, both", True), ("one of them of another test", False)):
        both = combinations(paths, 2)
        pairs = [pair for pair in both if alike is all("isokinetic" in one.name for one in pair)]
        found = [compare_places(first[a], first[b]) for a, b in pairs]
        similar, shifts = [one.similarity for one in found], [one.shift_mm for one in found]
        lines.append(
            f"{what}: {len(found)} pairs, similarity {min(similar):.2f} to {max(similar):.2f}, "
            f"shift up to {max(shifts):.1f} mm"
        )
    return lines


def _row(view: ViewName, what: str, found: list[Compared]) -> str:
    similar = [one.match.similarity for one in found]
    off = [abs(one.match.right_mm - one.moved_mm) for one in found if np.isfinite(one.moved_mm)]
    said = [sum(one.match.place == place for one in found) for place in ("same", "moved", "different")]
    shares = " | ".join(str(n) for n in said)
    worst = f"{max(off):.1f}" if off else ""
    return (
        f"| {view} | {what} | {len(found)} | {min(similar):.2f} to {max(similar):.2f} | {worst} | {shares} |"
    )


def compared(seeds: range) -> Iterator[Compared]:
    """Yield every pair of pictures."""
    for view in VIEWS:
        people = [_person(view, seed) for seed in seeds]
        for k, (then, again) in enumerate(people):
            for what, moved_mm, now in again:
                yield Compared(view, what, compare_places(then, now), moved_mm)
            for other, (_, theirs) in enumerate(people):
                if other != k:
                    yield Compared(view, "another person", compare_places(then, theirs[0][2]), np.nan)
            now = again[0][2]
            mirrored = PlacePicture(now.fasciae[:, ::-1], now.shown[:, ::-1])
            yield Compared(view, "mirrored", compare_places(then, mirrored), np.nan)


def _person(view: ViewName, seed: int) -> tuple[PlacePicture, list[tuple[str, float, PlacePicture]]]:
    """The picture of last time, and those of today with how far the probe was moved."""
    rng = np.random.default_rng((seed, 71))
    plan = random_clip(view, seed, side="left", seconds=4.0)
    plan = replace(plan, anatomy=_at_rest(plan.anatomy))
    again = []
    for what, shifts in MOVED.items():
        for x_mm in shifts:
            moved_mm = x_mm + rng.uniform(-1.0, 1.0)
            again.append((what, moved_mm, _put_down(plan, moved_mm, rng)))
    return _picture(plan, Drift(), 0.0, 0.01), again


def _put_down(plan: ClipPlan, x_mm: float, rng: np.random.Generator) -> PlacePicture:
    z_mm, tilt, plane_mm, gain_db, at_s = (
        rng.uniform(low, high)
        for low, high in ((-0.6, 0.6), (-1.5, 1.5), (-2.0, 2.0), (-4.0, 4.0), (0.3, 3.9))
    )
    return _picture(plan, Drift(x_mm, z_mm, tilt, plane_mm, 0.0, at_s), gain_db, at_s)


def _picture(plan: ClipPlan, drift: Drift, gain_db: float, at_s: float) -> PlacePicture:
    scanner = replace(plan.scanner, gain_db=plan.scanner.gain_db + gain_db)
    phantom = Phantom(replace(plan, disturbances=Disturbances(drift=drift), scanner=scanner, fps=_FPS))
    return place_picture(phantom.picture(round(at_s * _FPS)), phantom.roi, phantom.calibration)


def _at_rest(anatomy: Any) -> Any:
    """The anatomy with every muscle at rest, breathing."""
    working = [one.name for one in fields(anatomy) if isinstance(getattr(anatomy, one.name), Activation)]
    return replace(anatomy, **dict.fromkeys(working, REST))


if __name__ == "__main__":
    main()
