"""Errors that the operator can act on. What happened, and what to do, in one line."""

from __future__ import annotations


class UsbioError(Exception):
    """Something the operator can mend. ``what`` names the thing, ``happened`` the fault, ``to_do`` the way out."""

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


class ClipDamaged(InputError):
    """A clip breaks off; the frames before the break were yielded."""


class DeviceLost(UsbioError):
    """A device went away while frames were being read."""


class OutputError(UsbioError):
    """Results cannot be written: folder not writable, disk full, file exists."""


def _one_line(text: str) -> str:
    # File names may hold line breaks and bytes that are no UTF-8; an error is one line that any terminal prints.
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
