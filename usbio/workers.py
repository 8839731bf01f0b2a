"""Jobs on several processes. One that dies costs its own job only and is replaced.

A pool of the standard library cannot say which of its jobs a dead process had, and gives up all of them.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Self

from usbio.errors import InputError
from usbio.worker import serve

if TYPE_CHECKING:
    from usbio.job import Job, Outcome

Heard = Callable[[int, int, int | None], None]
"""Told the number of a job, how many of its pictures are done, and of how many."""

_WAIT_S = 1.0
_PATIENCE_S = 10.0


class Workers:
    """Processes that wait for jobs; they start at once, and load the program while this one reads on."""

    def __init__(self, count: int, threads: int | None) -> None:
        # Spawned: the same on every system, and nothing of this process's threads is copied.
        self._context = multiprocessing.get_context("spawn")
        self._threads = threads
        self._workers = [self._hired() for _ in range(count)]

    def outcomes(self, jobs: Sequence[Job], heard: Heard) -> Generator[tuple[int, Outcome]]:
        """Yield the number and the outcome of every job, as they end."""
        waiting = deque(enumerate(jobs))
        while waiting or any(worker.job for worker in self._workers):
            for worker in self._workers:
                if waiting and worker.job is None:
                    worker.give(*waiting.popleft())
            for connection in wait([worker.connection for worker in self._workers], _WAIT_S):
                worker = next(one for one in self._workers if one.connection is connection)
                yield from self._heard_of(worker, heard, more=bool(waiting))

    def _heard_of(self, worker: _Worker, heard: Heard, more: bool) -> Iterator[tuple[int, Outcome]]:
        number = worker.number
        try:
            news = worker.connection.recv()
        except (EOFError, OSError):
            self._workers.remove(worker)
            if more:
                self._workers.append(self._hired())
            job = worker.bury()
            if job is not None:
                yield number, _died(job, worker.process.exitcode)
            return
        if isinstance(news, tuple):
            heard(number, *news)
        else:
            worker.job = None
            yield number, news

    def _hired(self) -> _Worker:
        mine, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, self._threads), daemon=True)
        with _ctrl_c_held():
            process.start()
        theirs.close()
        return _Worker(process, mine)

    def close(self) -> None:
        """End all processes, whatever they do, and leave nothing half-written. May be called twice."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.bury()
        self._workers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    number: int = field(default=-1)
    job: Job | None = None

    def give(self, number: int, job: Job) -> None:
        self.number, self.job = number, job
        with contextlib.suppress(OSError):  # it died while idle: the next look at it says so
            self.connection.send(job)

    def bury(self) -> Job | None:
        """Wait for the end of a process, take away what it left, and return the job it had."""
        self.connection.close()
        self.process.join(_PATIENCE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        if self.job is not None and self.process.pid is not None:
            self.job.place.sweep(self.process.pid)
        return self.job


@contextlib.contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """A process started now never hears Ctrl-C, which goes to all of a terminal; this one hears it later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _died(job: Job, code: int | None) -> Outcome:
    from usbio.job import Outcome  # loads much, which the processes do meanwhile

    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    happened = f"the process that measured it ended ({how}), and nothing of it was written"
    to_do = "there may be too little memory: measure it again, with fewer --jobs"
    return Outcome(error=InputError(job.clip, happened, to_do))
