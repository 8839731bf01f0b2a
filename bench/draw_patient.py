"""Draw every scene of the patient's screen.

python -m bench.draw_patient OUT_DIR [--size 1280x720] [--de] [--light]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter

from bench.patient_scenes import mmode_scenes, scenes
from gui.patient_painting import PICTURES, paint_scene
from gui.theme import DARK, LIGHT, Theme
from usbio.patient_scene import PatientScene


def drawn(scene: PatientScene, width: int, height: int, theme: Theme) -> QImage:
    """Return a scene as it stands on a screen of this size."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_scene(painter, scene, QSizeF(width, height), theme)
    painter.end()
    return image


def main() -> None:
    """Draw what was asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--de", action="store_true")
    parser.add_argument("--light", action="store_true")
    asked = parser.parse_args()
    width, height = (int(one) for one in asked.size.split("x"))
    asked.out.mkdir(parents=True, exist_ok=True)
    language, theme = "de" if asked.de else "en", LIGHT if asked.light else DARK
    for picture in PICTURES:
        found = scenes(language, picture) | (mmode_scenes(language) if picture == "strip" else {})
        for name, scene in found.items():
            drawn(scene, width, height, theme).save(str(asked.out / f"{picture}_{name}.png"))


if __name__ == "__main__":
    from gui.display import choose_platform, quiet_qt

    choose_platform()
    quiet_qt()
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication([])
    main()
