"""Reading a network's picture by PyAV: little delay, bounded waits, and words for what goes wrong."""

from __future__ import annotations

import errno
import time
from math import nan
from typing import Any, TypeAlias, cast

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from usbio.errors import DeviceLost, InputError
from usbio.luma import from_frame, published
from usbio.sources.device_frames import Arrived
from usbio.sources.network_address import NetworkAddress
from usbio.sources.network_trouble import Patience, is_known, no_answer, no_such_host, unreachable
from usbio.sources.stream_time import StreamTime

_AT_ONCE_S = 0.002  # a picture that had not to be waited for had been waiting itself
_WAITED = 8  # so many in a row, and we are behind: what waits is let go
_WITHIN = {"mjpeg", "png", "rawvideo"}  # each picture stands for itself: none need be unpacked for the next
_LOW_DELAY = {
    "fflags": "nobuffer+discardcorrupt",
    "flags": "low_delay",
    "probesize": "500000",
    "analyzeduration": "100000",  # us
    "max_delay": "100000",  # us, that packets in a wrong order are waited for
    "http_proxy": "",  # a scanner stands in the same network
    "protocol_whitelist": "rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,rtmp,srt,crypto",  # never a file
}


_Packet: TypeAlias = "av.Packet[Any]"


class NetworkReader:
    """An open stream. Where unpacking falls behind, pictures are let go and not queued."""

    def __init__(self, place: NetworkAddress, patience: Patience) -> None:
        self._name = place.name
        self._silent_s = patience.silent_s
        self._container = _opened(place, patience)
        try:
            self._stream = _pictures(self._container, place)
        except InputError:
            self._container.close()
            raise
        self._stream.thread_type = "SLICE"  # several pictures at a time would be late ones
        self._packets = self._container.demux(self._stream)
        self._time = StreamTime() if place.is_rtsp else None  # elsewhere stamps are invented
        self._number = -1
        self._at_once = 0
        self._sound = True

    def read(self) -> Arrived | None:
        """Wait for the next picture."""
        packet, arrived_s = self._next()
        self._number += 1
        behind = self._at_once > _WAITED
        if behind and self._stream.codec_context.name in _WITHIN:
            return None
        frame = self._unpacked(packet)
        if frame is None or behind:
            return None
        t_s = nan
        if self._time is not None and frame.time is not None:
            t_s = self._time.t_s(frame.time, arrived_s)
        return Arrived(published(from_frame(frame)), arrived_s, t_s, self._number)

    def close(self) -> None:
        """Say goodbye to the server."""
        self._container.close()

    def _next(self) -> tuple[_Packet, float]:
        asked_s = time.perf_counter()
        try:
            packet = next(self._packets, None)
        except av.FFmpegError as error:
            raise self._lost(error) from None  # its words hold the password
        arrived_s = time.perf_counter()
        if packet is None or not packet.size:
            raise DeviceLost(self._name, "the server has ended its picture", "start it there again")
        self._at_once = self._at_once + 1 if arrived_s - asked_s < _AT_ONCE_S else 0
        return packet, arrived_s

    def _lost(self, error: Exception) -> DeviceLost:
        if isinstance(error, av.error.ExitError | TimeoutError):
            to_do = "check the server and the network"
            return DeviceLost(self._name, f"has sent no picture for {self._silent_s:.0f} s", to_do)
        return DeviceLost(self._name, "the server has ended its picture", "start it there again")

    def _unpacked(self, packet: _Packet) -> av.VideoFrame | None:
        """The newest picture that a packet completes. After a damaged one nothing until a key picture."""
        try:
            frames = self._stream.codec_context.decode(packet)
        except av.FFmpegError:
            self._sound = False
            return None
        for frame in frames:
            self._sound = not (frame.is_corrupt or packet.is_corrupt) and (self._sound or frame.key_frame)
        return frames[-1] if frames and self._sound else None


def _opened(place: NetworkAddress, patience: Patience) -> InputContainer:
    options = {**_LOW_DELAY, **({"rtsp_transport": place.transport} if place.is_rtsp else {})}
    try:
        return av.open(
            place.url,
            options=options,
            timeout=(patience.opening_s, patience.silent_s),
            metadata_errors="replace",
        )
    except av.FFmpegError as error:
        raise _refused(place, patience.opening_s, error) from None  # its words hold the password
    except ValueError:
        raise InputError(place.name, "is no address that can be opened", "check how it is written") from None


def _refused(place: NetworkAddress, opening_s: float, error: av.FFmpegError) -> InputError:
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        happened = (
            "does not accept the user and the password" if place.locked else "wants a user and a password"
        )
        return InputError(
            place.name, happened, "write them before the host: url:SCHEME://USER:PASSWORD@HOST/PATH"
        )
    if isinstance(error, av.error.HTTPNotFoundError):
        happened = "its server answers, but has no such picture (404)"
        return InputError(place.name, happened, "check what stands behind the host")
    if isinstance(error, av.error.HTTPError | av.error.HTTPClientError | av.error.HTTPServerError):
        return InputError(place.name, "its server refuses with an error of its own", "look at the server")
    if isinstance(error, av.error.ExitError):
        return no_answer(place.name, opening_s)
    if not is_known(place.host):
        return no_such_host(place.name, place.host)
    if isinstance(error, OSError) and error.errno != errno.EIO:  # which says all and nothing
        return unreachable(place.name, place.host, place.port, error, opening_s)
    return _no_video(place)


def _pictures(container: InputContainer, place: NetworkAddress) -> VideoStream:
    if not container.streams.video or cast("object | None", container.streams.video[0].codec_context) is None:
        raise _no_video(place)
    if container.duration is not None and not place.is_rtsp:
        to_do = "save it as a file and open that"
        raise InputError(place.name, "is a clip and no live picture", to_do)
    return container.streams.video[0]


def _no_video(place: NetworkAddress) -> InputError:
    return InputError(
        place.name, "sends no video that can be read", "check the address: is it that of the picture?"
    )
