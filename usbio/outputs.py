"""Where the results of every clip go: no two to one name, nothing overwritten, all of a clip or nothing."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from usbio.errors import CallError, OutputError, output_error

TABLES = (".frames.csv", ".repetitions.csv", ".summary.csv", ".json", ".run.json")
OVERLAY, BORDERS, MMODE = ".overlay.mp4", ".borders.jsonl", ".mmode.png"
EXPERIMENTAL = ".experimental.csv"
PAIR = (".summary.csv", ".json", ".run.json")
PAIRS = ".pairs.csv"  # beside these, of two recordings that ran side by side


@dataclass(frozen=True, slots=True)
class Place:
    """A folder and a stem: where the results of one input are written."""

    folder: Path
    stem: str

    def path(self, ending: str) -> Path:
        """The path of one result."""
        return self.folder / f"{self.stem}{ending}"

    def existing(self, endings: Iterable[str]) -> list[Path]:
        """Which of the results stand there already."""
        return [path for ending in endings if os.path.lexists(path := self.path(ending))]

    def holds(self, ending: str) -> bool:
        """True where a result stands; one without a byte is what a power cut leaves of a file."""
        path = self.path(ending)
        return path.is_file() and path.stat().st_size > 0

    def sweep(self, pid: int | None = None) -> None:
        """Remove what a process that died left half-written; by default any that runs no more."""
        with contextlib.suppress(OSError):
            for path in list(self.folder.iterdir()):
                owner = _owner(path.name, self.stem)
                if owner is not None and (owner == pid if pid is not None else not _runs(owner)):
                    path.unlink(missing_ok=True)

    def refuse_existing(self, endings: Iterable[str]) -> None:
        """Raise where a result would be overwritten."""
        if found := self.existing(endings):
            raise OutputError(
                found[0], "exists already", "add --force to replace it, or choose another --out"
            )


def places(clips: Sequence[Path], out: Path | None) -> list[Place]:
    """Return where each clip's results go.

    Beside the clip, or in ``out``; there, clips of one name keep the folders in which they differ.
    """
    whole = [_whole(clip) for clip in clips]
    found = [_place(clip, whole, out) for clip in whole]
    first: dict[str, Path] = {}
    for clip, place in zip(clips, found, strict=True):
        other = first.setdefault(os.path.normcase(place.path("")), clip)
        if other is not clip and _whole(other) == _whole(clip):
            raise CallError(clip, "is named twice and would write the same files", "name it once")
        if other is not clip:
            raise CallError(
                clip,
                f"would write the same files as {other}",
                "rename one of them, or measure them in two calls with an --out each",
            )
    return found


def refuse_inputs(found: Sequence[Place], clips: Sequence[Path], endings: Iterable[str]) -> None:
    """Raise where the overlay or M-mode of one clip would replace another clip that is to be measured."""
    inputs = {os.path.normcase(_whole(clip)): clip for clip in clips}
    for path in (place.path(ending) for place in found for ending in endings):
        clip = inputs.get(os.path.normcase(_whole(path)))
        if clip is not None:
            raise CallError(
                clip, "is both an input and a result of this call", "leave it out, or choose --out"
            )


def stem_of(clip: Path) -> str:
    """Return the stem of a clip: the name without its ending, or the whole name of a folder."""
    return clip.name if clip.is_dir() else clip.stem


def prove_writable(folder: Path, make: bool = True) -> None:
    """Raise, before any work begins, where results could not be written to this folder."""
    probe = folder / f".usbio.{os.getpid()}.part"
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputError(folder, "is not a folder", "choose another folder") from error
    except OSError as error:
        raise _of_folder(folder, error) from error


class Results:
    """The files of one input, written under temporary names and given their own all at once.

    Without ``replace`` a result that stands is kept, and only what is missing is added.
    """

    def __init__(self, place: Place, replace: bool = True) -> None:
        self._place, self._replace = place, replace
        self._parts: dict[Path, Path] = {}

    def part(self, ending: str) -> Path:
        """Return the temporary name to write one result under; the ending stays last."""
        final = self._place.path(ending)
        suffix = final.suffix
        part = final.with_name(f".{final.name.removesuffix(suffix)}.{os.getpid()}.part{suffix}")
        self._parts[final] = part
        return part

    @contextlib.contextmanager
    def open(self, ending: str) -> Iterator[TextIO]:
        """Open one text result for writing; whatever fails is said of its final name."""
        try:
            with self.part(ending).open("w", encoding="utf-8", newline="") as file:
                yield file
        except OSError as error:
            raise output_error(self._place.path(ending), error) from error

    def commit(self) -> None:
        """Give all files their names.

        Where nothing stands yet the sidecar comes first: whoever finds it and misses others knows that they
        are of the same input. Where old results are replaced it comes last, for until then some are old.
        """
        sidecar = self._place.path(".json")
        first = not any(map(os.path.lexists, self._parts))
        for final in sorted(self._parts, key=lambda final: (final == sidecar) != first):
            if self._replace or not self._place.holds(final.name.removeprefix(self._place.stem)):
                self._name(final)

    def _name(self, final: Path) -> None:
        try:
            self._parts[final].replace(final)
        except OSError as error:
            raise output_error(final, error) from error
        del self._parts[final]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in self._parts.values():
            with contextlib.suppress(OSError):
                part.unlink()


_PART = re.compile(r"\.(\d+)\.part(\.\w+)?$")


def _owner(name: str, stem: str) -> int | None:
    """The process that writes this part of the results of a stem; None for any other file."""
    found = _PART.search(name) if name.lstrip(".").startswith(f"{stem}.") and name.startswith(".") else None
    return int(found[1]) if found else None


def _runs(pid: int) -> bool:
    if os.name == "nt":  # where this question would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _of_folder(folder: Path, error: OSError) -> OutputError:
    found = output_error(folder, error)
    happened = found.happened.replace("its folder cannot", "cannot")
    return OutputError(folder, happened, found.to_do)


def _place(clip: Path, clips: Sequence[Path], out: Path | None) -> Place:
    stem = stem_of(clip)
    if out is None:
        return Place(clip.parent, stem)
    namesakes = {other.parent for other in clips if stem_of(other) == stem}
    if len(namesakes) < 2:
        return Place(out, stem)
    try:
        shared = os.path.commonpath(namesakes)
    except ValueError:  # on two drives
        return Place(out / clip.parent.name, stem)
    return Place(out / clip.parent.relative_to(shared), stem)


def _whole(clip: Path) -> Path:
    """The path from its root, without dots, but links as they are: results go beside the link."""
    return Path(os.path.normpath(clip.absolute()))
