"""The store as one SQLite file of its owner's alone. All that belongs to SQLite is here."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from usbio.errors import output_error
from usbio.private_file import make_private_folder

BUSY_S = 5.0  # how long one program waits for another
ERRORS = (SQLAlchemyError, sqlite3.Error)
WRITES = "usbio_writes"  # execution option of a connection that will write

_DAMAGED = ("malformed", "not a database", "disk i/o error")
_BUSY = ("locked", "busy")
_FULL = ("disk is full",)
_FORBIDDEN = ("readonly", "unable to open")
BESIDE = ("-wal", "-shm")


def sqlite_engine(path: Path) -> Engine:
    """Return an engine for a file, which is made where there is none."""
    make_private_folder(path.parent)
    try:
        with contextlib.suppress(FileExistsError):  # first of all: the files beside it inherit its rights
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise output_error(path, error) from error
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_S})
    event.listen(engine, "connect", _ready)
    event.listen(engine, "begin", _begin)
    return engine


def copy_file(path: Path, copy: Path) -> None:
    """Copy a store, also one that is in use."""
    try:
        with contextlib.suppress(FileNotFoundError):
            copy.unlink()
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            contextlib.closing(sqlite3.connect(path, timeout=BUSY_S)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except OSError as error:
        raise output_error(copy, error) from error


def move_file(path: Path, to: Path) -> None:
    """Give a store that nobody uses another name, with what lies beside it."""
    for ending in ("", *BESIDE):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).replace(to.with_name(to.name + ending))


def told(error: BaseException) -> tuple[str, str] | None:
    """Return what an error of the database means, and what to do; None where it is our bug."""
    said = str(error).lower()
    if any(word in said for word in _BUSY):
        return "another program holds it", "close the other program and try again"
    if any(word in said for word in _FULL):
        return "the disk is full", "free some space"
    if any(word in said for word in _FORBIDDEN):
        return "may not be written", "ask for the right to write there, or name another folder with --data"
    if any(word in said for word in _DAMAGED):
        return "is damaged; the visits themselves are not", "build it anew: usbio store rebuild"
    return None


def _ready(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, and not at the first write
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
