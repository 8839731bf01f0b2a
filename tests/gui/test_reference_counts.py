from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
widget = QWidget()
for i in range(20_000):
    widget.update()
    widget.setToolTip("")
print("alive")
"""


def test_calls_that_return_nothing_do_not_wear_out_none() -> None:
    """PySide6 6.12 takes a reference from None with every such call and aborts below Python 3.12."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "alive"
