"""Whether the keys in the settings are those that the stored secrets were sealed with."""

from collections.abc import Iterator

from django.db.models import F, Model, QuerySet
from django.db.models.fields.json import KeyTextTransform

from timetuna.bookings.models import Booking
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.jobs.models import Job
from timetuna.vault import box

KINDS: tuple[tuple[str, type[Model], str], ...] = (
    ("links of bookings", Booking, "link_sealed"),
    ("access tokens of connected accounts", CalendarAccount, "access_token"),
    ("refresh tokens and passwords of connected accounts", CalendarAccount, "refresh_token"),
    ("connections that are being made", Authorization, "code_verifier"),
    ("grants that wait for an answer", Authorization, "grant"),
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
    """Yield the oldest and the newest secret in the column, where there is any."""
    expression = KeyTextTransform("sealed", column) if model is Job else F(column)
    rows: QuerySet[Model] = model._default_manager.annotate(  # noqa: SLF001 - documented
        secret=expression
    )
    values = rows.exclude(secret=None).exclude(secret="").values_list("secret", flat=True)
    for order in ("pk", "-pk"):
        yield from values.order_by(order)[:1]
