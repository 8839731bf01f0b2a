"""USB grabbers, scanners and cameras: by name, as they behave, and what is said when they do not."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.usbio.clips import picture, pictures, write_video
from tests.usbio.fake_capture import MJPG, FakeCapture, FakeDevice, FakeUsb, number_of
from usbio.errors import CallError, DeviceLost, InputError
from usbio.frames import Frame
from usbio.sources.address import open_source
from usbio.sources.kind import Offer
from usbio.sources.reconnecting import Reconnecting
from usbio.sources.usb_devices import BACKENDS, UsbDevice, backend_called, device_called, same_device
from usbio.sources.usb_video import UsbVideo, Wish, open_usb, usb_offers

PATIENCE_S = 20.0
V4L2 = BACKENDS[0]
NO_WISH = Wish()
GRABBERS = (
    UsbDevice(0, "Integrated Camera: Integrated C", "/none/video0", "04f2:b604"),
    UsbDevice(2, "USB3. 0 capture: USB3. 0 captur", "/none/video2", "345f:2131"),
    UsbDevice(4, "Capture", "/none/video4", "1b71:3002"),
)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE_S)
    assert set(threading.enumerate()) <= before


def usb(fake: FakeUsb, wish: Wish = NO_WISH) -> UsbVideo:
    return UsbVideo("usb:0", "0", V4L2, wish, fake.open_capture, fake.list_devices)


def take(run: Generator[Frame | None], count: int) -> list[Frame]:
    frames: list[Frame] = []
    until_s = time.perf_counter() + PATIENCE_S
    while len(frames) < count:
        assert time.perf_counter() < until_s
        came = next(run)
        frames += [came] if came is not None else []
    return frames


def first(source: UsbVideo | Reconnecting, count: int) -> list[Frame]:
    run = source.frames()
    frames = take(run, count)
    run.close()
    return frames


# which one


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("2", 2),
        ("Capture", 4),  # the whole name goes before a part of it
        ("integrated camera: integrated c", 0),
        ("usb3", 2),
        ("INTEGRATED", 0),
    ],
)
def test_a_device_is_found_by_number_by_its_name_or_by_a_part_that_is_its_own(
    wanted: str, index: int
) -> None:
    assert device_called("usb:x", wanted, GRABBERS).index == index


@pytest.mark.parametrize(
    ("wanted", "there", "words"),
    [
        (
            "LOGIQ",
            GRABBERS,
            "usb:LOGIQ: there is no such device; plug it in, or choose of: "
            "usb:Integrated Camera: Integrated C, usb:USB3. 0 capture: USB3. 0 captur, usb:Capture",
        ),
        ("7", GRABBERS[2:], "usb:7: there is no such device; plug it in, or choose of: usb:Capture"),
        (
            "c",
            GRABBERS[:2],
            "usb:c: 2 devices fit that name; choose one by number: "
            "usb:0 (Integrated Camera: Integrated C), usb:2 (USB3. 0 capture: USB3. 0 captur)",
        ),
        ("0", (), "usb:0: no video device is there; plug it in"),
        ("", GRABBERS[2:], "usb:: there is no such device; plug it in, or choose of: usb:Capture"),
    ],
)
def test_a_wrong_name_lists_those_there_are(wanted: str, there: tuple[UsbDevice, ...], words: str) -> None:
    with pytest.raises(InputError) as caught:
        device_called(f"usb:{wanted}", wanted, there)
    assert str(caught.value) == words


def test_a_device_that_returns_is_told_by_what_it_is_and_never_by_its_number() -> None:
    known = GRABBERS[1]
    elsewhere = UsbDevice(6, known.name, "/none/video6", known.model)
    other = UsbDevice(2, "OBS Virtual Camera", "/none/video2")
    assert same_device("usb:2", known, (other, elsewhere)) == elsewhere
    with pytest.raises(InputError, match=r"^usb:2: is not there; plug it in again$"):
        same_device("usb:2", known, (other,))
    twin = UsbDevice(8, known.name, "/none/video8", known.model)
    assert same_device("usb:2", known, (known, twin)) == known
    with pytest.raises(
        InputError, match=r"^usb:2: 2 devices like it are there now; open the right one again$"
    ):
        same_device("usb:2", known, (elsewhere, twin))


def test_each_system_has_one_backend_unless_another_is_asked_for() -> None:
    chosen = {system: backend_called("usb:0", None, system).name for system in ("Linux", "Windows", "Darwin")}
    assert chosen == {"Linux": "v4l2", "Windows": "dshow", "Darwin": "avfoundation"}
    assert backend_called("usb:0", "msmf", "Windows").number == cv2.CAP_MSMF
    with pytest.raises(CallError) as caught:
        backend_called("usb:0", "msmf", "Linux")
    assert str(caught.value) == "usb:0: backend=msmf belongs to another system; give v4l2, or leave it out"


def test_devices_are_offered_by_name_and_twins_by_number() -> None:
    twin = FakeDevice(index=4)
    fake = FakeUsb(FakeDevice(), FakeDevice(index=2, name="Sonoscanner"), twin)
    assert usb_offers(fake.list_devices) == [
        Offer("usb:0", twin.name),
        Offer("usb:Sonoscanner", "Sonoscanner"),
        Offer("usb:4", twin.name),
    ]


def test_devices_that_cannot_be_listed_are_said_and_harm_nothing() -> None:
    def broken(_: object) -> list[UsbDevice]:
        raise OSError("no such library")

    assert usb_offers(broken) == [
        Offer("usb:0", "USB video", trouble="cannot be listed (no such library); try usb:0, then usb:1")
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("size=big", "size=big says nothing; give a size such as 1280x720"),
        ("pixels=MJPEG", "pixels=MJPEG says nothing; give four letters such as MJPG or YUYV"),
        ("fps=0", "fps=0 says nothing; give a number from 1 to 240"),
        ("backend=vfw", "backend=vfw says nothing; give v4l2 or dshow or msmf or avfoundation"),
        ("rate=30", "a USB device has no option rate; choose one of backend, fps, pixels, size"),
    ],
)
def test_a_wrong_option_is_one_clear_sentence(options: str, words: str) -> None:
    with pytest.raises(CallError) as caught:
        open_usb(f"usb:0?{options}", f"0?{options}")
    assert str(caught.value) == f"usb:0?{options}: {words}"


def test_this_machine_lists_what_it_has_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    source = open_source("usb:no device has this name")
    assert isinstance(source, Reconnecting)
    with pytest.raises(InputError, match=r"there is no such device|no video device is there"):
        first(source, 1)
    assert all(offer.address.startswith("usb:") for offer in usb_offers())
    assert capfd.readouterr() == ("", "")


# what it gives


def test_size_pixels_and_rate_can_be_asked_for_and_what_comes_is_told() -> None:
    device = FakeDevice()
    source = usb(FakeUsb(device), wish=Wish((320, 240), 50.0, "MJPG"))
    assert first(source, 2)[0].image.shape == (240, 320)
    assert source.delivers == "320x240 MJPG at 50"


def test_what_it_does_not_give_is_told_beside_what_it_gives() -> None:
    device = FakeDevice(sizes_px=((640, 480),), pixels=(cv2.VideoWriter.fourcc(*"YUYV"),))
    source = usb(FakeUsb(device), wish=Wish((1280, 720), 60.0, "MJPG"))
    assert first(source, 1)[0].image.shape == (480, 640)
    assert source.delivers == "640x480 YUYV at 50, not 1280x720, MJPG, 60 a second"


def test_unasked_it_gives_its_largest_picture_packed_so_that_it_comes_quickly() -> None:
    device = FakeDevice(sizes_px=((640, 480), (1920, 1080)))
    source = usb(FakeUsb(device))
    assert first(source, 1)[0].image.shape == (1080, 1920)
    assert source.delivers == "1920x1080 MJPG at 50"


def test_pixels_that_a_new_size_made_it_forget_are_asked_for_again() -> None:
    device = FakeDevice(forgets_pixels=True)
    source = usb(FakeUsb(device), wish=Wish((320, 240)))
    first(source, 1)
    assert source.delivers == "320x240 MJPG at 50"
    assert device.asked.count((cv2.CAP_PROP_FOURCC, MJPG)) == 2


def test_colour_becomes_full_range_luma() -> None:
    class Blue(FakeCapture):
        def retrieve(self) -> tuple[bool, Any]:
            _, shown = super().retrieve()
            shown[...] = (200, 0, 0)
            return True, shown

    frame = first(usb(FakeUsb(FakeDevice(), capture=Blue)), 1)[0]
    assert np.unique(frame.image).tolist() == [23]  # 0.114 of 200, as BT.601 weighs blue


def test_opencvs_own_class_is_read_in_the_same_way(tmp_path: Path) -> None:
    """No device is here, but a file can be read by the very class that reads one; its end is a cable out."""
    film = write_video(tmp_path / "a.avi", pictures(12), "mjpeg", "yuvj420p")
    fake = FakeUsb(FakeDevice())
    source = UsbVideo(
        "usb:0",
        "0",
        V4L2,
        NO_WISH,
        lambda _, __: cv2.VideoCapture(str(film), cv2.CAP_FFMPEG),
        fake.list_devices,
    )
    frames: list[Frame] = []
    with pytest.raises(DeviceLost, match=r"^usb:0: gives no picture any more; "):
        frames += (frame for frame in source.frames() if frame is not None)
    assert len(frames) >= 6  # of 12: while this machine stands still they grow old
    for frame in frames:  # grey levels: JPEG, and colour and back
        assert np.abs(frame.image.astype(int) - picture(frame.index)).mean() < 3
        assert not frame.image.flags.writeable
    assert source.delivers == "64x48 MJPG at 25"


# its time


@pytest.mark.parametrize("stamps", ["monotonic", "none", "stuck", "leap"])
def test_time_grows_evenly_whatever_the_clock_of_the_device_does(stamps: str) -> None:
    frames = first(usb(FakeUsb(FakeDevice(stamps=stamps, wander=0.3))), 100)
    t_s = np.array([frame.t_s for frame in frames])
    arrived_s = np.array([frame.arrived_s for frame in frames])
    assert t_s[0] == 0
    assert np.diff(t_s).min() > 0
    # s: never further from arrival than a busy machine lets pictures wait
    assert np.abs(t_s - (arrived_s - arrived_s[0])).max() < 0.3


def test_a_wandering_rate_is_not_taken_for_a_standstill() -> None:
    frames = first(usb(FakeUsb(FakeDevice(rate_hz=60, wander=1.5))), 90)
    assert np.diff([number_of(frame.image) for frame in frames]).min() >= 1  # each once
    thrown_away = frames[-1].index - (len(frames) - 1)
    assert thrown_away <= 9  # only where this machine itself stood still


# what goes wrong


def words_of(source: UsbVideo) -> str:
    with pytest.raises((InputError, DeviceLost)) as caught:
        first(source, 1)
    return str(caught.value)


def test_a_busy_device_is_said() -> None:
    assert words_of(usb(FakeUsb(FakeDevice(busy=True)))) == (
        "usb:0: cannot be opened; close other programs that use it, or unplug it and plug it in again"
    )


def test_a_device_that_opens_and_gives_nothing_is_said() -> None:
    class Mute(FakeCapture):
        def grab(self) -> bool:
            return False

    device = FakeDevice()
    assert words_of(usb(FakeUsb(device, capture=Mute))) == (
        "usb:0: can be opened but gives no picture; "
        "close other programs that show it, or unplug it and plug it in again"
    )
    assert device.open_now == 0


def test_a_device_that_may_not_be_used_is_said() -> None:
    device = FakeDevice(path="/dev/video-of-nobody")
    assert words_of(usb(FakeUsb(device))) == (
        "usb:0: you may not use it; type: sudo usermod -aG video $USER, then log out and in"
    )


@pytest.mark.parametrize(
    ("still_listed", "words"),
    [
        (False, "usb:0: went away; plug it in again"),
        (True, "usb:0: gives no picture any more; check its cable and its power"),
    ],
)
def test_a_device_that_stops_in_the_middle_is_said(still_listed: bool, words: str) -> None:
    device = FakeDevice()
    fake = FakeUsb(device)
    run = usb(fake).frames()
    frames = take(run, 10)
    if still_listed:
        fake.devices = [FakeDevice()]
    device.unplug()
    with pytest.raises(DeviceLost) as caught:
        take(run, 10_000)
    assert str(caught.value) == words
    assert len(frames) == 10  # what came before it was given
    assert device.open_now == 0


def test_unplugged_and_plugged_in_at_another_number_it_goes_on_by_itself() -> None:
    device, camera = FakeDevice(), FakeDevice(index=1, name="Camera", path="fake-1", model="046d:0825")
    fake = FakeUsb(device, camera)
    source = Reconnecting(usb(fake), again_s=0.2)
    run = source.frames()
    frames = take(run, 20)
    device.unplug()
    camera.index = 0  # the numbers move up
    until_s = time.perf_counter() + PATIENCE_S
    while "is not there" not in source.trouble and time.perf_counter() < until_s:
        frames += [came] if (came := next(run)) is not None else []
    before = len(frames)
    assert source.trouble == "usb:0: is not there; plug it in again; it is opened again by itself"
    device.plug_in(index=3)
    frames += take(run, 20)
    assert source.trouble == ""
    run.close()
    assert camera.open_now == 0
    assert camera.asked == []
    last, again = frames[before - 1], frames[before]
    away_s = again.arrived_s - last.arrived_s
    rate_hz = last.index / (last.arrived_s - frames[0].arrived_s)
    assert again.index - last.index == pytest.approx(away_s * rate_hz, abs=2)
    assert again.t_s - last.t_s == pytest.approx(away_s, abs=0.02)  # s: no jump
    assert np.diff([frame.t_s for frame in frames]).min() > 0


def test_a_read_that_hangs_is_left_behind_and_the_device_opened_anew() -> None:
    device = FakeDevice()
    source = Reconnecting(usb(FakeUsb(device)), again_s=0.1)
    run = source.frames()
    take(run, 10)
    device.silent = True
    began_s = time.perf_counter()
    said: list[str] = []
    looks_s = [began_s]
    while len(said) < 2 and time.perf_counter() - began_s < PATIENCE_S:
        next(run)
        looks_s.append(time.perf_counter())
        if source.trouble not in ("", *said):
            said.append(source.trouble)
    again = "it is opened again by itself"
    assert said == [
        f"usb:0: gave no picture for 5 s; check its cable and its power; {again}",
        # the read that hangs still has it
        "usb:0: cannot be opened; close other programs that use it, or unplug it and plug it in again; "
        + again,
    ]
    assert np.diff(looks_s).max() < 1.2  # s: control comes back
    device.silent = False
    device.wake.set()
    assert len(take(run, 5)) == 5
    assert source.trouble == ""
    run.close()
    assert device.open_now == 0


def test_black_pictures_are_pictures() -> None:
    """That they are black is for whoever looks at them to say: `blank_picture`."""
    device = FakeDevice()
    run = usb(FakeUsb(device)).frames()
    take(run, 5)
    device.black = True
    assert take(run, 10)[-1].image.max() == 0
    run.close()
