"""The journal of a recording: lines of JSON, each chained by a hash to all before it, never changed again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from usbio.errors import input_error
from usbio.recording.synced_file import SyncedFile

START = "0" * 32
_LINK = b',"chain":"'
_TAIL = len(_LINK) + len(START) + len(b'"}')


def chained(before: str, body: bytes) -> str:
    """Return the link of a line: the hash of the link before it and of what the line says."""
    return hashlib.blake2b(before.encode() + body, digest_size=16).hexdigest()


def packed(entry: Mapping[str, object]) -> str:
    """Return an entry as JSON; a nan would be none, and is our bug."""
    return json.dumps(entry, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Journal:
    """Append lines and bring them to the disk; for one thread. Every failure is an `OSError`.

    A line that could not be written whole is taken back, so that what stands always ends with a line.
    """

    def __init__(self, file: SyncedFile, seal: str = START) -> None:
        self._file = file
        self.seal = seal  # of the last line: whoever has noted it can tell whether anything was changed

    def write(self, entry: Mapping[str, object]) -> None:
        """Append one line."""
        self._append(packed(entry).encode())

    def write_frames(self, kind: str, lines: Sequence[str]) -> None:
        """Append one line of a kind that holds a line for each frame, packed before."""
        self._append(f'{{"kind":"{kind}","frames":[{",".join(lines)}]}}'.encode())

    def _append(self, body: bytes) -> None:
        seal = chained(self.seal, body)
        whole = self._file.size
        try:
            self._file.write(body[:-1] + _LINK + seal.encode() + b'"}\n')
        except OSError:
            if self._file.seekable:
                self._file.cut(whole)
            raise
        self.seal = seal

    def sync(self) -> None:
        """Return once every line lies on the disk."""
        self._file.sync()


@dataclass(slots=True)
class JournalCheck:
    """What reading found wrong, and the seal of the last line."""

    torn: bool = False  # the last line breaks off: normal where the program was killed
    changed: list[int] = field(default_factory=list)  # numbers of lines that are not as they were written
    lines: int = 0
    size: int = 0  # bytes up to the end of the last sound line
    seal: str = START


def read_lines(path: Path, check: JournalCheck) -> Iterator[bytes]:
    """Yield what each sound line says, without its link, and fill ``check`` on the way.

    A changed line is yielded all the same, where it can be read: what is readable is kept, and said.
    """
    unread: list[int] = []
    read = 0
    try:
        with path.open("rb") as file:
            for raw in file:
                check.lines += 1
                read += len(raw)
                line, link = raw[: -_TAIL - 1] + b"}", raw[-_TAIL - 1 :]
                if not (link.startswith(_LINK) and raw.endswith(b'"}\n')):
                    unread.append(check.lines)
                    continue
                _note_break(check, unread)
                said = link[len(_LINK) : -3].decode("ascii", "replace")
                if chained(check.seal, line) != said:
                    check.changed.append(check.lines)
                check.seal, check.size = said, read
                yield line
    except OSError as error:
        raise input_error(path, error) from error
    check.torn = bool(unread)  # and nothing sound came after
    check.lines -= len(unread)


def _note_break(check: JournalCheck, unread: list[int]) -> None:
    """What cannot be read, but has sound lines after it, was not torn off: somebody changed it."""
    check.changed += unread
    unread.clear()
