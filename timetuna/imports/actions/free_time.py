"""Free the time of a booking at another product: it does not take place, or the host does not mind."""

from datetime import datetime

from django.db import transaction
from django.db.models import CharField, JSONField, QuerySet, TextField

from timetuna.accounts.models import User
from timetuna.imports.actions.shadows import publish_shadows
from timetuna.imports.models import BusyShadow

NO_WORDS_OF_A_GUEST = frozenset({"product", "outside_id", "state", "cancel_url", "reschedule_url"})
"""The links stay until the end of the meeting: its host has still to cancel it there."""


def free_time(shadow_id: int, *, host_id: int, now: datetime) -> None:
    """It stays known by its id, so that another import does not take the time again. Twice is once."""
    with transaction.atomic():
        host = User.objects.select_for_update(no_key=True).get(pk=host_id)
        rows = BusyShadow.objects.filter(pk=shadow_id, host=host, state=BusyShadow.State.BUSY)
        row = rows.first()
        if row is None:
            return
        rows.update(state=BusyShadow.State.FREED)
        forget_words(BusyShadow.objects.filter(pk=row.pk))
        publish_shadows(host, row.product, now=now)


def forget_words(rows: QuerySet[BusyShadow]) -> int:
    """Blank all that says who the guest is, or what they said; return of how many."""
    columns = BusyShadow._meta.concrete_fields  # noqa: SLF001 - documented
    blank = {
        field.name: [] if isinstance(field, JSONField) else ""
        for field in columns
        if isinstance(field, CharField | TextField | JSONField) and field.name not in NO_WORDS_OF_A_GUEST
    }
    return rows.update(**blank)
