"""A database that all migrations have been run on, made once and copied by every test run and product under test.

It is made anew whenever a migration or a requirement changes; `python -m tests.migrated` makes it before anybody waits
for it. Nothing trusts it blindly: whoever starts from a copy migrates it as usual, and `timetuna/commands/tests` bring
empty databases up to date.
"""

import base64
import fcntl
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import errors, sql

from timetuna.processes.static_files import fingerprint_of_files

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "test-output" / "migrated"


def sqlite_file() -> Path:
    """Return a migrated SQLite file, to be copied and never opened for writing."""
    path = FOLDER / f"{_digest()}.sqlite3"
    with _one_at_a_time("sqlite"):
        if not path.exists():
            for old in FOLDER.glob("*.sqlite3*"):
                old.unlink()
            building = FOLDER / f"building-{secrets.token_hex(6)}.sqlite3"
            _migrate(f"sqlite:///{building}")
            building.rename(path)
    return path


def put_static_files(data_dir: Path) -> None:
    """Let a server's folder have what is collected, made once: to compress it takes as long as to start."""
    shutil.copytree(static_files(), data_dir / "static")


def static_files() -> Path:
    """Return the folder of what is collected, to be copied."""
    made = FOLDER / f"static-{fingerprint_of_files()[:16]}"
    with _one_at_a_time("static"):
        if not made.exists():
            for old in FOLDER.glob("static-*"):
                shutil.rmtree(old)
            building = FOLDER / f"building-{secrets.token_hex(6)}"
            _collect(building)
            (building / "static").rename(made)
            shutil.rmtree(building)
    return made


def postgresql_template(url: str) -> str:
    """Return the name of a migrated database at a server, for CREATE DATABASE … TEMPLATE. Nobody connects to it."""
    name = f"timetuna_migrated_{_digest()}"
    with _one_at_a_time("postgresql"), closing(psycopg.connect(url, autocommit=True)) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _forget_older(server)
            building = f"timetuna_building_{secrets.token_hex(6)}"
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
            _migrate(address(url, building))
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            server.execute(rename.format(sql.Identifier(building), sql.Identifier(name)))
    return name


@contextmanager
def fresh_database(folder: Path) -> Iterator[str]:
    """Yield the address of a migrated database of one's own: a file in the folder, or one where the tests run."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        shutil.copyfile(sqlite_file(), folder / "timetuna.sqlite3")
        yield f"sqlite:///{folder / 'timetuna.sqlite3'}"
        return
    name = f"timetuna_live_{secrets.token_hex(6)}"
    template = postgresql_template(given)
    with closing(psycopg.connect(given, autocommit=True)) as server:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield address(given, name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def fill_memory(address_in_memory: str) -> sqlite3.Connection:
    """Copy the migrated file into a database in memory, which lives as long as the connection that is returned."""
    memory = sqlite3.connect(address_in_memory, uri=True, check_same_thread=False)
    with closing(sqlite3.connect(sqlite_file())) as file:
        file.backup(memory)
    return memory


def address(url: str, name: str) -> str:
    """Return the address of another database at the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@cache
def _digest() -> str:
    found = sha256(sys.version.encode())
    migrations = sorted((ROOT / "timetuna").glob("*/migrations/*.py"))
    for path in (ROOT / "requirements" / "base.txt", *migrations):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def _one_at_a_time(what: str) -> Iterator[None]:
    """Whoever wants another thing does not wait for this one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(url: str) -> None:
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, env=environment, cwd=ROOT, check=True)


_COLLECT = """
import sys
from pathlib import Path
from timetuna.processes.static_files import collect_when_stale
collect_when_stale(Path(sys.argv[1]))
"""


def _collect(data_dir: Path) -> None:
    keys = {
        "TIMETUNA_SECRET_KEY": secrets.token_urlsafe(48),
        "TIMETUNA_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    environment = os.environ | keys | {"TIMETUNA_DATA_DIR": str(data_dir)}
    subprocess.run([sys.executable, "-c", _COLLECT, str(data_dir)], env=environment, cwd=ROOT, check=True)


def _forget_older(server: psycopg.Connection) -> None:
    rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'timetuna\\_migrated\\_%'")
    for (name,) in rows.fetchall():
        try:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        except errors.ObjectInUse:
            continue  # somebody copies it at this moment


if __name__ == "__main__":
    sqlite_file()
    static_files()
