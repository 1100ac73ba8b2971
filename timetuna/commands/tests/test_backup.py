"""Backups and what the documentation says of them, typed as it stands there; on the engine the tests run on."""

import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from timetuna.commands.tests.servers import POSTGRES, Server, counts, opened, started, wait_for, wipe
from timetuna.commands.tests.test_commands import ROOT, SECOND_KEY, timetuna

DOCUMENTATION = (ROOT / "docs/self-hosting.md").read_text(encoding="utf-8")
pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="backup")]


def test_what_was_backed_up_comes_back_and_what_was_there_is_kept(
    server: Server, other: Server, tmp_path: Path
) -> None:
    file, stranger = tmp_path / "today.backup", {"TIMETUNA_ENCRYPTION_KEYS": SECOND_KEY}

    made = timetuna("backup", str(file), settings=server)
    again = timetuna("backup", str(file), settings=server)
    restored = timetuna("restore", str(file), settings=other)
    refused = timetuna("restore", str(file), settings=other)
    replaced = timetuna("restore", "--replace", str(file), settings=other | stranger)

    assert (made.returncode, made.stderr) == (0, "")
    assert "holds everything up to 20" in made.stdout
    assert "It does not hold the keys" in made.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".*unfinished*")) == []
    assert again.stderr == f"{file} is there already. Choose another name, or add --replace.\n"
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "1 hosts, 1 bookings" in restored.stdout
    assert (refused.returncode, "holds accounts already" in refused.stderr) == (2, True)
    (kept,) = (tmp_path / "other").glob("before-restore-*.backup")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert f"What was there is kept in {kept}." in replaced.stdout
    assert replaced.returncode == 1  # it is restored, but with keys that open nothing of it
    assert "TIMETUNA_ENCRYPTION_KEYS does not open the links of bookings" in replaced.stdout
    assert counts(other) == (1, 1)


def test_what_is_no_backup_changes_nothing(server: Server, tmp_path: Path) -> None:
    cut, text, foreign = tmp_path / "cut", tmp_path / "text", tmp_path / "foreign"
    timetuna("backup", str(cut), settings=server)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    text.write_text("no backup")
    foreign.write_bytes(b"SQLite format 3\0" if POSTGRES else b"PGDMP\1\1")

    for file, sentence in (
        (cut, str(cut) if not POSTGRES else "pg_restore did not succeed"),
        (text, f"{text} is no backup of TimeTuna."),
        (foreign, "A backup goes back into a database of its own kind."),
    ):
        done = timetuna("restore", "--replace", str(file), settings=server)
        assert done.returncode == 2
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1

    assert counts(server) == (1, 1)
    assert list(Path(server["TIMETUNA_DATA_DIR"]).glob("before-restore-*")) == []


def test_nothing_is_written_where_there_is_nothing_to_back_up(other: Server, tmp_path: Path) -> None:
    done = timetuna("backup", str(tmp_path / "x"), settings=other)

    assert (done.returncode, done.stderr) == (
        2,
        "The database is not up to date; run `timetuna migrate` first.\n",
    )
    assert not (tmp_path / "x").exists()


def test_a_backup_goes_where_a_link_leads_and_only_into_a_file(server: Server, tmp_path: Path) -> None:
    real, link, pipe = tmp_path / "real", tmp_path / "link", tmp_path / "pipe"
    real.write_text("older")
    link.symlink_to(real)
    os.mkfifo(pipe)

    linked = timetuna("backup", "--replace", str(link), settings=server)
    piped = timetuna("backup", "--replace", str(pipe), settings=server)
    restored = timetuna("restore", "--replace", str(pipe), settings=server)

    assert (linked.returncode, link.readlink()) == (0, real)
    assert real.stat().st_size > 1_000
    assert (piped.returncode, piped.stderr) == (2, f"{pipe} is not a file. Choose the name of one.\n")
    assert pipe.is_fifo()
    assert restored.stderr == f"{pipe} is no backup of TimeTuna.\n"


@pytest.mark.skipif(POSTGRES, reason="the database is no file")
def test_a_backup_never_goes_into_the_database_itself(server: Server, tmp_path: Path) -> None:
    folder, hard = Path(server["TIMETUNA_DATA_DIR"]), tmp_path / "hard"
    database = folder / "timetuna.sqlite3"
    hard.hardlink_to(database)
    before = database.stat().st_ino
    own = [folder / name for name in ("timetuna.sqlite3-wal", "timetuna-limits.sqlite3", "timetuna.sqlite3")]

    for file in (*own, hard):
        done = timetuna("backup", "--replace", str(file), settings=server)
        assert (done.returncode, "belongs to the database" in done.stderr) == (2, True), file
    restored = timetuna("restore", "--replace", str(database), settings=server)

    assert (restored.returncode, "belongs to the database" in restored.stderr) == (2, True)
    assert (database.stat().st_ino, counts(server)) == (before, (1, 1))
    hard.unlink()


def test_a_backup_that_is_ended_leaves_nothing_for_good(server: Server, tmp_path: Path) -> None:
    def unfinished() -> list[str]:
        return sorted(path.name for path in tmp_path.glob(".*unfinished*"))

    with closing(opened(server)) as keeper:
        keeper.execute("LOCK TABLE accounts_user IN EXCLUSIVE MODE" if POSTGRES else "BEGIN IMMEDIATE")
        ended = started("backup", str(tmp_path / "a"), settings=server)
        wait_for(lambda: len(unfinished()) == 1)
        killed = started("backup", str(tmp_path / "b"), settings=server)
        wait_for(lambda: len(unfinished()) == 2)
        ended.terminate()
        assert ended.wait(20) == 128 + signal.SIGTERM
        killed.kill()
        killed.wait(20)
    assert unfinished() == [f".b.unfinished-{killed.pid}"]

    done = timetuna("backup", str(tmp_path / "c"), settings=server)

    assert (done.returncode, unfinished()) == (0, [])
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def commands(heading: str) -> list[str]:
    section = DOCUMENTATION.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [
        line.partition(" #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()
    ]


def typed(line: str, settings: Server, folder: Path) -> None:
    """Type a line into a shell on a machine whose folders, database and PostgreSQL are the test's."""
    (folder / "bin").mkdir(exist_ok=True)
    program = folder / "bin/timetuna"
    program.write_text(f'#!/bin/sh\ncd {ROOT} && exec {sys.executable} -m timetuna "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    address = urlsplit(settings.get("DATABASE_URL", ""))
    for ours, theirs in (
        ("/backup/", f"{folder}/"),
        ("/var/lib/timetuna/", f"{settings['TIMETUNA_DATA_DIR']}/"),
        ("--username=timetuna", f"--username={address.username}"),
        ("--dbname=timetuna ", f"--dbname={address.path[1:]} "),
        (" timetuna)", f" {address.path[1:]})"),
    ):
        line = line.replace(ours, theirs)
    environment = (
        os.environ | settings | {"PATH": f"{folder}/bin:{os.environ['PATH']}", "PGPORT": str(address.port)}
    )
    done = subprocess.run(
        ["sh", "-ec", line], env=environment, capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode == 0, (line, done.stderr)


def test_the_documented_backup_is_typed_as_it_stands(server: Server, other: Server, tmp_path: Path) -> None:
    foreign = ("sqlite", "rm ") if POSTGRES else ("pg_", ".dump")
    lines = [line for line in commands("Backups") if not any(word in line for word in foreign)]
    making = [line for line in lines if "restore" not in line]
    restoring = [line for line in lines if "restore" in line]
    assert (len(making), len(restoring)) == (2, 3 if POSTGRES else 2)

    for line in making:
        typed(line, server, tmp_path)
    for file in tmp_path.glob("timetuna.*"):
        assert file.stat().st_mode & 0o077 == 0, file
    for line in restoring:
        typed(line, other, tmp_path)
        assert counts(other) == (1, 1), line
        wipe(other)


@pytest.mark.either
def test_keys_are_changed_as_it_is_documented(server: Server) -> None:
    section = DOCUMENTATION.partition("\n## Changing keys\n")[2].partition("\n## ")[0]
    assert "TIMETUNA_ENCRYPTION_KEYS=new,old" in section
    assert "timetuna rotatekeys" in section
    old = server["TIMETUNA_ENCRYPTION_KEYS"]
    new = server | {"TIMETUNA_ENCRYPTION_KEYS": SECOND_KEY}

    too_early = timetuna("check", settings=new)
    rotated = timetuna("rotatekeys", settings=server | {"TIMETUNA_ENCRYPTION_KEYS": f"{SECOND_KEY},{old}"})
    afterwards = timetuna("check", settings=new)
    timetuna("rotatekeys", settings=server | {"TIMETUNA_ENCRYPTION_KEYS": f"{old},{SECOND_KEY}"})

    assert "missing  TIMETUNA_ENCRYPTION_KEYS does not open the links of bookings" in too_early.stdout
    assert rotated.stdout.splitlines()[0] == "1 rows are sealed with the newest key."
    assert "The keys open what is stored." in afterwards.stdout
