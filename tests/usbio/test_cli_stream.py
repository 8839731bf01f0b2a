"""usbio stream, as a user calls it, with a second process that receives."""

from __future__ import annotations

import signal
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.usbio.command_line import ended_at_last, started
from tests.usbio.lsl_programs import PATIENCE_S, Receiver, Sample, ended
from usbio.cli import main
from usbio.measuring import Task, measure
from usbio.samples import sample_clips
from usbio.setup import load_setup
from usbio.sources.clip import open_clip
from usbio.video import ClipWriter

PICTURES, FPS = 30, 20.0
AGREES_MM = 0.05  # other pictures may be left out live than offline, and each is measured near the last


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first pictures of a sample clip, under a name of their own and with their setup beside them."""
    sample = next(one for one in sample_clips() if one.path.stem == "layer_left")
    path = tmp_path_factory.mktemp("clip") / f"layer-{uuid4().hex[:6]}.mp4"
    writer: ClipWriter | None = None
    for frame in islice(open_clip(sample.path).frames(), PICTURES):
        assert frame is not None
        height, width = frame.image.shape
        writer = writer or ClipWriter(path, (width, height), FPS, grey=True, preset="ultrafast")
        writer.write(frame.image, frame.index / FPS)
    assert writer is not None
    writer.close()
    path.with_suffix(".toml").write_bytes(sample.setup_path.read_bytes())
    return path


class _Kept:
    def __init__(self) -> None:
        self.thickness_mm: dict[int, float] = {}

    def add(self, frame: Any, result: Any) -> None:
        self.thickness_mm[frame.index] = result.measurements[0].thickness_mm


def test_a_clip_waits_for_its_receiver_and_is_streamed_as_it_is_measured(lsl: Any, clip: Path) -> None:
    running = started("stream", clip, "--wait")
    receiver = Receiver(clip.name)
    with ended_at_last(running), ended(receiver):
        words = [label["label"] for label in receiver.streams["measurements"]["channels"]]
        at = words.index("left_layer_thickness_mm")
        frames: list[Sample] = []
        while len(frames) < PICTURES:
            frames = [*frames, *receiver.samples("frames", 1)]
            if frames[-1][1][0] == 0.0:  # from before it waited
                frames = frames[-1:]
        assert [values[0] for _, values in frames] == list(range(PICTURES))
        assert frames[-1][0] - frames[0][0] == pytest.approx(
            (PICTURES - 1) / FPS, abs=0.25
        )  # at its true speed
        assert receiver.samples("markers", 1)[0][1] == ["measuring begins"]
        _, said = running.communicate(timeout=PATIENCE_S)
        assert running.returncode == 0, said
        rows = receiver.rest("measurements")
    assert "usbio: waiting for a receiver" in said
    assert "usbio: received: playing from the start" in said
    assert f"usbio: streaming usbio {clip.name} left measurements (12 channels)" in said
    kept = _Kept()
    setup = load_setup(clip.with_suffix(".toml"))
    measure(open_clip(clip), Task("layer", setup), [kept], lambda done, of: None)
    assert len(rows) >= 3
    for _, values in rows:
        assert values[at] == pytest.approx(kept.thickness_mm[int(values[0])], abs=AGREES_MM)


def test_ctrl_c_ends_it_in_order(lsl: Any, clip: Path) -> None:
    running = started("stream", clip, "--loop", terminal=True)
    with ended_at_last(running):
        assert running.stderr is not None
        assert any("streaming usbio" in line for line in running.stderr)
        running.send_signal(signal.SIGINT)
        out, said = running.communicate(timeout=PATIENCE_S)
    assert (running.returncode, out) == (0, "streaming ended\n")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["sim:tra", "--view", "knee"], 2, "--view: knee is not known"),
        (["sim:tra", "--loop"], 2, "is a device and has no end"),
        (["nothing.mp4"], 1, "nothing.mp4: no such file"),
    ],
)
def test_a_wrong_call_is_one_line(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stream", *arguments]) == code
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_what_nobody_said_and_a_library_that_is_missing_are_one_line(
    clip: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone = tmp_path / "alone.mp4"
    alone.write_bytes(clip.read_bytes())
    assert main(["stream", str(alone), "--view", "layer"]) == 2
    assert "nobody says whose side it shows; add --side left or --side right" in capsys.readouterr().err
    monkeypatch.setitem(__import__("sys").modules, "pylsl", None)
    assert main(["stream", str(clip)]) == 2
    assert capsys.readouterr().err == (
        'usbio: Lab Streaming Layer: pylsl is not installed; type: pip install "usbio[lsl]"\n'
    )
