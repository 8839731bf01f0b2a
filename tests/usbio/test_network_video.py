"""Pictures over the network, from real servers in processes of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.servers.mjpeg_server import ENDS_AFTER, PASSWORD
from tests.servers.running import Server, mjpeg_server, rtsp_server
from tests.servers.shown_pictures import MOST, SIZE_PX, clock_ms, number_of
from usbio.device import device_of, path_of
from usbio.errors import CallError, DeviceLost, InputError, UsbioError
from usbio.frames import Frame, FrameSource, device_itself
from usbio.sources.address import open_source, shown_address
from usbio.sources.network_address import network_address
from usbio.sources.network_reader import NetworkReader
from usbio.sources.network_trouble import PATIENCE, Patience
from usbio.sources.network_video import NetworkVideo
from usbio.sources.reconnecting import Reconnecting
from usbio.sources.stream_time import StreamTime

LATE_S = 3.5  # after the 1 s for which a server is waited here: sooner than in everyday use


@pytest.fixture(scope="module")
def camera() -> Iterator[Server]:
    with mjpeg_server() as server:
        yield server


@pytest.fixture(scope="module")
def rtsp_camera() -> Iterator[Server]:
    with rtsp_server() as server:
        yield server


def _first(source: FrameSource, count: int) -> list[Frame]:
    run = source.frames()
    frames: list[Frame] = []
    while len(frames) < count:
        came = next(run)
        frames += [came] if came is not None else []
    run.close()
    return frames


def _end(source: FrameSource) -> tuple[int, UsbioError]:
    """How many pictures came, and how it ended."""
    came = 0
    try:
        for frame in device_itself(source).frames():
            came += frame is not None
    except UsbioError as error:
        return came, error
    raise AssertionError("it ended without a word")


def _impatient(place: str) -> NetworkVideo:
    return NetworkVideo(network_address(place), Patience(1.0, 1.0))


def _numbers(frames: list[Frame]) -> list[int]:
    return [number_of(frame.image) for frame in frames]


def test_pictures_over_http_come_true_and_whole(camera: Server) -> None:
    frames = _first(open_source(f"url:http://127.0.0.1:{camera.port}/video"), 12)
    assert frames[0].image.shape == SIZE_PX[::-1]
    assert np.diff(_numbers(frames)).tolist() == [1] * 11
    # MJPEG has no times of its own: arrival counts
    assert [f.t_s for f in frames] == pytest.approx([f.arrived_s - frames[0].arrived_s for f in frames])


@pytest.mark.parametrize(("codec", "transport"), [("h264", ""), ("jpeg", "#transport=udp")])
def test_pictures_by_rtsp_come_true_with_the_times_of_the_camera(codec: str, transport: str) -> None:
    with rtsp_server("--codec", codec) as server:
        frames = _first(open_source(f"url:rtsp://127.0.0.1:{server.port}/video{transport}"), 25)
    assert frames[0].image.shape == SIZE_PX[::-1]
    numbers = np.diff(_numbers(frames))
    assert numbers.tolist() == np.diff([frame.index for frame in frames]).tolist()
    # s: the camera's own stamps, to a tick of its clock, however late a busy machine sends them
    assert np.diff([frame.t_s for frame in frames]) == pytest.approx(0.04 * numbers, abs=1e-4)


def test_a_password_opens(camera: Server) -> None:
    source = open_source(f"url:http://{PASSWORD}@127.0.0.1:{camera.port}/locked")
    assert len(_first(source, 2)) == 2
    with rtsp_server("--locked") as server:
        source = open_source(f"url:rtsp://{PASSWORD}@127.0.0.1:{server.port}/video")
        assert len(_first(source, 2)) == 2
        _, error = _end(open_source(f"rtsp://ward:WRONG@127.0.0.1:{server.port}/video"))
    assert error.happened == "does not accept the user and the password"
    assert "WRONG" not in f"{error!r} {error} {error.__cause__!r}"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("locked", "wants a user and a password"),
        ("ward:WRONG@locked", "does not accept the user and the password"),
        ("nowhere", "its server answers, but has no such picture (404)"),
        ("text", "sends no video that can be read"),
        ("clip", "is a clip and no live picture"),
    ],
)
def test_what_cannot_be_opened_is_said_in_words(place: str, words: str, tmp_path: Path) -> None:
    user, _, path = place.rpartition("@")
    clip = Path("sample_clips").glob("*.mp4").__next__()
    with mjpeg_server("--clip", str(clip)) as server:
        host = f"{user}@127.0.0.1" if user else "127.0.0.1"
        source = open_source(f"url:http://{host}:{server.port}/{path}")
        _, error = _end(source)
    assert isinstance(error, InputError)
    assert error.what == source.name == f"url:http://127.0.0.1:{server.port}/{path}"
    assert error.happened == words
    assert "WRONG" not in f"{error!r} {error} {error.__cause__!r}"


def test_whoever_is_not_there_is_said_in_words() -> None:
    with mjpeg_server() as server:
        port = server.port  # free again in a moment
    for scheme in ("http", "rtsp"):
        _, error = _end(open_source(f"{scheme}://127.0.0.1:{port}/video"))
        assert error.happened == f"nothing answers at port {port} of 127.0.0.1"
    _, error = _end(open_source("url:http://no-such-host.invalid/video"))
    assert error.happened == "no computer named no-such-host.invalid is known on this network"


def test_a_server_that_says_nothing_is_given_up(camera: Server) -> None:
    began_s = time.perf_counter()
    _, error = _end(_impatient(f"http://127.0.0.1:{camera.port}/silent"))
    assert error.happened == "did not answer within 1 s"
    assert 0.9 < time.perf_counter() - began_s < LATE_S


def test_a_stream_that_ends_is_a_lost_device(camera: Server, rtsp_camera: Server) -> None:
    came, error = _end(open_source(f"url:http://127.0.0.1:{camera.port}/ends"))
    assert isinstance(error, DeviceLost)
    assert error.happened == "the server has ended its picture"
    assert came >= ENDS_AFTER - 2  # the first is used up in finding out what comes
    _, error = _end(open_source(f"url:rtsp://127.0.0.1:{rtsp_camera.port}/ends"))
    assert isinstance(error, DeviceLost)
    assert error.happened == "the server has ended its picture"


@pytest.mark.parametrize("make", [mjpeg_server, rtsp_server])
def test_a_server_that_is_killed_is_lost_in_words(make: type) -> None:
    scheme = "http" if make is mjpeg_server else "rtsp"
    with make() as server:
        source = _impatient(f"{scheme}://127.0.0.1:{server.port}/video")
        run = source.frames()
        while next(run) is None:
            pass
        server.kill()
        began_s = time.perf_counter()
        with pytest.raises(DeviceLost, match="the server has ended its picture"):
            for _ in run:
                pass
        assert time.perf_counter() - began_s < LATE_S


@pytest.mark.parametrize("make", [mjpeg_server, rtsp_server])
def test_a_server_that_is_started_again_is_found_again(make: type) -> None:
    scheme = "http" if make is mjpeg_server else "rtsp"
    with make() as server:
        source = open_source(f"url:{scheme}://ward:{SECRET}@127.0.0.1:{server.port}/video")
        assert isinstance(source, Reconnecting)
        run = source.frames()
        before = next(frame for frame in run if frame is not None)
        server.kill()
        for _ in run:
            if source.trouble:
                break
        assert SECRET not in source.trouble
        server.start()
        after = next(frame for frame in run if frame is not None)
        run.close()
    assert after.index > before.index + 1
    assert after.t_s - before.t_s == pytest.approx(after.arrived_s - before.arrived_s, abs=0.2)  # s
    assert source.trouble == ""


@pytest.mark.parametrize("make", [mjpeg_server, rtsp_server])
def test_a_server_that_stands_still_is_lost_in_time(make: type) -> None:
    scheme = "http" if make is mjpeg_server else "rtsp"
    with make() as server:
        source = _impatient(f"{scheme}://127.0.0.1:{server.port}/video")
        run = source.frames()
        while next(run) is None:
            pass
        server.halt()
        began_s = time.perf_counter()
        with pytest.raises(DeviceLost, match="has sent no picture for 1 s"):
            for _ in run:
                pass
        assert 0.8 < time.perf_counter() - began_s < LATE_S  # the goodbye is waited for, too
        server.go_on()
        assert _first(source, 2)


def test_whoever_is_slow_gets_new_pictures_and_no_queue() -> None:
    """Nobody takes pictures for two seconds; what comes then is at most as old as the link's queue."""
    with mjpeg_server("--clock", "--fps", "50") as server:
        run = open_source(f"url:http://127.0.0.1:{server.port}/video").frames()
        while next(run) is None:
            pass
        time.sleep(2)
        ages_ms = []
        for _ in range(40):
            frame = next(run)
            if frame is not None:
                ages_ms.append((clock_ms() - number_of(frame.image)) % MOST)
        run.close()
    # Of 2,000 that nobody looked, a queue would still be 1,200 after forty; one may be late.
    assert min(ages_ms) < 300


class _SlowReader(NetworkReader):
    """A computer that takes 60 ms to unpack a picture, of which fifty a second are sent."""

    def _unpacked(self, packet: Any) -> Any:
        time.sleep(0.06)
        return super()._unpacked(packet)


def test_where_unpacking_is_slow_pictures_are_let_go_and_stay_fresh() -> None:
    with mjpeg_server("--clock", "--fps", "50") as server:
        reader = _SlowReader(network_address(f"http://127.0.0.1:{server.port}/video"), PATIENCE)
        ages_ms, numbers = [], []
        until_s = time.perf_counter() + 4
        while time.perf_counter() < until_s:
            came = reader.read()
            if came is not None and came.number is not None:
                ages_ms.append((clock_ms() - number_of(came.image)) % MOST)
                numbers.append(came.number)
        reader.close()
    assert np.median(ages_ms[-10:]) < 1000  # ms; a queue would have come to 2,700
    assert numbers[-1] > 1.5 * len(numbers)  # what was let go is a gap


SECRET = "s3cret"


@pytest.mark.parametrize(
    "address",
    [
        f"url:rtsp://ward:{SECRET}@10.0.0.7:8554/a/b?token={SECRET}#transport=udp",
        f"rtsp://ward:{SECRET}@10.0.0.7:8554/a/b",
        f"url:http://ward:a@{SECRET}@10.0.0.7:8554/a/b?pwd={SECRET}",
    ],
)
def test_a_password_is_neither_shown_nor_remembered(address: str) -> None:
    source = open_source(address)
    assert source.name in ("url:rtsp://10.0.0.7:8554/a/b", "url:http://10.0.0.7:8554/a/b")
    assert shown_address(address) == source.name
    assert device_of(address).kind == "url"
    assert device_of(address).name == source.name.removeprefix("url:")
    for shown in (repr(source), str(device_of(address)), str(path_of(address))):
        assert SECRET not in shown


@pytest.mark.parametrize("prefix", ["url:", ""])
def test_no_command_repeats_a_password(prefix: str, capsys: pytest.CaptureFixture[str]) -> None:
    from gui.app import main as gui_main
    from usbio.cli import main

    address = f"{prefix}rtsp://ward:{SECRET}@10.0.0.7/a?token={SECRET}"
    assert main(["analyze", address, "--view", "tra", "--side", "left"]) == 2
    assert capsys.readouterr().err.startswith("usbio: url:rtsp://10.0.0.7/a: is not a clip")
    address = f"{prefix}rtsp://ward:{SECRET}@10.0.0.7/a"
    assert gui_main(["--demo", address]) == 2
    assert gui_main(["--left", address, "--right", address, "--side", "left"]) == 2
    assert gui_main([address, "--view", "knee"]) == 2
    assert SECRET not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"url:rtsp://ward:{SECRET}/x@10.0.0.7/a", "has an @ behind its host"),
        (f"url:rtsp://ward:{SECRET}#x@10.0.0.7/a", "has an @ behind its host"),
        (f"url:ward:{SECRET}@10.0.0.7/a", "is no address of a network's picture"),
        ("url:file:///etc/passwd", "is no address of a network's picture"),
        ("url:rtsp:///a", "has no host, or no port that can be"),
        (f"url:rtsp://ward:{SECRET}@host:port/a", "has no host, or no port that can be"),
        ("url:rtsp://host/a#transport=pigeon", "transport=pigeon says nothing"),
        (f"url:rtsp://ward:{SECRET}@host/a#speed=3", "a network's picture has no option speed"),
    ],
)
def test_a_wrong_address_is_one_clear_sentence(address: str, words: str) -> None:
    with pytest.raises(CallError) as caught:
        open_source(address)
    assert caught.value.happened == words
    assert SECRET not in str(caught.value)


def test_times_of_a_stream_go_on_where_they_jump() -> None:
    clock = StreamTime()
    stamps_s = [5.0, 5.04, 905.08, 905.12, 3.0, 3.04]  # s: ahead by a quarter of an hour, then back to 3 s
    times_s = [clock.t_s(stamp_s, 100 + 0.04 * n) for n, stamp_s in enumerate(stamps_s)]
    assert np.diff(times_s) == pytest.approx(0.04)  # s
    assert not any(isnan(t) for t in times_s)


def test_pictures_that_the_network_held_up_keep_their_times() -> None:
    clock = StreamTime()
    arrived_s = [0.0, 0.04, 3.0, 3.001, 3.002, 3.2]  # s: a network stands still for three seconds
    times_s = [clock.t_s(0.04 * n, came_s) for n, came_s in enumerate(arrived_s)]
    assert times_s == pytest.approx([0.04 * n for n in range(6)])  # s
    assert nan not in times_s
