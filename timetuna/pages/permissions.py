"""Who may see and change booking pages, as one table, and the hours that they share.

Whoever is nothing to a page, or nothing that gives the right, learns no more than that there is no such page.
"""

from collections.abc import Collection, Iterator
from enum import Enum, auto

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.permissions import signed_in
from timetuna.pages.models import (
    BookingLink,
    BookingPage,
    CohostInvitation,
    OutOfOffice,
    PageHost,
    Question,
    Schedule,
    TravelZone,
)
from timetuna.pages.prefetch import row_with


class Role(Enum):
    """What somebody is to a page; they may be several.

    ADMIN: an owner or admin of its team.  COHOST: somebody else than its owner who takes part in its meetings.
    INVITED: asked to, by mail, and known by the link alone.  REMOVED: they took part once.
    """

    OWNER = auto()
    ADMIN = auto()
    MEMBER = auto()
    COHOST = auto()
    INVITED = auto()
    REMOVED = auto()


class Action(Enum):
    """What can be done with a page.

    STAFF: say who takes part, and how much.  OWN_PART: somebody's calendars, hours, buffers, notice and pause, always
    their own.  BOOKINGS: see all that are made on it (`bookings/permissions.py` says what of them).
    ACTIVITY: read who changed what of it.  ASSIGN: to a team of one's own, and take it away from there.
    """

    SEE = auto()
    EDIT = auto()
    STAFF = auto()
    OWN_PART = auto()
    LEAVE = auto()
    ANSWER = auto()
    BOOKINGS = auto()
    ACTIVITY = auto()
    ASSIGN = auto()
    DELETE = auto()


_TEAM = frozenset({Role.OWNER, Role.ADMIN, Role.MEMBER})
RIGHTS: dict[Action, frozenset[Role]] = {
    Action.SEE: _TEAM | {Role.COHOST},
    Action.EDIT: _TEAM,
    Action.STAFF: _TEAM,
    Action.OWN_PART: frozenset({Role.OWNER, Role.COHOST}),
    Action.LEAVE: frozenset({Role.COHOST}),
    Action.ANSWER: frozenset({Role.INVITED}),
    Action.BOOKINGS: _TEAM,
    Action.ACTIVITY: _TEAM,
    Action.ASSIGN: frozenset({Role.OWNER, Role.ADMIN}),
    Action.DELETE: frozenset({Role.OWNER, Role.ADMIN}),
}
_RUN_TEAMS = (Membership.Role.OWNER, Membership.Role.ADMIN)
_AS = {Role.ADMIN: _RUN_TEAMS, Role.MEMBER: (Membership.Role.MEMBER,)}


def _pages_of(user: User, roles: Collection[Role]) -> Q:
    """Those to which they are any of these. What several roles ask of the same rows is asked once."""
    found = Q(host=user) if Role.OWNER in roles else Q(pk=None)
    if held := [each for role in roles for each in _AS.get(role, ())]:
        found |= Q(Exists(Membership.objects.filter(team=OuterRef("team"), user=user, role__in=held)))
    if parts := [role is Role.COHOST for role in roles if role in {Role.COHOST, Role.REMOVED}]:
        part = PageHost.objects.filter(page=OuterRef("pk"), host=user, active__in=parts)
        found |= ~Q(host=user) & Q(Exists(part))
    return found


def pages_for(user: User, *, to: Action | Collection[Action] = Action.EDIT) -> QuerySet[BookingPage]:
    """Those with which they may do this, or any of these."""
    wanted = [to] if isinstance(to, Action) else to
    roles = frozenset(role for action in wanted for role in RIGHTS[action])
    return BookingPage.objects.filter(_pages_of(user, roles))


def team_roles(to: Action) -> list[str]:
    """In which roles of a page's team people may do this with it."""
    return [held for role in RIGHTS[to] for held in _AS.get(role, ())]


def roles_on(page: BookingPage, user: User) -> frozenset[Role]:
    """What somebody is to the page: of one that was read with its hosts one query, and none where it has no team."""
    return roles_by_page([page], user)[page.pk]


def roles_by_page(pages: Collection[BookingPage], user: User) -> dict[int, frozenset[Role]]:
    """The same of each, in as many queries as of one."""
    teams = {page.team_id for page in pages if page.team_id}
    mine = Membership.objects.filter(user=user, team__in=teams).values_list("team", "role") if teams else ()
    in_team: dict[int | None, str] = dict(mine)
    return {page.pk: frozenset(_roles(page, user, in_team.get(page.team_id))) for page in pages}


def _roles(page: BookingPage, user: User, in_team: str | None) -> Iterator[Role]:
    yield from (role for role, held in _AS.items() if in_team in held)
    if owns(page, user):
        yield Role.OWNER
    else:
        parts = (row.active for row in page.page_hosts.all() if row.host_id == user.pk)
        yield from (Role.COHOST if active else Role.REMOVED for active in parts)


def owns(page: BookingPage, user: User) -> bool:
    return page.host_id == user.pk


def rights_on(page: BookingPage, user: User) -> frozenset[Action]:
    """All that somebody may do with the page, in as many queries."""
    return rights_of(roles_on(page, user))


def rights_of(roles: frozenset[Role]) -> frozenset[Action]:
    return frozenset(action for action, able in RIGHTS.items() if roles & able)


def page_or_404(request: HttpRequest, page_id: int, *, to: Action = Action.EDIT) -> BookingPage:
    """With all its rows. Raises Http404 for who may not do this."""
    page = row_with(page_id)
    if page is None or to not in rights_on(page, signed_in(request)):
        raise Http404
    return page


def question_or_404(request: HttpRequest, page_id: int, question_id: int) -> Question:
    """With its page. Raises Http404 for who may not change that."""
    rows = Question.objects.filter(page__in=pages_for(signed_in(request)))
    return get_object_or_404(rows.select_related("page__host", "page__team"), page_id=page_id, pk=question_id)


def link_or_404(request: HttpRequest, page_id: int, link_id: int) -> BookingLink:
    """With its page. Raises Http404 for who may not make and take back its links."""
    rows = BookingLink.objects.filter(page__in=pages_for(signed_in(request)))
    return get_object_or_404(rows.select_related("page__host", "page__team"), page_id=page_id, pk=link_id)


def cohost_or_404(page: BookingPage, host_id: int) -> User:
    """Somebody else than its owner who takes part in it. Raises Http404 for everybody else."""
    cohosts = PageHost.objects.filter(page=page, active=True).exclude(host=page.host_id)
    return get_object_or_404(cohosts.select_related("host"), host=host_id).host


def own_part_or_404(request: HttpRequest, page_id: int) -> PageHost:
    """What whoever is signed in has set for themselves, with page and host. Raises Http404 where they take no part."""
    user = signed_in(request)
    rows = PageHost.objects.filter(page__in=pages_for(user, to=Action.OWN_PART), host=user, active=True)
    return get_object_or_404(rows.select_related("page__host", "page__schedule", "host"), page_id=page_id)


def invitation_or_404(request: HttpRequest, page_id: int, asked_id: int) -> CohostInvitation:
    """One that nobody has answered. Raises Http404 for who may not say who hosts the page."""
    pages = pages_for(signed_in(request), to=Action.STAFF).filter(pk=page_id)
    rows = CohostInvitation.objects.filter(page__in=pages, answered_at=None)
    return get_object_or_404(rows.select_related("page__host", "page__team"), pk=asked_id)


def colleagues_of(page: BookingPage) -> QuerySet[User]:
    """Those in its team who neither host it nor are asked to."""
    asked = CohostInvitation.objects.filter(page=page, answered_at=None).values("email")
    people = User.objects.filter(memberships__team=page.team_id, is_active=True).exclude(email__in=asked)
    hosts = PageHost.objects.filter(page=page, active=True).values("host")
    return people.exclude(pk__in=hosts).order_by("name", "pk") if page.team_id else User.objects.none()


def teams_to_assign(page: BookingPage, user: User) -> QuerySet[Team]:
    """Where they may put the page: its owner to all teams they are in, who runs some of these to those."""
    teams = Team.objects.filter(Exists(Membership.objects.filter(team=OuterRef("pk"), user=page.host_id)))
    run = Membership.objects.filter(team=OuterRef("pk"), user=user, role__in=_RUN_TEAMS)
    return teams if page.host_id == user.pk else teams.filter(Exists(run))


def schedules_for(user: User) -> QuerySet[Schedule]:
    """The shared ones: a page's own hours are changed with the page."""
    return Schedule.objects.filter(host=user, page=None)


def schedule_or_404(request: HttpRequest, schedule_id: int) -> Schedule:
    """Shared hours. Raises Http404 for who may not see them."""
    return get_object_or_404(schedules_for(signed_in(request)), pk=schedule_id)


def dated_schedule_or_404(request: HttpRequest, schedule_id: int) -> Schedule:
    """Shared hours, or those of a page alone. Raises Http404 for who may not change their dates."""
    user = signed_in(request)
    rows = Schedule.objects.filter(Q(host=user, page=None) | Q(page__in=pages_for(user)))
    return get_object_or_404(rows.select_related("host__host_rules", "page"), pk=schedule_id)


def owns_hours(schedule: Schedule, user: User) -> bool:
    return schedule.host_id == user.pk


def absences_for(user: User) -> QuerySet[OutOfOffice]:
    """Their own."""
    return OutOfOffice.objects.filter(host=user)


def pages_for_anybody() -> QuerySet[BookingPage]:
    """Those that whoever comes may find and book."""
    return BookingPage.objects.filter(listed=True, link_only=False, switched_off=False, host__is_active=True)


def absence_or_404(request: HttpRequest, absence_id: int) -> OutOfOffice:
    """One's own. Raises Http404 for everybody else."""
    return get_object_or_404(absences_for(signed_in(request)), pk=absence_id)


def trip_or_404(request: HttpRequest, trip_id: int) -> TravelZone:
    """One's own. Raises Http404 for everybody else."""
    return get_object_or_404(TravelZone.objects.filter(host=signed_in(request)), pk=trip_id)
