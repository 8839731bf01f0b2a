"""Keys of the window: bound once, and at each place those that act there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from gui.keys import FIGURES, KEYS, VISIT_KEYS, Key


class BoundKeys:
    """Holds a shortcut for each name of each key."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._bound: list[tuple[Key, str, QShortcut]] = []

    def bind(self, keys: Iterable[Key], *owners: object) -> None:
        """Bind keys to the methods of whoever has them, the first of all."""
        for key in keys:
            do = next(getattr(owner, key.action) for owner in owners if hasattr(owner, key.action))
            for name in key.keys:
                self._add(key, name, do)

    def bind_figures(self, do: Callable[[int], object]) -> None:
        """Bind the figure keys."""
        for name in FIGURES.keys:
            self._add(FIGURES, name, partial(do, int(name)))

    def allow(self, keys: Iterable[Key], typing: bool = False) -> None:
        """Let these act, and no others; where letters are typed, none that is one sign alone."""
        wanted = tuple(keys)
        for key, name, shortcut in self._bound:
            shortcut.setEnabled(key in wanted and not (typing and len(name) == 1))

    def _add(self, key: Key, name: str, do: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(name), self._window)
        shortcut.activated.connect(do)
        if key in VISIT_KEYS:
            shortcut.setAutoRepeat(False)  # a foot that rests on its switch presses once
        shortcut.setEnabled(key in KEYS)
        self._bound.append((key, name, shortcut))
