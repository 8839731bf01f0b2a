"""The protocols there are: those that are shipped, and those in the operator's own folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from usbio.data_folder import data_folder
from usbio.errors import CallError, InputError, UsbioError, input_error
from usbio.protocol import Protocol
from usbio.protocol_file import ENDING, load_protocol, read_protocol


@dataclass(frozen=True, slots=True)
class OwnProtocols:
    """What the operator's folder holds: protocols that can be used, and why others cannot."""

    protocols: Mapping[str, Protocol]
    troubles: tuple[UsbioError, ...] = ()


@cache
def shipped_protocols() -> Mapping[str, Protocol]:
    """Return the protocols that come with the program, by name."""
    texts = _shipped_texts()
    return MappingProxyType(
        {name: read_protocol(text, name, f"{name}{ENDING}", texts) for name, text in texts.items()}
    )


def own_folder() -> Path:
    """Return where the operator's own protocols lie."""
    return data_folder() / "protocols"


def own_protocols(folder: Path | None = None) -> OwnProtocols:
    """Read the operator's own protocols. One that has mistakes keeps no other from being used."""
    found: dict[str, Protocol] = {}
    troubles: list[UsbioError] = []
    try:
        paths = _files(folder or own_folder())
    except UsbioError as error:
        return OwnProtocols(MappingProxyType(found), (error,))
    for path in paths:
        try:
            found[path.stem] = load_own(path)
        except UsbioError as error:
            troubles.append(error)
    return OwnProtocols(MappingProxyType(found), tuple(troubles))


def load_own(path: Path) -> Protocol:
    """Read one protocol file; what lies beside it and what is shipped may follow it."""
    if path.stem in shipped_protocols():
        raise InputError(path, "has the name of a protocol that is shipped", "give the file another name")
    return load_protocol(path, {*shipped_protocols(), *own_files(path.parent)})


def own_files(folder: Path | None = None) -> Mapping[str, Path]:
    """Return the files in the operator's folder by the names they have, whether they can be read or not."""
    return {path.stem: path for path in _files(folder or own_folder())}


def protocol_named(name: str, folder: Path | None = None) -> Protocol:
    """Return a shipped or own protocol by its name."""
    shipped = shipped_protocols().get(name)
    return shipped if shipped is not None else load_own(_own_file(name, folder))


def protocol_text(name: str, folder: Path | None = None) -> str:
    """Return the file of a shipped or own protocol as it is written, for an own one to begin from."""
    if name in shipped_protocols():
        return _shipped_texts()[name]
    path = _own_file(name, folder)
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise input_error(path, error) from error


def ladder(folder: Path | None = None) -> Mapping[str, Protocol]:
    """Return everything that can follow something: shipped protocols and own ones without mistakes."""
    return MappingProxyType({**shipped_protocols(), **own_protocols(folder).protocols})


@cache
def _shipped_texts() -> Mapping[str, str]:
    files = resources.files("usbio").joinpath("protocols").iterdir()
    return {
        file.name.removesuffix(ENDING): file.read_text(encoding="utf-8")
        for file in sorted(files, key=lambda one: one.name)
        if file.name.endswith(ENDING)
    }


def _own_file(name: str, folder: Path | None) -> Path:
    files = own_files(folder)
    if name not in files:
        known = ", ".join([*shipped_protocols(), *files])
        raise CallError(name, "there is no such protocol", f"known are {known}")
    return files[name]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == ENDING and path.is_file())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise input_error(folder, error) from error
