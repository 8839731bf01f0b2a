"""A store is brought to the form this program knows when it is opened; one of a newer program is refused."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from usbio.errors import InputError
from usbio.store.sqlite_file import copy_file

SCRIPTS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """Return the form that this program knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revision(connection: Connection) -> str | None:
    """Return the form a store has; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def refuse_newer(path: Path, found: str | None) -> None:
    """Raise where a store has a form that this program does not know."""
    known = {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise InputError(
            path, "was made by a newer version of usbio", "install the newest version and try again"
        )


def keep_copy(path: Path, found: str | None) -> Path | None:
    """Copy a store as it is before it is changed; None where it is empty."""
    if found is None:
        return None
    copy = path.with_name(f"{path.stem}.before-{newest_revision()}{path.suffix}")
    copy_file(path, copy)
    return copy


def migrate(connection: Connection) -> None:
    """Bring a store to the newest form, all of it or nothing."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
