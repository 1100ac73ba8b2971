"""Who is in a team, in which role, and asking somebody to join it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext
from ninja import Query, Router

from timetuna.accounts.actions.change_role import LastOwner, RoleChanged, change_role
from timetuna.accounts.actions.invite_to_team import invite_to_team
from timetuna.accounts.models import Membership
from timetuna.accounts.permissions import InTeam, may_remove, rights_in
from timetuna.api.filling import wrong
from timetuna.api.inviting import invited, take_invitation_back
from timetuna.api.operations import (
    DELETES,
    Needs,
    Sort,
    answers,
    change,
    changes,
    delete,
    done_once,
    invalid,
    makes,
    one_of,
    page_in_order,
    problems,
    respond,
    tagged,
    who,
)
from timetuna.api.problems import Problem, ProblemCode, not_found
from timetuna.api.schemas.teams import InvitationOut, MemberIn, MemberList, MemberOut, RoleIn
from timetuna.api.scopes import ApiScope
from timetuna.api.views.pages import PageFilter
from timetuna.api.views.teams import place_in, team_invitation, team_resource
from timetuna.bookings.status.resource import utc
from timetuna.pages.actions.leave_team import leave_team
from timetuna.pages.forms.team import InviteForm

router = Router(tags=["Teams"])


@router.get(
    "/teams/{team_id}/members",
    auth=Needs(ApiScope.TEAMS_READ),
    response={200: MemberList} | problems(),
    summary="Who is in a team",
)
def list_members(request: HttpRequest, team_id: str, query: Query[PageFilter]) -> HttpResponse:
    """In the order in which they joined."""
    rows = place_in(who(request), team_id).team.memberships.select_related("user")
    return page_in_order(
        request, rows, _member, sort=Sort("joined_at"), cursor=query.cursor, limit=query.limit
    )


@router.get(
    "/teams/{team_id}/members/{member_id}",
    auth=Needs(ApiScope.TEAMS_READ),
    response=answers(MemberOut),
    summary="Somebody in a team",
)
def get_member(request: HttpRequest, team_id: str, member_id: str) -> HttpResponse:
    """By the id of their account."""
    return tagged(request, _member(_colleague(place_in(who(request), team_id), member_id)))


@router.post(
    "/teams/{team_id}/members",
    auth=Needs(ApiScope.TEAMS_WRITE),
    response=makes(InvitationOut),
    summary="Invite somebody by mail",
)
@done_once
def invite_member(request: HttpRequest, team_id: str, body: MemberIn) -> HttpResponse:
    """They join by the link in the mail. Who is asked already gets another mail, and the former link ends."""
    by = place_in(who(request), team_id, InTeam.INVITE)
    roles = InTeam.ROLES in rights_in(by)
    if body.role not in {None, Membership.Role.MEMBER} and not roles:
        raise invalid("/role", gettext("Only an owner of the team says who is more than a member."))
    sent = QueryDict(mutable=True)
    sent["addresses"], sent["role"] = body.email, body.role or Membership.Role.MEMBER
    form = InviteForm(sent, roles=roles)
    if not form.is_valid():
        raise wrong([form], pointers=lambda field: "/role" if field == "role" else "/email")
    addresses = form.cleaned_data["addresses"]
    if len(addresses) != 1:
        raise invalid("/email", gettext("Invite one person at a time."))
    row = invited(
        addresses[0], lambda: invite_to_team(by.team, email=addresses[0], by=by.user, role=body.role or "")
    )
    return respond(team_invitation(row), status=201, about=row.public_id)


@router.delete(
    "/teams/{team_id}/invitations/{invitation_id}",
    auth=Needs(ApiScope.TEAMS_WRITE),
    response=DELETES,
    summary="Take an invitation back",
)
@done_once
def take_team_invitation_back(request: HttpRequest, team_id: str, invitation_id: str) -> HttpResponse:
    """One that nobody has answered. The link in its mail ends."""
    place = place_in(who(request), team_id, InTeam.INVITE)
    row = one_of(place.team.invitations.filter(answered_at=None), public_id=invitation_id)
    return delete(request, lambda: team_resource(place), lambda: take_invitation_back(row))


@router.patch(
    "/teams/{team_id}/members/{member_id}",
    auth=Needs(ApiScope.TEAMS_WRITE),
    response=changes(MemberOut),
    summary="Give somebody another role",
)
@done_once
def update_member(request: HttpRequest, team_id: str, member_id: str, body: RoleIn) -> HttpResponse:
    """For owners. A team always has one."""
    row = _colleague(place_in(who(request), team_id, InTeam.ROLES), member_id)
    return change(
        request,
        lambda: _member(row),
        lambda: _refusing(lambda: change_role(row, role=body.role)),
        about=row.user.public_id,
    )


@router.delete(
    "/teams/{team_id}/members/{member_id}",
    auth=Needs(ApiScope.TEAMS_WRITE),
    response=DELETES,
    summary="Take somebody off a team",
)
@done_once
def remove_member(request: HttpRequest, team_id: str, member_id: str) -> HttpResponse:
    """Or leave it, by your own id. Their pages go with them; what they host on others’ pages stays."""
    by = place_in(who(request), team_id)
    row = _colleague(by, member_id)
    if by.pk != row.pk and not may_remove(by, row):
        raise not_found()
    return delete(request, lambda: _member(row), lambda: _refusing(lambda: leave_team(row, by=by.user)))


def _refusing(do: Any) -> None:
    """Raises Problem where the team would be nobody's, or it has changed meanwhile."""
    try:
        do()
    except LastOwner as error:
        raise Problem(ProblemCode.NOT_POSSIBLE, str(error)) from error
    except RoleChanged as error:
        raise Problem(ProblemCode.CHANGED_MEANWHILE, str(error)) from error


def _colleague(by: Membership, member_id: str) -> Membership:
    """Raises Problem 404."""
    return one_of(by.team.memberships.select_related("user", "team"), user__public_id=member_id)


def _member(row: Membership) -> dict[str, Any]:
    return {
        "id": row.user.public_id,
        "name": row.user.name,
        "email": row.user.email,
        "role": row.role,
        "joined_at": utc(row.joined_at),
    }
