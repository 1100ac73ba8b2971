"""Makes a booking page that can be booked at once."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.models import User
from timetuna.calendars.queries import conference_kinds, usable
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.meeting_types import FIRST
from timetuna.pages.models import BookingPage, Duration, MeetingType, PageHost
from timetuna.pages.slugs import free_slug, from_title


def default_title() -> str:
    return gettext("Meeting")


def create_page(
    host: User,
    *,
    title: str = "",
    description: str = "",
    minutes: Sequence[int] = (30,),
    meeting_types: Mapping[str, str] | None = None,
) -> BookingPage:
    """Store a page that is open in the host's default hours and return it.

    title: "" is the usual one, which the address follows until the host names the page.  minutes: the lengths on offer.
    meeting_types: kind -> detail; without them a connected provider,
    or else a phone call to the guest's number.
    """
    title = title or default_title()
    kinds = _usable_types(host.pk) if meeting_types is None else meeting_types
    with transaction.atomic():
        User.objects.select_for_update().get(pk=host.pk)  # two new pages at once would want the same address
        page = BookingPage.objects.create(
            host=host,
            title=title,
            slug=free_slug(host, from_title(title)),
            description=description,
            follows_title=title == default_title(),
            schedule=default_schedule(host),
        )
        PageHost.objects.create(page=page, host=host)
        note(Deed.PAGE_MADE, page=page.pk)
        Duration.objects.bulk_create(Duration(page=page, minutes=length) for length in minutes)
        MeetingType.objects.bulk_create(
            MeetingType(page=page, kind=kind, enabled=True, detail=detail) for kind, detail in kinds.items()
        )
    return page


def _usable_types(host_id: int) -> dict[str, str]:
    connected = [kind for kind in conference_kinds() if usable(host_id, kind)]
    return {connected[0]: ""} if connected else {FIRST.slug: ""}
