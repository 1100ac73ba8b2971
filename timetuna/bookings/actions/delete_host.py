"""Delete a host with all that is theirs."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from timetuna.accounts.actions.set_active import forget_sessions, keep_owners
from timetuna.accounts.activity import forget_in_activity
from timetuna.accounts.models import FormerHandle, Membership, Team, TeamInvitation, User
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.host_time import lock_hosts
from timetuna.bookings.actions.turns import keep_turns_of
from timetuna.bookings.events import forget_host
from timetuna.bookings.hooks import host_leaving
from timetuna.bookings.models import Booking, BookingHost
from timetuna.jobs.models import Job
from timetuna.pages.actions.leave_team import end_team
from timetuna.pages.actions.pass_pages_on import pass_pages_on
from timetuna.pages.models import CohostInvitation, PageHost

AT_ONCE = 500


class HasBookings(Exception):  # noqa: N818 - it is an answer
    """count: how many.  last: when the last of them begins, aware UTC."""

    def __init__(self, count: int, last: datetime) -> None:
        super().__init__(count, last)
        self.count = count
        self.last = last


def bookings_to_come(host_id: int, *, now: datetime) -> list[datetime]:
    """When each meeting begins that is not over and that the host takes part in, requests among them."""
    mine = BookingHost.objects.filter(host=host_id, active=True, end_minute__gt=minute_of(now))
    starts = mine.select_related("booking").order_by("start_minute")
    return [row.booking.start_at for row in starts]


def delete_host(host: User) -> None:
    """Delete the account, its pages, past bookings, connections with their tokens, and sessions.

    Past bookings in which others took part stay theirs, and those on somebody else's page go to its owner; a team's
    pages get another owner. Where they took turns, these stay without a name. The public address stays reserved, so
    that old links never lead to somebody else. A team with nobody else in it ends. Outside, nothing is told: calendars
    keep their events.
    Raises HasBookings while meetings are to come, and LastOwner where a team cannot do without them.
    """
    with transaction.atomic():
        lock_hosts([host.pk])
        if starts := bookings_to_come(host.pk, now=timezone.now()):
            raise HasBookings(len(starts), starts[-1])
        keep_owners(host)
        pass_pages_on(host)
        host_leaving(host.pk)
        _leave_bookings(host)
        keep_turns_of(host.pk)
        forget_host(host.pk)
        forget_in_activity(host)
        _leave_teams(host)
        forget_sessions(host)
        FormerHandle.objects.get_or_create(handle=host.handle)
        User.objects.get(pk=host.pk).delete()


def _leave_teams(host: User) -> None:
    """And forget who was invited by their address."""
    others = Membership.objects.filter(team=OuterRef("pk")).exclude(user=host)
    for team in Team.objects.filter(~Exists(others), memberships__user=host):
        end_team(team, by=None)
    TeamInvitation.objects.filter(email=host.email).delete()
    CohostInvitation.objects.filter(email=host.email).delete()


def _leave_bookings(host: User) -> None:
    """Give bookings that are over to others who took part, or to whose page it is; delete what was theirs alone.

    With it goes what was still to be done for it.
    """
    _leave_to_owners(host)
    others = BookingHost.objects.filter(booking=OuterRef("pk")).exclude(host=host).order_by("pk")
    Booking.objects.filter(Exists(others), host=host).update(host_id=Subquery(others.values("host")[:1]))
    bookings = list(Booking.objects.filter(host=host).only("pk"))
    for first in range(0, len(bookings), AT_ONCE):
        subjects = [booking.concurrency_key() for booking in bookings[first : first + AT_ONCE]]
        Job.objects.filter(concurrency__in=subjects).exclude(state=Job.State.RUNNING).delete()
    Booking.objects.filter(host=host).delete()


def _leave_to_owners(host: User) -> None:
    alone = BookingHost.objects.filter(host=host, booking__page__isnull=False).exclude(
        booking__page__host=host
    )
    others = BookingHost.objects.filter(booking=OuterRef("booking")).exclude(host=host)
    rows = alone.filter(~Exists(others)).select_related("booking__page")
    BookingHost.objects.bulk_create(
        BookingHost(
            booking=row.booking,
            host_id=row.booking.page.host_id,
            start_minute=row.start_minute,
            end_minute=row.end_minute,
            active=False,
            time_zone=row.time_zone,
            part=PageHost.Part.ROTATING,  # nobody reads that they would have come in any case
        )
        for row in rows
        if row.booking.page
    )
