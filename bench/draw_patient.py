"""Draw the scenes of the patient's screen, to be looked at without a visit.

python -m bench.draw_patient OUT_DIR [--size 1280x720] [--de] [--light]   every scene in every picture
python -m bench.draw_patient --docs                                       docs/patient_NAME.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from bench.patient_scenes import mmode_scenes, scenes
from bench.truth import REPO
from gui.display import choose_platform, quiet_qt
from gui.patient_painting import PICTURES, paint_scene
from gui.theme import DARK, LIGHT, Theme
from usbio.patient_scene import PatientScene

FULL = 1920, 1080
COLOURS = 160  # of a picture in docs/


def drawn(scene: PatientScene, width: int, height: int, theme: Theme) -> QImage:
    """Return a scene as it stands on a screen of this size."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_scene(painter, scene, QSizeF(width, height), theme)
    painter.end()
    return image


def draw_all(out: Path, language: str, theme: Theme, size: tuple[int, int]) -> None:
    """Draw every scene in every picture."""
    out.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        found = scenes(language, picture) | (mmode_scenes(language) if picture == "strip" else {})
        for name, scene in found.items():
            drawn(scene, *size, theme).save(str(out / f"{picture}_{name}.png"))


def draw_docs() -> None:
    """Draw the pictures of docs/, in few colours, dark and light."""
    shown = {
        "balance": (scenes()["hold"], DARK),
        "balance_light": (scenes()["hold"], LIGHT),
        "balance_de": (scenes("de")["too_much"], DARK),
        "anatomy": (scenes(picture="anatomy")["hold"], DARK),
        "anatomy_light": (scenes(picture="anatomy")["hold"], LIGHT),
        "wall": (scenes(picture="anatomy")["held_side"], DARK),
        "wall_light": (scenes("de", "anatomy")["joining"], LIGHT),
        "strip": (mmode_scenes()["mmode_one_side"], DARK),
        "strip_light": (mmode_scenes()["mmode_two_sides"], LIGHT),
        "trace": (scenes(picture="strip")["hold"], DARK),
        "dark": (scenes()["dark_count_in"], DARK),
        "hint": (scenes()["hint"], DARK),
        "hint_light": (scenes("de", "anatomy")["hint"], LIGHT),
    }
    for name, (scene, theme) in shown.items():
        path = REPO / "docs" / f"patient_{name}.png"
        _save_small(drawn(scene, *FULL, theme), path)
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")


def _save_small(image: QImage, path: Path) -> None:
    bgr = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3]
    whole = Image.fromarray(np.ascontiguousarray(bgr[:, :, ::-1]))
    whole.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Draw what was asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--de", action="store_true")
    parser.add_argument("--light", action="store_true")
    asked = parser.parse_args()
    if asked.docs:
        draw_docs()
    if asked.out is not None:
        width, height = (int(one) for one in asked.size.split("x"))
        draw_all(asked.out, "de" if asked.de else "en", LIGHT if asked.light else DARK, (width, height))


if __name__ == "__main__":
    choose_platform()
    quiet_qt()
    app = QGuiApplication([])
    main()
