"""Alembic runs this for every migration; the connection is handed over by `usbio.store.migration`."""

from __future__ import annotations

from alembic import context

from usbio.store.tables import Base


def _migrate() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite cannot change a column in place
    )
    with context.begin_transaction():
        context.run_migrations()


if hasattr(context, "config"):  # only Alembic gives it one: imported by anybody else, this does nothing
    _migrate()
