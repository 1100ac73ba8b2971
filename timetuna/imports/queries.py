"""What of a host's was brought along."""

from collections.abc import Sequence

from django.db.models import F
from django.urls import reverse

from timetuna.availability.interval import Interval
from timetuna.calendars.actions.keep_file import PROVIDER
from timetuna.calendars.hooks import BroughtTime
from timetuna.calendars.models import Calendar
from timetuna.imports.actions.keep_ics import KEY
from timetuna.imports.models import BusyShadow
from timetuna.imports.products import label_of


def brought_times(host_id: int, span: Interval) -> Sequence[BroughtTime]:
    """Those that take time within UTC minutes, in order. One query."""
    rows = BusyShadow.objects.filter(host=host_id, state=BusyShadow.State.BUSY, start_minute__lt=span[1])
    within = rows.annotate(ends=F("start_minute") + F("minutes")).filter(ends__gt=span[0])
    return [
        BroughtTime(
            span=(row.start_minute, row.end_minute()),
            title=row.called(),
            product=label_of(row.product),
            path=reverse("imported_booking", args=[row.pk]),
        )
        for row in within
    ]


def uploaded(host_id: int) -> Calendar | None:
    """The calendar file that counts."""
    rows = Calendar.objects.select_related("account").defer("busy", "cursor")
    return rows.filter(
        account__host=host_id, account__provider=PROVIDER, account__provider_user_id=KEY
    ).first()
