"""All clips of one call of `usbio analyze`, and what is said of them, in their order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from usbio.cli.console import Bar, say_error, say_traced
from usbio.errors import CallError, UsbioError

if TYPE_CHECKING:
    from segmentation.results import Side
    from usbio.job import Job, Outcome
    from usbio.outputs import Place
    from usbio.task import Extras, Task

Heard = Callable[[int, int, "int | None"], None]
Hands = Callable[["Sequence[Job]", Heard], "Generator[tuple[int, Outcome]]"]
"""Whoever does the jobs: tells progress, and yields number and outcome of each in any order."""


@dataclass(frozen=True, slots=True)
class NamedClip:
    """A clip of the call, and of a pair its side."""

    path: Path
    side: Side | None


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked."""

    clips: list[NamedClip]
    out: Path | None
    tasks: list[Task]  # one a clip
    extras: Extras
    force: bool
    paired: bool
    threads: int | None  # of each process


@contextlib.contextmanager
def crew(jobs: int, threads: int | None) -> Iterator[Hands]:
    """Give this process itself for one job at a time, or as many others as are asked for."""
    if jobs > 1:
        from usbio.workers import Workers

        with Workers(jobs, threads) as workers:
            yield workers.outcomes
        return
    if threads is not None:
        from usbio.thread_limits import limit_threads

        limit_threads(threads)
    yield _alone


def _alone(jobs: Sequence[Job], heard: Heard) -> Generator[tuple[int, Outcome]]:
    from usbio.batch import attempt

    for number, job in enumerate(jobs):
        yield number, attempt(job, partial(heard, number))


def _refuse_unknown_side(task: Task, name: str) -> None:
    """The call is incomplete whatever the clip holds, and whatever results stand there already."""
    from usbio.picture_sides import picture_sides

    picture_sides(task.view, task.setup, task.side, task.image_left, name)


class ClipBatch:
    """The clips of one call. A call that is wrong is refused before any of them is opened."""

    def __init__(self, call: Call) -> None:
        from usbio.outputs import Place, places, refuse_inputs

        self._call = call
        paths = [clip.path for clip in call.clips]
        self._places = places(paths, call.out)
        self._tasks = [_own(task, clip) for task, clip in zip(call.tasks, call.clips, strict=True)]
        for clip, task in zip(call.clips, self._tasks, strict=True):
            _refuse_unknown_side(task, clip.path.name)
        refuse_inputs(self._places, paths, call.extras.endings)
        stem = "+".join(place.stem for place in self._places)
        self._pair = Place(call.out or self._places[0].folder, stem) if call.paired else None
        self._usable = False  # once a clip went well, the call itself cannot be wrong
        self._failed = self._stood = 0

    def run(self, hands: Hands, bar: Bar) -> int:
        """Do all, say what came of it, and return the exit code."""
        from usbio.outputs import prove_writable

        if self._call.out is not None:
            prove_writable(self._call.out)
        if self._pair is not None:
            self._run_pair(self._pair, hands, bar)
        else:
            self._outcomes(hands, bar)
        if self._stood:
            n = len(self._call.clips)
            bar.say(f"{self._stood} of {n} clip{'s' if n > 1 else ''} stood already")
        return 1 if self._failed else 0

    def _run_pair(self, place: Place, hands: Hands, bar: Bar) -> None:
        from usbio.clip_pair import comparison

        both = comparison(place, self._jobs())
        if both.stands:
            self._stood, self._failed = len(self._call.clips), len(both.broken)
            with bar.aside():
                for error in both.broken:
                    say_error(error)
            return
        left, right = self._outcomes(hands, bar)
        if left.report is None or right.report is None:
            return
        try:
            both.write(left.report, right.report)
        except UsbioError as error:
            self._failed += 1
            with bar.aside():
                say_error(error)
        else:
            bar.say(f"{place.stem}: compared in {place.path('.summary.csv')}")

    def _outcomes(self, hands: Hands, bar: Bar) -> list[Outcome]:
        """Let all jobs be done; each is told of once those before it are."""
        came: dict[int, Outcome] = {}
        told: list[Outcome] = []
        with contextlib.closing(hands(self._jobs(), bar.move)) as outcomes:
            for number, outcome in outcomes:
                bar.end(number)
                came[number] = outcome
                while len(told) in came:
                    self._tell(self._call.clips[len(told)], came[len(told)], bar)
                    told.append(came.pop(len(told)))
        return told

    def _jobs(self) -> list[Job]:
        from usbio.job import Job

        call = self._call
        return [
            Job(clip.path, place, task, call.extras, call.force, call.threads, call.paired)
            for clip, place, task in zip(call.clips, self._places, self._tasks, strict=True)
        ]

    def _tell(self, clip: NamedClip, outcome: Outcome, bar: Bar) -> None:
        if isinstance(outcome.error, CallError) and not self._usable:
            raise outcome.error  # the call is wrong; once a clip went well with it, only this clip is
        self._usable |= outcome.usable
        self._stood += outcome.stood
        self._failed += outcome.failed
        if outcome.said:
            bar.count(outcome.counted)
            bar.say(outcome.said)
        with bar.aside() if outcome.failed else contextlib.nullcontext():
            if outcome.error is not None:
                say_error(outcome.error)
            if outcome.bug is not None:
                say_traced(str(clip.path), outcome.bug.reason, outcome.bug.trace)


def _own(task: Task, clip: NamedClip) -> Task:
    return task if clip.side is None else replace(task, side=clip.side)
