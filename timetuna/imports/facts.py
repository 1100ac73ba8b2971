"""What is here of a host already, as far as a plan has to know it: read at once, so that planning asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from timetuna.accounts.models import User
from timetuna.calendars.queries import conference_kinds, set_up, usable
from timetuna.imports.digests import page_digests, schedule_digests
from timetuna.imports.models import BusyShadow, ImportedItem
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.pages.actions.default_schedule import NAME
from timetuna.pages.models import Schedule
from timetuna.pages.slugs import taken_slugs
from timetuna.providers.bundle import Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """Taken over before. now, object_id: digest and id of what was made of it; "" and 0 where that is deleted."""

    outside_digest: str
    own_digest: str
    now: str
    object_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownShadow:
    start_minute: int
    minutes: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """now: aware UTC.  slugs: taken below the host's handle.  schedules: names of theirs.

    items: by kind and outside id.  shadows: by outside id.  people: names of others' accounts by their mail address.
    working: kinds of meetings whose link can be made for them; known: those that this server is set up for.
    """

    host_id: int
    handle: str
    email: str
    zone: ZoneInfo
    now: datetime
    product: str
    slugs: frozenset[str]
    schedules: frozenset[str]
    items: Mapping[tuple[str, str], KnownItem]
    shadows: Mapping[str, KnownShadow]
    people: Mapping[str, str]
    working: frozenset[str]
    known: frozenset[str]

    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def facts_for(host: User, bundle: Bundle, *, now: datetime) -> Facts:
    """The number of queries does not depend on what is in the bundle."""
    emails = {one.email for page in bundle.pages for one in page.hosts} - {host.email.lower(), ""}
    people = User.objects.filter(email__in=emails, is_active=True).exclude(pk=host.pk)
    kinds = conference_kinds()
    return Facts(
        host_id=host.pk,
        handle=host.handle,
        email=host.email.lower(),
        zone=zone_or_utc(host.time_zone),
        now=now,
        product=bundle.product,
        slugs=frozenset(taken_slugs(host)),
        schedules=_schedules(host),
        items=_items(host, bundle.product),
        shadows=_shadows(host, bundle.product),
        people={email.lower(): name for email, name in people.values_list("email", "name")},
        working=frozenset(kind for kind in kinds if usable(host.pk, kind)),
        known=frozenset(kind for kind in kinds if set_up(kind)),
    )


def _schedules(host: User) -> frozenset[str]:
    """A host who has none gets the default ones before any other."""
    names = Schedule.objects.filter(host=host, page=None).values_list("name", flat=True)
    return frozenset(names) or frozenset({NAME})


def _items(host: User, product: str) -> dict[tuple[str, str], KnownItem]:
    rows = list(ImportedItem.objects.filter(host=host, product=product))
    pages = page_digests([row.page_id for row in rows if row.page_id])
    schedules = schedule_digests([row.schedule_id for row in rows if row.schedule_id])
    return {(row.kind, row.outside_id): _known(row, pages, schedules) for row in rows}


def _known(row: ImportedItem, pages: Mapping[int, str], schedules: Mapping[int, str]) -> KnownItem:
    made = row.page_id or row.schedule_id or 0
    return KnownItem(
        outside_digest=row.outside_digest,
        own_digest=row.own_digest,
        now=(pages if row.page_id else schedules).get(made, ""),
        object_id=made,
    )


def _shadows(host: User, product: str) -> dict[str, KnownShadow]:
    rows = BusyShadow.objects.filter(host=host, product=product)
    return {
        row.outside_id: KnownShadow(start_minute=row.start_minute, minutes=row.minutes, state=row.state)
        for row in rows.only("outside_id", "start_minute", "minutes", "state")
    }
