"""Whether the keys in the settings are those that the stored secrets were sealed with."""

from collections.abc import Iterator

from django.db.models import Model, QuerySet

from timetuna.bookings.models import Attendee
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.encryption import box
from timetuna.jobs.models import Job
from timetuna.webhooks.models import WebhookEndpoint

KINDS: tuple[tuple[str, type[Model], str], ...] = (
    ("links of bookings", Attendee, "link_sealed"),
    ("access tokens of connected accounts", CalendarAccount, "access_token"),
    ("refresh tokens and passwords of connected accounts", CalendarAccount, "refresh_token"),
    ("connections that are being made", Authorization, "code_verifier"),
    ("grants that wait for an answer", Authorization, "grant"),
    ("secrets of webhooks", WebhookEndpoint, "secret_sealed"),
    ("mails and messages that wait", Job, "arguments"),
)


def unopened() -> list[str]:
    """Return a sentence for each kind of stored secret that the keys do not open; one of each is tried, and an old one.

    Raises django.db.DatabaseError, and SecretBoxError where a key is none.
    """
    return [
        f"TIMETUNA_ENCRYPTION_KEYS does not open the {what} in the database. Put back the key that sealed them, behind "
        "the others; without it hosts connect their accounts again, and links of bookings cannot be mailed again."
        for what, model, column in KINDS
        if not all(map(box().has_key_for, _samples(model, column)))
    ]


def _samples(model: type[Model], column: str) -> Iterator[str]:
    """The oldest and the newest, where there is any."""
    rows: QuerySet[Model] = model._default_manager.all()  # noqa: SLF001 - documented
    rows = rows.filter(arguments__has_key="sealed") if model is Job else rows.exclude(**{column: ""})
    if model is Job:  # what is done keeps nothing sealed, or nothing that is needed again
        rows = rows.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    for order in ("pk", "-pk"):
        for value in rows.order_by(order).values_list(column, flat=True)[:1]:
            yield value["sealed"] if model is Job else value
