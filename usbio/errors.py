"""Errors that the operator can act on. What happened, and what to do, in one line."""

from __future__ import annotations

import errno
import os
import re
from functools import cache
from pathlib import Path

from usbio.texts import Text, Texts


class UsbioError(Exception):
    """Something the operator can mend: what it is about, what happened, what to do.

    Each is a sentence in English, or a Text, which can be said in other languages too.
    """

    def __init__(self, what: object, happened: str | Text, to_do: str | Text) -> None:
        self.what = _said(what, _english())
        self.happened = _said(happened, _english())
        self.to_do = _said(to_do, _english())
        super().__init__(what, happened, to_do)  # the arguments as they came, so that it can be pickled

    def __str__(self) -> str:
        return f"{self.what}: {self.happened}; {self.to_do}"

    def said_in(self, texts: Texts) -> str:
        """Return the line in another language, as far as its parts are Texts."""
        what, happened, to_do = (_said(part, texts) for part in self.args)
        return f"{what}: {happened}; {to_do}"


class CallError(UsbioError):
    """The call itself is wrong or incomplete: exit code 2."""


class InputError(UsbioError):
    """An input cannot be used: exit code 1, the others go on."""


class ClipDamaged(InputError):  # noqa: N818 - said as the operator says it
    """A clip breaks off; the frames before the break were yielded."""


class DeviceLost(UsbioError):  # noqa: N818 - said as the operator says it
    """A device went away while frames were being read."""


class OutputError(UsbioError):
    """Results cannot be written: folder not writable, disk full, file exists."""


def input_error(path: Path, error: OSError) -> InputError:
    """Say why a file or folder cannot be read."""
    if error.errno in _MISSING:
        return InputError(path, Text("error.file_missing"), Text("error.file_missing.to_do"))
    if error.errno in _FORBIDDEN:
        return InputError(path, Text("error.file_forbidden"), Text("error.file_forbidden.to_do"))
    return InputError(
        path, Text("error.file_unreadable", reason=_reason(error)), Text("error.file_unreadable.to_do")
    )


def output_error(path: Path, error: OSError) -> OutputError:
    """Say why a file cannot be written."""
    if error.errno in _FULL:
        return OutputError(path, Text("error.disk_full"), Text("error.disk_full.to_do"))
    if error.errno in _FORBIDDEN:
        return OutputError(path, Text("error.folder_forbidden"), Text("error.folder_forbidden.to_do"))
    if error.errno in _MISSING:
        return OutputError(path, Text("error.folder_missing"), Text("error.folder_missing.to_do"))
    return OutputError(path, Text("error.unwritable", reason=_reason(error)), Text("error.unwritable.to_do"))


def said_of(error: BaseException) -> str:
    """Return what any exception says, in one line."""
    return _one_line(f"{type(error).__name__}: {error}").rstrip(": ")


_SECRET = re.compile(r"\b([a-z]+://)\S*@")  # a user and a password in front of a host
_MISSING = (errno.ENOENT, errno.ENOTDIR)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, errno.EDQUOT)


@cache
def _english() -> Texts:
    """What the command line and the log are written in; read when the first error is made."""
    return Texts()


def _said(part: object, texts: Texts) -> str:
    return _one_line(texts.say(part) if isinstance(part, Text) else str(part))


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else "no reason given"


def _one_line(text: str) -> str:
    # File names may hold line breaks and bytes that are no UTF-8; any terminal shows an error as one line.
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return _SECRET.sub(r"\1", line)
