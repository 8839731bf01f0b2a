from __future__ import annotations

from typing import Any

from gui.bridge import PipelineBridge
from tests.fakes import picture
from usbio.frames import Frame
from usbio.sample import Counts, RunState, RunStatus, Sample


class WaitingRun:
    """A run with a number of samples in its box, one after the other."""

    def __init__(self, n: int) -> None:
        self.left = [
            Sample(Frame(i, i / 30, 0.0, picture()), None, Counts(), "", 0.0) for i in reversed(range(n))
        ]

    def take(self) -> Sample | None:
        return self.left.pop() if self.left else None

    def status(self) -> RunStatus:
        return RunStatus(RunState.RUNNING, "", False, 0.0, 30.0, Counts())


def test_a_sample_is_said_once(qtbot: Any) -> None:
    bridge = PipelineBridge()
    came: list[int] = []
    bridge.sampleArrived.connect(lambda sample: came.append(sample.frame.index))
    with qtbot.waitSignal(bridge.statusAsked, timeout=5000):
        bridge.watch(WaitingRun(3))
    qtbot.waitUntil(lambda: len(came) == 3, timeout=5000)
    # two further status rounds are 64 asks: nothing comes twice
    for _ in range(2):
        with qtbot.waitSignal(bridge.statusAsked, timeout=5000):
            pass
    assert came == [0, 1, 2]
    bridge.watch(None)


def test_nothing_is_asked_of_a_run_that_was_put_aside(qtbot: Any) -> None:
    bridge = PipelineBridge()
    run = WaitingRun(1000)
    with qtbot.waitSignal(bridge.sampleArrived, timeout=5000):
        bridge.watch(run)
    bridge.watch(None)
    left = len(run.left)
    with qtbot.assertNotEmitted(bridge.sampleArrived, wait=50):
        pass
    assert len(run.left) == left
