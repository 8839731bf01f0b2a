"""The receiving script of the document runs as it stands there, and what it says of the streams is so."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from segmentation.results import Status
from tests.fakes import CountingState, picture, step
from tests.usbio.lsl_programs import PATIENCE_S, until
from tests.usbio.test_stream_channels import measure
from usbio.frames import Frame
from usbio.lsl_streaming import MOST_WAITING, LslStreaming
from usbio.sample import Counts, Sample
from usbio.stream_channels import ARRIVAL, STATUS_CODES

DOCUMENT = (Path(__file__).parents[2] / "docs" / "streaming.md").read_text(encoding="utf-8")


def test_the_receiving_script_prints_what_is_measured(lsl: Any) -> None:
    found = re.search(r"```python\n(.*?)```", DOCUMENT, flags=re.S)
    assert found is not None
    streaming = LslStreaming(lsl, "document")
    streaming.use(measure("lm-csa", "left", "right"))
    script = found[1].replace("pull_sample(5.0)", "pull_sample(1.0)")
    running = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with running:
        until(lambda: any(stream.received for stream in streaming.status().streams), "being received")
        for index in range(3):
            frame = Frame(index, index / 30, time.perf_counter(), picture())
            _, result = step(CountingState(), frame.image, 0.0, index)
            streaming.sample(Sample(frame, result, Counts(), "", frame.arrived_s))
        said, _ = running.communicate(timeout=PATIENCE_S)
    assert streaming.stop()
    lines = said.splitlines()
    assert lines[0] == "receiving usbio document both measurements"
    assert len(lines) == 4
    assert all(re.fullmatch(r"5\.60 cm², arrived \d+\.\d{3} s ago", line) for line in lines[1:])


def test_what_the_document_says_of_channels_and_codes_is_so() -> None:
    for status in Status:
        assert f"{STATUS_CODES[status]:g} `{status.value}`" in re.sub(r"\s+", " ", DOCUMENT)
    assert ", ".join(f"`{channel.label}`" for channel in ARRIVAL) in DOCUMENT
    assert f"{MOST_WAITING:,} items" in DOCUMENT
