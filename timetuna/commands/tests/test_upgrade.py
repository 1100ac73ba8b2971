"""A database of the last release is brought up to date, and its people go on with what they had."""

from pathlib import Path

import pytest

from tests.frozen import contents
from tests.frozen.__main__ import backup_of, frozen_migrations, links_of, migrations, outside, run
from timetuna.commands.tests.servers import POSTGRES, Server, counts, execute
from timetuna.commands.tests.test_commands import timetuna

ENGINE = "postgresql" if POSTGRES else "sqlite"


def test_what_was_released_is_never_edited() -> None:
    now = migrations()

    assert {path: now.get(path) for path in frozen_migrations()} == frozen_migrations()


@pytest.mark.slow
def test_a_database_of_the_last_release_comes_up_to_date_and_serves(other: Server, tmp_path: Path) -> None:
    file = tmp_path / "of-the-last-release.backup"
    file.write_bytes(backup_of(ENGINE))

    with outside() as around:
        settings = other | around
        restored = timetuna("restore", str(file), settings=settings)
        migrated = timetuna("migrate", settings=settings)
        run(f"contents.use({links_of(ENGINE)!r})", settings)

    assert (restored.returncode, restored.stderr) == (0, "")
    assert f"{contents.HOSTS} hosts, {contents.BOOKINGS} bookings" in restored.stdout
    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert counts(settings) == (contents.HOSTS, contents.BOOKINGS + 1)


@pytest.mark.slow
def test_a_database_that_another_version_has_changed_is_left_alone(other: Server) -> None:
    timetuna("migrate", settings=other)
    execute(
        other,
        "INSERT INTO django_migrations (app, name, applied)"
        " VALUES ('bookings', '0099_of_tomorrow', '2035-01-01 00:00:00+00:00')",
    )

    refused = timetuna("migrate", settings=other)

    assert refused.returncode == 2
    assert "made by another version of TimeTuna (bookings 0099_of_tomorrow is not known" in refused.stderr
