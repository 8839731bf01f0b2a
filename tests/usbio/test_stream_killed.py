"""usbio stream is killed and begun again: a receiver in a third process goes on with the inlets it has."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.usbio.command_line import ended_at_last, started
from tests.usbio.lsl_programs import Receiver, Sample, ended

FPS = 25.0
LATE_S = 1.0  # a picture may arrive so much later than it is due while the program begins, on shared cores


def begun_s(sample: Sample) -> float:
    """The moment at which the source began, as far as a receiver can tell: stamp less ``time_s``."""
    stamp_s, values = sample
    return float(stamp_s - values[1])


def test_a_receiver_goes_on_after_a_kill_and_sees_the_gap(lsl: Any) -> None:
    first_s = lsl.local_clock()
    with ended_at_last(started("stream", "sim:layer")) as killed:
        receiver = Receiver("sim:layer")  # recovered by the library, which is what receivers do unless told
        with ended(receiver):
            came = {part: receiver.samples(part, 10) for part in ("frames", "measurements")}
            killed.kill()
            killed.wait()
            killed_s = lsl.local_clock()
            with ended_at_last(started("stream", "sim:layer")):
                for part, samples in came.items():
                    while len(samples) < 20 or samples[-10][0] < killed_s:
                        samples += receiver.samples(part, 1)
    for samples in came.values():
        assert all(earlier[0] < later[0] for earlier, later in pairwise(samples))  # nothing came twice
        before, after = [s for s in samples if s[0] < killed_s], samples[-10:]
        assert len(before) + len(after) == len(samples)
        assert after[0][0] - before[-1][0] > 10 / FPS  # a gap, and no picture that seems to fill it
        # Frame numbers alone do not tell: they begin at 0 where nobody received yet. When it began does.
        assert all(first_s < begun_s(sample) < killed_s for sample in before)
        assert all(begun_s(sample) > killed_s for sample in after)
        assert begun_s(after[-1]) == pytest.approx(begun_s(after[0]), abs=LATE_S)
    numbers = [values[0] for _, values in came["frames"][-10:]]
    assert numbers == [numbers[0] + i for i in range(10)]  # from where it goes on, every picture
