"""SIGKILL at any moment: everything older than one second is readable, and shows as interrupted."""

from __future__ import annotations

import multiprocessing
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.usbio.recording_process import record
from usbio.cli import main
from usbio.errors import ClipDamaged
from usbio.recording.contents import read_recording
from usbio.recording.derived import rebuild
from usbio.recording.plan import Codec
from usbio.sources.recording_clip import RecordingClip

AT_MOST_LOST_S = 1.0
KILLS = 10
Said = tuple[int, float, float]  # a picture, when it was delivered, and how far the recorder was behind
AT_ONCE = 2


def _killed(parent: Path, codec: Codec, after_s: float) -> tuple[Path, float, list[Said]]:
    """The folder, the moment of the kill, and what had been delivered when."""
    context = multiprocessing.get_context("forkserver")  # so that each need not load the program again
    context.set_forkserver_preload(["tests.usbio.recording_process"])
    hear, said = context.Pipe(duplex=False)
    process = context.Process(target=record, args=(parent, codec, said), daemon=True)
    process.start()
    said.close()
    folder, first = hear.recv(), hear.recv()
    time.sleep(after_s)
    process.kill()
    killed = time.time()
    delivered = [first]
    try:
        while True:
            delivered.append(hear.recv())
    except EOFError:
        pass
    process.join()
    hear.close()
    return folder, killed, delivered


@pytest.mark.parametrize("codec", ["ffv1", "libx264"])
def test_killed_at_random_moments(tmp_path: Path, codec: Codec) -> None:
    moments = random.Random(5)
    kills = [moments.uniform(0.2, 2.2) for _ in range(KILLS if codec == "ffv1" else 4)]
    with ThreadPoolExecutor(AT_ONCE) as hands:
        for killed in hands.map(lambda after_s: _killed(tmp_path, codec, after_s), kills):
            _nothing_old_is_lost(*killed)


def _nothing_old_is_lost(folder: Path, killed: float, delivered: list[Said]) -> None:
    recording = read_recording(folder)
    read: list[int] = []
    with pytest.raises(ClipDamaged, match="it was interrupted after"):
        read.extend(frame.index for frame in RecordingClip(recording).frames())
    # A machine that cannot keep up is behind, and the recorder says so.
    behind_s = max(waiting_s for _, moment, waiting_s in delivered[-20:])
    due = [index for index, moment, _ in delivered if moment < killed - AT_MOST_LOST_S - behind_s]
    assert set(due) <= set(read), f"{len(set(due) - set(read))} older than {AT_MOST_LOST_S} s were lost"
    assert read == list(range(len(read)))
    assert set(due) <= set(recording.measured)
    assert recording.interrupted
    assert recording.check.changed == []
    assert "live.frames.csv" in {path.name for path in rebuild(folder)}


def test_killed_recording_is_listed_and_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _, _ = _killed(tmp_path, "ffv1", 0.8)
    assert main(["recordings", str(tmp_path)]) == 0
    line = capsys.readouterr().out
    assert line.startswith(f"{folder.name}: interrupted, ")
    assert main(["recordings", str(tmp_path), "--rebuild", "--check"]) == 0
    assert "  made live.frames.csv" in capsys.readouterr().out.splitlines()
