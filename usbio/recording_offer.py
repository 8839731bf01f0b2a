"""What this machine can record, found out from the first pictures before anybody asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from segmentation.results import Picture
from usbio.recording.plan import Codec
from usbio.recording.trial import Trial, trial

_log = logging.getLogger(__name__)

ENOUGH = 8  # pictures to try it with
CODECS: tuple[Codec, ...] = ("ffv1", "libx264")
Try = Callable[[Sequence[Picture], Codec], Trial]


class RecordingOffer:
    """Encode some pictures to nowhere, on a thread of its own, once for each size. Any thread may ask."""

    def __init__(self, encode: Try = trial) -> None:
        self._encode = encode
        self._lock = threading.Lock()
        self._pictures: list[Picture] = []
        self._trials: dict[Codec, Trial] = {}
        self._thread: threading.Thread | None = None

    def see(self, picture: Picture) -> None:
        """Take a picture as it would be recorded; the first few are tried."""
        with self._lock:
            if self._pictures and self._pictures[0].shape != picture.shape:
                self._pictures, self._trials = [], {}
            if len(self._pictures) >= ENOUGH:
                return
            self._pictures.append(picture)
            if len(self._pictures) < ENOUGH:
                return
            pictures = tuple(self._pictures)
            self._thread = threading.Thread(
                target=self._run, args=(pictures,), name="recording offer", daemon=True
            )
        self._thread.start()

    def of(self, codec: Codec) -> Trial | None:
        """Return what was found; None while that is not known."""
        with self._lock:
            return self._trials.get(codec)

    def wait(self, timeout_s: float) -> None:
        """Wait until it is known; for the end of a run, and for tests."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self, pictures: tuple[Picture, ...]) -> None:
        for codec in CODECS:
            try:
                found = self._encode(pictures, codec)
            except Exception:
                _log.exception("recording as %s could not be tried", codec)
                continue
            with self._lock:
                if self._pictures and self._pictures[0].shape == pictures[0].shape:
                    self._trials[codec] = found
