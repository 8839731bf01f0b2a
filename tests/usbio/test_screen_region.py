"""A region of a real X screen: what is on it, when, and what is said where it cannot be seen."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator, Iterator
from itertools import pairwise
from math import floor
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.x_screen import XScreen
from segmentation.geometry import Roi
from tests.usbio.x_server import painted, x_server
from usbio.device import device_of
from usbio.draft_start import begin_draft
from usbio.errors import CallError, DeviceLost, InputError
from usbio.frames import Frame, FrameSource, Troubled, device_itself
from usbio.samples import sample_clips
from usbio.setup import SetupFile, load_setup
from usbio.sources.address import open_source
from usbio.sources.clip import open_clip
from usbio.sources.kinds import kind_of
from usbio.sources.screen_place import Monitor, black_out, region_on
from usbio.sources.screen_region import ScreenSource, hidden_words


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XScreen]:
    with x_server(tmp_path_factory.mktemp("x")) as server:
        yield server


def _first(source: FrameSource, count: int = 1) -> list[Frame]:
    run, frames = source.frames(), []
    for came in run:
        frames += [came] if came is not None else []
        if len(frames) == count:
            break
    run.close()
    return frames


def test_the_pixels_of_the_region_and_no_others(screen: XScreen, tmp_path: Path) -> None:
    shown = np.random.default_rng(1).integers(0, 256, (120, 160), np.uint8)
    cv2.imwrite(str(tmp_path / "shown.png"), shown)
    with painted(screen.display, tmp_path / "shown.png", (200, 100)):
        (frame,) = _first(open_source("screen:190,90,180,140"))
        (whole,) = _first(open_source("screen:1"))
    assert np.array_equal(frame.image[10:130, 10:170], shown)
    assert not frame.image[:10].any()
    assert whole.image.shape == (480, 640)
    assert np.array_equal(whole.image[100:220, 200:360], shown)


def test_what_is_flashed_is_seen_at_its_own_rate(screen: XScreen, tmp_path: Path) -> None:
    """The square changes with the seconds of the clock that all processes share."""
    cv2.imwrite(str(tmp_path / "dark.png"), np.zeros((10, 10), np.uint8))
    seen: list[tuple[float, bool]] = []
    with painted(screen.display, tmp_path / "dark.png", (0, 0), flash_at=(300, 200)):
        run = open_source("screen:300,200,160,160?fps=50").frames()
        while len(flanks := [b for a, b in pairwise(seen) if a[1] != b[1]]) < 2:
            came = next(run)
            seen += [] if came is None else [(came.arrived_s, bool(came.image[4:8, 4:8].mean() > 128))]
        run.close()
    for moment_s, lit in flanks:
        assert lit == (floor(moment_s) % 2 == 1)
    # ms: painting, 20 ms between two looks, and a busy machine
    assert min((moment_s % 1.0) * 1e3 for moment_s, _ in flanks) < 500.0


def test_pictures_for_which_there_is_no_time_are_gaps(screen: XScreen) -> None:
    frames = _first(open_source("screen:0,0,64,48?fps=20"), 8)
    off_s = [b.t_s - a.t_s - (b.index - a.index) / 20 for a, b in pairwise(frames)]
    assert np.median(np.abs(off_s)) < 0.06  # s: one look and a half; one may be late
    assert frames[0].index == 0


def test_monitors_are_listed_with_what_to_type(screen: XScreen) -> None:
    kind = kind_of("screen")
    assert kind is not None
    (offer,) = kind.offers()
    assert (offer.address, offer.delivers, offer.trouble) == ("screen:1", "640x480 at 30, from 0,0", "")


TWO = [Monitor(1, "left", Roi(0, 0, 1920, 1080)), Monitor(2, "right", Roi(1920, 100, 1280, 720))]


def test_a_place_counts_from_its_monitor_or_from_the_desktop() -> None:
    assert region_on("s", TWO, None, 2) == Roi(1920, 100, 1280, 720)
    assert region_on("s", TWO, Roi(10, 20, 640, 480), 2) == Roi(1930, 120, 640, 480)
    assert region_on("s", TWO, Roi(1900, 200, 640, 480), None) == Roi(1900, 200, 640, 480)


@pytest.mark.parametrize(
    ("place", "monitor", "words"),
    [
        (None, 3, "s: there is no monitor 3; choose one of 1 (0,0,1920,1080), 2 (1920,100,1280,720)"),
        (Roi(800, 0, 640, 480), 2, "s: reaches beyond the screen, which is 1920,100,1280,720; type usbio"),
        (Roi(-1, 0, 640, 480), None, "s: reaches beyond the screen, which is 0,0,3200,1080; type usbio"),
    ],
)
def test_a_region_beyond_the_screen_says_where_the_screen_is(
    place: Roi | None, monitor: int | None, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        region_on("s", TWO, place, monitor)
    assert str(caught.value).startswith(words)


HOW = "give screen:X,Y,WIDTH,HEIGHT, or screen:1 for all of monitor 1"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("screen:", "screen:: names nothing; give a path, or screen:0,0,800,600"),
        ("screen:whole", f"screen:whole: names no part of the screen; {HOW}"),
        ("screen:1,2,3", f"screen:1,2,3: names no part of the screen; {HOW}"),
        ("screen:0,0,8,600", f"screen:0,0,8,600: 8x600 pixels hold no picture; {HOW}"),
        ("screen:1?monitor=2", "screen:1?monitor=2: names a monitor twice; give screen:1 alone"),
        ("screen:1?fps=0", "screen:1?fps=0: fps=0 says nothing; give a number from 1 to 60"),
        ("screen:1?rate=9", "screen:1?rate=9: the screen has no option rate; choose one of fps, monitor"),
    ],
)
def test_a_wrong_address_is_one_clear_sentence(address: str, words: str) -> None:
    with pytest.raises(CallError) as caught:
        open_source(address)
    assert str(caught.value) == words


def test_no_display_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(InputError, match="there is no display; start the program in a graphical session"):
        _first(open_source("screen:1"))
    kind = kind_of("screen")
    assert kind is not None
    assert kind.offers()[0].trouble.startswith("there is no display; ")


def test_a_display_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(InputError, match="the screen cannot be read"):
        _first(open_source("screen:1"))


def test_a_screen_that_programs_may_not_see_is_said(screen: XScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Wayland programs get a black picture of the screen, and nothing else tells them."""
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    with pytest.raises(InputError, match="Wayland shows programs a black screen; choose an Xorg"):
        _first(open_source("screen:1"))
    assert hidden_words("linux", {}) == hidden_words("win32", {}) == ""
    assert "Screen Recording" in hidden_words("darwin", {})


def test_a_session_that_hangs_is_said_after_a_while(tmp_path: Path) -> None:
    with x_server(tmp_path) as server:
        run = _begun()
        os.kill(server.pid, signal.SIGSTOP)
        began_s = time.perf_counter()
        with pytest.raises(DeviceLost, match="gave no picture for 5 s"):
            list(run)
        assert 4.0 < time.perf_counter() - began_s < 20.0  # s: it hangs for ever
        os.kill(server.pid, signal.SIGCONT)


def test_a_session_that_ends_is_lost_at_once(tmp_path: Path) -> None:
    with x_server(tmp_path) as server:
        run = _begun()
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(DeviceLost, match="the screen cannot be read any more"):
            list(run)


def _begun() -> Generator[Frame | None]:
    run = device_itself(open_source("screen:1")).frames()
    next(came for came in run if came is not None)
    return run


def test_it_says_where_it_looks(screen: XScreen) -> None:
    source = device_itself(open_source("screen:10,20,64,48?monitor=1"))
    assert isinstance(source, ScreenSource)
    before = source.region
    _first(source)
    assert (before, source.region) == (None, Roi(10, 20, 64, 48))
    assert source.name == "screen:10,20,64,48?monitor=1"


def test_one_place_on_two_monitors_is_two_devices() -> None:
    names = [device_of(f"screen:0,0,64,48?{options}").name for options in ("fps=9", "fps=9&monitor=2")]
    assert names == ["0,0,64,48", "0,0,64,48?monitor=2"]


def test_our_own_windows_are_left_out_of_what_is_seen(screen: XScreen, tmp_path: Path) -> None:
    shown = np.full((120, 160), 200, np.uint8)
    cv2.imwrite(str(tmp_path / "shown.png"), shown)
    opened = open_source("screen:200,100,160,120")
    source = device_itself(opened)
    assert isinstance(source, ScreenSource)
    source.leave_out(lambda: [Roi(300, 150, 500, 500), Roi(0, 0, 50, 50)])
    with painted(screen.display, tmp_path / "shown.png", (200, 100)):
        (frame,) = _first(opened)
    shown[50:, 100:] = 0
    assert np.array_equal(frame.image, shown)
    assert isinstance(opened, Troubled)
    assert opened.trouble == "a window of usbio lies over the region, and is left out of it; move it beside"
    source.leave_out(lambda: [Roi(360, 150, 500, 500)])
    assert opened.trouble == ""


def test_a_picture_with_two_pixels_a_point_is_blackened_in_its_own_pixels() -> None:
    picture = np.ones((80, 120), np.uint8)
    black_out(picture, Roi(100, 200, 60, 40), [Roi(90, 210, 20, 10)])
    assert np.argwhere(picture == 0).min(axis=0).tolist() == [20, 0]
    assert np.argwhere(picture == 0).max(axis=0).tolist() == [39, 19]


def test_the_picture_and_its_ruler_are_found_on_a_whole_screen(tmp_path: Path) -> None:
    """Nobody has to count pixels: a scanner's program somewhere on a large screen, beside our own window."""
    clip = next(one for one in sample_clips() if one.path.stem == "tra_left")
    cv2.imwrite(str(tmp_path / "scanner.png"), next(iter(open_clip(clip.path).frames())).image)
    known = load_setup(clip.setup_path)
    with x_server(tmp_path / "x", 1920, 1080) as server:
        opened = open_source("screen:1")
        source = device_itself(opened)
        assert isinstance(source, ScreenSource)
        source.leave_out(lambda: [Roi(830, 0, 1090, 1080)])
        with painted(server.display, tmp_path / "scanner.png", (10, 200)):
            (frame,) = _first(opened)
    draft = begin_draft(frame.image, SetupFile(), name="screen:1")
    assert known.image.crop_px is not None
    x, y, width, height = known.image.crop_px
    (found,) = draft.pictures
    assert found.roi == Roi(x + 10, y + 200, width, height)
    assert found.scale is not None
    assert found.scale.calibration.y_mm_per_px == pytest.approx(known.calibration.y_mm_per_px, rel=0.005)
