"""A depth that is changed on the scanner stops the numbers; menus, noise and a lifted probe do not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import sample_clips
from segmentation.geometry import Roi
from segmentation.phantom.looks import LOOKS, PLAIN_CART, ScreenLook
from segmentation.phantom.picture_faults import covered, in_air
from segmentation.results import Picture
from segmentation.screen import find_pictures
from tests.segmentation.drawn_screens import DrawnScreen, coded, screen_of, speckle
from tests.usbio.clips import REAL_DATA
from usbio.frames import Frame
from usbio.ruler_watch import EVERY_S, STOPPED, RulerWatch
from usbio.sources.clip import open_clip

READABLE = [look for look in LOOKS if look.name != "no digits"]
NO_RULER = replace(PLAIN_CART, name="no ruler", ruler="none", note="")


def at_once(work: Callable[[], None]) -> None:
    work()


@lru_cache(maxsize=64)
def drawn(look: ScreenLook, depth_mm: float, curved: bool = False, seed: int = 0) -> DrawnScreen:
    return screen_of(look, depth_mm, curved, seed)


class Watched:
    """A watch, and the clock of its frames."""

    def __init__(self, first: DrawnScreen | Picture, panels: tuple[Roi, ...] | None = None) -> None:
        picture = first.picture if isinstance(first, DrawnScreen) else first
        self.watch = RulerWatch(picture, panels or find_pictures(picture), aside=at_once)
        self._number = 0

    def sees(self, pictures: Iterable[Picture]) -> list[str]:
        """What is said of pictures that come at the pace of the looks."""
        return [self.watch.look(self._frame(picture)) for picture in pictures]

    def sees_for(self, seconds: float, screen: Callable[[int], Picture]) -> list[str]:
        return self.sees(screen(k) for k in range(round(seconds / EVERY_S)))

    def _frame(self, picture: Picture) -> Frame:
        self._number += 1
        return Frame(self._number, self._number * EVERY_S, self._number * EVERY_S, picture)


def live(look: ScreenLook, depth_mm: float, curved: bool = False) -> Callable[[int], Picture]:
    """Pictures of a screen whose tissue changes from look to look."""
    seeds = [drawn(look, depth_mm, curved, seed).picture for seed in range(3)]
    return lambda k: seeds[k % len(seeds)]


@pytest.mark.parametrize("look", READABLE, ids=[look.name for look in READABLE])
def test_another_depth_stops_the_numbers_within_two_seconds(look: ScreenLook) -> None:
    watched = Watched(drawn(look, 45.0))
    assert watched.sees_for(3.0, live(look, 45.0)) == [""] * 6
    said = watched.sees_for(2.0, live(look, 60.0))
    assert said[0] == ""  # one odd look says nothing
    assert said[-1] == f"the depth was changed on the scanner: 45 → 60 mm; {STOPPED}"


def test_a_curved_array_is_as_deep_as_from_its_face() -> None:
    watched = Watched(drawn(PLAIN_CART, 60.0, curved=True))
    said = watched.sees_for(3.0, live(PLAIN_CART, 80.0, curved=True))[-1]
    words = said.partition(": ")[2].partition(" mm")[0].split(" → ")
    truth = [drawn(PLAIN_CART, depth, curved=True) for depth in (60.0, 80.0)]
    from_face = [s.mm_per_px * float(s.sector[:, s.roi.width // 2].sum()) for s in truth]
    assert [float(word) for word in words] == pytest.approx(from_face, abs=1.5)  # mm


def test_twice_the_depth_with_ticks_at_the_same_places_is_noticed() -> None:
    doubled = replace(PLAIN_CART, tick_mm=10, major_mm=20, label_mm=20)
    watched = Watched(drawn(PLAIN_CART, 45.0))
    assert "45 → 90 mm" in watched.sees_for(3.0, live(doubled, 90.0))[-1]


def test_the_words_stay_until_somebody_confirms() -> None:
    watched = Watched(drawn(PLAIN_CART, 45.0))
    assert watched.sees_for(3.0, live(PLAIN_CART, 60.0))[-1]
    back = watched.sees_for(6.0, live(PLAIN_CART, 45.0))
    assert all(back)
    assert back[-1] == f"the scanner is set as before; {STOPPED}"
    watched.watch.confirm()
    assert watched.sees_for(3.0, live(PLAIN_CART, 45.0)) == [""] * 6


def test_a_new_scale_that_is_confirmed_is_the_usual_one() -> None:
    watched = Watched(drawn(PLAIN_CART, 45.0))
    assert watched.sees_for(3.0, live(PLAIN_CART, 60.0))[-1]
    watched.watch.confirm()
    assert watched.sees_for(3.0, live(PLAIN_CART, 60.0)) == [""] * 6
    assert "60 → 45 mm" in watched.sees_for(3.0, live(PLAIN_CART, 45.0))[-1]


@pytest.mark.parametrize("look", READABLE[:2], ids=[look.name for look in READABLE[:2]])
def test_a_menu_over_the_ruler_says_nothing_however_long(look: ScreenLook) -> None:
    screen = live(look, 45.0)
    watched = Watched(drawn(look, 45.0))
    ruler = watched.watch.rulers[0]
    assert ruler is not None
    menu = Roi(max(0, min(600, int(ruler.x_px) - 100)), 60, 200, 500)
    assert watched.sees_for(6.0, lambda k: covered(screen(k), menu)) == [""] * 12
    assert watched.sees_for(2.0, screen) == [""] * 4


def test_other_colours_of_the_same_ruler_are_taken_over() -> None:
    bright, dim = PLAIN_CART, replace(PLAIN_CART, ruler_grey=110)
    watched = Watched(drawn(bright, 45.0))
    assert watched.sees_for(4.0, live(dim, 45.0)) == [""] * 8
    assert watched.sees_for(4.0, live(bright, 45.0)) == [""] * 8


def test_one_missed_look_says_nothing() -> None:
    good, other = live(PLAIN_CART, 45.0), live(PLAIN_CART, 60.0)
    watched = Watched(drawn(PLAIN_CART, 45.0))
    assert watched.sees_for(10.0, lambda k: (other if k % 2 else good)(k)) == [""] * 20


def test_a_lifted_probe_and_darkness_say_nothing() -> None:
    screen = drawn(PLAIN_CART, 45.0)
    roi, rng = screen.roi, np.random.default_rng(5)
    depth_mm = np.repeat(np.linspace(0.0, 45.0, roi.height)[:, None], roi.width, axis=1)
    inside = np.ones((roi.height, roi.width), np.bool_)
    air = coded(in_air(screen.picture, roi, depth_mm, inside, (200.0, 4.0, 8.0), rng))
    dark = screen.picture.copy()
    dark[roi.slices] = 0
    half = screen.picture.copy()
    half[roi.slices][:, : roi.width // 3] = 0
    for look in (PLAIN_CART, NO_RULER):
        watched = Watched(drawn(look, 45.0))
        for picture in (air, dark, half):
            shown = drawn(look, 45.0).picture.copy()
            shown[roi.slices] = picture[roi.slices]
            assert watched.sees([shown] * 10) == [""] * 10


def test_ticks_that_nobody_could_read_are_watched_all_the_same() -> None:
    look = next(look for look in LOOKS if look.name == "no digits")
    watched = Watched(drawn(look, 45.0))
    assert watched.watch.rulers == (None,)
    assert watched.sees_for(3.0, live(look, 45.0)) == [""] * 6
    said = watched.sees_for(3.0, live(look, 60.0))[-1]
    assert said == f"the ruler's ticks were changed on the scanner; {STOPPED}"


def test_without_a_ruler_a_picture_that_went_elsewhere_is_noticed() -> None:
    def screen(width: int, seed: int, x: int = 400) -> Picture:
        shown = np.zeros((600, 800), np.uint8)
        left = x - width // 2
        shown[60:560, left : left + width] = np.maximum(speckle(500, width, seed), 10)
        return coded(shown)

    for width, x in ((620, 400), (400, 400), (520, 480)):  # shallower, deeper, beside
        watched = Watched(screen(520, 0))
        assert watched.watch.rulers == (None,)
        assert watched.sees(screen(520, k) for k in range(6)) == [""] * 6
        said = watched.sees(screen(width, k, x) for k in range(6))
        assert said[0] == ""
        assert said[-1] == f"the picture's place on the screen was changed; {STOPPED}"


def test_frames_of_another_size_are_said_at_once() -> None:
    watched = Watched(drawn(PLAIN_CART, 45.0))
    (said,) = watched.sees([np.zeros((480, 640), np.uint8)])
    assert said == f"the picture came as 640 x 480 and not as 800 x 600; {STOPPED}"
    watched.watch.confirm()
    assert watched.sees([np.zeros((480, 640), np.uint8)] * 3) == [""] * 3


def test_between_the_looks_nothing_is_looked_at() -> None:
    looked: list[object] = []
    screen = drawn(PLAIN_CART, 45.0)
    watch = RulerWatch(screen.picture, find_pictures(screen.picture), aside=looked.append)
    for k in range(30):
        watch.look(Frame(k, k / 60, k / 60, screen.picture))
    assert len(looked) == 1  # the place, once in half a second, as long as nobody has answered


def test_what_takes_long_is_seen_to_on_another_thread() -> None:
    threads: list[threading.Thread] = []

    def aside(work: Callable[[], None]) -> None:
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    first, other = drawn(PLAIN_CART, 45.0).picture, drawn(PLAIN_CART, 60.0).picture
    watch = RulerWatch(first, find_pictures(first), aside=aside)
    said = ""
    for k in range(6):
        said = watch.look(Frame(k, k * EVERY_S, k * EVERY_S, other))
        for thread in threads:
            thread.join(10.0)
            assert not thread.is_alive()
    assert "45 → 60 mm" in said


def test_no_real_clip_and_no_sample_raises_an_alarm() -> None:
    """Some of them; `python -m bench.bench_ruler_watch` looks at every picture of all."""
    samples = sorted(Path(sample_clips.__file__).parent.glob("l*.mp4"))
    real = [p for name in ("thickness_clips", "screens") for p in sorted((REAL_DATA / name).glob("*.mp4"))]
    assert len(samples) == 3
    for path in (*samples, *real[::4]):
        watched: Watched | None = None
        for number, frame in enumerate(open_clip(path).frames()):
            watched = watched or Watched(frame.image)
            if number % 25 == 0:
                assert watched.sees([frame.image]) == [""], (path.name, number)
