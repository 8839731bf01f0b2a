"""Keys pressed in another window act in this one, shortcuts too: a foot switch knows of no focus."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


def pass_key(event: QKeyEvent, window: QWidget) -> None:
    """Let a key act in a window: by its shortcut, else where the window has its focus."""
    shortcut = shortcut_for(event, window)
    if shortcut is not None:
        if shortcut.autoRepeat() or not event.isAutoRepeat():
            shortcut.activated.emit()
        return
    modifiers, text = event.modifiers(), event.text()
    copy = QKeyEvent(event.type(), event.key(), modifiers, text, event.isAutoRepeat(), event.count())
    QCoreApplication.sendEvent(window.focusWidget() or window, copy)


def shortcut_for(event: QKeyEvent, window: QWidget) -> QShortcut | None:
    """Return the shortcut of a window that a key stands for and that may act now."""
    wanted = [QKeySequence(one) for one in _combinations(event)]
    able = [one for one in window.findChildren(QShortcut) if _may_act(one)]
    return next((one for keys in wanted for one in able if one.key() == keys), None)


def _may_act(shortcut: QShortcut) -> bool:
    parent = shortcut.parent()
    return shortcut.isEnabled() and isinstance(parent, QWidget) and parent.isEnabled() and parent.isVisible()


def _combinations(event: QKeyEvent) -> list[QKeyCombination]:
    """What a key may be called: a sign such as ? is typed with Shift on one keyboard, not on another."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    found = [QKeyCombination(held, key)]
    if held & Qt.KeyboardModifier.ShiftModifier and not Qt.Key.Key_A <= key <= Qt.Key.Key_Z:
        found.append(QKeyCombination(held & ~Qt.KeyboardModifier.ShiftModifier, key))
    return found
