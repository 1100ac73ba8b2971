"""Restores that are cut off, and restores into what is not TimeTuna's; on the engine the tests run on."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.migrated import fresh_database
from timetuna.commands.tests.servers import (
    POSTGRES,
    Server,
    counts,
    execute,
    opened,
    settings_for,
    started,
    wait_for,
    wipe,
)
from timetuna.commands.tests.test_commands import timetuna

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="backup")]


def stuck_pg_restore(folder: Path, ending: str) -> dict[str, str]:
    (folder / "bin").mkdir()
    program = folder / "bin/pg_restore"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *--no-owner*) {shutil.which("pg_restore")} "$@" | head -n 400\n'
        f'touch {folder}/begun; {ending};; esac\nexec {shutil.which("pg_restore")} "$@"\n'
    )
    program.chmod(0o700)
    return {"PATH": f"{folder}/bin:{os.environ['PATH']}"}


@pytest.fixture
def hang_ups() -> Iterator[None]:
    """Let SIGHUP end what is started: where the tests run under nohup it is ignored, by all that they start too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hang_ups")
@pytest.mark.skipif(not POSTGRES, reason="SQLite writes the database itself, in one transaction")
def test_a_restore_that_is_cut_off_changes_nothing(server: Server, other: Server, tmp_path: Path) -> None:
    file, begun = tmp_path / "file", tmp_path / "begun"
    timetuna("backup", str(file), settings=server)
    timetuna("restore", str(file), settings=other)
    stuck = other | stuck_pg_restore(tmp_path, "exec sleep 15")

    for kill, number in ((os.killpg, signal.SIGHUP), (os.kill, signal.SIGTERM), (os.kill, signal.SIGKILL)):
        with started("restore", "--replace", str(file), settings=stuck) as process:
            wait_for(begun.exists)
            begun.unlink()
            kill(process.pid, number)
            process.wait(60)
            if number == signal.SIGKILL:  # what it had started knows nothing of it
                os.killpg(process.pid, number)
        assert counts(other) == (1, 1), number
        assert schemas(other) == [], number

    (tmp_path / "bin/pg_restore").unlink()
    (tmp_path / "bin").rmdir()
    failed = timetuna(
        "restore", "--replace", str(file), settings=other | stuck_pg_restore(tmp_path, "exit 1")
    )
    assert (failed.returncode, counts(other)) == (2, (1, 1))
    assert timetuna("restore", "--replace", str(file), settings=other).returncode == 0
    assert counts(other) == (1, 1)


def schemas(settings: Server) -> list[str]:
    with closing(psycopg.connect(settings["DATABASE_URL"])) as database:
        rows = database.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'timetuna%'").fetchall()
    return [name for (name,) in rows]


@pytest.mark.skipif(not POSTGRES, reason="there are no schemas in SQLite")
def test_what_a_restore_has_left_aside_is_put_back_or_said(
    server: Server, other: Server, tmp_path: Path
) -> None:
    file, later = tmp_path / "file", tmp_path / "later"
    timetuna("backup", str(file), settings=server)
    timetuna("restore", str(file), settings=other)
    execute(
        other,
        "CREATE SCHEMA timetuna_before_restore",
        """DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE %I SET SCHEMA timetuna_before_restore', t); END LOOP; END $$""",
    )

    checked = timetuna("check", settings=other)
    migrated = timetuna("migrate", settings=other)

    assert "in the schema timetuna_before_restore. `timetuna migrate` puts it back." in checked.stdout
    assert migrated.stderr == "A restore was cut off. What was there before it is back.\n"
    assert (counts(other), schemas(other)) == ((1, 1), [])

    execute(
        other, "CREATE SCHEMA timetuna_before_restore", "CREATE TABLE timetuna_before_restore.pages_old ()"
    )
    said = "remove it with DROP SCHEMA timetuna_before_restore CASCADE."
    assert said in timetuna("check", settings=other).stdout
    assert said in timetuna("migrate", settings=other).stderr
    assert timetuna("backup", str(later), settings=other).returncode == 0
    wipe(other)
    execute(other, "DROP SCHEMA timetuna_before_restore CASCADE")
    assert timetuna("restore", str(later), settings=other).returncode == 0
    assert (counts(other), schemas(other)) == ((1, 1), [])


FOREIGN = (
    "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied timestamp)",
    "INSERT INTO django_migrations VALUES (1, 'bookings', '0001_initial', '2026-01-01')",
    "CREATE TABLE django_session (session_key text PRIMARY KEY)",
    "CREATE TABLE bookings_booking (id integer)",
    "INSERT INTO bookings_booking VALUES (17)",
)


@pytest.mark.parametrize(
    "more", [(), ("CREATE TABLE shop_order (id integer)",)], ids=["our names", "other names"]
)
def test_what_another_program_stores_is_never_replaced(
    server: Server, other: Server, tmp_path: Path, more: tuple[str, ...]
) -> None:
    file = tmp_path / "file"
    timetuna("backup", str(file), settings=server)
    Path(other["TIMETUNA_DATA_DIR"]).mkdir(exist_ok=True)
    execute(other, *FOREIGN, *more)

    for option in ((), ("--replace",)):
        done = timetuna("restore", *option, str(file), settings=other)
        assert done.returncode == 2
        assert "The database holds tables that are not TimeTuna's (" in done.stderr
        assert ("shop_order" if more else "bookings_booking") in done.stderr

    with closing(opened(other)) as database:
        assert database.execute("SELECT id FROM bookings_booking").fetchall() == [(17,)]


def test_a_database_without_accounts_gives_way_unasked(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "file"
    timetuna("backup", str(file), settings=server)
    with fresh_database(tmp_path) as url:
        settings = settings_for(tmp_path, url)
        done = timetuna("restore", str(file), settings=settings)

        assert (done.returncode, done.stderr, counts(settings)) == (0, "", (1, 1))
