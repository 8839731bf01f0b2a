"""What cannot be read says so in one line, and what can be kept is kept."""

from __future__ import annotations

import os
import re
import tempfile
import warnings
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset

from segmentation.results import Picture
from tests.usbio.clips import (
    REAL_DATA,
    cut,
    dicom,
    is_open,
    noise,
    picture,
    pictures,
    save_dicom,
    write_folder,
    write_video,
)
from usbio.containers import is_cut
from usbio.errors import CallError, ClipDamaged, InputError, UsbioError
from usbio.frames import Frame
from usbio.sources.address import open_source
from usbio.sources.clip import open_clip
from usbio.video import ClipWriter

COUNT = 40


def _is_one_clear_line(error: UsbioError, path: Path) -> bool:
    """``WHAT: what happened; what to do``, and nothing of the library that failed."""
    line = str(error)
    foreign = ("errno", "avcodec", "avformat", "0x", "traceback", "pydicom", "pillow", "invalid data")
    return (
        re.fullmatch(r".+: .+; .+", line) is not None
        and "\n" not in line
        and str(path) in line
        and not any(word in line.lower() for word in foreign)
    )


def _refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        open_clip(path)
    assert not isinstance(caught.value, ClipDamaged)
    assert _is_one_clear_line(caught.value, path)
    assert not is_open(path)
    return caught.value


def _broken_off(path: Path) -> tuple[list[Frame], ClipDamaged]:
    """What a damaged clip gives before it says so."""
    frames: list[Frame] = []
    with pytest.raises(ClipDamaged) as caught:
        frames.extend(open_clip(path).frames())
    assert _is_one_clear_line(caught.value, path)
    assert not is_open(path)
    return frames, caught.value


@pytest.fixture(autouse=True)
def _quiet(capfd: pytest.CaptureFixture[str]) -> object:
    """No test here lets a library talk to the operator."""
    yield
    assert capfd.readouterr() == ("", "")


NO_CLIPS: dict[str, bytes] = {
    "empty.mp4": b"",
    "text.mp4": b"Dear colleague,\nhere is the clip.\n" * 20,
    "random.mp4": np.random.default_rng(1).bytes(20_000),
    "random.mkv": np.random.default_rng(2).bytes(20_000),
    "random.dcm": np.random.default_rng(3).bytes(20_000),
    "random.png": np.random.default_rng(4).bytes(20_000),
    "text.dcm": b"not DICOM",
    "text.avi": b"RIFF",
    "zeros.mp4": bytes(20_000),
    "playlist.mp4": b"#EXTM3U\n#EXTINF:1,\nother.ts\n",
    "list.mp4": b"ffconcat version 1.0\nfile other.mp4\n",
    "subtitles.mp4": b"1\n00:00:01,000 --> 00:00:02,000\nHello\n",
    "ansi.mp4": b"\x1b[31mred\n" * 50,
}


@pytest.mark.parametrize("name", NO_CLIPS)
def test_what_is_no_clip_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(NO_CLIPS[name])
    error = _refused(path)
    assert ("is empty" in str(error)) == (name == "empty.mp4")


def test_missing_file_and_missing_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.mp4", tmp_path / "nowhere" / "a.dcm"):
        assert "no such file" in str(_refused(path))


def test_folder_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none here")
    (tmp_path / "._scan.png").write_bytes(b"left behind by a Mac")
    assert "folder without pictures" in str(_refused(tmp_path))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="only where files have owners")
def test_file_that_may_not_be_read() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to everybody else
        Path(folder).chmod(0o755)
        path = write_video(Path(folder) / "a.mp4", pictures(2))
        path.chmod(0)
        as_root = os.geteuid() == 0
        if as_root:  # root reads everything: become somebody else for a moment
            os.seteuid(65534)
        try:
            error = _refused(path)
        finally:
            if as_root:
                os.seteuid(0)
    assert "may not be read" in str(error)


def test_neither_file_nor_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "neither a file nor a folder" in str(_refused(tmp_path / "pipe.mp4"))


def test_sound_without_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        sound.sample_rate, sound.pts = 8000, 0
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    assert "holds no video" in str(_refused(path))


def test_name_with_a_line_break_is_still_one_line(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.mp4"
    path.write_bytes(b"")
    with pytest.raises(InputError) as caught:
        open_clip(path)
    assert "\n" not in str(caught.value)


def _kept_of(broken: Path, whole: list[Picture], shares: tuple[float, float]) -> None:
    frames, error = _broken_off(broken)
    assert "breaks off" in str(error)
    assert shares[0] * len(whole) < len(frames) < shares[1] * len(whole)
    assert [frame.index for frame in frames] == list(range(len(frames)))
    for frame, shown in zip(frames, whole, strict=False):
        assert np.array_equal(frame.image, shown)


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mkv", "libx264", "yuv420p"),
        ("a.mkv", "ffv1", "gray"),
        ("a.avi", "libx264", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.wmv", "wmv2", "yuv420p"),
        ("a.gif", "gif", "gray"),
    ],
)
def test_cut_clip_keeps_its_sound_pictures(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    path = write_video(tmp_path / name, noise(COUNT), codec, pix_fmt)
    whole = [frame.image for frame in open_clip(path).frames()]
    assert len(whole) == COUNT
    _kept_of(cut(path), whole, (0.3, 0.7))


def test_cut_mp4_with_its_index_in_front(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with ClipWriter(path, (64, 48), 25.0) as clip:  # puts the index in front
        for index, shown in enumerate(noise(COUNT)):
            clip.write(shown, index / 25)
    whole = [frame.image for frame in open_clip(path).frames()]
    _kept_of(cut(path), whole, (0.3, 0.7))


def test_cut_mp4_in_pieces(tmp_path: Path) -> None:
    muxer = {"movflags": "frag_keyframe+empty_moov"}
    path = write_video(tmp_path / "a.mp4", noise(COUNT), options={"g": "5"}, muxer=muxer)
    whole = [frame.image for frame in open_clip(path).frames()]
    _kept_of(cut(path), whole, (0.2, 0.8))


def test_mp4_cut_before_its_index_gives_nothing(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", noise(COUNT))
    assert "index" in str(_refused(cut(path, 0.5)))
    assert "index" in str(_refused(cut(path, 0.9)))


@pytest.mark.parametrize("name", ["a.mkv", "a.avi", "a.wmv", "a.gif"])
def test_clip_cut_in_its_first_bytes(tmp_path: Path, name: str) -> None:
    codec = {"a.mkv": "libx264", "a.avi": "mpeg4", "a.wmv": "wmv2", "a.gif": "gif"}[name]
    path = write_video(tmp_path / name, noise(4), codec, "gray" if codec == "gif" else "yuv420p")
    _refused(cut(path, 0.02))


def test_killed_recording_is_read_to_its_end(tmp_path: Path) -> None:
    """A Matroska file that nobody closed has no length: all it holds is given, and nothing can be said."""
    path = write_video(tmp_path / "a.mkv", noise(COUNT), "ffv1", "gray", muxer={"live": "1"})
    assert not is_cut(path)
    assert sum(1 for _ in open_clip(path).frames()) == COUNT


def test_matroska_of_full_length_whose_second_half_is_lost(tmp_path: Path) -> None:
    """What an interrupted download leaves that had taken its space beforehand."""
    path = write_video(tmp_path / "a.mkv", [*noise(COUNT), *noise(COUNT)], "ffv1", "gray")
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(content[:half] + bytes(len(content) - half))
    frames, error = _broken_off(path)
    assert COUNT * 0.6 < len(frames) < COUNT * 1.4
    assert "of 3.2 s" in str(error)


def test_first_pictures_broken(tmp_path: Path) -> None:
    """Those that rest on the broken first one are left out; from the next key picture on all is well."""
    path = write_video(
        tmp_path / "a.avi", noise(30), "mpeg4", options={"g": "10", "sc_threshold": "1000000000"}
    )
    whole = [frame.image for frame in open_clip(path).frames()]
    content = bytearray(path.read_bytes())
    first = content.find(b"00dc", content.find(b"movi")) + 8
    content[first : first + 400] = bytes(400)
    path.write_bytes(content)

    frames, error = _broken_off(path)
    assert "damaged and were left out" in str(error)
    assert [frame.index for frame in frames] == list(range(20))
    assert frames[0].t_s == 0
    assert all(np.array_equal(frame.image, shown) for frame, shown in zip(frames, whole[10:], strict=True))


def test_damage_in_the_middle_leaves_a_gap(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", noise(30), "mjpeg", "yuvj420p")
    content = bytearray(path.read_bytes())
    at = content.find(b"movi")
    for _ in range(16):
        at = content.find(b"00dc", at + 1)
    content[at + 8 : at + 600] = bytes(592)
    path.write_bytes(content)

    frames, error = _broken_off(path)
    assert "1 of its pictures" in str(error)
    assert [frame.index for frame in frames] == [*range(15), *range(16, 30)]
    assert frames[15].t_s == pytest.approx(16 / 25, abs=1e-9)  # s: time goes on over the gap


def test_broken_picture_in_a_folder_leaves_a_gap(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "scans", pictures(12))
    (folder / "scan 4.png").write_bytes(b"")
    whole = (folder / "scan 10.png").read_bytes()
    (folder / "scan 10.png").write_bytes(whole[: len(whole) // 2])
    Image.fromarray(picture(0, 32, 32)).save(folder / "scan 11.png")

    frames, error = _broken_off(folder)
    assert [frame.index for frame in frames] == [0, 1, 2, 4, 5, 6, 7, 8, 10, 11]
    assert frames[8].image.shape == (32, 32)  # whoever measures refuses it, as in a video
    assert "2 of its 12 pictures" in str(error)
    assert "scan 4.png" in str(error)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.bmp"])
def test_cut_picture(tmp_path: Path, name: str) -> None:
    Image.fromarray(noise(1)[0]).save(tmp_path / name)
    _refused(cut(tmp_path / name))


@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
def test_cut_dicom_gives_nothing(tmp_path: Path, share: float) -> None:
    path = save_dicom(tmp_path / "a.dcm", dicom(np.stack(noise(8)), "MONOCHROME2"))
    _refused(cut(path, share))


def test_dicom_without_pictures(tmp_path: Path) -> None:
    header: Dataset = dicom(np.stack(noise(1)), "MONOCHROME2")
    del header.PixelData
    error = _refused(save_dicom(tmp_path / "a.dcm", header))
    assert "without pictures" in str(error)


def test_dicom_with_fewer_pictures_than_it_says(tmp_path: Path) -> None:
    header = dicom(np.stack(noise(4)), "MONOCHROME2", NumberOfFrames=9)
    _refused(save_dicom(tmp_path / "a.dcm", header))


def test_dicom_packed_in_a_foreign_way(tmp_path: Path) -> None:
    header = dicom(np.stack(noise(1)), "MONOCHROME2")
    path = save_dicom(tmp_path / "a.dcm", header)
    content = path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0")
    path.write_bytes(content)
    _refused(path)


@pytest.mark.parametrize(
    "name",
    ["gdcm-US-ALOKA-16", "examples_palette", "examples_ybr_color", "sonoque_axial-lateral-resolution-2020"],
)
def test_real_dicom_cut(tmp_path: Path, name: str) -> None:
    source = REAL_DATA / "screens" / f"{name}.dcm"
    if not source.exists():
        pytest.skip(f"no real data at {source} (USBIO_REAL_DATA)")
    content = source.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # none of pydicom's may come through
        for share in (0.02, 0.5, 0.98):
            path = tmp_path / f"{share}.dcm"
            path.write_bytes(content[: int(len(content) * share)])
            _refused(path)


def _error_of(path: Path) -> UsbioError | None:
    try:
        for frame in open_clip(path).frames():
            assert frame.image.ndim == 2
    except UsbioError as error:
        return error
    return None


def test_random_damage_ends_in_pictures_or_one_line(tmp_path: Path) -> None:
    """Whatever a bad disk does, there is no other exception."""
    rng = np.random.default_rng(5)
    makers = [
        write_video(tmp_path / "a.mkv", pictures(12)),
        write_video(tmp_path / "a.avi", pictures(12), "mpeg4"),
        write_video(tmp_path / "a.mp4", pictures(12)),
        write_video(tmp_path / "a.gif", pictures(6), "gif", "gray"),
        save_dicom(tmp_path / "a.dcm", dicom(np.stack(pictures(2)), "MONOCHROME2")),
    ]
    for path in makers:
        whole = path.read_bytes()
        for _ in range(25):
            content = bytearray(whole)
            for at in rng.integers(0, len(content), 40):
                content[at] = rng.integers(0, 256)
            path.write_bytes(content)
            error = _error_of(path)
            assert error is None or _is_one_clear_line(error, path)


def test_address_that_names_nothing() -> None:
    for address in ("", "clip:"):
        with pytest.raises(CallError, match="names nothing"):
            open_source(address)


def test_letter_and_colon_is_a_drive() -> None:
    with pytest.raises(InputError) as caught:
        open_source(r"C:\clips\a.mp4")
    assert caught.value.what == r"C:\clips\a.mp4"
    assert "no such file" in str(caught.value)
