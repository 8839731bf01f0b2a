"""Videos: true luma, true times, all that a container may hold, and any picture by its index."""

from __future__ import annotations

import gc
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from tests.usbio.clips import cut, noise, picture, pictures, write_video
from usbio.decoding import Decoded, decode
from usbio.errors import ClipDamaged, InputError
from usbio.luma import from_frame
from usbio.sources.clip import open_clip
from usbio.video import ClipWriter, Video


def _frame(kind: str, first_plane: np.ndarray, color_range: ColorRange) -> av.VideoFrame:
    height, width = first_plane.shape
    frame = av.VideoFrame(width, height, kind)
    for number, plane in enumerate(frame.planes):
        size = first_plane.dtype.itemsize
        values = np.full((plane.height, plane.line_size // size), 1 << 7, first_plane.dtype)
        if number == 0:
            values[:, :width] = first_plane
        plane.update(values.tobytes())
    frame.color_range = color_range
    return frame


EVERY_LEVEL = np.tile(np.arange(256, dtype=np.uint8), (2, 1))


@pytest.mark.parametrize("kind", ["yuv420p", "yuv422p", "yuv444p", "nv12"])
@pytest.mark.parametrize("color_range", [ColorRange.UNSPECIFIED, ColorRange.MPEG, ColorRange.JPEG])
def test_luma_is_bit_identical_to_ffmpegs(kind: str, color_range: ColorRange) -> None:
    frame = _frame(kind, EVERY_LEVEL, color_range)
    assert np.array_equal(from_frame(frame), frame.to_ndarray(format="gray"))


def test_full_range_luma_is_left_alone() -> None:
    assert np.array_equal(from_frame(_frame("yuvj420p", EVERY_LEVEL, ColorRange.UNSPECIFIED)), EVERY_LEVEL)
    assert np.array_equal(from_frame(_frame("gray", EVERY_LEVEL, ColorRange.UNSPECIFIED)), EVERY_LEVEL)


def test_video_range_of_a_grey_stream_is_heeded() -> None:
    luma = from_frame(_frame("gray", EVERY_LEVEL, ColorRange.MPEG))
    assert (luma[0, 16], luma[0, 235]) == (0, 255)


def test_ten_bits_become_eight() -> None:
    levels = np.tile(np.arange(1024, dtype=np.uint16), (2, 1))
    luma = from_frame(_frame("yuv420p10le", levels, ColorRange.MPEG))
    assert (luma[0, 64], luma[0, 940]) == (0, 255)


def test_grey_in_rgb_keeps_its_value() -> None:
    rgb = np.ascontiguousarray(np.repeat(EVERY_LEVEL[..., None], 3, axis=2))
    assert np.array_equal(from_frame(av.VideoFrame.from_ndarray(rgb, format="rgb24")), EVERY_LEVEL)


def test_lossless_clip_gives_back_every_grey_level(tmp_path: Path) -> None:
    shown = noise(5)
    for name, codec in (("a.mkv", "ffv1"), ("a.mp4", "libx264")):
        with ClipWriter(tmp_path / name, (64, 48), 25.0, codec=codec, crf=0) as clip:
            for index, each in enumerate(shown):
                clip.write(each, index / 25)
        read = [frame.image for frame in open_clip(tmp_path / name).frames()]
        assert all(np.array_equal(a, b) for a, b in zip(read, shown, strict=True))


def test_uneven_time_stamps_come_back(tmp_path: Path) -> None:
    times_s = np.cumsum([3.0, 0.01, 0.2, 0.033, 1.5, 0.02, 0.04])
    with ClipWriter(tmp_path / "a.mp4", (64, 48), 25.0) as clip:
        for index, t_s in enumerate(times_s):
            clip.write(picture(index), float(t_s))
    read_s = [frame.t_s for frame in open_clip(tmp_path / "a.mp4").frames()]
    assert read_s == pytest.approx(times_s - times_s[0], abs=2e-5)  # s: two ticks of 1/90000


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        ((0, 1, -1, 0), lambda shown: np.rot90(shown, -1)),
        ((-1, 0, 0, -1), lambda shown: np.rot90(shown, 2)),
        ((0, -1, 1, 0), lambda shown: np.rot90(shown, 1)),
        ((-1, 0, 0, 1), np.fliplr),
        ((1, 0, 0, -1), np.flipud),
        ((0, 1, 1, 0), np.transpose),
    ],
)
def test_pictures_stand_as_they_are_shown(tmp_path: Path, matrix: tuple[int, ...], turn: object) -> None:
    """A telephone's clip is turned, and a mirrored one must not come as one on its head."""
    path = tmp_path / "a.mp4"
    with ClipWriter(path, (64, 48), 25.0, crf=0) as clip:
        clip.write(picture(3), 0.0)
    content = bytearray(path.read_bytes())
    at = content.find(b"tkhd") + 4 + 4 + 20 + 16  # version, times and duration, layer to volume
    a, b, c, d = (value << 16 for value in matrix)
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)

    source = open_clip(path)
    shown = next(source.frames()).image
    assert np.array_equal(shown, turn(picture(3)))  # type: ignore[operator]  # one of numpy's turns
    assert (source.info().height_px, source.info().width_px) == shown.shape
    assert shown.flags.c_contiguous


def test_frames_are_freed_as_they_are_read(tmp_path: Path) -> None:
    """None waits for the search for loops: a hundred of a large screen would be hundreds of MB."""
    path = write_video(tmp_path / "a.mp4", pictures(60))
    gc.collect()
    gc.disable()
    try:
        for _ in decode(path):
            assert sum(isinstance(one, av.VideoFrame) for one in gc.get_objects()) <= 4
    finally:
        gc.enable()


def test_sound_beside_the_pictures_does_no_harm(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", pictures(30), sound=True)  # 1.2 s of pictures, 3 s of sound
    assert sum(1 for _ in open_clip(path).frames()) == 30


def test_steps_without_a_picture_are_no_damage(tmp_path: Path) -> None:
    """What a grabber writes into an AVI where it had no new picture."""
    steps = [0, 1, 5, 6, 7, 12]
    path = tmp_path / "a.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for index, step in enumerate(steps):
            frame = av.VideoFrame.from_ndarray(picture(index), format="gray").reformat(format="yuvj420p")
            frame.pts, frame.time_base = step, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    frames = list(open_clip(path).frames())
    assert [frame.index for frame in frames] == list(range(6))
    assert [frame.t_s for frame in frames] == pytest.approx([step / 25 for step in steps])


def test_clip_in_pieces_is_read_whole(tmp_path: Path) -> None:
    muxer = {"movflags": "frag_keyframe+empty_moov"}
    path = write_video(tmp_path / "a.mp4", pictures(30), options={"g": "10"}, muxer=muxer)
    assert sum(1 for _ in open_clip(path).frames()) == 30


def test_pictures_of_another_size_come_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for index, shown in enumerate(pictures(4)):
            packets = _jpeg_packets(shown if index < 3 else np.ascontiguousarray(shown[:32]))
            for packet in packets:
                packet.pts = packet.dts = index * 40
                packet.stream = stream
                container.mux(packet)
    assert [frame.image.shape for frame in open_clip(path).frames()] == [(48, 64)] * 3 + [(32, 64)]


def _jpeg_packets(shown: np.ndarray) -> list[av.Packet[Any]]:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.height, encoder.width = shown.shape
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(shown, format="gray").reformat(format="yuvj420p")
    return [*encoder.encode(frame), *encoder.encode(None)]


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "libx264"), ("a.avi", "mpeg4")]
)
def test_any_picture_by_its_index(tmp_path: Path, name: str, codec: str) -> None:
    path = write_video(tmp_path / name, pictures(40), codec, options={"g": "10"})
    run = list(decode(path))
    with Video(path) as video:
        assert len(video) == len(run) == 40
        assert video.times_s == pytest.approx([each.t_s for each in run], abs=1e-9)
        for index in (0, 39, 12, 13, 11, 30, 29, 29, 5, 38):
            assert np.array_equal(video.picture(index), run[index].image)


def test_any_picture_of_a_gif(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.gif", pictures(12), "gif", "gray")
    run = list(decode(path))
    with Video(path) as video:
        for index in (11, 3, 0, 7):
            assert np.array_equal(video.picture(index), run[index].image)


def test_pictures_of_a_cut_clip_by_index(tmp_path: Path) -> None:
    broken = cut(write_video(tmp_path / "a.mkv", noise(40)))
    kept: list[Decoded] = []
    with pytest.raises(ClipDamaged):
        kept.extend(decode(broken))
    with Video(broken) as video:
        assert len(video) == len(kept) > 10
        assert np.array_equal(video.picture(len(kept) - 1), kept[-1].image)
        with pytest.raises(IndexError):
            video.picture(len(kept))


def test_video_releases_its_file_when_it_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("not a video")
    with pytest.raises(InputError):
        Video(tmp_path / "a.mp4")
