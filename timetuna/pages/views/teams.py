"""/settings/team: one's teams, and who is in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from timetuna.accounts.actions.change_role import LastOwner, RoleChanged, change_role, hand_over_team
from timetuna.accounts.actions.invite_to_team import invite_to_team, send_again
from timetuna.accounts.activity import ActivityLine, of_team
from timetuna.accounts.invitations import NotInvited, NotOpen, State, state_of, take_back
from timetuna.accounts.models import Membership, Team, TeamInvitation
from timetuna.accounts.passwords import too_often
from timetuna.accounts.permissions import (
    InTeam,
    may_remove,
    membership_or_404,
    rights_in,
    signed_in,
    team_or_404,
    teams_of,
)
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.l10n.datetimes import written
from timetuna.l10n.lists import in_words, quoted
from timetuna.pages.actions.leave_team import end_team, leave_team
from timetuna.pages.forms.team import InviteForm, NewTeamForm, TeamForm
from timetuna.pages.queries import titles_in_team, titles_with
from timetuna.web.forms import INCOMPLETE, Screen, in_full, show
from timetuna.web.saving import answer_form, opened

Role = Membership.Role
UNPROCESSABLE = 422
SHOWN_DECLINED_FOR = timedelta(days=14)
TeamView = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One of somebody's teams.  role: theirs.  people: how many are in it."""

    team: Team
    role: str
    people: int


@dataclass(frozen=True, slots=True)
class TeamsScreen(Screen):
    """Several teams, or none yet."""

    template = "pages/teams.html"
    lines: list[TeamLine]


@dataclass(frozen=True, slots=True)
class NewTeamScreen(Screen):
    template = "pages/team_new.html"
    form: NewTeamForm
    first: bool


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Somebody in a team.  roles: what whoever looks may make of them.  removable: whether they may take them off."""

    row: Membership
    own: bool
    roles: list[Role]
    removable: bool


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """state: "open", "expired" or "declined".  day: when it ends or has ended, or was declined."""

    row: TeamInvitation
    state: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamScreen(Screen):
    """form, invite: None for who may not change the team or invite.  several: whether they are in other teams, too.

    last: whether nobody else owns it.  pages, own_pages: titles in a line, of those that go back to their owners with
    the team's end, and of those that go with whoever leaves.  hosted: titles by id, of others' pages in which they take
    part; hosted_pages: the same in a line.  activity: None for who may not read it.
    """

    template = "pages/team.html"
    team: Team
    address: str
    form: TeamForm | None
    invite: InviteForm | None
    members: list[MemberLine]
    invitations: list[InvitationLine]
    several: bool
    last: bool
    deletes: bool
    pages: str
    own_pages: str
    hosted: dict[int, str]
    hosted_pages: str
    activity: list[ActivityLine] | None


@require_safe
@login_required
def teams(request: HttpRequest) -> HttpResponse:
    """The only one is shown at once."""
    rows = list(signed_in(request).memberships.select_related("team").order_by("team__name", "team_id"))
    if len(rows) == 1 and "all" not in request.GET:
        return redirect("team", rows[0].team_id)
    lines = [TeamLine(row.team, row.get_role_display(), row.team.memberships.count()) for row in rows]
    return show(request, TeamsScreen(lines))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_team(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = NewTeamForm(request.POST if request.method == "POST" else None)
    if form.is_bound and (team := form.make(user)):
        said = gettext("%(team)s is ready. Invite the people who work with you.")
        messages.success(request, said % {"team": team.name})
        return redirect("team", team.pk)
    first = not teams_of(user).exists()
    return show(request, NewTeamScreen(form, first), status=UNPROCESSABLE if form.is_bound else 200)


@login_required
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Who may change what it is called does so here."""
    member = membership_or_404(request, team_id, to=InTeam.CHANGE if request.method == "POST" else InTeam.SEE)
    if InTeam.CHANGE not in rights_in(member):
        return show(request, _screen(request, member))
    return answer_form(
        request,
        _build(request, team_id),
        screen=lambda form: _screen(request, member, form=form),
        back=reverse("team", args=[team_id]),
    )


def _build(request: HttpRequest, team_id: int) -> Callable[[Any, Any], TeamForm]:
    def build(data: Any, _files: Any) -> TeamForm:
        return TeamForm(team_or_404(request, team_id, to=InTeam.CHANGE), signed_in(request).pk, data)

    return build


def _screen(
    request: HttpRequest,
    member: Membership,
    *,
    form: TeamForm | None = None,
    invite: InviteForm | None = None,
) -> TeamScreen:
    rights, row = rights_in(member), member.team
    if form is None and InTeam.CHANGE in rights:
        form = opened(request, _build(request, row.pk), path=reverse("team", args=[row.pk]))
    invites = InTeam.INVITE in rights
    people = list(row.memberships.select_related("user"))
    hosted = titles_with(row, member.user)
    owners = [one for one in people if one.role == Role.OWNER and one.user.is_active]
    return TeamScreen(
        team=row,
        address=in_full(reverse("public_host", args=[row.handle])),
        form=form,
        invite=(invite or InviteForm(roles=InTeam.ROLES in rights)) if invites else None,
        members=[_line(member, one) for one in people],
        invitations=_invitations(row) if invites else [],
        several=member.user.memberships.count() > 1,
        last=owners == [member],
        deletes=InTeam.DELETE in rights,
        pages=", ".join(map(quoted, titles_in_team(row))),
        own_pages=", ".join(map(quoted, titles_in_team(row, of=member.user))),
        hosted=hosted,
        hosted_pages=", ".join(map(quoted, hosted.values())),
        activity=of_team(row, reader=member.user) if InTeam.ACTIVITY in rights else None,
    )


def _line(member: Membership, one: Membership) -> MemberLine:
    own = one.pk == member.pk
    roles = [role for role in Role if role != one.role] if InTeam.ROLES in rights_in(member) else []
    return MemberLine(one, own, roles, may_remove(member, one))


def _invitations(row: Team) -> list[InvitationLine]:
    """Those that nobody has accepted; of what was declined the latest."""
    now = timezone.now()
    found = []
    for one in row.invitations.exclude(accepted=True):
        state = state_of(one, now=now)
        if state is not State.ANSWERED:
            found.append(InvitationLine(one, state.value, _day(one.expires_at)))
        elif one.answered_at and one.answered_at > now - SHOWN_DECLINED_FOR:
            found.append(InvitationLine(one, "declined", _day(one.answered_at)))
    return found


def _day(moment: datetime) -> str:
    return written(moment, pgettext("date", "j F Y"))


def post_or_team(view: TeamView) -> TeamView:
    """Answer a GET with the team: it changes nothing, and signing in after a POST leads here."""

    @wraps(view)
    @login_required
    def answer(request: HttpRequest, team_id: int, **ids: int) -> HttpResponse:
        if request.method != "POST":
            return redirect("team", team_or_404(request, team_id).pk)
        return view(request, team_id, **ids)

    return answer


@post_or_team
def invite(request: HttpRequest, team_id: int) -> HttpResponse:
    """Each address by itself: who cannot be invited is named, the others are."""
    member = membership_or_404(request, team_id, to=InTeam.INVITE)
    form = InviteForm(request.POST, roles=InTeam.ROLES in rights_in(member))
    if not form.is_valid():
        return show(request, _screen(request, member, invite=form), status=UNPROCESSABLE)
    done = []
    for email in form.cleaned_data["addresses"]:
        try:
            invite_to_team(member.team, email=email, by=member.user, role=form.cleaned_data.get("role", ""))
        except NotInvited as error:
            messages.warning(request, f"{email} {error}")
        except TooManyMails as error:
            messages.error(request, f"{email}: {too_often(str(error), error.seconds).messages[0]}")
        else:
            done.append(email)
    if done:
        messages.success(
            request,
            gettext("Invited %(people)s. The link in the mail works for two weeks.")
            % {"people": in_words(done)},
        )
    return redirect("team", team_id)


@post_or_team
def invite_again(request: HttpRequest, team_id: int, invitation_id: int) -> HttpResponse:
    member = membership_or_404(request, team_id, to=InTeam.INVITE)
    row = _invitation(member.team, invitation_id)
    try:
        send_again(row, by=member.user)
    except NotOpen:
        messages.error(request, gettext("%(email)s has answered meanwhile.") % {"email": row.email})
    except TooManyMails as error:
        messages.error(request, too_often(str(error), error.seconds).messages[0])
    else:
        messages.success(
            request,
            gettext("Sent again to %(email)s. Only the new link works, for two weeks.")
            % {"email": row.email},
        )
    return redirect("team", team_id)


@post_or_team
def uninvite(request: HttpRequest, team_id: int, invitation_id: int) -> HttpResponse:
    row = _invitation(team_or_404(request, team_id, to=InTeam.INVITE), invitation_id)
    if take_back(row):
        messages.success(
            request,
            gettext("The invitation to %(email)s is taken back. Its link no longer works.")
            % {"email": row.email},
        )
    else:
        messages.error(request, gettext("%(email)s has answered meanwhile.") % {"email": row.email})
    return redirect("team", team_id)


def _invitation(row: Team, invitation_id: int) -> TeamInvitation:
    invitations = row.invitations.select_related("team", "invited_by")
    return get_object_or_404(invitations, pk=invitation_id)


@post_or_team
def give_role(request: HttpRequest, team_id: int, member_id: int) -> HttpResponse:
    other = _member(team_or_404(request, team_id, to=InTeam.ROLES), member_id)
    role, was = request.POST.get("role", ""), request.POST.get("was", "")
    if role not in Role or was not in Role:
        messages.error(request, str(INCOMPLETE))
        return redirect("team", team_id)
    other.role = was
    return _done(
        request, other, lambda: change_role(other, role=role), f"{other.user.name}: {Role(role).label}."
    )


@post_or_team
def hand_over(request: HttpRequest, team_id: int, member_id: int) -> HttpResponse:
    """Whoever does so stays in the team as an admin."""
    by = membership_or_404(request, team_id, to=InTeam.ROLES)
    other = _member(by.team, member_id)
    if by.pk == other.pk:
        raise Http404
    said = gettext("%(name)s owns %(team)s now. You are an admin of it.") % {
        "name": other.user.name,
        "team": by.team.name,
    }
    return _done(request, other, lambda: hand_over_team(by.team, by=by.user, to=other), said)


@post_or_team
def remove(request: HttpRequest, team_id: int, member_id: int) -> HttpResponse:
    """The browser has asked before."""
    by = membership_or_404(request, team_id, to=InTeam.REMOVE)
    other = _member(by.team, member_id)
    if not may_remove(by, other):
        raise Http404
    takes_part = list(map(quoted, titles_with(by.team, other.user).values()))
    said = gettext("%(name)s is no longer in %(team)s.") % {"name": other.user.name, "team": by.team.name}
    if takes_part:
        still = gettext("They still take meetings of %(pages)s; if they should not, take them off there.")
        said += " " + still % {"pages": in_words(takes_part)}
    return _done(request, other, lambda: leave_team(other, by=by.user), said)


@post_or_team
def leave(request: HttpRequest, team_id: int) -> HttpResponse:
    """The browser has asked before."""
    own = membership_or_404(request, team_id, to=InTeam.LEAVE)
    said = gettext("You have left %(team)s.") % {"team": own.team.name}
    return _done(request, own, lambda: leave_team(own, by=own.user), said, to="teams")


@post_or_team
def delete(request: HttpRequest, team_id: int) -> HttpResponse:
    """The browser has asked before."""
    own = membership_or_404(request, team_id, to=InTeam.DELETE)
    end_team(own.team, by=own.user)
    messages.success(
        request,
        gettext("%(team)s is deleted. Its pages belong to their owners again.") % {"team": own.team.name},
    )
    return redirect("teams")


def _member(row: Team, member_id: int) -> Membership:
    return get_object_or_404(row.memberships.select_related("user", "team"), pk=member_id)


def _done(
    request: HttpRequest, other: Membership, act: Callable[[], object], said: str, *, to: str = "team"
) -> HttpResponse:
    """Do it, and say so, or why not."""
    try:
        act()
    except (LastOwner, RoleChanged) as error:
        messages.error(request, str(error))
        return redirect("team", other.team_id)
    messages.success(request, said)
    return redirect(to, *([other.team_id] if to == "team" else []))
