"""The line on top: what is shown, and how honestly it keeps up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import isfinite

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.text import elided_label, set_rank, soft_label, text_label
from gui.theme import TEXT_PX
from usbio.recording.status import RecordingStatus
from usbio.sample import Counts, RunState, RunStatus

_AGE_S = 0.2
_STATE_WORDS = {
    RunState.READY: "opening",
    RunState.RUNNING: "running",
    RunState.ENDED: "clip ended",
    RunState.FAILED: "broke off",
    RunState.STOPPED: "stopped",
}


_WIDEST_RATE = ("100.0 fps", "100.0 | 100.0 fps")
_GRAVE = (RunState.ENDED, RunState.STOPPED, RunState.RUNNING, RunState.READY, RunState.FAILED)


class HeaderView(QWidget):
    """Name and view on the left; state, time, picture rate, dropped frames and frame age on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = elided_label("usbio", TEXT_PX + 2, bold=True)
        self._about = elided_label("")
        set_rank(self._about, "soft")
        self._recording = text_label("", bold=True)
        self._streaming = text_label("", bold=True)
        self._state = text_label("")
        self._rate = soft_label("")
        self._dropped = soft_label("")
        self._age = soft_label("")
        self._oldest_s = self._age_due_s = 0.0
        names = (
            "Source",
            "About the recording",
            "Recording",
            "Streaming",
            "State",
            "Picture rate",
            "Dropped frames",
            "Frame age",
        )
        labels = (
            self._title,
            self._about,
            self._recording,
            self._streaming,
            self._state,
            self._rate,
            self._dropped,
            self._age,
        )
        for label, name in zip(labels, names, strict=True):
            label.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(20)
        layout.addWidget(self._title)
        layout.addWidget(self._about, 1)
        for label in labels[2:]:
            layout.addWidget(label)
        for label, widest in (
            (self._rate, _WIDEST_RATE[0]),
            (self._dropped, "1000 dropped"),
            (self._age, "1000 ms old"),
        ):
            # What changes all the time must not push the rest about.
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance(widest))
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._age.setToolTip("from the arrival of a frame to its painting, the longest of the last moments")
        self._dropped.setToolTip(
            "frames overtaken by a newer one before they could be measured, or lost on the way"
        )

    @property
    def title(self) -> str:
        """What it says is shown."""
        return self._title.text()

    def show_title(self, title: str, about: str) -> None:
        """Say what is shown."""
        self._title.setText(title)
        self._title.setToolTip(title)  # there may be no room for all of it
        self._about.setText(about)

    def show_statuses(
        self, statuses: Sequence[RunStatus], time_s: float, notes: tuple[str, ...] = ()
    ) -> None:
        """Say how one run or two stand, in their order; notes such as "paused" come before the rest."""
        if not statuses:
            for label in (self._state, self._rate, self._dropped, self._age):
                label.setText("")
            return
        worst = max(statuses, key=lambda one: _GRAVE.index(one.state))
        words = notes[0] if notes else _STATE_WORDS[worst.state]
        clock = f"{int(time_s // 60):02d}:{time_s % 60:04.1f}" if isfinite(time_s) else ""
        self._state.setText("  ".join(("● " + words, *notes[1:], clock)))
        self._rate.setText(" | ".join(map(_rate_words, statuses)) + " fps")
        self._rate.setMinimumWidth(
            self._rate.fontMetrics().horizontalAdvance(_WIDEST_RATE[len(statuses) > 1])
        )
        dropped = sum(one.counts.dropped + one.counts.lost for one in statuses)
        self._dropped.setText(f"{dropped} dropped")

    def show_recording(self, status: RecordingStatus | None) -> None:
        """Say that pictures are recorded, for how long, and for how long there is room."""
        self._recording.setText(recording_words(status))

    def show_streaming(self, words: str) -> None:
        """Say in a word that other programs can receive what is measured; "" where they cannot."""
        self._streaming.setText(words)

    def show_age(self, age_s: float) -> None:
        """Say how old pictures were when they were painted: now and then, and then the oldest since."""
        if not isfinite(age_s):
            self._age.setText("– ms old")
            self._oldest_s, self._age_due_s = 0.0, 0.0
            return
        self._oldest_s = max(self._oldest_s, age_s)
        # Nobody reads thirty figures a second, and to lay each out costs the pictures a millisecond.
        if (now_s := time.perf_counter()) >= self._age_due_s:
            self._age.setText(f"{self._oldest_s * 1000:.0f} ms old")
            self._oldest_s, self._age_due_s = 0.0, now_s + _AGE_S


def _rate_words(status: RunStatus) -> str:
    running = status.state is RunState.RUNNING
    return f"{status.rate_hz:.1f}" if running and isfinite(status.rate_hz) else "–"


def recording_words(status: RecordingStatus | None) -> str:
    """Write how a recording stands in the space of the header."""
    if status is None or status.state in ("finished", "stopped"):
        return ""
    clock = f"{int(status.seconds // 60):02d}:{int(status.seconds % 60):02d}"
    if status.state == "finishing":
        return f"● REC {clock}  being finished"
    left = f"  {status.minutes_left:.0f} min left" if isfinite(status.minutes_left) else ""
    return f"● REC {clock}{left}"


def counts_words(counts: Counts) -> str:
    """Write what became of the frames so far."""
    told = [
        f"{counts.delivered} frames",
        f"{counts.new} new",
        f"{counts.measured} measured",
        f"{counts.dropped + counts.lost} dropped",
    ]
    told += [f"{counts.failed} failed"] if counts.failed else []
    told += [f"{counts.recorded} recorded"] if counts.recorded else []
    return " · ".join(told)
