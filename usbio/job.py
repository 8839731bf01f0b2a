"""What is to be done with one clip of many, and what became of it; both travel between processes."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from usbio.errors import UsbioError
from usbio.outputs import Place
from usbio.task import Extras, Task

if TYPE_CHECKING:
    from usbio.analyze import ClipReport


@dataclass(frozen=True, slots=True)
class Job:
    """One clip, where its results go, and how."""

    clip: Path
    place: Place
    task: Task
    extras: Extras
    force: bool  # replace results that stand
    threads: int | None  # of the process that does it; None leaves them to the libraries
    of_pair: bool  # the comparison needs what was measured, even where the results stand already


@dataclass(frozen=True, slots=True)
class Bug:
    """An error of the program, in words that outlive its process."""

    reason: str
    trace: str

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Put an exception into words."""
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return cls(reason, "".join(traceback.format_exception(error)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job."""

    said: str = ""  # the line for the operator, where it was measured
    counted: str = ""  # the same in frames
    stood: bool = False
    error: UsbioError | None = None  # also of a clip that broke off and kept its first frames
    bug: Bug | None = None
    report: ClipReport | None = None  # of a pair

    @property
    def usable(self) -> bool:
        """True where there are results, now or from before."""
        return bool(self.said) or self.stood

    @property
    def failed(self) -> bool:
        """True where something is to be mended."""
        return self.error is not None or self.bug is not None
