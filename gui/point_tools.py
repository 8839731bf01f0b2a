"""What mouse and keys do to points on the frame: move them, move the ends of a stretch, trace a line."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

from PySide6.QtCore import Qt

from gui.frame_marks import Knobs, Mark, Outline, Point, Stretch
from gui.frame_tools import ARROWS, FAR, TABS, Size, inside
from segmentation.geometry import Roi


class KnobTool:
    """Moves points: drag one, or Tab to it and use the arrows; a drag elsewhere draws a pair anew."""

    def __init__(
        self,
        points: tuple[Point, ...],
        size: Size,
        moved: Callable[[tuple[Point, ...]], object],
        words: Callable[[tuple[Point, ...]], str] = lambda _: "",
    ) -> None:
        self._points, self._size, self._moved, self._words = list(points), size, moved, words
        self._chosen = 0
        self._held = False
        self.touched = False  # where nobody has put them, they say nothing

    @property
    def points(self) -> tuple[Point, ...]:
        """Where they are."""
        return tuple(self._points)

    def press(self, at: Point, reach_px: float) -> None:
        """Take hold of the nearest point; where none is near, a pair is drawn anew from here."""
        away = [hypot(x - at[0], y - at[1]) for x, y in self._points]
        nearest = min(range(len(away)), key=away.__getitem__)
        if away[nearest] > 1.5 * reach_px:
            nearest = len(self._points) - 1
            self._points = [at] * len(self._points)
        self._chosen, self._held = nearest, True
        self._put(at)

    def drag(self, at: Point) -> None:
        """Let the point follow."""
        if self._held:
            self._put(at)

    def release(self, at: Point) -> None:
        """Let go."""
        self._held = False

    def key(self, key: int, shift: bool) -> bool:
        """Arrows move the point, Tab goes to the next."""
        if (by := TABS.get(key)) is not None:
            place = self._chosen + by
            if not 0 <= place < len(self._points):
                return False
            self._chosen = place
            return True
        arrow = ARROWS.get(key)
        if arrow is None:
            return False
        x, y = self._points[self._chosen]
        step = FAR if shift else 1
        self._put((x + arrow[0] * step, y + arrow[1] * step))
        return True

    def marks(self) -> tuple[Mark, ...]:
        """The points and what lies between them."""
        return (Knobs(self.points, self._chosen, self._words(self.points)),)

    def _put(self, at: Point) -> None:
        self._points[self._chosen] = inside(at, self._size)
        self.touched = True
        self._moved(self.points)


class StretchTool:
    """Moves the two ends of a stretch of columns."""

    def __init__(
        self, roi: Roi, x_range_px: tuple[float, float], moved: Callable[[tuple[float, float]], object]
    ) -> None:
        self._roi, self._ends, self._moved = roi, list(x_range_px), moved
        self._chosen = 0
        self._held = False

    @property
    def x_range_px(self) -> tuple[float, float]:
        """From and to, the smaller first."""
        return min(self._ends), max(self._ends)

    def press(self, at: Point, reach_px: float) -> None:
        """Take hold of the nearer end; away from both, a stretch is drawn anew from here."""
        away = [abs(end - at[0]) for end in self._ends]
        self._chosen = int(away[1] < away[0])
        if min(away) > 1.5 * reach_px:
            self._ends, self._chosen = [at[0], at[0]], 1
        self._held = True

    def drag(self, at: Point) -> None:
        """Let the end follow."""
        if self._held:
            self._put(at[0])

    def release(self, at: Point) -> None:
        """Let go."""
        self._held = False

    def key(self, key: int, shift: bool) -> bool:
        """Arrows move the end, Tab goes to the other."""
        if (by := TABS.get(key)) is not None:
            place = self._chosen + by
            if not 0 <= place < 2:
                return False
            self._chosen = place
            return True
        arrow = ARROWS.get(key)
        if arrow is None:
            return False
        if arrow[0]:
            self._put(self._ends[self._chosen] + arrow[0] * (FAR if shift else 1))
        return True

    def marks(self) -> tuple[Mark, ...]:
        """Both ends."""
        return (Stretch(self._roi, (self._ends[0], self._ends[1]), self._chosen),)

    def _put(self, x_px: float) -> None:
        self._ends[self._chosen] = min(max(x_px, self._roi.x), self._roi.x + self._roi.width - 1.0)
        low, high = self.x_range_px
        if high - low >= 2:
            self._moved((low, high))


class OutlineTool:
    """Traces a line: clicks or a drag put points, Backspace takes one away; arrows and Space do so by key."""

    def __init__(self, start: Point, size: Size, closed: bool, changed: Callable[[], object]) -> None:
        self._cursor, self._size, self._closed, self._changed = start, size, closed, changed
        self._points: list[Point] = []
        self._shown_cursor = False
        self._apart_px = 6.0

    @property
    def points(self) -> tuple[Point, ...]:
        """The points so far."""
        return tuple(self._points)

    @property
    def enough(self) -> bool:
        """True where it is a border, or an edge."""
        return len(self._points) >= (3 if self._closed else 2)

    def press(self, at: Point, reach_px: float) -> None:
        """Put a point."""
        self._shown_cursor, self._apart_px = False, max(reach_px / 2, 2.0)
        self._put(at)

    def drag(self, at: Point) -> None:
        """Put points along the way."""
        last = self._points[-1] if self._points else at
        if hypot(at[0] - last[0], at[1] - last[1]) >= self._apart_px:
            self._put(at)

    def release(self, at: Point) -> None:
        """Nothing more: the line goes on with the next click."""

    def key(self, key: int, shift: bool) -> bool:
        """Arrows move the cross, Space puts a point, Backspace takes the last away."""
        if key == Qt.Key.Key_Backspace:
            if self._points:
                self._points.pop()
                self._changed()
            return True
        if key == Qt.Key.Key_Space:
            self._put(self._cursor)
            return True
        arrow = ARROWS.get(key)
        if arrow is None:
            return False
        step = FAR if shift else 1
        x, y = self._cursor
        self._cursor = inside((x + arrow[0] * step, y + arrow[1] * step), self._size)
        self._shown_cursor = True
        return True

    def marks(self) -> tuple[Mark, ...]:
        """The line so far, and the cross."""
        cursor = self._cursor if self._shown_cursor else None
        return (Outline(self.points, self._closed and self.enough, cursor),)

    def _put(self, at: Point) -> None:
        self._points.append(inside(at, self._size))
        self._cursor = self._points[-1]
        self._changed()
