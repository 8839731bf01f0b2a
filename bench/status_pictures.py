"""Draw docs/status_NAME.png, one picture for each scene of docs/when-it-is-wrong.md.

python -m bench.status_pictures [NAME ...]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from bench.scene_clips import followed
from bench.status_scenes import SCENES, Scene
from bench.truth import REPO
from segmentation.views import VIEWS
from usbio.overlay import SIDE_COLOURS, RgbPicture, draw_overlay

WIDTH_PX = 640
GREYS, SHADES = 40, 10  # of the picture, and of each colour of the lines


def draw(scene: Scene) -> RgbPicture:
    """Return the scene's last picture, with the borders and words there are for it."""
    clip, pictures = scene.shown()
    *_, result = followed(clip, pictures)
    said = {m.status for m in result.measurements if scene.concerns(m)}
    if said != {scene.status}:
        raise ValueError(f"expected {scene.status} in the scene {scene.name}, came {sorted(said)}")
    return draw_overlay(pictures[-1], result, VIEWS[clip.view])


def small(picture: RgbPicture) -> Image.Image:
    """Return it as wide as a page, in few colours."""
    height = round(picture.shape[0] * WIDTH_PX / picture.shape[1])
    reduced = cv2.resize(picture, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    return Image.fromarray(reduced).quantize(palette=_palette(), dither=Image.Dither.NONE)


def _palette() -> Image.Image:
    greys = np.linspace(0.0, 255.0, GREYS)[:, None] * np.ones(3)
    shades = [np.linspace(0.3, 1.0, SHADES)[:, None] * np.array(c) for c in SIDE_COLOURS.values()]
    whole = Image.new("P", (1, 1))
    whole.putpalette(np.vstack([greys, *shades]).round().astype(np.uint8).tobytes())
    return whole


def main(names: Sequence[str]) -> None:
    """Draw the scenes named, or all."""
    unknown = set(names) - {scene.name for scene in SCENES}
    if unknown:
        raise SystemExit(f"no such scene: {', '.join(sorted(unknown))}")
    for scene in SCENES:
        if not names or scene.name in names:
            path = REPO / "docs" / f"status_{scene.name}.png"
            small(draw(scene)).save(path, optimize=True)
            print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
