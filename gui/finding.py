"""Something that takes many pictures' time, done beside the window; a timer asks whether it is done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

_ASK_MS = 30
_LEAVE_S = 2.0
_log = logging.getLogger(__name__)


class Finding(QObject):
    """One piece of work at a time; a later one takes the place of an earlier one, whose answer is dropped."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: _Work | None = None
        self._timer = QTimer(self, interval=_ASK_MS)
        self._timer.timeout.connect(self._ask)

    @property
    def busy(self) -> bool:
        """True while something is being worked out."""
        return self._work is not None

    def start(
        self,
        do: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Do this beside the window, and hand its answer, or what went wrong, to the window."""
        self._work = _Work(do, done, failed)
        self._work.thread.start()
        self._timer.start()

    def forget(self) -> None:
        """Want no answer any more, and leave no thread behind."""
        work, self._work = self._work, None
        self._timer.stop()
        if work is not None:
            work.thread.join(_LEAVE_S)

    def _ask(self) -> None:
        work = self._work
        if work is None or work.thread.is_alive():
            return
        self._work = None
        self._timer.stop()
        if work.error is not None:
            work.failed(work.error)
        else:
            work.done(work.answer)


class _Work:
    def __init__(
        self, do: Callable[[], Any], done: Callable[[Any], object], failed: Callable[[Exception], object]
    ) -> None:
        self._do, self.done, self.failed = do, done, failed
        self.answer: Any = None
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name="finding", daemon=True)

    def _run(self) -> None:
        try:
            self.answer = self._do()
        except Exception as error:
            _log.exception("looking at the picture failed")
            self.error = error
