"""Take the times of a calendar file that a host has uploaded, in the place of the one before."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from timetuna.accounts.models import User
from timetuna.calendars.actions.keep_file import BroughtFile, drop_file, keep_file, span_wanted
from timetuna.calendars.busy_cache import KnownBusy, others_only
from timetuna.calendars.models import Calendar
from timetuna.lib.text import single_line
from timetuna.providers.errors import ProviderError
from timetuna.providers.icsfile.provider import read_file

KEY, MOST_BYTES = "upload", 2_000_000
NO_TEXT = gettext_noop("This is no calendar file: it cannot be read as text.")
TOO_LARGE = gettext_noop(
    "This file is larger than 2 MB. Export less at once, for example only what is to come."
)


def keep_ics(host: User, content: bytes, *, name: str, now: datetime) -> Calendar:
    """Read it before anything is stored. Raises ProviderError with a sentence; then the file before counts on.

    name: of the file, where it does not say what it is called.
    """
    if len(content) > MOST_BYTES:
        raise ProviderError(gettext(TOO_LARGE), code="too-large", permanent=True)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProviderError(gettext(NO_TEXT), code="charset", permanent=True) from None
    span = span_wanted(host.pk, now=now)
    found = read_file(text.encode(), span, time_zone=host.time_zone, naming=True)
    file = BroughtFile(
        key=KEY,
        name=single_line(found.name or name, max_length=100) or gettext("Calendar file"),
        content=text,
        known=KnownBusy.of(others_only(found.busy, host_id=host.pk)),
        span=span,
        zone=host.time_zone,
        notes=found.notes,
    )
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=host.pk)
        return keep_file(host.pk, file, now=now)


def remove_ics(host_id: int) -> bool:
    """Free its times; return whether there was one."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=host_id)
        return drop_file(host_id, KEY)
