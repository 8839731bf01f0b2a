"""How often a clip plays while it is set up: the picture goes on, whatever is asked."""

from __future__ import annotations

from typing import Any

from usbio.live import LiveRun


class ClipRounds:
    """Let a clip play again and again, but once while its border is followed: each round is measured anew."""

    def __init__(self) -> None:
        self._run: LiveRun[Any] | None = None
        self._looped = False

    def begin(self, run: LiveRun[Any]) -> None:
        """It is set up from now on. A device goes on anyway, and what is recorded is left alone."""
        if self._run is run or run.is_device or run.recording.active is not None:
            return
        self._run, self._looped = run, run.playback.loop

    def follow(self, step: str) -> None:
        """Play as this step needs it."""
        if self._run is None:
            return
        self._run.playback.loop = step != "border"
        if self._run.ended and step != "border":
            self._run.again()

    def end(self) -> None:
        """Play as before the set-up."""
        run, self._run = self._run, None
        if run is not None:
            run.playback.loop = self._looped
