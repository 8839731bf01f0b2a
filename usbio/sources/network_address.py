"""The address of a network's picture: what is opened, and what of it may be shown, which is no password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from usbio.errors import CallError
from usbio.sources.options import one_of, read_options

SCHEMES = ("rtsp", "rtsps", "http", "https", "udp", "tcp", "rtmp", "srt")
_USUAL_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443, "rtmp": 1935}
_OPTIONS = {"transport": one_of(tcp="tcp", udp="udp")}
_EXAMPLE = "write it as url:rtsp://HOST/PATH or url:http://HOST/PATH"


@dataclass(frozen=True, slots=True, repr=False)  # a password is no part of what is printed
class NetworkAddress:
    """Where a network's picture comes from."""

    url: str  # with user and password, for FFmpeg alone
    shown: str  # without them
    host: str
    port: int
    locked: bool  # True where a user or a password was given
    transport: Literal["tcp", "udp"] = "tcp"  # of RTSP

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return f"url:{self.shown}"

    @property
    def is_rtsp(self) -> bool:
        """True for RTSP, whose server keeps the time."""
        return self.url.startswith("rtsp")


def shown_address(place: str) -> str:
    """Return what may be shown, remembered and written: without user, password, and what follows ? or #.

    Of a password that is not written as it should be nothing is left either.
    """
    bare = re.sub(r"^([a-z]+://)?.*@", r"\1", place, flags=re.DOTALL)
    return re.split(r"[?#]", bare, maxsplit=1)[0]


def network_address(place: str) -> NetworkAddress:
    """Read ``SCHEME://[USER:PASSWORD@]HOST[:PORT]/PATH[#transport=udp]``."""
    shown = shown_address(place)
    name = f"url:{shown}"
    scheme, _, rest = place.partition("://")
    if scheme not in SCHEMES or not rest:
        raise CallError(name, "is no address of a network's picture", _EXAMPLE)
    if "@" in _behind_host(rest):
        raise CallError(
            name,
            "has an @ behind its host",
            "in a password write / as %2F, # as %23, ? as %3F; elsewhere @ as %40",
        )
    url, _, options = place.partition("#")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # the port is no number, a bracket is missing
        host = port = None
    if not host:
        raise CallError(name, "has no host, or no port that can be", _EXAMPLE)
    given = read_options(name, "a network's picture", options, _OPTIONS)
    return NetworkAddress(url, shown, host, port or _USUAL_PORTS.get(scheme, 0), "@" in parts.netloc, **given)


def _behind_host(rest: str) -> str:
    return rest[len(re.split(r"[/?#]", rest, maxsplit=1)[0]) :]
