"""Who it is that asks, and what they may do in their teams. What else they may, the other apps' `permissions` say."""

from enum import Enum, auto

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import Membership, Team, User

Role = Membership.Role


def signed_in(request: HttpRequest) -> User:
    """Only behind `login_required`."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the decorator has seen to it
    return user


def is_somebody_else(request: HttpRequest, user_id: int | None) -> bool:
    """Whether somebody is signed in who is not the owner of that account."""
    return bool(request.user.is_authenticated and request.user.pk != user_id)


class InTeam(Enum):
    """What can be done in a team.

    CHANGE: its name and public address.  INVITE: by mail, as a member; send again and take back what is open.
    ACTIVITY: read who did what in it and with its pages.
    ROLES: say who is what, also of those who are invited.  REMOVE: take a member off; an owner takes off anybody.
    """

    SEE = auto()
    LEAVE = auto()
    CHANGE = auto()
    ACTIVITY = auto()
    INVITE = auto()
    REMOVE = auto()
    ROLES = auto()
    DELETE = auto()


_ALL = frozenset(Role)
_RUN_IT = frozenset({Role.OWNER, Role.ADMIN})
_OWN_IT = frozenset({Role.OWNER})
RIGHTS: dict[InTeam, frozenset[Role]] = {
    InTeam.SEE: _ALL,
    InTeam.LEAVE: _ALL,
    InTeam.CHANGE: _RUN_IT,
    InTeam.ACTIVITY: _RUN_IT,
    InTeam.INVITE: _RUN_IT,
    InTeam.REMOVE: _RUN_IT,
    InTeam.ROLES: _OWN_IT,
    InTeam.DELETE: _OWN_IT,
}


def teams_of(user: User) -> QuerySet[Team]:
    """Those they see, by name."""
    return Team.objects.filter(memberships__user=user, memberships__role__in=RIGHTS[InTeam.SEE])


def role_in(user: User, team: Team) -> Role | None:
    """None for who is not in it."""
    role = Membership.objects.filter(user=user, team=team).values_list("role", flat=True).first()
    return Role(role) if role else None


def rights_in(member: Membership) -> frozenset[InTeam]:
    """All that they may do in their team."""
    return frozenset(to for to, roles in RIGHTS.items() if member.role in roles)


def may_remove(by: Membership, other: Membership) -> bool:
    """Take somebody else off their team: an owner anybody, an admin those who have no role to give or take."""
    own = by.role in RIGHTS[InTeam.ROLES]
    return by.pk != other.pk and by.role in RIGHTS[InTeam.REMOVE] and (own or other.role == Role.MEMBER)


def membership_or_404(request: HttpRequest, team_id: int, *, to: InTeam = InTeam.SEE) -> Membership:
    """Of whoever is signed in, with team and user. Raises Http404 for who is not in it or may not do this there."""
    rows = Membership.objects.select_related("team", "user").filter(role__in=RIGHTS[to])
    return get_object_or_404(rows, team_id=team_id, user=signed_in(request))


def team_or_404(request: HttpRequest, team_id: int, *, to: InTeam = InTeam.SEE) -> Team:
    """Raises Http404 for who is not in it or may not do this there."""
    return membership_or_404(request, team_id, to=to).team
