"""Which calendars a page has to do with: those that take its time, and the one that gets its events."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from timetuna.calendars.models import EVERY, Calendar
from timetuna.calendars.provider_catalogue import reads_only
from timetuna.calendars.queries import (
    Target,
    comes_with_event,
    conference_kinds,
    event_kinds_of,
    targets,
    usable,
)
from timetuna.pages.models import BookingPage, PageCalendar, PageHost


def blocking(*, page_id: int, host_id: int, chosen: bool) -> QuerySet[Calendar]:
    """Return the calendars whose events take a page's time: those it has chosen, else all that block everywhere."""
    own = Calendar.objects.filter(account__host_id=host_id)
    if chosen:
        return own.filter(Exists(PageCalendar.objects.filter(page=page_id, calendar=OuterRef("pk"))))
    return own.filter(blocks=True)


def page_calendars(page: BookingPage) -> QuerySet[Calendar]:
    """Return the calendars whose events take this page's time, its cohosts' too."""
    found = blocking(page_id=page.pk, host_id=page.host_id, chosen=page.own_calendars)
    cohosts = PageHost.objects.filter(page=page.pk).exclude(host=page.host_id).values("host")
    return found | Calendar.objects.filter(account__host__in=cohosts, blocks=True)


def write_calendar(page: BookingPage, host_id: int) -> Calendar | None:
    """Return the calendar of this host that gets the page's new events, with its account; None where none does.

    What the page has chosen is returned also while its account is dead: its events wait for the connection. That is
    its owner's choice; a cohost's events go where they go by default.
    """
    if host_id != page.host_id:
        target = next(iter(targets(host_id)), None)
        chosen = target.id if target else None
    elif page.writes == BookingPage.Writes.CHOSEN:
        chosen = page.write_calendar_id
    else:
        target = _target(page, targets(page.host_id)) if page.writes == BookingPage.Writes.DEFAULT else None
        chosen = target.id if target else None
    return Calendar.objects.select_related("account").filter(pk=chosen or 0).first()


def default_is_unknown(page: BookingPage) -> bool:
    """Say whether events would go to the host's default calendar, and it may be in an account that was never listed."""
    every = Calendar.objects.filter(account__host_id=page.host_id, outside_id=EVERY)
    alive = every.filter(account__needs_reconnect=False).values_list("account__provider", flat=True)
    return page.writes == BookingPage.Writes.DEFAULT and not all(map(reads_only, alive))


def lost_calendar(page: BookingPage) -> str:
    """Return the name of the calendar that was chosen to get the page's events, if its account has it no more."""
    calendar = page.write_calendar if page.writes == BookingPage.Writes.CHOSEN else None
    return "" if calendar is None or calendar.listed else calendar.name


def usable_kinds(
    host_id: int, pages: Iterable[BookingPage], kinds: Iterable[str]
) -> dict[int, frozenset[str]]:
    """Return by page id which of the kinds that connected providers make can be used on it now.

    A look for each kind, and one for all that come with events, however many pages there are.
    """
    asked = set(kinds) & conference_kinds().keys()
    with_event = {kind for kind in asked if comes_with_event(kind)}
    everywhere = frozenset(kind for kind in asked - with_event if usable(host_id, kind))
    found = targets(host_id) if with_event else []
    return {page.pk: everywhere | (with_event & event_kinds_of(_target(page, found))) for page in pages}


def _target(page: BookingPage, found: list[Target]) -> Target | None:
    """Return where the page's events go, of what can be written to now."""
    if page.writes == BookingPage.Writes.DEFAULT:
        return next(iter(found), None)
    chosen = page.write_calendar_id if page.writes == BookingPage.Writes.CHOSEN else None
    return next((one for one in found if one.id == chosen), None)
