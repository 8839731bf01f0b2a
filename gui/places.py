"""Where the window is: one page at a time, the keys that act there, and the line about them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gui.bound_keys import BoundKeys
from gui.footer_view import FooterView
from gui.keys import FORM_FOOTER, KEYS, SETUP_FOOTER, VISIT_FOOTER, Key, footer_words, keys_in_visit
from gui.keys_view import KeysView
from gui.rail import Rail


class Places:
    """Pages between rail, header and footer. On the Live page a visit has keys of its own while it is on."""

    def __init__(
        self, window: QWidget, live: QWidget, setup: QWidget, form: QWidget, visiting: Callable[[], bool]
    ) -> None:
        self._live, self._form, self._visiting = live, form, visiting
        self._pages = QStackedWidget()
        for page in (setup, live, form):
            self._pages.addWidget(page)
        self.rail, self.footer = Rail(), FooterView(SETUP_FOOTER)
        self.keys = BoundKeys(window)
        self.list = KeysView(window)

    @property
    def page(self) -> QWidget:
        """The page that is shown."""
        page = self._pages.currentWidget()
        assert page is not None
        return page

    def turn_to(self, page: QWidget) -> None:
        """Show a page."""
        self._pages.setCurrentWidget(page)
        keys, footer = self._acting(page)
        self.keys.allow(keys, typing=page is self._form)
        self.list.show_keys(keys if page is self._live else KEYS)
        self.footer.show_keys(footer)
        self.rail.mark("Visit" if page is self._form or self._visiting() else "Live")

    def body(self, header: QWidget) -> QWidget:
        """Return all of it, put together."""
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(header)
        column.addWidget(self._pages, 1)
        column.addWidget(self.footer)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        return body

    def _acting(self, page: QWidget) -> tuple[tuple[Key, ...], str]:
        if page is self._live:
            return (keys_in_visit(), VISIT_FOOTER) if self._visiting() else (KEYS, footer_words())
        everywhere = tuple(key for key in KEYS if key.everywhere)
        return everywhere, FORM_FOOTER if page is self._form else SETUP_FOOTER
