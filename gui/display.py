"""Whether there is a screen, settled before Qt starts; and where Qt's own messages go."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
_PROBE_S = 20.0
_log = logging.getLogger("qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.INFO,  # such as what the off-screen platform cannot do
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def choose_platform() -> bool:
    """Run off-screen where there is no screen, for xcb would abort the process; True where there is one.

    What ``QT_QPA_PLATFORM`` says is kept. A screen that is named but does not answer counts as none, and so
    does one for which a library is missing: only another process, 0.2 s, can find that out and live.
    """
    if "QT_QPA_PLATFORM" in os.environ:
        return os.environ["QT_QPA_PLATFORM"].split(":")[0] not in ("offscreen", "minimal", "vnc")
    if not sys.platform.startswith(("linux", "freebsd")):
        return True
    if _names_a_screen() and _screen_answers():
        return True
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return False


def quiet_qt() -> None:
    """Send Qt's own messages to the log instead of the terminal."""
    qInstallMessageHandler(_to_log)


def _to_log(kind: QtMsgType, _: QMessageLogContext, words: str | None) -> None:
    _log.log(_LEVELS.get(kind, logging.INFO), words or "")


def _names_a_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _screen_answers() -> bool:
    try:
        probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, timeout=_PROBE_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0
