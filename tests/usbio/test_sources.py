"""One contract for every kind of source."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from segmentation.views import ViewName
from tests.servers.running import Server, igtl_server, mjpeg_server, rtsp_server
from tests.servers.shown_pictures import SIZE_PX
from tests.usbio.clips import (
    REAL_DATA,
    dicom,
    is_open,
    jpeg_dicom,
    picture,
    pictures,
    save_dicom,
    write_folder,
    write_video,
)
from tests.usbio.fake_capture import FakeDevice, FakeUsb
from tests.usbio.plug_in_package import install_documented
from tests.usbio.x_server import x_server
from usbio.errors import CallError
from usbio.frames import Frame, FrameSource, is_device
from usbio.recording.plan import Codec, RecordingPlan
from usbio.recording.recorder import Recorder
from usbio.setup import SetupFile
from usbio.sources.address import open_source
from usbio.sources.clip import open_clip
from usbio.sources.reconnecting import Reconnecting
from usbio.sources.sim import SimSource
from usbio.sources.usb_devices import BACKENDS
from usbio.sources.usb_video import UsbVideo, Wish
from usbio.video import ClipWriter

COUNT = 12


def _own_clip(path: Path, codec: str) -> Path:
    with ClipWriter(path, (64, 48), 25.0, codec=codec) as clip:
        for index, shown in enumerate(pictures(COUNT)):
            clip.write(shown, index / 25)
    return path


def _pages(path: Path) -> Path:
    first, *others = [Image.fromarray(shown) for shown in pictures(COUNT)]
    first.save(path, save_all=True, append_images=others)
    return path


def _picture(path: Path) -> Path:
    Image.fromarray(picture(0)).save(path)
    return path


def _jpegs() -> list[bytes]:
    packed = []
    for shown in pictures(COUNT):
        file = io.BytesIO()
        Image.fromarray(shown).convert("RGB").save(file, "jpeg", quality=95)
        packed.append(file.getvalue())
    return packed


def _recording(folder: Path, codec: Codec) -> Path:
    recorder = Recorder(RecordingPlan(folder, "a", "layer", SetupFile(), (64, 48), 25.0, codec))
    for index, shown in enumerate(pictures(COUNT)):
        recorder.add(Frame(index, index / 25, time.perf_counter(), shown))
    recorder.stop()
    return recorder.folder


KINDS: dict[str, tuple[Callable[[Path], Path], int]] = {
    "mp4": (lambda folder: _own_clip(folder / "a.mp4", "libx264"), COUNT),
    "mov": (lambda folder: _own_clip(folder / "a.mov", "libx264"), COUNT),
    "mkv lossless": (lambda folder: _own_clip(folder / "a.mkv", "ffv1"), COUNT),
    "avi mpeg4": (lambda folder: write_video(folder / "a.avi", pictures(COUNT), "mpeg4"), COUNT),
    "avi h264": (lambda folder: write_video(folder / "a.avi", pictures(COUNT)), COUNT),
    "avi mjpeg": (lambda folder: write_video(folder / "a.avi", pictures(COUNT), "mjpeg", "yuvj420p"), COUNT),
    "wmv": (lambda folder: write_video(folder / "a.wmv", pictures(COUNT), "wmv2"), COUNT),
    "gif": (lambda folder: write_video(folder / "a.gif", pictures(COUNT), "gif", "gray"), COUNT),
    "picture": (lambda folder: _picture(folder / "a.png"), 1),
    "pages": (lambda folder: _pages(folder / "a.tif"), COUNT),
    "folder": (lambda folder: write_folder(folder / "a", pictures(COUNT)), COUNT),
    "recording": (lambda folder: _recording(folder, "ffv1"), COUNT),
    "recording h264": (lambda folder: _recording(folder, "libx264"), COUNT),
    "dicom": (
        lambda folder: save_dicom(
            folder / "a.dcm", dicom(np.stack(pictures(COUNT)), "MONOCHROME2", FrameTime="40")
        ),
        COUNT,
    ),
    "dicom jpeg": (
        lambda folder: save_dicom(
            folder / "a", jpeg_dicom(_jpegs(), (48, 64), "YBR_FULL_422", CineRate="25")
        ),
        COUNT,
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, int]:
    make, count = KINDS[request.param]
    return make(tmp_path), count


def test_every_source_keeps_the_contract(kind: tuple[Path, int], capfd: pytest.CaptureFixture[str]) -> None:
    path, count = kind
    source = open_clip(path, fps=25.0)
    info = source.info()
    frames = list(source.frames())

    assert source.name == path.name
    assert [frame.index for frame in frames] == list(range(count))
    assert info.declared_frames in (None, count)
    times_s = np.array([frame.t_s for frame in frames])
    assert times_s[0] == 0
    assert np.all(np.diff(times_s) > 0)
    assert times_s == pytest.approx(np.arange(count) / 25, abs=0.0051)  # s: a GIF counts in 0.01 s
    arrived_s = np.array([frame.arrived_s for frame in frames])
    assert np.all(np.diff(arrived_s) >= 0)
    for frame in frames:
        assert frame.image.shape == (info.height_px, info.width_px) == (48, 64)
        assert frame.image.dtype == np.uint8
        assert frame.image.flags.c_contiguous
        assert not frame.image.flags.writeable
    assert capfd.readouterr() == ("", "")


def test_pictures_come_in_order_and_true(kind: tuple[Path, int]) -> None:
    path, _ = kind
    for frame in open_clip(path).frames():
        # grey levels: what lossy codecs and video range cost on a smooth picture with one sharp bar
        assert np.abs(frame.image.astype(int) - picture(frame.index)).mean() < 4


def test_second_run_gives_the_same(kind: tuple[Path, int]) -> None:
    source = open_clip(kind[0])
    for first, second in zip(source.frames(), source.frames(), strict=True):
        assert first.index == second.index
        assert first.t_s == second.t_s or (isnan(first.t_s) and isnan(second.t_s))
        assert np.array_equal(first.image, second.image)


def test_closing_releases_the_file(kind: tuple[Path, int]) -> None:
    path, _ = kind
    run = open_clip(path).frames()
    next(run)
    run.close()
    assert not is_open(path)
    assert list(open_clip(path).frames())
    assert not is_open(path)


@pytest.mark.parametrize("name", ["picture", "pages", "folder"])
def test_pictures_have_no_times_of_their_own(name: str, tmp_path: Path) -> None:
    source = open_clip(KINDS[name][0](tmp_path))
    assert source.info().time_source == "none"
    assert all(isnan(frame.t_s) for frame in source.frames())


def test_time_stamps_of_the_file_win_over_the_setup(tmp_path: Path) -> None:
    source = open_clip(KINDS["mp4"][0](tmp_path), fps=1.0)
    assert source.info().time_source == "container"
    assert [frame.t_s for frame in source.frames()][1] == pytest.approx(0.04, abs=1e-4)  # s


def test_clip_prefix_and_bare_path_are_the_same(tmp_path: Path) -> None:
    path = KINDS["mp4"][0](tmp_path)
    for address in (str(path), f"clip:{path}"):
        assert sum(1 for _ in open_source(address).frames()) == COUNT


MakeDevice = Callable[[ExitStack], FrameSource]


def _served(stack: ExitStack, server: Server, address: str) -> FrameSource:
    return open_source(address.format(stack.enter_context(server).port))


def _by_address(address: str) -> MakeDevice:
    return lambda _: open_source(address)


def documented_plug_in(beside: ExitStack) -> FrameSource:
    patch = beside.enter_context(pytest.MonkeyPatch.context())
    folder = Path(beside.enter_context(TemporaryDirectory()))
    patch.syspath_prepend(install_documented(folder / "site"))
    return open_source("acme:1")


def _screen(address: str) -> MakeDevice:
    def _made(beside: ExitStack) -> FrameSource:
        beside.enter_context(x_server(Path(beside.enter_context(TemporaryDirectory()))))
        return open_source(address)

    return _made


def _usb_video(_: ExitStack) -> FrameSource:
    fake = FakeUsb(FakeDevice())
    return Reconnecting(UsbVideo("usb:0", "0", BACKENDS[0], Wish(), fake.open_capture, fake.list_devices))


# What makes a device, and the width and height of its pictures, of which it gives at least ten a second. What
# it needs beside it, such as a server, goes onto the stack and is closed after the test.
DEVICES: dict[str, tuple[MakeDevice, tuple[int, int]]] = {
    f"sim:{view}{options}": (_by_address(f"sim:{view}{options}"), (800, 600))
    for view in get_args(ViewName)
    for options in ("", "?speed=4&fps=50&seed=3&side=right&flash=1")
} | {
    "url:http": (lambda stack: _served(stack, mjpeg_server(), "url:http://127.0.0.1:{}/video"), SIZE_PX),
    "igtl": (lambda stack: _served(stack, igtl_server(), "igtl:127.0.0.1:{}/Image_Reference"), SIZE_PX),
    "url:rtsp": (lambda stack: _served(stack, rtsp_server(), "url:rtsp://127.0.0.1:{}/video"), SIZE_PX),
}
DEVICES["screen:1"] = _screen("screen:1"), (640, 480)
DEVICES["screen region"] = _screen("screen:20,30,200,100?fps=60"), (200, 100)
DEVICES["plug-in of docs/sources.md"] = documented_plug_in, (640, 480)
DEVICES["usb"] = (_usb_video, (640, 480))


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> Iterator[tuple[FrameSource, tuple[int, int]]]:
    make, size_px = DEVICES[request.param]
    with ExitStack() as beside:
        yield make(beside), size_px


def _first_frames(source: FrameSource, count: int = 5) -> list[Frame]:
    """Return the first frames of a run that never ends and yields None where nothing came."""
    run = source.frames()
    looks_s = [time.perf_counter()]
    frames: list[Frame] = []
    while len(frames) < count:
        came = next(run)
        looks_s.append(time.perf_counter())
        frames += [came] if came is not None else []
        assert looks_s[-1] - looks_s[0] < 30  # s: it never comes to it
    run.close()
    assert np.diff(looks_s).max() < 3.0  # s: control comes back each second, or later on a busy machine
    return frames


def test_every_device_keeps_the_contract(device: tuple[FrameSource, tuple[int, int]]) -> None:
    source, size_px = device
    before = threading.active_count()
    assert is_device(source)
    assert source.name
    for _ in range(2):  # each call of `frames` opens it anew
        frames = _first_frames(source)
        assert threading.active_count() == before
        assert frames[0].index == 0
        assert frames[0].t_s == 0
        assert np.all(np.diff([frame.index for frame in frames]) >= 1)
        assert np.all(np.diff([frame.t_s for frame in frames]) > 0)
        assert np.all(np.diff([frame.arrived_s for frame in frames]) > 0)
        for frame in frames:
            assert frame.image.shape == size_px[::-1]
            assert frame.image.dtype == np.uint8
            assert frame.image.flags.c_contiguous
            assert not frame.image.flags.writeable


def test_a_device_that_is_never_read_is_never_opened(device: tuple[FrameSource, tuple[int, int]]) -> None:
    before = threading.active_count()
    device[0].frames().close()
    assert threading.active_count() == before


def test_what_a_simulator_is_asked_for_it_is() -> None:
    source = open_source("sim:lm-thickness?side=right&speed=2")
    assert isinstance(source, SimSource)
    assert source.setup.panels[0].sides == ("right",)
    assert (source.speed, source.flash) == (2.0, False)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "sim:knee",
            "sim:knee: there is no such view; choose one of lm-csa, lm-thickness, tra, layer, contour",
        ),
        ("sim:", "sim:: names nothing; give a path, or sim:tra"),
        (
            "sim:tra?speeed=2",
            "sim:tra?speeed=2: the simulator has no option speeed; "
            "choose one of fps, flash, seed, side, speed",
        ),
        ("sim:tra?speed=fast", "sim:tra?speed=fast: speed=fast says nothing; give a number from 0.1 to 20"),
        ("sim:tra?speed=nan", "sim:tra?speed=nan: speed=nan says nothing; give a number from 0.1 to 20"),
        ("sim:tra?flash", "sim:tra?flash: flash= says nothing; give 0 or 1"),
        ("sim:tra?side=both", "sim:tra?side=both: side=both says nothing; give left or right"),
        ("sim:tra?fps=0", "sim:tra?fps=0: fps=0 says nothing; give a number from 1 to 120"),
    ],
)
def test_a_wrong_simulator_is_one_clear_sentence(address: str, words: str) -> None:
    with pytest.raises(CallError) as caught:
        open_source(address)
    assert str(caught.value) == words


def _real(name: str) -> Path:
    path = REAL_DATA / name
    if not path.exists():
        pytest.skip(f"no real data at {path} (USBIO_REAL_DATA)")
    return path


def test_real_screen_recording_is_read_whole() -> None:
    source = open_clip(_real("thickness_clips/p6_isokinetic500_01_push_01.mp4"))
    frames = list(source.frames())
    assert len(frames) == source.info().declared_frames == 59
    assert frames[-1].t_s == pytest.approx(58 / 61, abs=1e-4)  # s


def test_real_stills_come_in_the_order_of_time() -> None:
    folder = _real("thickness_stills")
    source = open_clip(folder, fps=10.0)
    frames = list(source.frames())
    assert len(frames) == 23
    last = np.asarray(Image.open(folder / "gastroc_jumping_092.png").convert("L"))
    assert np.abs(frames[-1].image.astype(int) - last).max() <= 1  # grey: two roundings of one formula
