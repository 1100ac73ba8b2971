"""PostgreSQL's own programs for a database that Django is connected to, and what a restore does there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from timetuna.db.sql import libpq_parameters
from timetuna.processes.ending import Refusal

ASIDE = "timetuna_before_restore"
"""The schema that restores once moved tables into; one that was cut off may have left it, with all there was."""
_COPY = re.compile(rb"COPY .* FROM stdin;\n")
_FOR_PSQL = re.compile(rb"\\(un)?restrict \w+\n")


@contextmanager
def started(program: str, *arguments: str, stdout: int | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """Run pg_dump or pg_restore on the product's database. The password is no argument, which others could see.

    Raises Refusal where the program is not there, or ends with an error: with the program's own words.
    """
    parameters = libpq_parameters()
    password = parameters.pop("password", "")
    address = make_conninfo(**parameters)
    command = [program, *arguments, *([] if "--file=-" in arguments else [f"--dbname={address}"])]
    try:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            command,
            env=_environment(password),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError:
        raise Refusal(
            f"{program} is not on this machine. It comes with PostgreSQL's client, on Debian with the package "
            "postgresql-client, which must not be older than the server."
        ) from None
    with process:
        try:
            yield process
            _, said = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise Refusal(f"{program} did not succeed: {_first_error(said)}")


def connect() -> "psycopg.Connection[Any]":
    """Beside Django's; its first statement begins a transaction."""
    return psycopg.connect(**libpq_parameters())


def load(script: Iterable[bytes], into: "psycopg.Connection[Any]") -> None:
    """Execute what pg_restore writes, in the transaction that is open. Raises psycopg.Error.

    psql is not asked: it would run a program that a file names, and would not commit together with other statements.
    """
    lines, statements = iter(script), list[bytes]()
    for line in lines:
        if _COPY.fullmatch(line):
            _execute(statements, into)
            _copy(line, lines, into)
        elif not _FOR_PSQL.fullmatch(line):
            statements.append(line)
    _execute(statements, into)


def _execute(statements: list[bytes], into: "psycopg.Connection[Any]") -> None:
    into.execute(b"".join(statements), prepare=False)
    statements.clear()


def _copy(statement: bytes, lines: Iterator[bytes], into: "psycopg.Connection[Any]") -> None:
    with into.cursor() as cursor, cursor.copy(statement) as copy:
        for line in lines:
            if line == b"\\.\n":
                return
            copy.write(line)
        raise psycopg.DataError("the rows of a table do not end")  # leaving by an error takes the copy back


def left_aside() -> str:
    """A sentence about what a restore that was cut off has left in a schema of its own, else ""."""
    tables = _tables_aside()
    if not tables:
        return ""
    found = f"A restore was cut off, and what was there before it is in the schema {ASIDE}."
    if not _own_tables():
        return f"{found} `timetuna migrate` puts it back."
    return (
        f"{found} Where nothing is missing, remove it with DROP SCHEMA {ASIDE} CASCADE. To go back to it, make a "
        "backup, drop TimeTuna's tables outside of it, and run `timetuna migrate`."
    )


def put_back() -> None:
    """Put back what a restore that was cut off has left aside, unless tables of ours stand in its place; say it."""
    tables = _tables_aside()
    if tables is None:
        return
    if tables and _own_tables():
        print(left_aside(), file=sys.stderr)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (here,) = cursor.fetchone()
        for name in tables:
            cursor.execute(f'ALTER TABLE {ASIDE}."{name}" SET SCHEMA {here}')
        cursor.execute(f"DROP SCHEMA {ASIDE}")
    if tables:
        print("A restore was cut off. What was there before it is back.", file=sys.stderr)


def _tables_aside() -> list[str] | None:
    """None where there is no such schema."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [ASIDE])
        if not cursor.fetchone():
            return None
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [ASIDE])
        return [name for (name,) in cursor.fetchall()]


def _own_tables() -> bool:
    with connection.cursor() as cursor:
        return bool(
            {*connection.introspection.table_names(cursor)} & {*connection.introspection.django_table_names()}
        )


def _environment(password: str) -> dict[str, str]:
    return {**os.environ, "LC_MESSAGES": "C"} | ({"PGPASSWORD": password} if password else {})


def _first_error(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    told = [line for line in lines if "error" in line] or lines
    return " ".join(told[:2])[:500] or "it did not say why."
