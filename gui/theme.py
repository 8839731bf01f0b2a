"""Colours, sizes and fonts. Dark neutral grey by default; a light theme for the office."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from segmentation.results import Side

TEXT_PX = 15


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours. Sides, target and warning are Okabe and Ito's, safe for colour-blind eyes."""

    name: str
    window: str
    panel: str
    raised: str
    line: str
    text: str
    soft: str  # second-rank text, still 4.5 : 1 on window and panel
    dimmed: str  # values that cannot be stood by
    left: str
    right: str
    target: str
    warning: str
    on_warning: str

    def side(self, side: Side) -> QColor:
        """The colour of lines and borders of one side."""
        return QColor(self.left if side == "left" else self.right)


DARK = Theme(
    name="dark",
    window="#1c1c1c",
    panel="#252525",
    raised="#333333",
    line="#454545",
    text="#ececec",
    soft="#b4b4b4",
    dimmed="#8c8c8c",
    left="#56B4E9",
    right="#E69F00",
    target="#009E73",
    warning="#D55E00",
    on_warning="#000000",
)
LIGHT = Theme(
    name="light",
    window="#f0f0f0",
    panel="#fafafa",
    raised="#e2e2e2",
    line="#bdbdbd",
    text="#161616",
    soft="#4d4d4d",
    dimmed="#6a6a6a",
    # The same hues, deeper: on white the originals would not be seen.
    left="#0072B2",
    right="#A86A00",
    target="#00805D",
    warning="#D55E00",
    on_warning="#000000",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}

# Borders lie on the picture, which is dark in either theme.
ON_PICTURE = DARK
UNCONFIRMED = QColor("#c4c4c4")


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the whole application one look; off-screen ignores colour schemes, so the palette is set."""
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(text_font(TEXT_PX))
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style_sheet(theme))
    pg.setConfigOptions(imageAxisOrder="row-major", background=theme.panel, foreground=theme.soft)


def text_font(size_px: int, bold: bool = False) -> QFont:
    """Return the system's font with tabular figures."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(size_px)
    font.setBold(bold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def has_font() -> bool:
    """False where the system has no font at all and every text would be invisible."""
    return bool(QFontDatabase.families())


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.panel),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.soft),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.left),
        (role.HighlightedText, "#000000" if theme.name == "dark" else "#ffffff"),
        (role.Mid, theme.line),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.dimmed))
    return palette


def _style_sheet(theme: Theme) -> str:
    return f"""
    QPushButton, QToolButton, QListWidget, QLineEdit, QComboBox, QToolTip {{ font-size: {TEXT_PX}px; }}
    QFrame#panel {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: 4px; }}
    QLabel[rank="soft"] {{ color: {theme.soft}; }}
    QLabel[rank="dimmed"] {{ color: {theme.dimmed}; }}
    QLabel#warning {{ background: {theme.warning}; color: {theme.on_warning}; padding: 6px 12px; }}
    QPushButton, QToolButton {{ padding: 7px 12px; border: 1px solid {theme.line}; border-radius: 4px;
        background: {theme.raised}; color: {theme.text}; }}
    QPushButton:focus, QToolButton:focus, QListWidget:focus, QLineEdit:focus, QComboBox:focus
        {{ border: 2px solid {theme.left}; }}
    QPushButton#step {{ text-align: left; padding: 3px 10px; background: transparent;
        border: 1px solid transparent; border-left: 4px solid transparent; }}
    QPushButton#step:checked {{ background: {theme.raised}; border-left: 4px solid {theme.left}; }}
    QPushButton#answer {{ text-align: left; padding: 7px 12px; }}
    QPushButton#answer[rank="marked"] {{ border-left: 4px solid {theme.left}; }}
    QPushButton#step:focus, QPushButton#answer:focus, QPushButton#answer[rank="marked"]:focus
        {{ border: 2px solid {theme.left}; }}
    QToolButton {{ padding: 7px 2px; }}
    QToolButton:checked {{ border-left: 4px solid {theme.left}; }}
    QListWidget {{ background: {theme.panel}; border: 1px solid {theme.line}; outline: none; }}
    QListWidget::item {{ padding: 7px 10px; }}
    QLineEdit, QComboBox {{ padding: 6px 8px; background: {theme.panel}; border: 1px solid {theme.line};
        border-radius: 4px; }}
    """
