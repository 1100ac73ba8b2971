"""Which calendar gets the events of a page, and which online meetings come with an event."""

from django.db.models import F

from timetuna.calendars import connections
from timetuna.calendars.models import Calendar
from timetuna.pages.models import BookingPage


def event_kinds() -> frozenset[str]:
    """Return the kinds of online meetings that come with an event."""
    return frozenset(event_labels())


def event_labels() -> dict[str, str]:
    """Return what people read for those kinds."""
    return {kind: label for kinds in connections.event_kinds().values() for kind, label in kinds.items()}


def kinds_of(provider: str) -> frozenset[str]:
    """Return those kinds which come with the events of one provider."""
    return frozenset(connections.event_kinds().get(provider, {}))


def write_calendar(page: BookingPage) -> Calendar | None:
    """Return the calendar that gets a page's new events; by default the first primary one of its host."""
    if page.writes == BookingPage.Writes.NOWHERE:
        return None
    if page.writes == BookingPage.Writes.CHOSEN:
        return page.write_calendar
    own = Calendar.objects.filter(account__host_id=page.host_id, writable=True, listed=True)
    return own.select_related("account").order_by("-is_primary", F("account__connected_at"), "id").first()
