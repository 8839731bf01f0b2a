"""Whether the probe lies where it lay: today's picture beside the rest picture of the last visit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import cv2
import numpy as np

from segmentation.gates import PRESSURE_LIMIT_MM, PRESSURE_LIMIT_SHARE
from segmentation.geometry import Calibration, Roi
from segmentation.results import Measurement, Picture
from segmentation.revisit import NO_MATCH, PlaceMatch, PlacePicture, compare_places, place_picture
from usbio.texts import Text
from usbio.visit.facts import StillKept
from usbio.visit.record import VisitRecord
from usbio.visit.site import Site

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """The last visit of a patient, and where it lies."""

    record: VisitRecord
    folder: Path

    def still(self, site: Site) -> EarlierStill | None:
        """Return a rest picture of a site; None where there is none to be read."""
        return earlier_still(self.record, self.folder, site)


@dataclass(frozen=True, slots=True, eq=False)
class EarlierStill:
    """A rest picture of the last visit."""

    picture: Picture
    spacing: Calibration


def earlier_still(record: VisitRecord, folder: Path, site: Site) -> EarlierStill | None:
    """Return the still of the first capture of a site that stands; None where there is none to be read."""
    taken = {(one.trial, one.at_s) for one in record.captures(site)}
    for still in record.stills:
        if (still.trial, still.at_s) in taken and isfinite(still.x_mm_per_px):
            picture = _read(folder, still)
            if picture is not None:
                return EarlierStill(picture, Calibration(still.x_mm_per_px, still.y_mm_per_px))
    return None


def place_reasons(match: PlaceMatch) -> tuple[Text, ...]:
    """Say in what today's place differs; nothing where it does not, or where that cannot be told."""
    if match.place == "moved":
        return (Text("visit.place.why.shift", shift_mm=match.shift_mm),)
    return (Text("visit.place.why.similarity"),) if match.place == "different" else ()


def pressure_reasons(before: VisitRecord, site: Site, now: Sequence[Measurement]) -> tuple[Text, ...]:
    """Say where the probe is pressed otherwise than last time, by how near to the skin the muscle lies.

    Beyond the limit from which a value of one picture is ``moved``. A patient may have lost or gained fat
    since: it is said, and decided by whoever holds the probe.
    """
    for m in now:
        then_mm = [
            level.mean
            for taken in before.captures(site)
            for level in taken.levels
            if (level.side, level.muscle, level.quantity) == (m.side, m.muscle, "subcutaneous_mm")
        ]
        if not then_mm or not isfinite(m.subcutaneous_mm):
            continue
        was_mm = sum(then_mm) / len(then_mm)
        nearer_mm = was_mm - m.subcutaneous_mm
        if abs(nearer_mm) > max(PRESSURE_LIMIT_MM, PRESSURE_LIMIT_SHARE * was_mm):
            words = {"now_mm": m.subcutaneous_mm, "was_mm": was_mm}
            if nearer_mm > 0:
                return (Text("visit.place.why.pressed_more", **words),)
            return (Text("visit.place.why.pressed_less", **words),)
    return ()


class PlaceWatch:
    """Compares pictures with one of the last visit, one at a time, beside the thread that asks."""

    def __init__(self, then: EarlierStill) -> None:
        self.then = then
        self.match = NO_MATCH  # of the newest picture that was compared
        self._known: PlacePicture | None = None
        self._looking: threading.Thread | None = None

    def ask(self, picture: Picture, spacing: Calibration) -> None:
        """Compare this picture; `match` changes then. Passed over while another one is looked at."""
        if self._looking is None or not self._looking.is_alive():
            self._looking = threading.Thread(
                target=self._look, args=(picture, spacing), name="same place", daemon=True
            )
            self._looking.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Wait for whoever still looks."""
        if self._looking is not None:
            self._looking.join(timeout_s)

    def _look(self, picture: Picture, spacing: Calibration) -> None:
        try:
            self._known = self._known or _place(self.then.picture, self.then.spacing)
            self.match = compare_places(self._known, _place(picture, spacing))
        except Exception:  # the thread's last line
            _log.exception("the place could not be compared")
            self.match = NO_MATCH


def _place(picture: Picture, spacing: Calibration) -> PlacePicture:
    height, width = picture.shape
    return place_picture(picture, Roi(0, 0, width, height), spacing)


def _read(folder: Path, still: StillKept) -> Picture | None:
    try:
        packed = np.fromfile(folder / still.file, np.uint8)
    except OSError:
        return None
    picture = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE) if len(packed) else None
    return None if picture is None else np.asarray(picture, np.uint8)
