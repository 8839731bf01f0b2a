from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from gui.theme import DARK, LIGHT, ON_PICTURE, Theme, text_font


def luminance(name: str) -> float:
    """Relative luminance as WCAG 2 has it."""
    colour = QColor(name)
    linear = [
        c / 12.92 if c <= 0.03928 else float(((c + 0.055) / 1.055) ** 2.4)
        for c in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("text", "window"),
        ("text", "panel"),
        ("text", "raised"),
        ("soft", "window"),
        ("soft", "panel"),
        ("dimmed", "panel"),
        ("on_warning", "warning"),
    ],
)
def test_every_text_has_a_contrast_of_at_least_4_5(theme: Theme, front: str, back: str) -> None:
    assert contrast(getattr(theme, front), getattr(theme, back)) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_side_lines_stand_out_from_the_panel(theme: Theme) -> None:
    # graphics need 3 : 1
    assert contrast(theme.left, theme.panel) >= 3.0
    assert contrast(theme.right, theme.panel) >= 3.0


def test_the_picture_uses_okabe_and_itos_colours() -> None:
    assert (ON_PICTURE.left, ON_PICTURE.right) == ("#56B4E9", "#E69F00")


def test_figures_are_tabular() -> None:
    assert text_font(20).featureTags()
    assert text_font(20).pixelSize() == 20
