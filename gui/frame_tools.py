"""What mouse and keys do to boxes on the frame: move an edge, draw a box, take one away."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Protocol

from PySide6.QtCore import Qt

from gui.frame_marks import EDGES, Box, BoxKind, Edge, Mark, Point
from segmentation.geometry import Roi

Size = tuple[int, int]  # width, height of the frame
ARROWS: dict[int, Point] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
TABS: dict[int, int] = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
FAR = 10  # an arrow with Shift moves this many pixels
_LEAST_BOX_PX = 4


class Tool(Protocol):
    """Takes mouse and keys in pixels of the frame; a key it has no use for goes on to the page."""

    def press(self, at: Point, reach_px: float) -> None:
        """The button goes down; what lies within reach is taken hold of."""

    def drag(self, at: Point) -> None:
        """The mouse moves with its button down."""

    def release(self, at: Point) -> None:
        """The button goes up."""

    def key(self, key: int, shift: bool) -> bool:
        """Use a key, or say that it is none of its own."""
        ...

    def marks(self) -> tuple[Mark, ...]:
        """Return what it draws."""
        ...


class EdgeTool:
    """Moves the edges of boxes. Tab goes on to the next edge, and after the last one out of the frame."""

    def __init__(self, rois: tuple[Roi, ...], moved: Callable[[int, Edge, int], tuple[Roi, ...]]) -> None:
        self._rois, self._moved = rois, moved
        self._all = [(number, edge) for number in range(len(rois)) for edge in EDGES]
        self._chosen = self._all[0]
        self._held: tuple[tuple[int, Edge], ...] = ()

    @property
    def chosen(self) -> tuple[int, Edge]:
        """Box and edge that the arrow keys move."""
        return self._chosen

    def press(self, at: Point, reach_px: float) -> None:
        """Take hold of an edge, or of two at a corner."""
        away = {which: self._away(which, at, reach_px) for which in self._all}
        near = [which for which in self._all if away[which] <= reach_px]
        across = [which for which in near if _axis(which[1]) == 0]
        down = [which for which in near if _axis(which[1]) == 1]
        self._held = tuple(min(some, key=away.__getitem__) for some in (across, down) if some)
        if self._held:
            self._chosen = self._held[0]

    def drag(self, at: Point) -> None:
        """Let the edge follow."""
        for number, edge in self._held:
            by_px = round(at[_axis(edge)] - _places(self._rois[number])[edge])
            if by_px:
                self._rois = self._moved(number, edge, by_px)

    def release(self, at: Point) -> None:
        """Let go."""
        self._held = ()

    def key(self, key: int, shift: bool) -> bool:
        """Arrows move the edge, Tab goes to the next."""
        if (by := TABS.get(key)) is not None:
            place = self._all.index(self._chosen) + by
            if not 0 <= place < len(self._all):
                return False
            self._chosen = self._all[place]
            return True
        arrow = ARROWS.get(key)
        if arrow is None:
            return False
        number, edge = self._chosen
        by_px = int(arrow[_axis(edge)]) * (FAR if shift else 1)
        if by_px:
            self._rois = self._moved(number, edge, by_px)
        return True

    def marks(self) -> tuple[Mark, ...]:
        """The boxes, that of the chosen edge with its handles."""
        return tuple(
            Box(roi, "picture", edge=self._chosen[1] if number == self._chosen[0] else None)
            for number, roi in enumerate(self._rois)
        )

    def _away(self, which: tuple[int, Edge], at: Point, reach_px: float) -> float:
        roi, edge = self._rois[which[0]], which[1]
        across, low, length = (at[1], roi.y, roi.height) if _axis(edge) == 0 else (at[0], roi.x, roi.width)
        beside = low - reach_px <= across <= low + length + reach_px
        return abs(at[_axis(edge)] - _places(roi)[edge]) if beside else inf


class BoxTool:
    """Draws boxes and takes them away: drag a new one, click one or Tab to it, Delete removes it."""

    def __init__(
        self,
        boxes: tuple[Roi, ...],
        kind: BoxKind,
        size: Size,
        added: Callable[[Roi], tuple[Roi, ...]],
        removed: Callable[[int], tuple[Roi, ...]],
    ) -> None:
        self._boxes, self._kind, self._size = boxes, kind, size
        self._added, self._removed = added, removed
        self._chosen: int | None = None
        self._from: Point | None = None
        self._drawn: Roi | None = None

    def press(self, at: Point, reach_px: float) -> None:
        """Choose the box below, else begin one."""
        below = [number for number, roi in enumerate(self._boxes) if _holds(roi, at)]
        self._chosen = below[-1] if below else None
        self._from = None if below else at

    def drag(self, at: Point) -> None:
        """Draw the new box."""
        if self._from is not None:
            self._drawn = _box(self._from, at, self._size)

    def release(self, at: Point) -> None:
        """Keep the new box if it is one."""
        drawn, self._drawn, self._from = self._drawn, None, None
        if drawn is not None and min(drawn.width, drawn.height) >= _LEAST_BOX_PX:
            self._boxes = self._added(drawn)
            self._chosen = len(self._boxes) - 1

    def key(self, key: int, shift: bool) -> bool:
        """Tab chooses the next box, Delete removes it, arrows move it, N makes one in the middle."""
        if key == Qt.Key.Key_N:
            return self._add_in_the_middle()
        if (by := TABS.get(key)) is not None:
            return self._step(by)
        if self._chosen is None:
            return False
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._boxes = self._removed(self._chosen)
            self._chosen = None
            return True
        arrow = ARROWS.get(key)
        if arrow is not None:
            self._move(arrow, shift)
        return arrow is not None

    def marks(self) -> tuple[Mark, ...]:
        """The boxes, and the one that is being drawn."""
        shown: list[Mark] = [
            Box(roi, self._kind, chosen=number == self._chosen) for number, roi in enumerate(self._boxes)
        ]
        if self._drawn is not None:
            shown.append(Box(self._drawn, self._kind, chosen=True))
        return tuple(shown)

    def _step(self, by: int) -> bool:
        place = (-1 if by > 0 else len(self._boxes)) if self._chosen is None else self._chosen
        self._chosen = place + by if 0 <= place + by < len(self._boxes) else None
        return self._chosen is not None

    def _add_in_the_middle(self) -> bool:
        width, height = self._size
        self._boxes = self._added(Roi(width * 2 // 5, height * 2 // 5, width // 5, height // 12))
        self._chosen = len(self._boxes) - 1
        return True

    def _move(self, arrow: Point, far: bool) -> None:
        assert self._chosen is not None
        roi, (width, height) = self._boxes[self._chosen], self._size
        step = FAR if far else 1
        x = min(max(roi.x + int(arrow[0]) * step, 0), width - roi.width)
        y = min(max(roi.y + int(arrow[1]) * step, 0), height - roi.height)
        self._removed(self._chosen)
        self._boxes = self._added(Roi(x, y, roi.width, roi.height))
        self._chosen = len(self._boxes) - 1


def _axis(edge: Edge) -> int:
    return 0 if edge in ("left", "right") else 1


def _places(roi: Roi) -> dict[Edge, float]:
    return {
        "left": roi.x - 0.5,
        "top": roi.y - 0.5,
        "right": roi.x + roi.width - 0.5,
        "bottom": roi.y + roi.height - 0.5,
    }


def _holds(roi: Roi, at: Point) -> bool:
    return roi.x <= at[0] < roi.x + roi.width and roi.y <= at[1] < roi.y + roi.height


def inside(at: Point, size: Size) -> Point:
    """Return the nearest point of the frame."""
    return min(max(at[0], 0.0), size[0] - 1.0), min(max(at[1], 0.0), size[1] - 1.0)


def _box(one: Point, other: Point, size: Size) -> Roi:
    (left, top), (right, bottom) = inside(one, size), inside(other, size)
    left, right = sorted((left, right))
    top, bottom = sorted((top, bottom))
    return Roi(round(left), round(top), max(round(right - left), 1), max(round(bottom - top), 1))
