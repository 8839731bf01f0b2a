"""Everything that can be opened now, and what cannot with its reason: all kinds asked side by side."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from usbio.errors import said_of
from usbio.sources.kind import Offer, SourceKind
from usbio.sources.kinds import BUILT_IN, foreign

PATIENCE_S = 4.0  # that any kind may take
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind, and what of it is there."""

    kind: SourceKind
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind to be asked, which may have to be loaded first."""

    load: Callable[[], SourceKind]
    instead: SourceKind  # what is shown of it before, or where it does not answer


def list_sources(patience_s: float = PATIENCE_S, also: Sequence[SourceKind] = ()) -> tuple[Listed, ...]:
    """Return every kind with what it offers, in the order of the table, `also` behind it."""
    own = [Asked(lambda kind=kind: kind, kind) for kind in (*BUILT_IN, *also)]  # type: ignore[misc]
    others = [Asked(plug_in.kind, plug_in.unusable("was not loaded")) for plug_in in foreign()]
    return ask_all([*own, *others], patience_s)


def ask_all(asked: Sequence[Asked], patience_s: float) -> tuple[Listed, ...]:
    """Ask each on a thread of its own; one that hangs keeps its thread and costs the others nothing."""
    questions = [_Question(one) for one in asked]
    until_s = time.perf_counter() + patience_s
    return tuple(question.answer(until_s, patience_s) for question in questions)


class _Question:
    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._found: Listed | None = None
        name = f"list {asked.instead.prefix}, {asked.instead.title}"
        # One that hung the last time is not asked once more: threads would pile up in a broken driver.
        self._thread = next((one for one in threading.enumerate() if one.name == name), None)
        if self._thread is None:
            self._thread = threading.Thread(target=self._ask, name=name, daemon=True)
            self._thread.start()

    def answer(self, until_s: float, patience_s: float) -> Listed:
        assert self._thread is not None
        self._thread.join(max(until_s - time.perf_counter(), 0.0))
        if self._found is not None:
            return self._found
        return self._in_vain(f"did not answer within {patience_s:g} s; unplug it or end what holds it")

    def _ask(self) -> None:
        try:
            kind = self._asked.load()
            self._found = Listed(kind, tuple(kind.offers()))
        except Exception as error:
            _log.exception("%s cannot be listed", self._asked.instead.title)
            self._found = self._in_vain(f"cannot be listed ({said_of(error)}); please report it")

    def _in_vain(self, trouble: str) -> Listed:
        kind = self._asked.instead
        return Listed(kind, (Offer(f"{kind.prefix}:", kind.title, trouble=trouble),))
