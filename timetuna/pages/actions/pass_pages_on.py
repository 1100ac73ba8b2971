"""Pages of teams get another owner when the account of theirs goes. Addresses, settings and bookings stay."""

from django.db.models import Case, IntegerField, Value, When

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.models import Membership, Team, User
from timetuna.pages.actions.replace_hours import replace_hours
from timetuna.pages.models import FOR_GOOD, BookingPage, PageHost, Schedule

_ROLES = (Membership.Role.OWNER, Membership.Role.ADMIN, Membership.Role.MEMBER)


def pass_pages_on(host: User) -> list[BookingPage]:
    """Give them to whoever runs the team, in the caller's transaction; pages of a team with nobody else stay.

    The hours become the page's own. Nothing is booked with a new owner who did not host the page before they say so.
    """
    passed = []
    pages = BookingPage.objects.select_related("schedule", "team").filter(host=host).exclude(team=None)
    for page in pages.order_by("pk"):
        heir = _heir(page.team, host) if page.team else None
        if heir is not None:
            _pass(page, heir)
            passed.append(page)
    return passed


def _heir(team: Team, host: User) -> User | None:
    """An owner of the team before an admin before a member, and who has been there longest."""
    ranks = [When(role=role, then=Value(rank)) for rank, role in enumerate(_ROLES)]
    rank = Case(*ranks, output_field=IntegerField())
    rows = team.memberships.filter(user__is_active=True).exclude(user=host).select_related("user")
    first = rows.order_by(rank, "joined_at", "pk").first()
    return first.user if first else None


def _pass(page: BookingPage, heir: User) -> None:
    Schedule.objects.filter(page=page).update(host=heir)
    if page.schedule.page_id != page.pk:
        page.schedule = _own_hours(page, heir)
    row, is_new = PageHost.objects.get_or_create(page=page, host=heir, defaults={"paused_until": FOR_GOOD})
    if not is_new and not row.active:
        PageHost.objects.filter(pk=row.pk).update(active=True, paused_until=FOR_GOOD)
    page.host = heir
    page.save(update_fields=["host", "schedule", "updated_at"])
    note(Deed.PAGE_PASSED_ON, **page.about(), people={"person": (heir.pk, heir.name)})


def _own_hours(page: BookingPage, heir: User) -> Schedule:
    """As they were, in a schedule of the page's own: what it had goes with its former owner."""
    shared = page.schedule
    own, _ = Schedule.objects.update_or_create(
        page=page, defaults={"host": heir, "time_zone": shared.time_zone}
    )
    weekly = list(shared.weekly_hours.values_list("weekday", "start_minute", "end_minute"))
    dates = {row.date: [(first, last) for first, last in row.windows] for row in shared.overrides.all()}
    replace_hours(own, weekly, dates)
    return own
