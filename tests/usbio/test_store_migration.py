"""A store grows with the program: from nothing, from an older one with a copy kept, not from a newer one."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tests.usbio.visit_facts import BEGUN, every_kind
from usbio.errors import InputError
from usbio.store import migration
from usbio.store.lookup import visits
from usbio.store.sqlite_file import sqlite_engine
from usbio.store.store import Store
from usbio.store.tables import Base

NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "0001"


def upgrade():
    with op.batch_alter_table("visits") as table:
        table.add_column(sa.Column("room", sa.String(), server_default="", nullable=False))
"""
FAILING = NEXT + "    raise ValueError('half-way')\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "visits.sqlite"


@pytest.fixture
def filled(path: Path) -> Path:
    store = Store.open(path)
    store.fill(BEGUN.visit, 0, every_kind(), 9)
    store.close()
    return path


def _newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str) -> None:
    """From here on the program is one revision newer."""
    scripts = tmp_path / "migrations"
    shutil.copytree(migration.SCRIPTS, scripts)
    (scripts / "versions" / "room.py").write_text(revision)
    monkeypatch.setattr(migration, "SCRIPTS", scripts)


def test_migrations_make_what_the_tables_say(path: Path) -> None:
    Store.open(path).close()
    engine = sqlite_engine(path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_migrations_lie_in_the_package() -> None:
    assert (migration.SCRIPTS / "env.py").is_file()
    assert migration.SCRIPTS.parent.name == "store"


def test_opening_again_changes_nothing(filled: Path) -> None:
    Store.open(filled).close()
    assert sorted(one.name for one in filled.parent.iterdir()) == [filled.name]


def test_older_store_is_brought_up_and_a_copy_kept(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _newer(tmp_path, monkeypatch, NEXT)
    store = Store.open(filled)
    assert len(visits(store)) == 1
    store.close()
    with sqlite3.connect(filled) as now:
        assert now.execute("SELECT room FROM visits").fetchall() == [("",)]
    copy = filled.with_name("visits.before-9999.sqlite")
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as before:
        assert before.execute("SELECT count(*) FROM visits").fetchone() == (1,)
        assert "room" not in {row[1] for row in before.execute("PRAGMA table_info(visits)")}
    now.close()
    before.close()


def test_migration_that_fails_leaves_the_store_as_it_was(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        _newer(tmp_path, newer, FAILING)
        with pytest.raises(ValueError, match="half-way"):
            Store.open(filled)
    store = Store.open(filled)
    assert len(visits(store)) == 1
    store.close()


def test_store_of_a_newer_program_is_refused(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        _newer(tmp_path, newer, NEXT)
        Store.open(filled).close()
    with pytest.raises(InputError, match="newer version of usbio; install the newest version"):
        Store.open(filled)
