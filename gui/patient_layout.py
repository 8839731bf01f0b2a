"""Where everything of the patient's screen stands, at any size: pure places, nothing is painted here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, isfinite

from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt

from gui.patient_writing import Sizes, Writing, write
from segmentation.results import SIDES, Side
from usbio.patient_scene import PatientScene, PatientShape

LEAST = 48  # units: the smallest text
_MARGIN, _GAP = 48.0, 28.0
_HEAD, _LABEL, _FOOT = 190.0, 78.0, 116.0
_COLUMN = 420.0  # count, ring and legend, on the right
_LOWEST_SHAPE = 4 / 3  # narrower windows have smaller units
_LEFT = Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class PatientLayout:
    """Places in pixels of the window."""

    unit: float
    writings: tuple[Writing, ...]
    shapes: dict[Side, QRectF]  # one box a side that is shown
    ring: QRectF | None = None
    target_swatch: QRectF | None = None
    ceiling_swatch: QRectF | None = None


def lay_out(scene: PatientScene, size: QSizeF) -> PatientLayout:
    """Place what a scene shows."""
    unit = min(size.height() / 1080, size.width() / (1080 * _LOWEST_SHAPE))
    page = QRectF(0, 0, size.width() / unit, size.height() / unit) - _all(_MARGIN)
    placed = _with_picture(scene, page, unit) if scene.shapes else _words_alone(scene, page, unit)
    return replace(placed, unit=unit)


def seconds_words(scene: PatientScene) -> str:
    """Write the seconds of the ring: whole ones held so far; where none are counted the clock of the cue."""
    if scene.phase == "hold" and isfinite(scene.hold_s):
        return f"{int(scene.hold_s)} {scene.words.second}"
    return f"{ceil(scene.countdown_s)} {scene.words.second}" if isfinite(scene.countdown_s) else ""


def label_words(scene: PatientScene, shape: PatientShape) -> str:
    """Name a shape, and say how old it is where it is of an earlier moment."""
    side = scene.words.side(shape.side)
    return f"{side} · {scene.words.held.format(age_s=round(shape.age_s))}" if shape.held else side


def shows_ceiling(scene: PatientScene) -> bool:
    """An M-mode has the target alone: a third line in it could not be told from the edges."""
    return scene.ceiling is not None and not (scene.picture == "strip" and scene.strips)


def _with_picture(scene: PatientScene, page: QRectF, unit: float) -> PatientLayout:
    column = QRectF(page.right() - _COLUMN, page.y() + _HEAD + _GAP, _COLUMN, 0)
    column.setBottom(page.bottom())
    picture = QRectF(page.x(), column.y(), page.width() - _COLUMN - 2 * _GAP, 0)
    picture.setBottom(page.bottom() - _FOOT - _LABEL)
    boxes = _split(picture, scene.shapes)
    writings = [*_head(scene, QRectF(page.x(), page.y(), page.width(), _HEAD), unit)]
    for shape in scene.shapes:
        below = QRectF(boxes[shape.side])
        below.setRect(below.x(), picture.bottom(), below.width(), _LABEL)
        writings += _written(f"label {shape.side}", label_words(scene, shape), below, unit, 60)
    foot = QRectF(picture.x(), page.bottom() - _FOOT, picture.width(), _FOOT)
    writings += _aside(scene, foot, unit)
    ring = QRectF(column.x() + 35, column.y() + 130, _COLUMN - 70, _COLUMN - 70)
    if scene.of:
        count = QRectF(column.x(), column.y(), _COLUMN, 120)
        writings += _written("count", f"{scene.repetition} / {scene.of}", count, unit, 110, bold=True)
    writings += _written("seconds", seconds_words(scene), _inside(ring), unit, 96, bold=True)
    legend = QRectF(column.x(), ring.bottom() + 20, _COLUMN, column.bottom() - ring.bottom() - 20)
    swatches = _legend(scene, legend, unit, writings)
    scaled = {side: _scaled(box, unit) for side, box in boxes.items()}
    return PatientLayout(unit, tuple(writings), scaled, _scaled(ring, unit), *swatches)


def _words_alone(scene: PatientScene, page: QRectF, unit: float) -> PatientLayout:
    """The cue in the middle, and below it its clock, the count, what became of the last one."""
    middle = QRectF(page.x(), page.y() + 150, page.width(), 340)
    writings = [*_head(scene, middle, unit, most=140)]
    rows = (("seconds", seconds_words(scene), 160), ("count", _count_words(scene), 84))
    y = middle.bottom() + _GAP
    for role, words, most in rows:
        writings += _written(role, words, QRectF(page.x(), y, page.width(), most * 1.3), unit, most)
        y += most * 1.3
    writings += _aside(scene, QRectF(page.x(), page.bottom() - _FOOT, page.width(), _FOOT), unit)
    return PatientLayout(unit, tuple(writings), {})


def _count_words(scene: PatientScene) -> str:
    return f"{scene.repetition} / {scene.of}" if scene.of else ""


def _head(scene: PatientScene, place: QRectF, unit: float, most: int = 104) -> list[Writing]:
    """The cue; a hint takes its place, for one thing is asked at a time."""
    if not scene.hint:
        return _written("cue", scene.cue, place, unit, most, lines=2, bold=True)
    found = _written("hint", scene.hint, place - _all(12), unit, max(most, 120), lines=2, bold=True)
    return [replace(one, boxed=True) for one in found]


def _aside(scene: PatientScene, place: QRectF, unit: float) -> list[Writing]:
    found = _written("aside", scene.aside, place - QMarginsF(20, 0, 20, 0), unit, 56, lines=2)
    return [replace(one, boxed=scene.aside_warns) for one in found]


def _legend(
    scene: PatientScene, place: QRectF, unit: float, writings: list[Writing]
) -> tuple[QRectF | None, QRectF | None]:
    """Add the words of band and ceiling to ``writings``, and return the swatches beside them."""
    rows = [scene.band is not None, shows_ceiling(scene)]
    swatches: list[QRectF | None] = [None, None]
    y, height = place.y(), min(place.height() / 2, 130.0)
    for i, (shown, role) in enumerate(zip(rows, ("target", "ceiling"), strict=True)):
        if shown:
            at = QRectF(place.x(), y, place.width(), height)
            swatches[i] = _scaled(QRectF(at.x(), at.center().y() - 26, 76, 52), unit)
            beside = at - QMarginsF(96, 0, 0, 0)
            words = scene.words.target if role == "target" else scene.words.ceiling
            writings += _written(role, words, beside, unit, 56, lines=2, align=_LEFT)
            y += height
    return swatches[0], swatches[1]


def _written(
    role: str,
    words: str,
    place: QRectF,
    unit: float,
    most: int,
    lines: int = 1,
    bold: bool = False,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
) -> list[Writing]:
    """Words in a place given in units; none where there are none."""
    if not words:
        return []
    sizes = Sizes(round(most * unit), ceil(LEAST * unit), lines, bold)
    return [write(role, words, _scaled(place, unit), sizes, align)]


def _split(picture: QRectF, shapes: tuple[PatientShape, ...]) -> dict[Side, QRectF]:
    """One box a side; the left side stands on the left."""
    sides = [side for side in SIDES if any(shape.side == side for shape in shapes)]
    width = (picture.width() - _GAP * (len(sides) - 1)) / len(sides)
    return {
        side: QRectF(picture.x() + i * (width + _GAP), picture.y(), width, picture.height())
        for i, side in enumerate(sides)
    }


def _inside(ring: QRectF) -> QRectF:
    """The box of words inside a ring."""
    return ring - QMarginsF(58, 110, 58, 110)


def _scaled(box: QRectF, unit: float) -> QRectF:
    return QRectF(box.x() * unit, box.y() * unit, box.width() * unit, box.height() * unit)


def _all(margin: float) -> QMarginsF:
    return QMarginsF(margin, margin, margin, margin)
