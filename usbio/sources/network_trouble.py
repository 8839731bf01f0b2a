"""Why a computer on the network cannot be reached, in words."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

from usbio.errors import InputError


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for."""

    opening_s: float = 6.0
    silent_s: float = 4.0  # without a picture, and it is given up


PATIENCE = Patience()


_NO_WAY = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}


def no_such_host(name: str, host: str) -> InputError:
    """Say that nobody knows this name."""
    to_do = "check the name, or type its number, such as 192.168.0.10"
    return InputError(name, f"no computer named {host} is known on this network", to_do)


def no_answer(name: str, seconds: float) -> InputError:
    """Say that nothing came back in time."""
    to_do = "check that it is switched on, on the same network, and that no firewall stands between"
    return InputError(name, f"did not answer within {seconds:.0f} s", to_do)


def unreachable(name: str, host: str, port: int, error: OSError, seconds: float) -> InputError:
    """Say why no connection came about."""
    if isinstance(error, socket.gaierror):
        return no_such_host(name, host)
    if isinstance(error, ConnectionRefusedError):
        happened = f"nothing answers at port {port} of {host}" if port else f"nothing answers at {host}"
        return InputError(name, happened, "start its server, or check the port")
    if isinstance(error, TimeoutError):
        return no_answer(name, seconds)
    if error.errno in _NO_WAY:
        to_do = "check the cable or the wireless network of both computers"
        return InputError(name, f"there is no way to {host} from here", to_do)
    return InputError(name, f"could not be reached ({error.strerror or type(error).__name__})", "try again")


def is_known(host: str) -> bool:
    """Say whether a computer's name is known; may take seconds."""
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):  # a name that can be none is not known either
        return False
    return True
