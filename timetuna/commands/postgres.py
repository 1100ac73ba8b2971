"""PostgreSQL's own programs for a database that Django is connected to."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from timetuna.commands import Refusal

_NOT_LIBPQ = {"context", "cursor_factory", "prepare_threshold"}


@contextmanager
def started(program: str, *arguments: str, stdout: int | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """Run pg_dump or pg_restore on the product's database. The password is no argument, which others could see.

    Raises Refusal where the program is not there, or ends with an error: with the program's own words.
    """
    parameters = _parameters()
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
    """Return a connection beside Django's, which begins a transaction with its first statement."""
    return psycopg.connect(**_parameters())


def _parameters() -> dict[str, Any]:
    """Return what Django connects with, certificates and all, without what only Django understands."""
    parameters = connection.get_connection_params()
    return {name: value for name, value in parameters.items() if name not in _NOT_LIBPQ}


def _environment(password: str) -> dict[str, str]:
    return {**os.environ, "LC_MESSAGES": "C"} | ({"PGPASSWORD": password} if password else {})


def _first_error(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    told = [line for line in lines if "error" in line] or lines
    return " ".join(told[:2])[:500] or "it did not say why."
