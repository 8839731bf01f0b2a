"""One bar over all clips, and lines that no bar breaks."""

from __future__ import annotations

import io
import sys

import pytest

from usbio.cli.console import Bar, say_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("clips", "words"), [(3, "1 of 3 clips, 35 frames"), (1, " 35 frames")])
def test_the_bar_counts_clips_and_their_frames(
    monkeypatch: pytest.MonkeyPatch, clips: int, words: str
) -> None:
    monkeypatch.setattr(sys, "stderr", shown := Terminal())
    with Bar(quiet=False, clips=clips) as bar:
        bar.move(0, 20, 20)
        bar.move(1, 15, None)  # of a clip that does not say how long it is
        bar.end(0)
    assert words in shown.getvalue()


def test_a_long_line_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys, "stderr", shown := Terminal())
    line = "usbio: " + "a long path/" * 20
    with Bar(quiet=False, clips=2) as bar, bar.aside():
        say_line(line)
    assert line in shown.getvalue()


def test_a_quiet_bar_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", shown := Terminal())
    with Bar(quiet=True, clips=2) as bar:
        bar.move(0, 1, 2)
        bar.end(0)
        bar.count("a.mp4: 2 frames measured")
        bar.say("a.mp4: 2 frames")
    assert shown.getvalue() + capsys.readouterr().out == ""
