"""`timetuna backup FILE`: everything that is stored, in one file, while the server runs."""

import argparse
import fcntl
import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import Connection, IsolationLevel

from timetuna.accounts.models import User
from timetuna.commands.database import database_answers
from timetuna.processes.ending import Refusal, ended_in_order
from timetuna.processes.postgres import ASIDE, connect, started
from timetuna.rate_limits.store import beside

WRITERS_WAIT_SECONDS = 10.0
"""For how long bookings may be kept waiting by a backup of PostgreSQL. Looks never wait."""

_LOCK_SECONDS = 60.0
_PAGES_AT_ONCE = 4_096
_UNFINISHED = re.compile(r"\..+\.unfinished-\d+")


def run(options: argparse.Namespace) -> int:
    """Write the file, readable by its owner alone; an older one gives way only when told so, and once this is whole."""
    target = _target(options.file, replace=options.replace)
    with ended_in_order():
        moment = write_backup(target)
    size = target.stat().st_size / 1_000_000
    print(f"{target} ({size:.1f} MB) holds everything up to {moment:%Y-%m-%d %H:%M:%S} UTC.")
    print(
        "It does not hold the keys (TIMETUNA_SECRET_KEY, TIMETUNA_ENCRYPTION_KEYS): keep them elsewhere, they open it."
    )
    return 0


def _target(given: str, *, replace: bool) -> Path:
    """The path that a link leads to. Refuse what is no file, what is in use, and what shall stay."""
    target = Path(given)
    try:
        target = target.resolve()
        there = target.exists()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise Refusal(f"{given} cannot be written: {getattr(error, 'strerror', None) or error}.") from error
    if is_own_database(target):
        raise Refusal(f"{target} belongs to the database that TimeTuna runs on. Choose another name.")
    if there and not target.is_file():
        raise Refusal(f"{target} is not a file. Choose the name of one.")
    if there and not replace:
        raise Refusal(f"{target} is there already. Choose another name, or add --replace.")
    return target


def is_own_database(path: Path) -> bool:
    """Whether it is the product's SQLite database, or a file that lies beside it, by whatever name."""
    if connection.vendor != "sqlite":
        return False
    name = str(settings.DATABASES["default"]["NAME"])
    ours = [Path(f"{file}{end}") for file in (name, beside(name)) for end in ("", "-wal", "-shm", "-journal")]
    return any(
        path == file.resolve() or (path.exists() and file.exists() and path.samefile(file)) for file in ours
    )


def write_backup(target: Path) -> datetime:
    """Write it and return the moment up to which everything is in it.

    Nothing that was acknowledged before the file is in its place is missing from it, where that takes no longer than
    writers are kept waiting. Raises Refusal; then nothing is left behind, and an older file is still there.
    """
    with database_answers():
        User.objects.exists()  # else the address may lead anywhere, and an empty file looks like a backup
    copy = _copy_sqlite if connection.vendor == "sqlite" else _dump
    try:
        _sweep(target.parent)
        with _unfinished(target) as unfinished:
            return copy(unfinished, lambda: _put_in_place(unfinished, target))
    except OSError as error:
        raise Refusal(f"{target} cannot be written: {error.strerror or error}.") from error


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """Make a file beside the target that only its owner can read, and lock it: so nobody takes it for a leftover."""
    path = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what backups have left that were ended by force: a lock ends with its process, in any container."""
    for path in folder.glob(".*.unfinished-*"):
        if not _UNFINISHED.fullmatch(path.name) or path.is_symlink() or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except OSError:  # somebody writes it, or it is somebody else's
            continue


def _put_in_place(unfinished: Path, target: Path) -> None:
    _sync(unfinished)
    unfinished.replace(target)
    _sync(target.parent)


def _copy_sqlite(target: Path, done: Callable[[], None]) -> datetime:
    """Copy while writers wait, and looks do not; with writers among its steps a copy might never end."""
    try:
        with closing(sqlite3.connect(target)) as copy, _writers_wait() as source:
            source.backup(
                copy, pages=_PAGES_AT_ONCE, progress=lambda *_: None
            )  # between them signals are heard
            copy.execute("PRAGMA journal_mode = DELETE")
            found = copy.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise Refusal(f"The database is damaged: {found[0]}")
            copy.close()
            done()
            return datetime.now(UTC)
    except sqlite3.Error as error:
        raise Refusal(f"The database could not be copied ({error}).") from error


@contextmanager
def _writers_wait() -> Iterator[sqlite3.Connection]:
    """Keep the write lock with one connection, and yield another one, which reads: none can read what it has locked."""
    name = str(settings.DATABASES["default"]["NAME"])
    with (
        closing(sqlite3.connect(name, timeout=0.2, isolation_level=None)) as lock,
        closing(sqlite3.connect(name, timeout=60)) as source,
    ):
        _begin(lock)
        yield source
        lock.execute("ROLLBACK")


def _begin(lock: sqlite3.Connection) -> None:
    """Take the write lock, asking often: SQLite hears no signal while it waits by itself."""
    until = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            lock.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        else:
            return


def _dump(target: Path, done: Callable[[], None]) -> datetime:
    """Dump what there is at one moment.

    Whatever a guest or host decides begins by locking the host's row, and waits while we keep the table of hosts: so
    all that is acknowledged before the dump ends is in it, unless it takes so long that nobody shall wait for it.
    """
    with database_answers(), closing(connect()) as keeper:
        kept = _keep_hosts(keeper)
        (snapshot,) = keeper.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        moment = datetime.now(UTC)
        arguments = (
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--no-unlogged-table-data",
            f"--exclude-schema={ASIDE}",
            f"--file={target}",
        )
        with started("pg_dump", *arguments, f"--snapshot={snapshot}") as dump:
            try:
                dump.wait(WRITERS_WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                kept = False
                keeper.close()
        with started("pg_restore", "--file=-", str(target), stdout=subprocess.DEVNULL):
            pass  # it reads the whole file, and fails where that is not what was written
        done()
        return datetime.now(UTC) if kept else moment


def _keep_hosts(keeper: Connection) -> bool:
    """Begin a transaction that keeps the table; False where others are at it for too long."""
    table = User._meta.db_table  # noqa: SLF001 - documented
    keeper.execute("SET lock_timeout = '5s'")
    keeper.commit()
    keeper.isolation_level = (
        IsolationLevel.REPEATABLE_READ
    )  # its snapshot comes with the first statement after LOCK
    try:
        keeper.execute(f'LOCK TABLE "{table}" IN EXCLUSIVE MODE')
    except psycopg.errors.LockNotAvailable:
        keeper.rollback()
        return False
    return True


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
