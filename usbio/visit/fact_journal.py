"""The journal of a visit while it is written: opened anew or gone on with, found again when it was away."""

from __future__ import annotations

import errno
from pathlib import Path

from usbio import __version__
from usbio.columns import SCHEMA_VERSION
from usbio.errors import OutputError, output_error
from usbio.private_file import make_private_folder, write_private_bytes
from usbio.recording.journal import Journal
from usbio.recording.place import JOURNAL
from usbio.recording.synced_file import SyncedFile
from usbio.visit.claim import Claim
from usbio.visit.fact_lines import entry_of
from usbio.visit.facts import Fact
from usbio.visit.visit_file import HEADER, read_visit

TORN = "journal.torn"
_PATIENCE_S = 0.2  # whoever lists visits holds each for a moment


class FactJournal:
    """Appends facts to what stands there already, for one thread. Failures are `OSError` or `OutputError`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / JOURNAL
        make_private_folder(folder)
        try:
            self._claim = Claim(folder, _PATIENCE_S)
        except BlockingIOError as error:
            raise OutputError(folder, "this visit is open in another window", "close it there") from error
        except OSError as error:
            raise output_error(folder, error) from error
        try:
            self._open()
        except OSError as error:
            self._claim.release()
            raise output_error(folder, error) from error
        except Exception:
            self._claim.release()
            raise

    def _open(self) -> None:
        self._file = SyncedFile(self._path, 0o600)
        stood = read_visit(self.folder, seconds=False)
        self._set_torn_aside(stood.check.size)
        self.facts = len(stood.facts)  # that stand in it
        self._journal = Journal(self._file, stood.check.seal)
        if not stood.headed and not stood.facts:
            told = {"schema_version": SCHEMA_VERSION, "program_version": __version__}
            self._journal.write({"kind": HEADER} | told)
        self._journal.sync()

    def _set_torn_aside(self, sound: int) -> None:
        """The piece of a line that a kill left is no fact; it lies beside the journal from now on."""
        torn = self._path.read_bytes()[sound:]
        if torn:
            write_private_bytes(self.folder / TORN, torn)
        self._file.cut(sound)

    @property
    def size(self) -> int:
        """Bytes that stand in it."""
        return self._file.size

    def write(self, fact: Fact) -> None:
        """Append one fact, whole or not at all."""
        self._journal.write(entry_of(fact))
        self.facts += 1

    def sync(self) -> None:
        """Return once every fact lies on the disk."""
        self._journal.sync()

    def come_back(self) -> None:
        """Go on where it lies now, should its folder have been deleted, or its disk removed and put back.

        A file that is deleted can still be read by whoever had it open: it is written anew in its old place.
        """
        if not self._file.gone:
            return
        content = self._file.content()
        if not self.folder.parent.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "its disk is away")
        if self._path.exists() and not content.startswith(self._path.read_bytes()):
            raise FileExistsError(errno.EEXIST, "another journal lies there")
        make_private_folder(self.folder)
        write_private_bytes(self._path, content)
        file = SyncedFile(self._path, 0o600)
        file.cut(len(content))
        self.close()
        self._file, self._claim = file, Claim(self.folder)
        self._journal = Journal(file, self._journal.seal)

    def close(self) -> None:
        """Release it. May be called twice."""
        self._file.close()
        self._claim.release()
