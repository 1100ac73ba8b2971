"""Teams of whoever asks: which there are, a new one, what they are called, and their end."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from ninja import Query, Router

from timetuna.accounts.models import Membership, Team, TeamInvitation
from timetuna.accounts.permissions import RIGHTS, InTeam, rights_in
from timetuna.api.filling import fill_in, typed, wrong
from timetuna.api.inviting import invitation_resource
from timetuna.api.operations import (
    DELETES,
    Needs,
    Sort,
    account,
    answers,
    change,
    changes,
    delete,
    done_once,
    made,
    makes,
    one_of,
    page_in_order,
    problems,
    tagged,
    who,
    whole,
)
from timetuna.api.principal import Principal
from timetuna.api.schemas.teams import TeamChange, TeamIn, TeamList, TeamOut
from timetuna.api.scopes import ApiScope
from timetuna.api.views.pages import PageFilter
from timetuna.bookings.status.resource import utc
from timetuna.pages.actions.leave_team import end_team
from timetuna.pages.forms.team import NewTeamForm, TeamForm
from timetuna.web.forms import in_full

router = Router(tags=["Teams"])


def place_in(principal: Principal, team_id: str, to: InTeam = InTeam.SEE) -> Membership:
    """Of whoever asks, in the team. Raises Problem 404 for who is not in it or may not do this there."""
    rows = Membership.objects.select_related("team", "user").filter(role__in=RIGHTS[to])
    return one_of(rows, team__public_id=team_id, user=whole(principal).user)


@router.get(
    "/teams", auth=Needs(ApiScope.TEAMS_READ), response={200: TeamList} | problems(), summary="Your teams"
)
def list_teams(request: HttpRequest, query: Query[PageFilter]) -> HttpResponse:
    """Those that you are in, with your role, in the order in which you joined."""
    rows = Membership.objects.select_related("team").filter(user=whole(who(request)).user)
    return page_in_order(request, rows, _team, sort=Sort("joined_at"), cursor=query.cursor, limit=query.limit)


@router.get(
    "/teams/{team_id}", auth=Needs(ApiScope.TEAMS_READ), response=answers(TeamOut), summary="One team"
)
def get_team(request: HttpRequest, team_id: str) -> HttpResponse:
    """For who may invite, with the invitations that nobody has answered."""
    return tagged(request, team_resource(place_in(who(request), team_id)))


@router.post(
    "/teams",
    auth=Needs(ApiScope.TEAMS_WRITE),
    response=makes(TeamOut),
    summary="Create a team",
    operation_id="create_team",
)
@done_once
def create_one_team(request: HttpRequest, body: TeamIn) -> HttpResponse:
    """You own it. Invite the people who work with you, and put pages into it with `team` of a page."""
    user, sent = account(request), QueryDict(mutable=True)
    sent["name"], sent["handle"] = body.name, body.handle or ""
    form = NewTeamForm(sent)
    row = form.make(user)
    if row is None:
        raise wrong([form], pointers=_pointer)
    return made(team_resource(place_in(who(request), row.public_id)), f"/teams/{row.public_id}")


@router.patch(
    "/teams/{team_id}",
    auth=Needs(ApiScope.TEAMS_WRITE),
    response=changes(TeamOut),
    summary="Change a team",
)
@done_once
def update_team(request: HttpRequest, team_id: str, body: TeamChange | None = None) -> HttpResponse:
    """For its owners and admins. Links to the former address lead on."""
    body = body or TeamChange()
    user = account(request, locked=True)
    place = place_in(who(request), team_id, InTeam.CHANGE)
    Team.objects.select_for_update().get(pk=place.team_id)
    values = {name: typed(value) for name in ("name", "handle") if (value := getattr(body, name)) is not None}
    return change(
        request,
        lambda: team_resource(place_in(who(request), team_id)),
        lambda: fill_in(
            request,
            lambda data, _files: TeamForm(Team.objects.get(pk=place.team_id), user.pk, data),
            values,
            pointers=_pointer,
        ),
    )


@router.delete(
    "/teams/{team_id}",
    auth=Needs(ApiScope.TEAMS_WRITE),
    response=DELETES,
    summary="Delete a team",
    operation_id="delete_team",
)
@done_once
def delete_one_team(request: HttpRequest, team_id: str) -> HttpResponse:
    """For its owners. Its pages belong to their owners again, and links to them lead on."""
    place = place_in(who(request), team_id, InTeam.DELETE)
    return delete(request, lambda: team_resource(place), lambda: end_team(place.team, by=place.user))


def _pointer(field: str) -> str:
    return f"/{field}" if field in {"name", "handle"} else ""


def team_resource(row: Membership) -> dict[str, Any]:
    """As somebody in it reads it alone."""
    data = _team(row)
    if InTeam.INVITE in rights_in(row):
        waiting = row.team.invitations.filter(answered_at=None)
        data["invitations"] = [team_invitation(one) for one in waiting]
    return data


def _team(row: Membership) -> dict[str, Any]:
    team = row.team
    return {
        "id": team.public_id,
        "name": team.name,
        "handle": team.handle,
        "url": in_full(f"/{team.handle}"),
        "role": row.role,
        "created_at": utc(team.created_at),
        "invitations": None,
    }


def team_invitation(row: TeamInvitation) -> dict[str, Any]:
    """As who may invite reads it."""
    return invitation_resource(row) | {"role": row.role}
