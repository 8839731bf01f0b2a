"""A visit killed at any moment: nothing older than a second is lost, and it can be gone on with."""

from __future__ import annotations

import multiprocessing
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.usbio.visit_facts import begun_in
from tests.usbio.visit_process import fact_of_index, keep
from usbio.store.catching_up import open_store
from usbio.visit.facts import VisitEnded, VisitResumed
from usbio.visit.keeper import VisitKeeper
from usbio.visit.visit_file import interrupted_visits, read_visit, visit_facts

AT_MOST_LOST_S = 1.0
KILLS, AT_ONCE = 10, 2


def _killed(folder: Path, after_s: float) -> tuple[Path, float, list[tuple[int, float]]]:
    """The folder, the moment of the kill, and which facts had been handed over when."""
    context = multiprocessing.get_context("forkserver")  # so that each need not load the program again
    context.set_forkserver_preload(["tests.usbio.visit_process"])
    hear, said = context.Pipe(duplex=False)
    process = context.Process(target=keep, args=(folder, said), daemon=True)
    process.start()
    said.close()
    handed = [hear.recv()]
    time.sleep(after_s)
    process.kill()
    killed = time.time()
    try:
        while True:
            handed.append(hear.recv())
    except EOFError:
        pass
    process.join()
    hear.close()
    return folder, killed, handed


def test_killed_at_ten_random_moments(tmp_path: Path) -> None:
    moments = random.Random(7)
    folders = [tmp_path / "visits" / f"v{k}" for k in range(KILLS)]
    with ThreadPoolExecutor(AT_ONCE) as hands:
        ended = list(hands.map(lambda f: _killed(f, moments.uniform(0.1, 2.6)), folders))
    assert [one.folder for one in interrupted_visits(tmp_path)] == sorted(folders)
    for folder, killed, handed in ended:
        facts = visit_facts(folder)
        assert facts[0] == begun_in(folder)
        due = sum(moment < killed - AT_MOST_LOST_S for _, moment in handed)
        assert len(facts) - 1 >= due, f"{due - len(facts) + 1} facts older than {AT_MOST_LOST_S} s were lost"
        assert len(facts) - 1 <= len(handed) + 1
        # nan is equal to nothing: what is known of a fact is compared by how it is shown
        assert [repr(f) for f in facts[1:]] == [repr(fact_of_index(k)) for k in range(len(facts) - 1)]

    store, troubles = open_store(tmp_path)  # which was killed while it was filled, too
    assert troubles == ()
    assert {folder.name: store.filled(folder.name) for folder in folders} == {
        folder.name: len(visit_facts(folder)) for folder in folders
    }
    store.close()


def test_killed_visit_is_gone_on_with(tmp_path: Path) -> None:
    folder, _, _ = _killed(tmp_path / "visits" / "v", 0.6)
    with (folder / "journal.jsonl").open("ab") as file:
        file.write(b'{"at_s":99.0,"trial":{"blo')  # as a kill in the middle of a line leaves it
    before = read_visit(folder)
    assert before.check.torn
    keeper = VisitKeeper(folder)
    keeper.keep(VisitResumed(100.0, "2026-11-03T10:20:00+01:00"))
    assert interrupted_visits(tmp_path) == ()  # somebody has it open
    keeper.keep(VisitEnded(101.0, "finished"))
    assert keeper.close()
    after = read_visit(folder)
    assert len(after.facts) == len(before.facts) + 2
    assert not after.check.torn
    assert after.check.changed == []
    assert (folder / "journal.torn").read_bytes() == b'{"at_s":99.0,"trial":{"blo'
    assert interrupted_visits(tmp_path) == ()
