"""Pictures of OpenIGTLink servers, from real ones in processes of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from math import nan

import numpy as np
import numpy.typing as npt
import pytest
from pyigtl import ImageMessage, MessageBase

from tests.fakes import picture
from tests.servers.igtl_server import ANGLE, KINDS, turned
from tests.servers.running import Server, igtl_server, mjpeg_server
from tests.servers.shown_pictures import MOST, SIZE_PX, clock_ms, number_of, numbered
from usbio.draft_start import begin_draft
from usbio.draft_states import step_state
from usbio.errors import CallError, DeviceLost, InputError, UsbioError
from usbio.frames import Frame, FrameSource, device_itself
from usbio.sent_spacing import SentScale, SentSpacing, sent_spacing
from usbio.setup import CalibrationTable, SetupFile
from usbio.setup_draft import Standing
from usbio.sources.address import open_source
from usbio.sources.igtl import IgtlSource
from usbio.sources.igtl_address import IgtlAddress, igtl_address
from usbio.sources.igtl_link import Message
from usbio.sources.igtl_picture import Luma, NotShown, sent_picture
from usbio.sources.network_trouble import Patience
from usbio.sources.reconnecting import Reconnecting

NAME = "Image_Reference"
LATE_S = 3.5  # after the 1 s for which a server is waited here: sooner than in everyday use
SPACING_MM = (0.08, 0.05)  # x and y, as the server has them


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with igtl_server() as running:
        yield running


def _address(server: Server, device: str = NAME) -> str:
    return f"igtl:127.0.0.1:{server.port}/{device}"


def _impatient(server: Server, device: str = NAME) -> IgtlSource:
    return IgtlSource(IgtlAddress("127.0.0.1", server.port, device), Patience(1.0, 1.0))


def _first(source: FrameSource, count: int) -> list[Frame]:
    run = source.frames()
    frames: list[Frame] = []
    while len(frames) < count:
        came = next(run)
        frames += [came] if came is not None else []
    run.close()
    return frames


def _end(source: FrameSource) -> UsbioError:
    try:
        for _ in source.frames():
            pass
    except UsbioError as error:
        return error
    raise AssertionError("it ended without a word")


# pictures


@pytest.mark.parametrize("kind", ["grey", "rgb", "sixteen", "flat"])
def test_every_kind_of_picture_comes_true(kind: str) -> None:
    with igtl_server("--kind", kind) as server:
        source = open_source(_address(server))
        frames = _first(source, 10)
    for frame in frames:
        shown = numbered(number_of(frame.image))
        assert frame.image.shape == SIZE_PX[::-1]
        assert np.abs(frame.image.astype(int) - shown).max() <= 1  # grey levels: of weighing colours
    sent = sent_spacing(source)
    assert sent is not None
    assert (sent.x_mm_per_px, sent.y_mm_per_px) == pytest.approx(SPACING_MM, rel=1e-6)


def test_numbers_and_times_are_those_of_the_server(server: Server) -> None:
    frames = _first(open_source(_address(server)), 10)
    numbers = np.array([number_of(frame.image) for frame in frames])
    assert np.diff(numbers).tolist() == [1] * 9
    assert [frame.index for frame in frames] == [2 * n for n in range(10)]  # it counts, and sends every other
    # s: the server stamps to the moment, whenever it is sent; seconds since 1970 have a quarter of a us left
    assert np.diff([frame.t_s for frame in frames]) == pytest.approx(0.04, abs=1e-6)


def test_without_a_name_the_only_picture_is_taken(server: Server) -> None:
    assert len(_first(open_source(f"igtl:127.0.0.1:{server.port}"), 2)) == 2


def test_sixteen_bits_either_way_round_and_a_brighter_picture_later() -> None:
    luma = Luma()
    for order in ("<u2", ">u2"):
        dim = np.array([[0, 16 * 255]], order)  # twelve bits
        assert luma.of(dim).tolist() == [[0, 255]]
    assert luma.of(np.array([[65535, 16 * 255]], np.uint16)).tolist() == [[255, 15]]
    assert Luma().of(np.array([[-5, 200]], np.int16)).tolist() == [[0, 200]]


def _message(voxels: npt.NDArray[np.generic], matrix: npt.NDArray[np.float64]) -> Message:
    packed = ImageMessage(voxels, matrix, timestamp=5.5, device_name="a").pack()
    fields = MessageBase.parse_header(packed[: MessageBase.IGTL_HEADER_SIZE])
    return Message("IMAGE", "a", fields, bytearray(packed[MessageBase.IGTL_HEADER_SIZE :]))


def test_big_endian_pixels_are_read() -> None:
    shown = np.arange(12, dtype=np.uint16).reshape(1, 3, 4) * 100
    message = _message(shown, np.eye(4))
    header = len(message.body) - shown.nbytes
    message.body[4] = 1  # its pixels are big-endian
    message.body[header:] = shown.astype(">u2").tobytes()
    assert np.array_equal(sent_picture(message).pixels, shown[0])


@pytest.mark.parametrize("kind", ["grey", "flat"])
def test_the_size_of_a_pixel_is_the_length_of_a_column(kind: str) -> None:
    assert ANGLE  # turned, so that no column lies along an axis
    sent = sent_picture(_message(KINDS[kind](picture()), turned((0.31, 0.07), kind)))
    assert (sent.spacing.x_mm_per_px, sent.spacing.y_mm_per_px) == pytest.approx((0.31, 0.07), rel=1e-6)
    assert sent.stamp_s == pytest.approx(5.5, abs=1e-6)
    assert sent.pixels.shape == (60, 80)


def test_a_message_that_is_cut_or_lies_is_refused() -> None:
    whole = _message(picture()[None], np.eye(4))
    for body in (whole.body[:-7], whole.body[:40], bytearray()):
        with pytest.raises(NotShown, match="contradicts"):
            sent_picture(replace(whole, body=body))
    part = replace(whole, body=bytearray(whole.body))
    part.body[62] = 9  # the part of the picture that is sent begins elsewhere
    with pytest.raises(NotShown, match="only a part"):
        sent_picture(part)


# what goes wrong


def test_a_wrong_name_lists_the_names() -> None:
    with igtl_server("--names", "Image_Probe,Image_Reference") as server:
        error = _end(_impatient(server, "Image"))
        assert isinstance(error, InputError)
        assert error.happened == "the server sends no picture named Image"
        host = f"igtl:127.0.0.1:{server.port}"
        assert error.to_do == f"choose one of {host}/Image_Probe, {host}/Image_Reference"
        error = _end(_impatient(server, ""))
        assert error.happened == "sends several pictures: Image_Probe, Image_Reference"
        assert error.to_do == f"name one of them, such as {host}/Image_Probe"
        assert _first(open_source(_address(server, "Image_Probe")), 1)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("none", "the server sends no pictures, only TRANSFORM"),
        ("volume", "sends a volume of 320 x 240 x 4 voxels"),
        ("float", "sends pixels of the kind float32, where 8 or 16 bits can be shown"),
    ],
)
def test_what_cannot_be_shown_is_said_in_words(kind: str, words: str) -> None:
    with igtl_server("--kind", kind) as server:
        error = _end(_impatient(server))
    assert isinstance(error, InputError)
    assert error.happened == words


def test_whoever_is_not_there_is_said_in_words() -> None:
    before = threading.active_count()
    with mjpeg_server() as other:
        error = _end(_impatient(other))
        assert error.happened == "the server sends nothing"
    assert _end(_impatient(other)).happened == f"nothing answers at port {other.port} of 127.0.0.1"
    error = _end(open_source("igtl:no-such-host.invalid/Image"))
    assert error.happened == "no computer named no-such-host.invalid is known on this network"
    assert threading.active_count() == before


def test_something_else_at_the_port_is_said_in_words() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        def _greet() -> None:
            with other.accept()[0] as caller:
                caller.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n" * 3)

        greeter = threading.Thread(target=_greet)
        greeter.start()
        error = _end(IgtlSource(IgtlAddress("127.0.0.1", port, "")))
        greeter.join()
    assert error.happened == "something else than OpenIGTLink answers there"


def test_a_server_that_is_killed_comes_back(server: Server) -> None:
    with igtl_server() as server:
        source = open_source(_address(server))
        assert isinstance(source, Reconnecting)
        run = source.frames()
        before = next(frame for frame in run if frame is not None)
        server.kill()
        began_s = time.perf_counter()
        for _ in run:
            if source.trouble:
                break
        assert time.perf_counter() - began_s < LATE_S
        assert "the server has ended the connection; start it there again" in source.trouble
        server.start()
        after = next(frame for frame in run if frame is not None)
        run.close()
    assert after.index > before.index + 1
    assert after.t_s - before.t_s == pytest.approx(after.arrived_s - before.arrived_s, abs=0.2)  # s


def test_a_server_that_stands_still_is_lost_in_time() -> None:
    with igtl_server() as server:
        source = _impatient(server)
        run = source.frames()
        while next(run) is None:
            pass
        server.halt()
        began_s = time.perf_counter()
        with pytest.raises(DeviceLost, match="has sent no picture for 1 s; check the server and the network"):
            for _ in run:
                pass
        assert 0.8 < time.perf_counter() - began_s < LATE_S
        server.go_on()
        assert _first(source, 2)


def test_whoever_is_slow_gets_new_pictures_and_no_queue() -> None:
    with igtl_server("--clock", "--fps", "50") as server:
        run = open_source(_address(server)).frames()
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


# the scale


class _Spaced:
    name = "spaced"
    device = True

    def __init__(self, x_mm: float, y_mm: float) -> None:
        self.sent_spacing: SentSpacing | None = SentSpacing(x_mm, y_mm, "OpenIGTLink server")

    def frames(self) -> Generator[Frame | None]:
        yield None


def test_the_scale_that_is_sent_is_that_of_the_setup_and_says_whence() -> None:
    source = _Spaced(0.08, 0.05)
    empty, sent = SetupFile(), SentScale(source)
    setup = sent.with_spacing(empty)
    assert (setup.calibration.x_mm_per_px, setup.calibration.y_mm_per_px) == (0.08, 0.05)
    shown = np.zeros((240, 320), np.uint8)
    shown[20:220, 40:280] = np.random.default_rng(1).integers(30, 200, (200, 240), np.uint8)
    draft = sent.said(begin_draft(shown, setup, name="a"), empty)
    assert draft.scales[0] is not None
    words = step_state(draft, "scale")
    assert words.found.endswith("as the OpenIGTLink server says")
    assert words.how_sure == "it comes with the pictures"
    assert draft.scales[0].calibration.x_mm_per_px == 0.08
    assert draft.standing("scale") is Standing.CONFIRMED


def test_what_the_setup_file_says_wins() -> None:
    own = SetupFile(calibration=CalibrationTable(x_mm_per_px=0.1, y_mm_per_px=0.1))
    assert SentScale(_Spaced(0.08, 0.05)).with_spacing(own) is own


@pytest.mark.parametrize("sizes", [(1.0, 1.0), (0.0, 0.05), (0.08, 12.0), (nan, nan)])
def test_what_is_no_scale_is_none_and_is_said(sizes: tuple[float, float]) -> None:
    sent = SentScale(_Spaced(*sizes))
    assert sent.with_spacing(SetupFile()) == SetupFile()
    draft = sent.said(begin_draft(picture(), SetupFile(), name="a"), SetupFile())
    assert "that is no scale" in draft.notes[-1]


class _Content:
    confirmed = 0

    def look(self, frame: Frame) -> str:
        return ""

    def confirm(self) -> None:
        self.confirmed += 1


def test_numbers_stop_where_another_scale_is_sent() -> None:
    source, screen = _Spaced(0.08, 0.05), _Content()
    sent = SentScale(source)
    sent.begin(SetupFile())
    watch = sent.watch(screen)
    frame = Frame(0, 0.0, 0.0, picture())
    assert watch.look(frame) == ""
    source.sent_spacing = SentSpacing(0.08, 0.0501, "OpenIGTLink server")  # a rounding
    assert watch.look(frame) == ""
    source.sent_spacing = SentSpacing(0.1, 0.0625, "OpenIGTLink server")
    assert watch.look(frame) == (
        "the OpenIGTLink server says 0.0625 mm per pixel and no longer 0.0500; "
        "numbers stopped until the scale is confirmed"
    )
    watch.confirm()
    assert (watch.look(frame), screen.confirmed) == ("", 1)


# addresses


def test_addresses_are_read() -> None:
    assert igtl_address("", "scanner/Image") == IgtlAddress("scanner", 18944, "Image")
    assert igtl_address("", "[fe80::1]:99/My%20Image").name == "igtl:[fe80::1]:99/My Image"
    assert device_itself(open_source("igtl:10.0.0.7:18945")).name == "igtl:10.0.0.7:18945"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("igtl:ho st/a", "is no address of an OpenIGTLink server"),
        ("igtl:/Image", "is no address of an OpenIGTLink server"),
        ("igtl:host:0/a", "there is no port 0"),
        ("igtl:host:70000/a", "there is no port 70000"),
        ("igtl:host/a_name_that_is_far_too_long", "a device's name has at most 20 letters in OpenIGTLink"),
    ],
)
def test_a_wrong_address_is_one_clear_sentence(address: str, words: str) -> None:
    with pytest.raises(CallError) as caught:
        open_source(address)
    assert caught.value.happened == words


def test_a_scale_that_changed_before_anybody_watched_is_seen() -> None:
    """A watch begins tenths of a second after the first picture is understood."""
    source = _Spaced(0.08, 0.05)
    sent = SentScale(source)
    sent.begin(SetupFile())
    source.sent_spacing = SentSpacing(0.1, 0.0625, "OpenIGTLink server")
    assert "numbers stopped" in sent.watch(_Content()).look(Frame(0, 0.0, 0.0, picture()))
