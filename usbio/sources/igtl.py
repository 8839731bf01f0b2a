"""`igtl:HOST:PORT/DEVICE`: pictures of an OpenIGTLink server, such as PLUS."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from usbio.frames import Frame
from usbio.sources.device_frames import Reader, device_frames
from usbio.sources.igtl_address import IgtlAddress, igtl_address
from usbio.sources.kind import SourceKind
from usbio.sources.network_trouble import PATIENCE, Patience

if TYPE_CHECKING:
    from usbio.sent_spacing import SentSpacing

_HUNG_S = 10.0  # its own time-outs come first, and say more


class IgtlSource:
    """One of the pictures that a server sends; the size of its pixels comes with each."""

    device = True

    def __init__(self, place: IgtlAddress, patience: Patience = PATIENCE) -> None:
        self.place = place
        self._patience = patience
        self._spacing: SentSpacing | None = None

    @property
    def name(self) -> str:
        """The address."""
        return self.place.name

    @property
    def sent_spacing(self) -> SentSpacing | None:
        """What the newest picture said of the size of its pixels; None before the first."""
        return self._spacing

    def frames(self) -> Generator[Frame | None]:
        """Yield what comes; raises `DeviceLost` where the server ends or stands still."""
        return device_frames(self.name, self._opened, hung_s=_HUNG_S)

    def _opened(self) -> Reader:
        from usbio.sources.igtl_reader import IgtlReader  # what unpacks messages takes its time to load

        return IgtlReader(self.place, self._patience, self._heard)

    def _heard(self, spacing: SentSpacing) -> None:
        self._spacing = spacing


def open_igtl(address: str, place: str) -> IgtlSource:
    """Return the picture that ``HOST:PORT/DEVICE`` names."""
    return IgtlSource(igtl_address(address, place))


OPENIGTLINK = SourceKind(
    "igtl",
    "OpenIGTLink server, such as PLUS",
    "igtl:192.168.0.10:18944/Image_Reference",
    open_igtl,
    returns=True,
)
