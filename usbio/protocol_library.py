"""The protocols there are: those that are shipped, and those in the operator's own folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from usbio.data_folder import data_folder
from usbio.errors import CallError, UsbioError, input_error
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
    texts = {
        Path(file.name).stem: file.read_text(encoding="utf-8")
        for file in sorted(resources.files("usbio").joinpath("protocols").iterdir(), key=lambda f: f.name)
        if file.name.endswith(ENDING)
    }
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
    for path in _files(folder or own_folder()):
        try:
            found[path.stem] = load_own(path)
        except UsbioError as error:
            troubles.append(error)
    return OwnProtocols(MappingProxyType(found), tuple(troubles))


def load_own(path: Path) -> Protocol:
    """Read one protocol file; what lies beside it and what is shipped may follow it."""
    if path.stem in shipped_protocols():
        raise CallError(path, "has the name of a protocol that is shipped", "give the file another name")
    beside = (file.stem for file in _files(path.parent))
    return load_protocol(path, {*shipped_protocols(), *beside})


def protocol_named(name: str, folder: Path | None = None) -> Protocol:
    """Return a shipped or own protocol by its name."""
    if name in shipped_protocols():
        return shipped_protocols()[name]
    paths = {path.stem: path for path in _files(folder or own_folder())}
    if name in paths:
        return load_own(paths[name])
    known = ", ".join([*shipped_protocols(), *paths])
    raise CallError(name, "there is no such protocol", f"known are {known}")


def ladder(folder: Path | None = None) -> Mapping[str, Protocol]:
    """Return everything that can follow something: shipped protocols and own ones without mistakes."""
    return MappingProxyType({**shipped_protocols(), **own_protocols(folder).protocols})


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == ENDING)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise input_error(folder, error) from error
