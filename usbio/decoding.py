"""One run over a video stream: pictures in order with their times, and an honest end.

A cut container ends without an error, so what was read is compared with what the container declares.
Several threads may decode slices of a picture, but not several pictures: of damaged ones FFmpeg then lets one
in twenty-five pass as sound.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from segmentation.results import Picture
from usbio.containers import is_cut
from usbio.errors import ClipDamaged, InputError, input_error
from usbio.luma import from_frame, published
from usbio.orientation import Orientations

# Containers of pictures only: a text file may otherwise pass for a playlist, a subtitle or ANSI art.
_CONTAINERS = (
    "mov,mp4,avi,matroska,webm,asf,gif,mpeg,mpegts,mpegvideo,flv,ogg,nut,mjpeg,h264,hevc,ivf,m4v,mxf,dv"
)
_DECLARE_DURATION = ("matroska,webm", "flv")  # elsewhere FFmpeg counts it, or guesses
_SLACK_S = 1.0  # the last picture of a screen recording may stand long, and say nothing of it
_AGAIN = "what came before is kept; copy the clip again from where it was recorded"


_Packet: TypeAlias = "av.Packet[Any]"


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """One picture of a video."""

    index: int  # from 0; pictures that could not be decoded leave a gap
    t_s: float  # first picture 0
    image: Picture
    stamp: int | None = None  # the container's own, in ticks of its stream


def open_video(path: Path) -> InputContainer:
    """Open a container of video. Whoever opens it closes it."""
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    try:
        return av.open(f"file:{path}", options=options, metadata_errors="replace")
    except av.FFmpegError as error:  # some of these are OSError or ValueError, too
        if isinstance(error, OSError):
            raise input_error(path, error) from error
        raise _not_a_video(path) from error


def picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the first stream of moving pictures, cover art passed over."""
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise InputError(path, "holds no video", "choose a clip with pictures")
    # Whatever the stubs say: there is no context where no decoder knows the pictures.
    if cast("object | None", streams[0].codec_context) is None:
        raise InputError(path, "its pictures are packed in an unknown way", "export it again as mp4")
    return streams[0]


def decode(path: Path, threads: int | None = None) -> Generator[Decoded]:
    """Yield the pictures of a video, then raise `ClipDamaged` where it broke off or lost some.

    ``threads`` limits those of the decoder; None leaves them to FFmpeg.
    """
    with open_video(path) as container:
        run = _Run(path, container, threads)
        yield from run.pictures()
        run.check_end()


class _Run:
    """The pictures of one container, and the counts that its end is judged by."""

    def __init__(self, path: Path, container: InputContainer, threads: int | None) -> None:
        self._path = path
        self._container = container
        self._stream = picture_stream(container, path)
        self._stream.thread_type = "SLICE"
        self._stream.codec_context.thread_count = threads or 0  # 0: as many as FFmpeg likes
        self._clock = _Clock(container, self._stream)
        self._cut = is_cut(path)
        self._packets = 0
        self._end_s = 0.0  # the furthest that any stream reached
        self._lost: list[int] = []  # time stamps of pictures left out
        self._yielded = 0
        self._damaged_from: int | None = None  # time stamp from which pictures rest on damaged ones

    def pictures(self) -> Iterator[Decoded]:
        shown = Orientations()
        for frame in self._frames():
            t_s = self._clock.time_s(frame)
            yield Decoded(
                self._yielded + self._lost_before(frame),
                t_s,
                published(shown.of(frame).applied(from_frame(frame))),
                frame.pts,
            )
            self._yielded += 1

    def _lost_before(self, frame: av.VideoFrame) -> int:
        """Pictures left out between the first and this one."""
        first, here = self._clock.first, frame.pts
        if first is None or here is None:
            return 0
        return sum(first < stamp < here for stamp in self._lost)

    def _frames(self) -> Iterator[av.VideoFrame]:
        frames = (frame for packet in self._read() for frame in self._decoded(packet))
        # The last picture of a cut GIF is decoded half, and no flag says so.
        return _without_last(frames) if self._cut and self._container.format.name == "gif" else frames

    def _read(self) -> Iterator[_Packet]:
        """Packets of the pictures; the others only show how far the container reaches."""
        packets = self._container.demux()
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                self._cut = True
                return
            if packet is None:
                return
            if packet.pts is not None and packet.time_base:
                tick, end = packet.time_base, packet.pts + (packet.duration or 0)
                self._end_s = max(self._end_s, end * tick.numerator / tick.denominator)
            if packet.stream.index == self._stream.index:  # stream_index is 0 in what flushes any stream
                yield packet

    def _decoded(self, packet: _Packet) -> Iterator[av.VideoFrame]:
        """The frames a packet completes, but for those from a damaged one on to the next key picture."""
        if packet.dts is not None or packet.size:  # else it only flushes the decoder
            self._packets += 1
            self._clock.expect(packet)
        try:
            if packet.is_corrupt:
                raise av.InvalidDataError(0, "half a packet")
            frames = self._stream.codec_context.decode(packet)
        except av.FFmpegError:
            self._clock.forget(packet)
            self._lost.append(packet.pts or 0)
            if self._damaged_from is None:
                # The stamp of a broken first packet is anybody's guess.
                self._damaged_from = packet.pts or 0 if self._packets > 1 else -sys.maxsize
            return
        for frame in frames:
            if self._is_sound(frame):
                yield frame
            else:
                self._lost.append(frame.pts or 0)
                self._clock.skip()

    def _is_sound(self, frame: av.VideoFrame) -> bool:
        if frame.is_corrupt:
            self._damaged_from = frame.pts or 0
            return False
        if self._damaged_from is None or (frame.pts is not None and frame.pts < self._damaged_from):
            return True
        if frame.key_frame:
            self._damaged_from = None
        return bool(frame.key_frame)

    def check_end(self) -> None:
        """Raise where the container declares more than came."""
        if not self._yielded:
            raise _not_a_video(self._path)
        came, declared = f"breaks off after {self._yielded}", self._stream.frames
        where = f"pictures, at {self._clock.last_s:.1f} s"
        if declared and self._missing(declared):
            raise ClipDamaged(self._path, f"{came} of {declared} {where}", _AGAIN)
        seconds = self._duration_s()
        if self._cut or self._end_s + _SLACK_S < seconds:
            of = f" of {seconds:.1f} s" if seconds > self._clock.last_s else ""
            raise ClipDamaged(self._path, f"{came} {where}{of}", _AGAIN)
        if self._lost:
            raise ClipDamaged(
                self._path, f"{len(self._lost)} of its pictures are damaged and were left out", _AGAIN
            )

    def _missing(self, declared: int) -> bool:
        if self._container.format.name != "avi":
            return self._packets < declared
        # AVI counts steps of its rate, those without a picture too, and such may well stand at its end.
        slack = float(self._stream.average_rate or 25) * _SLACK_S
        return self._end_s / float(self._stream.time_base or 1) + slack < declared

    def _duration_s(self) -> float:
        """What the container declares, 0 where it does not."""
        declares = self._container.format.name in _DECLARE_DURATION
        return (self._container.duration or 0) / av.time_base if declares else 0.0


class _Clock:
    """Times of the pictures, from 0 and never going back."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._tick = stream.time_base
        self._rate = stream.average_rate
        # AVI knows no order of showing: pictures take the stamps of their packets in rising order.
        self._stamps: list[int] | None = [] if container.format.name == "avi" else None
        self.first: int | None = None
        self._count = 0
        self.last_s = 0.0

    def expect(self, packet: _Packet) -> None:
        stamp = packet_stamp(packet)
        if self._stamps is not None and stamp is not None:
            heapq.heappush(self._stamps, stamp)

    def forget(self, packet: _Packet) -> None:
        stamp = packet_stamp(packet)
        if self._stamps is not None and stamp in self._stamps:
            self._stamps.remove(stamp)
            heapq.heapify(self._stamps)

    def skip(self) -> None:
        if self._stamps:
            heapq.heappop(self._stamps)

    def time_s(self, frame: av.VideoFrame) -> float:
        stamp = heapq.heappop(self._stamps) if self._stamps else frame.pts
        if stamp is None or self._tick is None:
            seconds = self._count / float(self._rate or 25)
        else:
            self.first = stamp if self.first is None else self.first
            # As exact as a product of fractions, and a tenth of its cost.
            seconds = (stamp - self.first) * self._tick.numerator / self._tick.denominator
        self._count += 1
        self.last_s = max(seconds, self.last_s)
        return self.last_s


def packet_stamp(packet: _Packet) -> int | None:
    """Return the time of showing, else that of decoding, in ticks of the stream."""
    return packet.dts if packet.pts is None else packet.pts


def _without_last(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    held: av.VideoFrame | None = None
    for frame in frames:
        if held is not None:
            yield held
        held = frame


def _not_a_video(path: Path) -> InputError:
    if is_cut(path):
        return InputError(
            path,
            "breaks off before its first picture or its index",
            "copy it again from where it was recorded",
        )
    return InputError(path, "is not a video that can be read", "choose a clip, or export it again as mp4")
