"""`HOST[:PORT][/DEVICE]`: where an OpenIGTLink server is, and which of its pictures is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from usbio.errors import CallError

USUAL_PORT = 18944
_LONGEST_NAME = 20  # bytes, of a device in the protocol
_PLACE = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?(?:/(?P<device>.*))?")


@dataclass(frozen=True, slots=True)
class IgtlAddress:
    """A server, and the name of one of its pictures; "" where it has only one."""

    host: str
    port: int
    device: str

    @property
    def name(self) -> str:
        """What the operator calls it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"igtl:{host}:{self.port}" + (f"/{self.device}" if self.device else "")


def igtl_address(address: str, place: str) -> IgtlAddress:
    """Read an address; a `CallError` says what is wrong with it."""
    found = _PLACE.fullmatch(place)
    if found is None:
        to_do = "write it as igtl:HOST:PORT/DEVICE, such as igtl:192.168.0.10:18944/Image_Reference"
        raise CallError(address, "is no address of an OpenIGTLink server", to_do)
    port = int(found["port"] or USUAL_PORT)
    if not 0 < port < 65536:
        raise CallError(address, f"there is no port {port}", f"the usual one is {USUAL_PORT}")
    device = unquote(found["device"] or "")
    if len(device.encode()) > _LONGEST_NAME:
        happened = f"a device's name has at most {_LONGEST_NAME} letters in OpenIGTLink"
        raise CallError(address, happened, "type it as the server has it")
    return IgtlAddress(found["host"].strip("[]"), port, device)
