"""What the journal of a visit says: read back after its end, or after it was broken off."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from usbio.columns import SCHEMA_VERSION
from usbio.data_folder import visits_folder
from usbio.errors import InputError, input_error
from usbio.recording.journal import JournalCheck, read_lines
from usbio.recording.place import JOURNAL
from usbio.visit.claim import claimed
from usbio.visit.fact_lines import UnknownFact, fact_of
from usbio.visit.facts import Fact, VisitBegun, VisitEnded, VisitResumed

HEADER = "journal"
_SECOND = b',"kind":"second_seen"}'
_ENDED, _RESUMED = b'"kind":"visit_ended"', b'"kind":"visit_resumed"'


@dataclass(frozen=True, slots=True)
class VisitFile:
    """Everything a journal says. A fact has its place; what this program does not know is None there."""

    facts: tuple[Fact | None, ...]
    check: JournalCheck
    headed: bool = False

    @property
    def known(self) -> tuple[Fact, ...]:
        """The facts that this program knows."""
        return tuple(fact for fact in self.facts if fact is not None)


@dataclass(frozen=True, slots=True)
class VisitOutline:
    """A visit as its folder shows it at a glance."""

    folder: Path
    begun: VisitBegun
    ended: bool
    running: bool  # a program has it open

    @property
    def interrupted(self) -> bool:
        """True where it was broken off, and can be gone on with."""
        return not (self.ended or self.running)


def read_visit(folder: Path, seconds: bool = True) -> VisitFile:
    """Read the journal of a visit. A torn last line is normal after a kill, and passed over.

    Without ``seconds``, which are nearly all of it, in a moment: in their places is None.
    """
    check = JournalCheck()
    facts: list[Fact | None] = []
    headed = False
    for line in read_lines(folder / JOURNAL, check):
        if line.startswith(_HEADER_LINE):
            _refuse_newer(folder, line)
            headed = True
        else:
            facts.append(_fact(line) if seconds or not line.endswith(_SECOND) else None)
    return VisitFile(tuple(facts), check, headed)


def visit_facts(folder: Path, seconds: bool = True) -> tuple[Fact, ...]:
    """Return the facts of a visit in their order, with the seconds of pictures or without."""
    return read_visit(folder, seconds).known


def visit_folders(data: Path) -> list[Path]:
    """Return the folders of all visits, the oldest first."""
    try:
        return sorted(path.parent for path in visits_folder(data).glob(f"*/{JOURNAL}"))
    except OSError as error:
        raise input_error(visits_folder(data), error) from error


def visit_outlines(data: Path) -> Iterator[VisitOutline]:
    """Yield every visit at a glance, without reading it; a folder without a beginning is passed over."""
    for folder in visit_folders(data):
        begun = _begun(folder)
        if begun is not None:
            yield VisitOutline(folder, begun, _ended(folder / JOURNAL), claimed(folder))


def interrupted_visits(data: Path) -> tuple[VisitOutline, ...]:
    """Return the visits that were broken off, the newest last."""
    return tuple(one for one in visit_outlines(data) if one.interrupted)


_HEADER_LINE = b'{"kind":"' + HEADER.encode() + b'"'


def _fact(line: bytes) -> Fact | None:
    try:
        return fact_of(line)
    except UnknownFact:
        return None


def _refuse_newer(folder: Path, line: bytes) -> None:
    if json.loads(line).get("schema_version", 0) > SCHEMA_VERSION:
        raise InputError(
            folder, "was kept by a newer version of usbio", "install the newest version and try again"
        )


def _begun(folder: Path) -> VisitBegun | None:
    for line in read_lines(folder / JOURNAL, JournalCheck()):
        if not line.startswith(_HEADER_LINE):
            fact = _fact(line)
            return fact if isinstance(fact, VisitBegun) else None
    return None


def _ended(journal: Path) -> bool:
    """Whether it ended after it last went on. Looked for backwards: a long visit has many megabytes."""
    try:
        with journal.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as said:
            ended = said.rfind(_ENDED)
            return ended >= 0 and said.find(_RESUMED, ended) < 0
    except (OSError, ValueError):  # empty
        return False


def broken_off(facts: tuple[Fact, ...]) -> bool:
    """Return whether facts stop before the end of the visit."""
    turns = [fact for fact in facts if isinstance(fact, VisitEnded | VisitResumed)]
    return not (turns and isinstance(turns[-1], VisitEnded))
