"""Videos by PyAV: pictures in, a file with their true time stamps out."""

from __future__ import annotations

import bisect
import contextlib
import math
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from segmentation.results import Picture
from usbio.decoding import open_video, packet_stamp, picture_stream
from usbio.errors import InputError, OutputError, output_error
from usbio.luma import from_frame, published
from usbio.orientation import orientation

_TICK = Fraction(1, 90_000)  # s
_MUXERS = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska"}
_CODECS = ("libx264", "ffv1")
# The index in front, so that a cut copy still gives its first pictures; a start other than 0 to the tick.
_MP4_OPTIONS = {"movflags": "+faststart", "movie_timescale": "90000"}
_PICTURES_BETWEEN_KEYS = 30  # seeking: a key picture every 250 costs 195 ms, every 30 at most 47 ms
_ENCODER_THREADS = 1  # x264 writes other bytes for another number of threads, and with two once in a while


class ClipWriter:
    """Write pictures with explicit time stamps; the file appears under its name only when it is whole.

    A grey clip keeps the full range of its luma (flagged so in the stream), a colour clip is written as video
    usually is. A picture of odd size gains one row or column, repeated from its edge, because the common
    video format has none. After a failed write the file is given up and never touched again.
    """

    def __init__(
        self,
        path: Path,
        size_px: tuple[int, int],
        fps_hint: float,
        codec: str = "libx264",
        crf: float = 18.0,
        grey: bool = True,
        preset: str = "medium",
    ) -> None:
        if min(size_px) < 1 or not 0 < fps_hint < math.inf:
            raise ValueError(f"size and fps must be above 0, came {size_px}, {fps_hint}")
        if codec not in _CODECS or (codec == "ffv1" and path.suffix.lower() != ".mkv"):
            raise ValueError(f"libx264, or ffv1 into .mkv; came {codec} into {path}")
        self.path = path
        self._shape = (size_px[1], size_px[0]) if grey else (size_px[1], size_px[0], 3)
        self._grey = grey
        self._last_tick = -1
        self._part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
        self._container: OutputContainer | None = _open_for_writing(path, self._part)
        self._stream = self._new_stream(self._container, codec, fps_hint)
        if codec == "libx264":
            self._stream.options = {"crf": f"{crf:g}", "preset": preset}

    def _new_stream(self, container: OutputContainer, codec: str, fps_hint: float) -> VideoStream:
        rate = max(Fraction(fps_hint).limit_denominator(1001), Fraction(1, 1001))
        stream = cast(VideoStream, container.add_stream(codec, rate=rate))
        stream.height, stream.width = (n + n % 2 for n in self._shape[:2])
        stream.codec_context.time_base = (
            _TICK  # the rate alone would round every time stamp to whole pictures
        )
        stream.pix_fmt = "yuv420p"
        stream.codec_context.color_range = ColorRange.JPEG if self._grey else ColorRange.MPEG
        stream.codec_context.gop_size = _PICTURES_BETWEEN_KEYS
        stream.codec_context.thread_count = _ENCODER_THREADS
        return stream

    def write(self, picture: npt.NDArray[np.uint8], t_s: float) -> None:
        """Add one picture: (H, W) grey or (H, W, 3) RGB. ``t_s`` must rise from picture to picture."""
        if self._container is None:
            raise ValueError(f"{self.path} is closed, or was given up after a failed write")
        if picture.shape != self._shape or picture.dtype != np.uint8:
            raise ValueError(f"expected uint8 {self._shape}, came {picture.dtype} {picture.shape}")
        tick = round(t_s / _TICK)
        if tick <= self._last_tick:
            raise ValueError(f"time stamps must rise, came {t_s} s after {float(self._last_tick * _TICK)} s")
        self._last_tick = tick
        frame = grey_frame(picture) if self._grey else _colour_frame(picture)
        frame.pts, frame.time_base = tick, _TICK
        self._encode(self._container, frame)

    def _encode(self, container: OutputContainer, frame: av.VideoFrame | None) -> None:
        try:
            container.mux(self._stream.encode(frame))
        except (av.FFmpegError, OSError) as error:
            self.discard()
            raise _output_error(self.path, error) from error

    def close(self) -> None:
        """Finish the file and give it its name. May be called twice."""
        if self._container is None:
            return
        if self._last_tick < 0:
            self.discard()
            raise ValueError(f"{self.path}: a clip needs at least one picture")
        self._encode(self._container, None)
        try:
            self._container.close()
            self._part.replace(self.path)
        except (av.FFmpegError, OSError) as error:
            self.discard()
            raise _output_error(self.path, error) from error
        self._container = None

    def discard(self) -> None:
        """Give the file up and leave nothing behind; a file that stood there before stays."""
        if self._container is not None:
            with contextlib.suppress(av.FFmpegError, OSError):
                self._container.close()
        self._container = None
        with contextlib.suppress(OSError):
            self._part.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


class Video:
    """The pictures of a video by their index, for review: seeks to the key picture before and decodes on.

    Times and indices are those that `decode` gives; use it from one thread.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._container = open_video(path)
        try:
            self._stream = picture_stream(self._container, path)
            self._in_order = self._container.format.name == "avi"  # its frames carry no time of showing
            self._stamps, self._seeks = self._index()
        except BaseException:
            self.close()
            raise
        tick = float(self._stream.time_base or 0)
        self.times_s = (np.array(self._stamps, np.float64) - self._stamps[0]) * tick
        self._coming: Iterator[tuple[int, av.VideoFrame]] = iter(())
        self._last: tuple[int, Picture] | None = None

    def __len__(self) -> int:
        return len(self._stamps)

    def picture(self, index: int) -> Picture:
        """Return the luma of one picture."""
        if not 0 <= index < len(self):
            raise IndexError(f"{self.path} has pictures 0 to {len(self) - 1}, asked for {index}")
        if self._last is None or self._last[0] != index:
            self._last = index, self._decoded(index)
        return self._last[1]

    def _decoded(self, index: int) -> Picture:
        keys = list(self._seeks)
        key = keys[max(0, bisect.bisect_right(keys, index) - 1)]
        on_the_way = self._last is not None and key <= self._last[0] < index
        # Where a seek lands too late, as it may among reordered pictures, the start is always right.
        for start in ([None] if on_the_way else []) + [key, 0]:
            if start is not None:
                self._coming = self._from(start)
            for here, frame in self._coming:
                if here == index:
                    return published(orientation(frame).applied(from_frame(frame)))
                if here > index:
                    break
        raise InputError(self.path, f"picture {index} cannot be decoded", "choose another picture")

    def _index(self) -> tuple[list[int], dict[int, int]]:
        """Time stamps of all pictures in order of showing; for each key picture, where to seek to."""
        shown = sorted(
            (stamp, stamp if packet.dts is None else packet.dts, packet.is_keyframe)
            for packet in self._container.demux(self._stream)
            if (stamp := packet_stamp(packet)) is not None and not packet.is_discard and not packet.is_corrupt
        )
        first = 0 if self._in_order else self._first_shown()
        shown = [packet for packet in shown if packet[0] >= first]
        if not shown:
            raise InputError(self.path, "is not a video that can be read", "choose another clip")
        # The time of decoding is never later: a seek to it cannot land on the next key picture.
        seeks = {n: dts for n, (_, dts, is_key) in enumerate(shown) if is_key or n == 0}
        return [stamp for stamp, _, _ in shown], seeks

    def _first_shown(self) -> int:
        """Pictures before the first key picture are in the file, but cannot be decoded."""
        self._rewind()
        frames = (frame for _, frame in self._frames())
        return next((frame.pts for frame in frames if frame.pts is not None), 0)

    def _rewind(self) -> None:
        self._container.close()
        self._container = open_video(self.path)
        self._stream = picture_stream(self._container, self.path)

    def _from(self, key: int) -> Iterator[tuple[int, av.VideoFrame]]:
        rank = {stamp: index for index, stamp in enumerate(self._stamps)}
        try:
            if key == 0:
                self._rewind()  # an AVI without index seeks to any picture, key or not
            else:
                self._container.seek(self._seeks[key], stream=self._stream)
        except av.FFmpegError:  # a GIF
            self._rewind()
        counted: int | None = None
        for first_stamp, frame in self._frames():
            if self._in_order:
                counted = rank.get(first_stamp, 0) if counted is None else counted + 1
                yield counted, frame
            elif frame.pts in rank:
                yield rank[frame.pts], frame

    def _frames(self) -> Iterator[tuple[int, av.VideoFrame]]:
        """Frames from where the container stands, with the stamp of the first packet."""
        first_stamp: int | None = None
        for packet in self._container.demux(self._stream):
            stamp = packet_stamp(packet)
            first_stamp = stamp if first_stamp is None else first_stamp
            with contextlib.suppress(av.FFmpegError):
                for frame in () if packet.is_corrupt else self._stream.codec_context.decode(packet):
                    if not frame.is_corrupt:
                        yield first_stamp or 0, frame

    def close(self) -> None:
        """Release the file. May be called twice."""
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open_for_writing(path: Path, part: Path) -> OutputContainer:
    muxer = _MUXERS.get(path.suffix.lower())
    if muxer is None:
        raise ValueError(f"a clip with true time stamps is one of {', '.join(_MUXERS)}, came {path}")
    try:
        part.touch()  # the container itself would fail only at the first picture
        return av.open(f"file:{part}", "w", format=muxer, options={} if muxer == "matroska" else _MP4_OPTIONS)
    except (av.FFmpegError, OSError) as error:
        raise _output_error(path, error) from error


def grey_frame(picture: Picture) -> av.VideoFrame:
    """Return a picture as the common video format has it; an odd size gains a row or column."""
    # The luma plane is the picture itself: nothing is rounded on the way.
    luma = _even(picture)
    planes = np.full((luma.shape[0] * 3 // 2, luma.shape[1]), 128, np.uint8)
    planes[: luma.shape[0]] = luma
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.color_range = ColorRange.JPEG
    return frame


def _colour_frame(picture: npt.NDArray[np.uint8]) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(_even(picture)), format="rgb24")
    return frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG)


def _even(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height, width = picture.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return picture
    margins = [(0, height % 2), (0, width % 2), (0, 0)]
    return np.pad(picture, margins[: picture.ndim], mode="edge")


def _output_error(path: Path, error: av.FFmpegError | OSError) -> OutputError:
    if isinstance(error, OSError):
        return output_error(path, error)
    return OutputError(path, "the pictures could not be encoded", "choose another folder or kind of file")
