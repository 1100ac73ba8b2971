"""`timetuna restore FILE`: makes the database what it was when the file was written."""

import argparse
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from timetuna.accounts.models import User
from timetuna.bookings.models import Booking
from timetuna.commands.backup import is_own_database, write_backup
from timetuna.commands.checks.sealed import unopened
from timetuna.commands.database import database_answers
from timetuna.commands.migrate import migrate_database
from timetuna.jobs.queue import worker_alive
from timetuna.processes.ending import Refusal, ended_in_order
from timetuna.processes.postgres import connect, load, put_back, started

MAGIC = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}
_NAMED = 3
_BESIDE_MODELS = {"django_migrations", "rate_limit_counts"}
_POSTGRESQL_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'f')
AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
"""
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def run(options: argparse.Namespace) -> int:
    """Put the file's content in place of an empty database, or of whatever is there when told so."""
    source = Path(options.file)
    _require_ours(source)
    with ended_in_order(), database_answers():
        connection.ensure_connection()
        put_back()
        tables = _tables()
        if tables:
            _make_way(tables, replace=options.replace)
        _restore_sqlite(source) if connection.vendor == "sqlite" else _restore_postgres(source, tables)
    connections.close_all()
    migrate_database()
    with database_answers():
        hosts, bookings, shut = User.objects.count(), Booking.objects.count(), unopened()
    print(f"Restored {source}: {hosts} hosts, {bookings} bookings, as they were then. Start TimeTuna again.")
    for sentence in shut:
        print(sentence)
    return 1 if shut else 0


def _require_ours(source: Path) -> None:
    """Refuse what is no backup for this database, before anything is touched."""
    try:
        if source.exists() and not source.is_file():
            raise Refusal(f"{source} is no backup of TimeTuna.")
        if is_own_database(source.resolve()):
            raise Refusal(f"{source} belongs to the database that TimeTuna runs on.")
        with source.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise Refusal(f"{source} cannot be read: {error.strerror or error}.") from error
    engine = next((engine for magic, engine in MAGIC.items() if head.startswith(magic)), None)
    if engine is None:
        raise Refusal(f"{source} is no backup of TimeTuna.")
    if engine != connection.vendor:
        raise Refusal(
            f"{source} was made of a {NAMES[engine]} database, and DATABASE_URL leads to {NAMES[connection.vendor]}. "
            "A backup goes back into a database of its own kind."
        )
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    applied = _migrations_sqlite(source) if engine == "sqlite" else _migrations_postgres(source)
    ours = {row for row in applied if row[0] in {"accounts", "pages", "bookings"}}
    if not ours:
        raise Refusal(f"{source} is no backup of TimeTuna.")
    if ours - known:
        raise Refusal(f"{source} was made by a newer version of TimeTuna. Install that one first.")


def _migrations_sqlite(source: Path) -> set[tuple[str, str]]:
    """As (app, name)."""
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as file:
            if file.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise Refusal(f"{source} is damaged.")
            return set(file.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error as error:
        raise Refusal(f"{source} cannot be read as a backup ({error}).") from error


def _migrations_postgres(source: Path) -> set[tuple[str, str]]:
    """As (app, name); reading all of the file shows whether it is whole."""
    with started("pg_restore", "--file=-", str(source), stdout=subprocess.DEVNULL):
        pass
    only = ("--data-only", "--table=django_migrations", "--file=-", str(source))
    with started("pg_restore", *only, stdout=subprocess.PIPE) as process:
        assert process.stdout  # noqa: S101 - said for the type checker
        lines = process.stdout.read().decode("utf-8", "replace").splitlines()
    columns = [line.split("\t") for line in lines]
    return {(row[1], row[2]) for row in columns if len(row) == 4}  # noqa: PLR2004 - id, app, name, applied


def _tables() -> list[str]:
    """Whoever made them, but for those that come with a PostgreSQL extension."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                r"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
            )
        else:
            cursor.execute(_POSTGRESQL_TABLES)
        return sorted(name for (name,) in cursor.fetchall())


def _make_way(tables: list[str], *, replace: bool) -> None:
    """Refuse where somebody else's tables are; keep a backup of accounts, so that the wrong file can be taken back."""
    _require_own(tables)
    if worker_alive():
        raise Refusal("TimeTuna is running on this database. Stop it first, then restore.")
    if not User.objects.exists():
        return
    if not replace:
        raise Refusal("The database holds accounts already. With --replace they give way to the backup.")
    kept = settings.DATA_DIR / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_backup(kept)
    print(f"What was there is kept in {kept}.")


def _require_own(tables: list[str]) -> None:
    """Refuse a database that another program uses as well. A name alone proves nothing: others have bookings too."""
    labels = tuple(f"{config.label}_" for config in apps.get_app_configs())
    known = {*connection.introspection.django_table_names(), *_BESIDE_MODELS}
    foreign = [name for name in tables if name not in known and not name.startswith(labels)]
    if not foreign and not _is_timetuna(tables):
        foreign = tables
    if foreign:
        names = ", ".join(foreign[:_NAMED]) + (" and more" if len(foreign) > _NAMED else "")
        raise Refusal(
            f"The database holds tables that are not TimeTuna's ({names}), so nothing was changed. Set DATABASE_URL "
            "to a database of TimeTuna's own."
        )


def _is_timetuna(tables: list[str]) -> bool:
    if not {"django_migrations", User._meta.db_table} <= {*tables}:  # noqa: SLF001 - documented
        return False
    ran = {*MigrationRecorder(connection).applied_migrations()}
    known = {
        row
        for row in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
        if row[1].startswith("0001")
    }
    own = {row for row in known if row[0] in {"accounts", "pages", "bookings"}}
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, User._meta.db_table)  # noqa: SLF001
    return own <= ran and {"handle", "time_zone"} <= {column.name for column in described}


def _restore_sqlite(source: Path) -> None:
    """Write the file's pages into the database, in one transaction."""
    connection.close()
    name = settings.DATABASES["default"]["NAME"]
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as file,
            closing(sqlite3.connect(name, timeout=15)) as database,
        ):
            file.backup(database)
    except sqlite3.Error as error:
        raise Refusal(f"The database could not be written ({error}). It is as it was.") from error


def _restore_postgres(source: Path, tables: list[str]) -> None:
    """Put the file's tables in place of ours, in one transaction: cut off wherever, all is as it was."""
    script = ("--no-owner", "--no-privileges", "--file=-", str(source))
    try:
        with closing(connect()) as database:
            connection.close()
            database.execute("SET LOCAL lock_timeout = '5s'")  # nobody waits for who keeps a table open
            if tables:
                names = sql.SQL(", ").join(map(sql.Identifier, tables))
                database.execute(sql.SQL("DROP TABLE {}").format(names))
            with started("pg_restore", *script, stdout=subprocess.PIPE) as process:
                assert process.stdout  # noqa: S101 - said for the type checker
                load(process.stdout, database)
            database.commit()
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or ["no reason was given"])[0]
        raise Refusal(f"The database could not be written ({said}). It is as it was.") from error
