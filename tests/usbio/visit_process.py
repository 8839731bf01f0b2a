"""A process that keeps a visit, for the tests that kill it; it says when each fact was handed over."""

from __future__ import annotations

import time
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from tests.usbio.visit_facts import begun_in, capture, many_rows
from usbio.store.late_store import LateStore
from usbio.visit.facts import Fact
from usbio.visit.keeper import VisitKeeper

FACTS_HZ = 20.0


def keep(folder: Path, said: Connection) -> None:
    """Keep a fact twenty times a second until somebody ends it, one in ten a second of 180 values."""
    keeper = VisitKeeper(folder, LateStore(folder.parent.parent))
    keeper.keep(begun_in(folder))
    began_s = time.perf_counter()
    for index in count():
        time.sleep(max(began_s + index / FACTS_HZ - time.perf_counter(), 0.0))
        keeper.keep(fact_of_index(index))
        said.send((index, time.time()))


def fact_of_index(index: int) -> Fact:
    """The fact of a moment; its time is its number."""
    return many_rows(float(index), 180) if index % 10 == 9 else capture(float(index), 1)
