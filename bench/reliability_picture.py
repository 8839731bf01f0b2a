"""The reliability diagram of docs/accuracy.md, from the figures of the bench.

python -m bench.bench_accuracy --only quality --json > quality.json
python -m bench.reliability_picture quality.json docs/reliability.png
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bench.calibration import FEW
from bench.figures import Row

SIDE, EDGE = 360, 64  # of the diagram and round it, in pixels
_BAR_HEIGHT, _GAP = 90, 44
_INK, _FAINT, _DOT, _BAND = (30, 30, 30), (205, 205, 205), (0, 114, 178), (225, 236, 245)
_ALLOWED = 0.1


def reliability_picture(rows: Sequence[Row]) -> Image.Image:
    """Draw what was stated against what was true, and below it how many values there were."""
    picture = Image.new("RGB", (SIDE + 2 * EDGE, SIDE + _BAR_HEIGHT + _GAP + 2 * EDGE), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=14)
    band = [
        _at(0, _ALLOWED),
        _at(1 - _ALLOWED, 1),
        _at(1, 1),
        _at(1, 1 - _ALLOWED),
        _at(_ALLOWED, 0),
        _at(0, 0),
    ]
    pen.polygon(band, fill=_BAND)
    for tick in range(0, 11, 2):
        pen.line([_at(tick / 10, 0), _at(tick / 10, 1)], fill=_FAINT)
        pen.line([_at(0, tick / 10), _at(1, tick / 10)], fill=_FAINT)
        x, y = _at(tick / 10, 0)
        pen.text((x, y + 6), f"{tick / 10:.1f}", _INK, font, anchor="ma")
        x, y = _at(0, tick / 10)
        pen.text((x - 6, y), f"{tick / 10:.1f}", _INK, font, anchor="rm")
    pen.line([_at(0, 0), _at(1, 1)], fill=_INK)
    pen.rectangle([_at(0, 1), _at(1, 0)], outline=_INK)
    for row in rows:
        if row.get("stated") is not None:
            x, y = _at(row["stated"], row["true"])
            few = row["values"] < FEW
            pen.ellipse([x - 5, y - 5, x + 5, y + 5], fill="white" if few else _DOT, outline=_DOT)
    pen.text((EDGE, EDGE - 34), "true share within 0.5 mm or 5 %", _INK, font)
    pen.text((EDGE + SIDE, EDGE + SIDE + 26), "stated quality", _INK, font, anchor="ra")
    _bars(pen, rows, font)
    return picture


def _at(x: float, y: float) -> tuple[float, float]:
    return EDGE + x * SIDE, EDGE + (1 - y) * SIDE


def _bars(
    pen: ImageDraw.ImageDraw, rows: Sequence[Row], font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> None:
    """Shares of the values in each tenth; even a thousandth is seen."""
    foot, count = EDGE + SIDE + _GAP + _BAR_HEIGHT, max(sum(row["values"] for row in rows), 1)
    for number, row in enumerate(rows):
        share = row["values"] / count
        left = EDGE + number * SIDE / 10
        height = max(1.0, share * (_BAR_HEIGHT - 20))
        pen.rectangle([left + 4, foot - height, left + SIDE / 10 - 4, foot], fill=_DOT)
        pen.text((left + SIDE / 20, foot - height - 3), _percent(share), _INK, font, anchor="md")
    pen.text((EDGE + SIDE, foot + 8), f"share of {count} values, %", _INK, font, anchor="ra")


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.095 else f"{100 * share:.1f}"


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path)
    parser.add_argument("picture", type=Path)
    asked = parser.parse_args()
    rows = json.loads(asked.figures.read_text(encoding="utf-8"))["quality_tenths"]
    reliability_picture(rows).save(asked.picture, optimize=True)


if __name__ == "__main__":
    main()
