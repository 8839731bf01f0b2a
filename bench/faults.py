"""Clips with something wrong in them: which fault, how bad, and from which picture on, all by seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from segmentation.geometry import Roi
from segmentation.phantom.picture_faults import blurred_across, covered, faded, shadowed
from segmentation.results import Picture

FaultName = Literal["clean", "shadow", "streaks", "faded", "noise", "blur", "menu"]
_STARTS_LATER = 0.35  # of the clip; in half of them the fault is there from the first picture on


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of some strength."""

    name: FaultName
    seed: int

    def pictures(self, clean: Sequence[Picture], roi: Roi) -> Iterator[Picture]:
        """Yield the pictures of a clip with the fault in them."""
        rng = np.random.default_rng((self.seed, *self.name.encode()))
        first = 0 if rng.random() < 0.5 else round(_STARTS_LATER * len(clean))
        drawn = _DRAWN[self.name](rng, roi)
        for number, picture in enumerate(clean):
            yield picture if number < first else drawn(picture)


FAULTS: tuple[FaultName, ...] = ("clean", "shadow", "streaks", "faded", "noise", "blur", "menu")

_Drawing = Callable[[Picture], Picture]


def _clean(rng: np.random.Generator, roi: Roi) -> _Drawing:
    return lambda picture: picture


def _shadow(rng: np.random.Generator, roi: Roi) -> _Drawing:
    middle = roi.x + rng.uniform(0.25, 0.75) * roi.width
    width, loss = rng.uniform(0.04, 0.3) * roi.width, rng.uniform(20.0, 130.0)
    from_px = rng.uniform(0.0, 0.3) * roi.height
    return lambda picture: shadowed(picture, roi, middle, width, loss, from_px)


def _streaks(rng: np.random.Generator, roi: Roi) -> _Drawing:
    places = roi.x + (0.2 + 0.25 * np.arange(3) + rng.uniform(-0.1, 0.1, 3)) * roi.width
    width, loss = rng.uniform(0.015, 0.08) * roi.width, rng.uniform(20.0, 110.0)

    def drawn(picture: Picture) -> Picture:
        for place in places:
            picture = shadowed(picture, roi, float(place), width, loss)
        return picture

    return drawn


def _faded(rng: np.random.Generator, roi: Roi) -> _Drawing:
    loss, noise = rng.uniform(15.0, 120.0), rng.uniform(2.0, 14.0)
    return lambda picture: faded(picture, roi, loss, noise, rng)


def _noise(rng: np.random.Generator, roi: Roi) -> _Drawing:
    noise = rng.uniform(4.0, 30.0)
    return lambda picture: faded(picture, roi, 0.0, noise, rng)


def _blur(rng: np.random.Generator, roi: Roi) -> _Drawing:
    sigma = rng.uniform(1.0, 3.5)
    return lambda picture: blurred_across(picture, roi, sigma)


def _menu(rng: np.random.Generator, roi: Roi) -> _Drawing:
    width, height = (int(rng.uniform(0.2, 0.6) * size) for size in (roi.width, roi.height))
    left, top = (int(rng.random() * room) for room in (roi.width - width, roi.height - height))
    box = Roi(roi.x + left, roi.y + top, width, height)
    return lambda picture: covered(picture, box)


_DRAWN: dict[FaultName, Callable[[np.random.Generator, Roi], _Drawing]] = {
    "clean": _clean,
    "shadow": _shadow,
    "streaks": _streaks,
    "faded": _faded,
    "noise": _noise,
    "blur": _blur,
    "menu": _menu,
}
