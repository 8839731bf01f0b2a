"""Ask a running pipeline from the GUI thread and say what is new."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from usbio.sample import RunStatus, Sample

ASK_MS = 4  # of what passes between measured and painted; asking costs some microseconds
STATUS_EVERY = 32  # asks


class Run(Protocol):
    """What the bridge needs of a run."""

    def take(self) -> Sample | None:
        """Return the newest sample once."""
        ...

    def status(self) -> RunStatus:
        """Say how the run stands."""
        ...


class PipelineBridge(QObject):
    """A timer that asks; no call ever crosses from another thread into the GUI."""

    sampleArrived = Signal(object)
    statusAsked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run: Run | None = None
        self._asked = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(ASK_MS)
        self._timer.timeout.connect(self._poll)

    def watch(self, run: Run | None) -> None:
        """Ask this run from now on, or none."""
        self._run = run
        self._asked = 0
        if run is None:
            self._timer.stop()
        else:
            self._timer.start()

    def _poll(self) -> None:
        if self._run is None:
            return
        if (sample := self._run.take()) is not None:
            self.sampleArrived.emit(sample)
        if self._run is not None and self._asked % STATUS_EVERY == 0:
            self.statusAsked.emit(self._run.status())
        self._asked += 1
