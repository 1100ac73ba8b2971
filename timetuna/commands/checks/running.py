"""The part of `timetuna check` that looks at what runs: keys, database, worker, mail, time zones."""

import os
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from timetuna import settings
from timetuna.commands.checks.report import Report
from timetuna.commands.database import database_answers
from timetuna.lib.crypto import SecretBox, SecretBoxError
from timetuna.processes.ending import Refusal
from timetuna.processes.postgres import left_aside

OLD_ZONES = timedelta(days=183)


def look(report: Report, *, mail_to: str = "") -> None:
    """Add what is found to the report. mail_to: the address that a test mail is to be sent to, "" for none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timetuna.settings")
    django.setup()
    from timetuna.commands.checks import mail  # noqa: PLC0415 - needs django.setup()

    _keys(report)
    _database(report)
    mail.look(report, mail_to=mail_to)
    _zones(report)


def _keys(report: Report) -> None:
    try:
        SecretBox(settings.ENCRYPTION_KEYS)
    except SecretBoxError as error:
        report.lacks(f"TIMETUNA_ENCRYPTION_KEYS cannot be used. {error} `timetuna newkeys` makes one.")


def _database(report: Report) -> None:
    try:
        with database_answers():
            left = left_aside()
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Refusal as error:
        report.lacks(str(error))
        return
    report.ok(f"The database answers ({connection.display_name}).")
    if left:
        report.lacks(left)
    if waiting:
        report.lacks("The database is not up to date; `timetuna migrate` or `timetuna serve` mends that.")
        return
    report.ok("The database is up to date.")
    _secrets(report)
    _worker(report)
    from timetuna.commands.checks import mail  # noqa: PLC0415 - as above

    mail.look_at_queue(report)


def _secrets(report: Report) -> None:
    from timetuna.commands.checks.sealed import unopened  # noqa: PLC0415 - needs django.setup()

    try:
        shut = unopened()
    except SecretBoxError:
        return  # the key itself is none, which has been said
    for sentence in shut:
        report.lacks(sentence)
    if not shut:
        report.ok("The keys open what is stored.")


def _worker(report: Report) -> None:
    from timetuna.jobs.queue import worker_alive  # noqa: PLC0415 - needs django.setup()

    if worker_alive():
        report.ok("A worker is running.")
    else:
        report.note(
            "No worker is running: mails and meetings wait. `timetuna serve` or `timetuna worker` starts one."
        )


def _zones(report: Report) -> None:
    installed = version("tzdata")
    year, number = (int(part) for part in installed.split(".")[:2])
    # The version counts releases within a year and says no day; there is one about every two months or later.
    released = datetime(year, min(2 * number, 12), 1, tzinfo=UTC)
    if datetime.now(UTC) - released > OLD_ZONES:
        report.note(
            f"The time zone data ({installed}) may be over half a year old; update TimeTuna or tzdata."
        )
    else:
        report.ok(f"The time zone data is {installed}.")
