"""A connection to an OpenIGTLink server: whole messages, waits with an end, never more memory than one needs.

pyigtl's own client notices neither that a server ended nor that none is there, and its thread stays (see
docs/dependencies.md); only its reading of headers and bodies is used.
"""

from __future__ import annotations

import socket
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from pyigtl import MessageBase

from usbio.errors import DeviceLost, InputError
from usbio.sources.igtl_address import IgtlAddress
from usbio.sources.network_trouble import unreachable

_LARGEST_BYTES = 64_000_000  # of a message; a picture of 4K in colour has 25
_VERSIONS = (1, 2, 3)
_LOOK_UP_S = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One message, its body not looked into yet."""

    kind: str  # IMAGE, TRANSFORM, ...
    device: str
    fields: dict[str, Any]  # of the header, as pyigtl reads them
    body: bytearray


class IgtlLink:
    """An open connection; one thread reads."""

    def __init__(self, place: IgtlAddress, opening_s: float) -> None:
        self._name = place.name
        try:
            self._socket = socket.create_connection((place.host, place.port), opening_s)
        except (OSError, UnicodeError) as error:
            trouble = error if isinstance(error, OSError) else socket.gaierror()
            raise unreachable(place.name, place.host, place.port, trouble, opening_s) from error
        self._socket.settimeout(_LOOK_UP_S)
        self._messages = self._received()

    def next(self) -> Message | None:
        """Return the next message, or None after a fifth of a second. Raises `DeviceLost`."""
        return next(self._messages)

    def close(self) -> None:
        """End it at once."""
        self._socket.close()

    def _received(self) -> Generator[Message | None, None, None]:
        while True:
            header = yield from self._bytes(MessageBase.IGTL_HEADER_SIZE)
            fields = self._fields(header)
            body = yield from self._bytes(fields["body_size"])
            yield Message(fields["message_type"], fields["device_name"], fields, body)

    def _fields(self, header: bytearray) -> dict[str, Any]:
        try:
            fields: dict[str, Any] = MessageBase.parse_header(bytes(header))
        except UnicodeDecodeError:
            fields = {}
        if fields.get("header_version") not in _VERSIONS or fields["body_size"] > _LARGEST_BYTES:
            happened = "something else than OpenIGTLink answers there"
            raise InputError(self._name, happened, "check the port; the usual one is 18944")
        return fields

    def _bytes(self, count: int) -> Generator[None, None, bytearray]:
        """Receive just so many, and hand back control while nothing comes."""
        buffer = bytearray(count)
        view, got = memoryview(buffer), 0
        while got < count:
            try:
                came = self._socket.recv_into(view[got:])
            except TimeoutError:
                yield None
                continue
            except OSError:  # reset
                came = 0
            if not came:
                raise DeviceLost(self._name, "the server has ended the connection", "start it there again")
            got += came
        return buffer
