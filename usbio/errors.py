"""Errors that the operator can act on. What happened, and what to do, in one line."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path


class UsbioError(Exception):
    """Something the operator can mend: what it is about, what happened, what to do."""

    def __init__(self, what: object, happened: str, to_do: str) -> None:
        self.what = _one_line(str(what))
        self.happened = _one_line(happened)
        self.to_do = _one_line(to_do)
        super().__init__(what, happened, to_do)  # the arguments as they came, so that it can be pickled

    def __str__(self) -> str:
        return f"{self.what}: {self.happened}; {self.to_do}"


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
        return InputError(path, "no such file or folder", "check the path")
    if error.errno in _FORBIDDEN:
        return InputError(path, "may not be read", "ask for the right to read it, or copy it elsewhere")
    return InputError(path, f"cannot be read ({_reason(error)})", "copy it to another disk and try again")


def output_error(path: Path, error: OSError) -> OutputError:
    """Say why a file cannot be written."""
    if error.errno in _FULL:
        return OutputError(path, "the disk is full", "free some space or choose another folder")
    if error.errno in _FORBIDDEN:
        return OutputError(path, "its folder cannot be written to", "choose another folder")
    if error.errno in _MISSING:
        return OutputError(path, "its folder does not exist", "make the folder or choose another")
    return OutputError(path, f"writing failed ({_reason(error)})", "choose another folder or disk")


def said_of(error: BaseException) -> str:
    """Return what any exception says, in one line."""
    return _one_line(f"{type(error).__name__}: {error}").rstrip(": ")


_SECRET = re.compile(r"\b([a-z]+://)\S*@")  # a user and a password in front of a host
_MISSING = (errno.ENOENT, errno.ENOTDIR)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, errno.EDQUOT)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else "no reason given"


def _one_line(text: str) -> str:
    # File names may hold line breaks and bytes that are no UTF-8; any terminal shows an error as one line.
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return _SECRET.sub(r"\1", line)
