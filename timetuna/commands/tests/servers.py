"""Servers whose databases are made, looked at and lost by the tests of backups; on the engine the tests run on."""

import os
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.migrated import put_static_files
from tests.typed import run
from timetuna.commands.tests.test_commands import KEYS, ROOT

POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
MAKE_BOOKING = """
import django; django.setup()
from django.utils import timezone
from timetuna.bookings.actions.book import book
from timetuna.bookings.tests.conftest import make_host, make_page, order
book(order(make_page(make_host("alice", "Alice Host"))), now=timezone.now())
"""
COUNT = "SELECT (SELECT count(*) FROM accounts_user), (SELECT count(*) FROM bookings_booking)"
Server = dict[str, str]


def settings_for(folder: Path, url: str) -> Server:
    put_static_files(folder)
    return KEYS | {"TIMETUNA_DATA_DIR": str(folder)} | ({"DATABASE_URL": url} if url else {})


class empty_database:  # noqa: N801 - it is used as a function
    """The address of a fresh PostgreSQL database, "" on SQLite."""

    def __enter__(self) -> str:
        self.name = f"timetuna_backup_{secrets.token_hex(5)}"
        self._execute(f'CREATE DATABASE "{self.name}"')
        return (
            urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.name}").geturl() if POSTGRES else ""
        )

    def __exit__(self, *_: object) -> None:
        self._execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    @staticmethod
    def _execute(statement: str) -> None:
        if POSTGRES:
            with closing(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)) as connection:
                connection.execute(statement)


def python(code: str, settings: Server) -> None:
    environment = os.environ | settings | {"DJANGO_SETTINGS_MODULE": "timetuna.settings"}
    run(["-c", code], environment).check_returncode()


def counts(settings: Server) -> tuple[int, int]:
    with closing(opened(settings)) as database:
        hosts, bookings = database.execute(COUNT).fetchone() or (0, 0)
    return hosts, bookings


def opened(settings: Server) -> Any:
    if POSTGRES:
        return psycopg.connect(settings["DATABASE_URL"])
    return sqlite3.connect(Path(settings["TIMETUNA_DATA_DIR"]) / "timetuna.sqlite3")


def started(*arguments: str, settings: Server) -> "subprocess.Popen[bytes]":
    """Start a command in a process group of its own."""
    command, quiet = [sys.executable, "-m", "timetuna", *arguments], subprocess.DEVNULL
    environment = os.environ | settings
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=quiet, stderr=quiet, start_new_session=True
    )


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def execute(settings: Server, *statements: str) -> None:
    with closing(opened(settings)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def wipe(settings: Server) -> None:
    for file in Path(settings["TIMETUNA_DATA_DIR"]).glob("timetuna*"):
        file.unlink()
    if POSTGRES:
        with closing(psycopg.connect(settings["DATABASE_URL"], autocommit=True)) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
