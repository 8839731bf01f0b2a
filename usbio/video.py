"""Videos by PyAV: pictures in, a file with their true time stamps out."""

from __future__ import annotations

import contextlib
import math
import os
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
from usbio.errors import OutputError, output_error

_TICK = Fraction(1, 90_000)  # s
_MUXERS = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska"}
_CODECS = ("libx264", "ffv1")
# The index in front, so that a cut copy still gives its first pictures; a start other than 0 to the tick.
_MP4_OPTIONS = {"movflags": "+faststart", "movie_timescale": "90000"}
_PICTURES_BETWEEN_KEYS = 30  # seeking: a key picture every 250 costs 195 ms, every 30 at most 47 ms
_ENCODER_THREADS = 2  # fixed, because x264 writes other bytes for another number of threads


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
        frame = _grey_frame(picture) if self._grey else _colour_frame(picture)
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


def _open_for_writing(path: Path, part: Path) -> OutputContainer:
    muxer = _MUXERS.get(path.suffix.lower())
    if muxer is None:
        raise ValueError(f"a clip with true time stamps is one of {', '.join(_MUXERS)}, came {path}")
    try:
        part.touch()  # the container itself would fail only at the first picture
        return av.open(f"file:{part}", "w", format=muxer, options={} if muxer == "matroska" else _MP4_OPTIONS)
    except (av.FFmpegError, OSError) as error:
        raise _output_error(path, error) from error


def _grey_frame(picture: Picture) -> av.VideoFrame:
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
