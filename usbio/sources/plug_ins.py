"""Kinds of sources from other packages: entry points of the group `usbio.sources`.

The name of an entry point is the prefix. Foreign code is loaded only when its prefix is named or listed, and
what is wrong with it is said of it alone.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import NoReturn

from usbio.errors import InputError, UsbioError, said_of
from usbio.frames import FrameSource
from usbio.sources.foreign_source import Breach, ForeignSource
from usbio.sources.kind import Offer, SourceKind

GROUP = "usbio.sources"
_TO_DO = "mend or uninstall {maker}"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A prefix that another package brings, not loaded yet."""

    prefix: str
    maker: str  # the package that brings it
    entry: EntryPoint
    trouble: str = ""  # why it cannot be used whatever is in it

    def kind(self) -> SourceKind:
        """Load it, however long that takes; one that is broken says so when it is listed or opened."""
        try:
            return self._guarded(self._loaded())
        except Breach as error:
            return self.unusable(str(error))

    def unusable(self, reason: str) -> SourceKind:
        """Return what stands in its place where it cannot be used."""
        to_do = _TO_DO.format(maker=self.maker)
        offer = Offer(f"{self.prefix}:", f"plug-in of {self.maker}", trouble=f"{reason}; {to_do}")

        def _refuse(address: str, place: str) -> NoReturn:
            raise InputError(address, f"its plug-in {reason}", to_do)

        return SourceKind(self.prefix, offer.title, offer.address, _refuse, lambda: [offer])

    def _loaded(self) -> SourceKind:
        if self.trouble:
            raise Breach(self.trouble)
        try:
            found = self.entry.load()
            kind = found() if callable(found) else found
        except (Exception, SystemExit) as error:
            _log.exception("the plug-in %s of %s cannot be loaded", self.prefix, self.maker)
            raise Breach(f"cannot be loaded ({said_of(error)})") from error
        if not isinstance(kind, SourceKind):
            raise Breach(f"gives something else ({type(kind).__name__}) in place of a SourceKind")
        if kind.prefix != self.prefix:
            raise Breach(f"calls itself {kind.prefix} and is installed as {self.prefix}")
        return kind

    def _guarded(self, kind: SourceKind) -> SourceKind:
        """Return the kind with a guard around all that is called of it."""
        to_do = _TO_DO.format(maker=self.maker)

        def _open(address: str, place: str) -> FrameSource:
            try:
                return ForeignSource(self.maker, kind.open(address, place))
            except UsbioError:
                raise
            except Breach as error:
                raise InputError(address, f"its plug-in {error}", to_do) from error
            except Exception as error:
                _log.exception("the plug-in %s of %s cannot open %s", self.prefix, self.maker, address)
                raise InputError(address, f"its plug-in failed ({said_of(error)})", to_do) from error

        def _offers() -> Sequence[Offer]:
            try:
                found = tuple(kind.offers())
                wrong = next((offer for offer in found if not isinstance(offer, Offer)), None)
                if wrong is None:
                    return found
                reason = f"lists something else ({type(wrong).__name__}) in place of an Offer"
            except Exception as error:
                _log.exception("the plug-in %s of %s cannot list", self.prefix, self.maker)
                reason = f"cannot say what is there ({said_of(error)})"
            return [Offer(f"{self.prefix}:", kind.title, trouble=f"{reason}; {to_do}")]

        def _shown(place: str) -> str:
            try:
                return str(kind.shown(place))
            except Exception:
                _log.exception("the plug-in %s of %s cannot say its place", self.prefix, self.maker)
                return place.partition("?")[0]

        return replace(kind, open=_open, offers=_offers, shown=_shown)


def plug_ins(taken: Collection[str]) -> tuple[PlugIn, ...]:
    """Return every plug-in that is installed, none of them loaded; ``taken`` are the prefixes of our own."""
    entries = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, _maker(entry)))
    claims = Counter(entry.name for entry in entries)
    return tuple(
        PlugIn(entry.name, _maker(entry), entry, _trouble(entry.name, claims[entry.name], taken))
        for entry in entries
    )


def _maker(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value


def _trouble(prefix: str, claims: int, taken: Collection[str]) -> str:
    if prefix in taken:
        return f"takes the name {prefix}, which belongs to the program"
    if not re.fullmatch(r"[a-z][a-z0-9-]+", prefix):
        return "has a name that no address can begin with: small letters, figures and hyphens, two or more"
    if claims > 1:
        return f"shares the name {prefix} with that of another package"
    return ""
