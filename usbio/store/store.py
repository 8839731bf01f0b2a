"""The store: opened, filled, asked. All it holds is in the journals, and it can be built anew from them."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from usbio.errors import OutputError
from usbio.store import tables
from usbio.store.fact_rows import add_fact, begin_visit
from usbio.store.migration import keep_copy, migrate, newest_revision, refuse_newer, revision
from usbio.store.sqlite_file import ERRORS, WRITES, sqlite_engine, told
from usbio.visit.facts import Fact, VisitBegun

_log = logging.getLogger(__name__)


class StoreTrouble(OutputError):  # noqa: N818 - said as the operator says it
    """The store cannot be used at the moment. The journals of the visits are not touched by it."""


class Store:
    """Visits in one file. May be used from any thread; whatever fails is a `UsbioError` in words."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine
        self._writer = engine.execution_options(**{WRITES: True})

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a store, made where there is none, and bring an older one to today's form; a copy is kept."""
        store = cls(path, sqlite_engine(path))
        try:
            store._bring_up()
        except BaseException:
            store.close()
            raise
        return store

    def _bring_up(self) -> None:
        with _in_words(self.path):
            with self._engine.connect() as connection:
                found = revision(connection)
            if found == newest_revision():
                return
            refuse_newer(self.path, found)
            keep_copy(self.path, found)
            with self._writer.begin() as connection:
                migrate(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Ask; what is asked within one block belongs together."""
        with _in_words(self.path), Session(self._engine) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Change; all of it or nothing."""
        with _in_words(self.path), Session(self._writer) as session, session.begin():
            yield session

    def filled(self, visit: str) -> int:
        """Return how many facts of a visit's journal are in here."""
        with self.reading() as session:
            return session.scalar(select(tables.Visit.facts).where(tables.Visit.name == visit)) or 0

    def fill(self, visit: str, first: int, facts: Sequence[Fact | None], size: int) -> int:
        """Take facts of which ``first`` is the place of the first one in the journal of ``size`` bytes.

        Those in here already are passed over. Where some before the first are missing, none is taken.
        Returns how many are in here now.
        """
        with self.writing() as session:
            row = session.scalar(select(tables.Visit).where(tables.Visit.name == visit))
            if row is None:
                begun = next((fact for fact in facts if isinstance(fact, VisitBegun)), None)
                if first or begun is None:
                    return 0
                row = begin_visit(session, visit, begun)
            if first > row.facts:
                return row.facts
            for place, fact in enumerate(facts, first):
                if place >= row.facts and fact is not None:
                    add_fact(session, row, place, fact)
            row.facts = max(row.facts, first + len(facts))
            row.journal_bytes = size
            return row.facts

    def sizes(self) -> dict[str, int]:
        """Return how long the journal of each visit was when it was last taken in."""
        with self.reading() as session:
            found = session.execute(select(tables.Visit.name, tables.Visit.journal_bytes))
            return {row.name: row.journal_bytes for row in found}

    def forget(self, visit: str) -> None:
        """Take a visit out, and its subject where it was the only one; the journal stays."""
        with self.writing() as session:
            row = session.scalar(select(tables.Visit).where(tables.Visit.name == visit))
            if row is None:
                return
            subject = row.subject
            session.delete(row)
            session.flush()
            session.expire(subject)
            if not subject.visits:
                session.delete(subject)

    def close(self) -> None:
        """Release the file. May be called twice."""
        self._engine.dispose()


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except ERRORS as error:
        words = told(error)
        if words is None:
            raise
        _log.warning("the store: %s", error)
        raise StoreTrouble(path, *words) from error
