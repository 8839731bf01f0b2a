"""USB video devices by name: which there are, and which one is meant."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2

from usbio.errors import CallError, InputError


@dataclass(frozen=True, slots=True)
class Backend:
    """One of the ways in which OpenCV reads a video device."""

    name: str
    number: int  # OpenCV's own
    system: str  # as `platform.system` calls it
    keeps_old: (
        bool  # pictures wait in its buffers until they are read, the oldest first; else only the newest
    )


# The first of a system is the one that is used unless another is asked for, so that no device appears twice.
BACKENDS = (
    Backend("v4l2", cv2.CAP_V4L2, "Linux", True),
    Backend("dshow", cv2.CAP_DSHOW, "Windows", False),
    Backend("msmf", cv2.CAP_MSMF, "Windows", False),
    Backend("avfoundation", cv2.CAP_AVFOUNDATION, "Darwin", False),
)


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A device as the system lists it."""

    index: int  # OpenCV's own number of it; another device may have it after the next one is plugged in
    name: str
    path: str = ""  # "" where the system names none
    model: str = ""  # maker and product as USB has them; "" where it is no USB device

    def is_same(self, other: UsbDevice) -> bool:
        """Say whether both may be one device, whatever its number is now."""
        return (self.name, self.model) == (other.name, other.model)


ListDevices = Callable[[Backend], Sequence[UsbDevice]]


def backend_called(address: str, name: str | None, system: str | None = None) -> Backend:
    """Return the backend of this name, or this system's own where none is named."""
    here = [one for one in BACKENDS if one.system == (system or platform.system())]
    for one in here:
        if name in (None, one.name):
            return one
    if not here:
        raise CallError(address, "USB video is not known on this system", "try it on Linux, Windows or macOS")
    names = " or ".join(one.name for one in here)
    raise CallError(address, f"backend={name} belongs to another system", f"give {names}, or leave it out")


def listed_devices(backend: Backend) -> Sequence[UsbDevice]:
    """Return what the system lists, in the order of OpenCV's numbers. Takes tens of milliseconds."""
    from cv2_enumerate_cameras import enumerate_cameras  # asks the system for its devices when imported

    found = [
        UsbDevice(one.index, one.name or f"device {one.index}", one.path or "", _model(one.vid, one.pid))
        for one in enumerate_cameras(backend.number)
    ]
    return sorted(found, key=lambda device: device.index)


def _model(vendor: int | None, product: int | None) -> str:
    return "" if vendor is None or product is None else f"{vendor:04x}:{product:04x}"


def device_called(address: str, wanted: str, there: Sequence[UsbDevice]) -> UsbDevice:
    """Return the one device of this number, of this name, or the only one with this in its name."""
    if wanted.isdecimal():
        found = [one for one in there if one.index == int(wanted)]
    else:
        name = wanted.strip().casefold()
        found = [one for one in there if one.name.casefold() == name] or [
            one for one in there if name and name in one.name.casefold()
        ]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"usb:{one.index} ({one.name})" for one in found)
        raise InputError(address, f"{len(found)} devices fit that name", f"choose one by number: {several}")
    names = ", ".join(f"usb:{one.name}" for one in there)
    if names:
        raise InputError(address, "there is no such device", f"plug it in, or choose of: {names}")
    raise InputError(address, "no video device is there", "plug it in")


def same_device(address: str, known: UsbDevice, there: Sequence[UsbDevice]) -> UsbDevice:
    """Return a device that was seen before, by what it is: its number may be another one's now."""
    alike = [one for one in there if one.is_same(known)]
    in_place = [one for one in alike if one.path == known.path]
    if len(in_place or alike) == 1:
        return (in_place or alike)[0]
    if alike:
        raise InputError(address, f"{len(alike)} devices like it are there now", "open the right one again")
    raise InputError(address, "is not there", "plug it in again")


def why_forbidden(device: UsbDevice) -> str:
    """Return why this user may not open a device; "" where the system does not forbid it."""
    if not device.path.startswith("/dev/") or os.access(device.path, os.R_OK | os.W_OK):
        return ""
    return "you may not use it; type: sudo usermod -aG video $USER, then log out and in"
