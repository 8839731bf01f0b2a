"""`url:rtsp://…` and `url:http://…`: a picture that a camera or a program sends over the network."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

from usbio.frames import Frame
from usbio.sources.device_frames import Reader, device_frames
from usbio.sources.kind import SourceKind
from usbio.sources.network_address import NetworkAddress, network_address, shown_address
from usbio.sources.network_trouble import PATIENCE, Patience

_HUNG_S = 10.0  # its own time-outs come first, and say more


@dataclass(frozen=True, slots=True)
class NetworkVideo:
    """A picture that comes over the network for as long as its server wants."""

    place: NetworkAddress
    patience: Patience = PATIENCE
    device: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The address, without user and password."""
        return self.place.name

    def frames(self) -> Generator[Frame | None]:
        """Yield what comes; raises `DeviceLost` where the server ends or stands still."""
        return device_frames(self.name, self._opened, hung_s=_HUNG_S)

    def _opened(self) -> Reader:
        from usbio.sources.network_reader import NetworkReader  # FFmpeg takes its time to load

        return NetworkReader(self.place, self.patience)


def open_network_video(_: str, place: str) -> NetworkVideo:
    """Return the picture that ``SCHEME://HOST/PATH`` names."""
    return NetworkVideo(network_address(place))


NETWORK_VIDEO = SourceKind(
    "url",
    "network video: RTSP, MJPEG",
    "url:rtsp://192.168.0.10/stream",
    open_network_video,
    returns=True,
    shown=shown_address,
)
