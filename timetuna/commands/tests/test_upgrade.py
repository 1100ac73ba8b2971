"""A database of the last release is brought up to date, and its people go on with what they had."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.frozen import contents
from tests.frozen.__main__ import backup_of, frozen_migrations, links_of, migrations, outside, run
from tests.migrated import fresh_database
from timetuna.commands.tests.servers import POSTGRES, Server, counts, execute, opened, python, settings_for
from timetuna.commands.tests.test_commands import timetuna

ENGINE = "postgresql" if POSTGRES else "sqlite"
CALENDARS_OF_PAGES = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
call_command("migrate", "pages", "0002_teams", verbosity=0)
apps = MigrationExecutor(connection).loader.project_state([("pages", "0002_teams")]).apps
make = lambda model, **values: apps.get_model(model).objects.create(**values)
alice, bob = (make("accounts.User", email=f"{name}@host.example", handle=name) for name in ("alice", "bob"))
hours = make("pages.Schedule", host=alice, time_zone="UTC")
google = make("calendars.CalendarAccount", host=alice, provider="google", expires_at=timezone.now())
work, club = (make("calendars.Calendar", account=google, outside_id=name, name=name) for name in ("work", "club"))
chosen = {"own_calendars": True, "writes": "chosen", "write_calendar": work}
solo = make("pages.BookingPage", host=alice, schedule=hours, slug="solo", **chosen)
both = make("pages.BookingPage", host=alice, schedule=hours, slug="both", writes="nowhere")
make("pages.BookingPage", host=alice, schedule=hours, slug="without-a-row")
make("pages.PageCalendar", page=solo, calendar=club)
for page, host in ((solo, alice), (both, alice), (both, bob)):
    make("pages.PageHost", page=page, host=host)
"""
"""Makes a database in which pages choose calendars, as before their hosts did."""
PARTS = """\
SELECT page.slug, host.handle, page.staffing, part.own_calendars, part.writes, event.name, (
  SELECT max(calendar.name) FROM pages_pagehostcalendar chosen
  JOIN calendars_calendar calendar ON calendar.id = chosen.calendar_id WHERE chosen.page_host_id = part.id)
FROM pages_pagehost part JOIN pages_bookingpage page ON page.id = part.page_id
JOIN accounts_user host ON host.id = part.host_id
LEFT JOIN calendars_calendar event ON event.id = part.write_calendar_id ORDER BY page.slug, host.handle
"""


def test_what_was_released_is_never_edited() -> None:
    now = migrations()

    assert {path: now.get(path) for path in frozen_migrations()} == frozen_migrations()


@pytest.mark.slow
@pytest.mark.matrix(of="backup")
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
@pytest.mark.matrix(of="backup")
@pytest.mark.either("postgresql")
def test_calendars_that_pages_had_chosen_are_those_of_their_owners(other: Server) -> None:
    python(CALENDARS_OF_PAGES, other)

    migrated = timetuna("migrate", settings=other)

    assert (migrated.returncode, migrated.stderr) == (0, "")
    with closing(opened(other)) as database:
        assert list(database.execute(PARTS).fetchall()) == [
            ("both", "alice", "all", False, "nowhere", None, None),
            ("both", "bob", "all", False, "default", None, None),
            ("solo", "alice", "solo", True, "chosen", "work", "club"),
            ("without-a-row", "alice", "solo", False, "default", None, None),
        ]


@pytest.mark.slow
@pytest.mark.matrix(of="backup")
@pytest.mark.either
def test_a_database_that_another_version_has_changed_is_left_alone(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as url:
        settings = settings_for(tmp_path, url if POSTGRES else "")
        execute(
            settings,
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('bookings', '0099_of_tomorrow', '2035-01-01 00:00:00+00:00')",
        )

        refused = timetuna("migrate", settings=settings)

    assert refused.returncode == 2
    assert "made by another version of TimeTuna (bookings 0099_of_tomorrow is not known" in refused.stderr
