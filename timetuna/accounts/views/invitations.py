"""The page behind the link of an invitation, of whatever kind; and /invite/<token>, which leads into a team.

Opening it answers nothing, and neither does signing in or signing up on the way. `behind` makes the view for a kind:

    cohost = behind(InvitationKind(CohostInvitation, ask=…, inside=…, accept=…, decline=…))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from timetuna.accounts.actions.invite_to_team import MEANS
from timetuna.accounts.actions.join_team import decline_team, join_team
from timetuna.accounts.invitations import NotOpen, State, find, is_for, state_of
from timetuna.accounts.models import MailedInvitation, Membership, TeamInvitation, User
from timetuna.accounts.permissions import role_in, signed_in
from timetuna.web.forms import Screen, private, show

GONE, MISSING, CONFLICT = 410, 404, 409
RowT = TypeVar("RowT", bound=MailedInvitation)
_SENTENCES = {
    State.ANSWERED: (
        gettext_lazy("This invitation has been answered"),
        gettext_lazy(
            "It was accepted or declined already, and works once. If that was not you, ask who invited you for another."
        ),
    ),
    State.EXPIRED: (
        gettext_lazy("This invitation has expired"),
        gettext_lazy("It was open for two weeks. Ask whoever invited you to send it again."),
    ),
    None: (
        gettext_lazy("This invitation is no longer there"),
        gettext_lazy(
            "It was taken back, or sent again: then the link in the latest mail is the one that works."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class InvitationWords:
    """What somebody is asked.  title: to what they are invited.  lines: who asks, and what it means.  yes: a button."""

    title: str
    lines: tuple[str, ...]
    yes: str


@dataclass(frozen=True, slots=True)
class InvitationKind(Generic[RowT]):
    """One kind of invitations, by their table.

    inside: where to go for who takes part already, "" for who does not.  accept, decline: with the link's token; they
    raise NotOpen. accept says where to go next, and says there what has happened if that needs words.
    """

    model: type[RowT]
    ask: Callable[[RowT], InvitationWords]
    inside: Callable[[RowT, User], str]
    accept: Callable[[HttpRequest, str], str]
    decline: Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationScreen(Screen):
    """email: to whom it was mailed.  account: who is signed in, "" for nobody.  own: whether these are the same.

    inside: the address of what they take part in already.  sign_in, sign_up: the ways to here through these.
    """

    template = "accounts/invitation.html"
    question: InvitationWords
    email: str
    account: str
    own: bool
    inside: str
    sign_in: str
    sign_up: str


@dataclass(frozen=True, slots=True)
class InvitationGoneScreen(Screen):
    """Why it cannot be answered."""

    template = "accounts/invitation_gone.html"
    title: str
    text: str


class InvitationDeclinedScreen(InvitationGoneScreen):
    """That it was declined just now."""


def behind(kind: InvitationKind[RowT]) -> Callable[[HttpRequest, str], HttpResponse]:
    @require_http_methods(["GET", "HEAD", "POST"])
    def invitation(request: HttpRequest, token: str) -> HttpResponse:
        row = find(kind.model, token)
        state = state_of(row, now=timezone.now()) if row else None
        if row is None or state is not State.OPEN:
            return private(_gone(request, kind, row, state))
        try:
            answer = _answer(request, kind, row, token) if request.method == "POST" else None
        except NotOpen as error:  # somebody was faster
            answer = _gone(request, kind, row, error.state)
        return private(answer or _ask(request, kind, row))

    return invitation


def _answer(request: HttpRequest, kind: InvitationKind[RowT], row: RowT, token: str) -> HttpResponse | None:
    """None where the form says neither yes nor no, or yes for another account than the one that is signed in."""
    said = request.POST.get("answer")
    if said == "no":
        kind.decline(token)
        text = gettext("You will not hear of it again. Whoever invited you sees that you declined.")
        return show(request, InvitationDeclinedScreen(gettext("You have declined"), text))
    if said != "yes":
        return None
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if request.POST.get("account") != signed_in(request).email:
        messages.error(request, gettext("You are signed in with another account by now. Look at it again."))
        return _ask(request, kind, row, status=CONFLICT)
    return redirect(kind.accept(request, token))


def _ask(request: HttpRequest, kind: InvitationKind[RowT], row: RowT, *, status: int = 200) -> HttpResponse:
    user = signed_in(request) if request.user.is_authenticated else None
    way = urlencode({"next": request.path, "email": row.email})
    screen = InvitationScreen(
        question=kind.ask(row),
        email=row.email,
        account=user.email if user else "",
        own=bool(user and is_for(row, user)),
        inside=kind.inside(row, user) if user else "",
        sign_in=f"{reverse('account_login')}?{way}",
        sign_up=f"{reverse('account_signup')}?{way}" if settings.SIGNUP_OPEN else "",
    )
    return show(request, screen, status=status)


def _gone(
    request: HttpRequest, kind: InvitationKind[RowT], row: RowT | None, state: State | None
) -> HttpResponse:
    """Who takes part by now is led there."""
    if row and request.user.is_authenticated and (place := kind.inside(row, signed_in(request))):
        return redirect(place)
    return show(
        request, InvitationGoneScreen(*map(str, _SENTENCES[state])), status=GONE if state else MISSING
    )


def _ask_into_team(row: TeamInvitation) -> InvitationWords:
    team = row.team.name
    asks = (
        f"{row.invited_by.name} ({row.invited_by.email})"
        if row.invited_by
        else gettext("An owner of the team")
    )
    lines = (
        gettext("%(asks)s invites you to join the team %(team)s.") % {"asks": asks, "team": team},
        str(MEANS[Membership.Role(row.role)]),
    )
    join = gettext("Join %(team)s") % {"team": team}
    return InvitationWords(join, lines, join)


def _inside_team(row: TeamInvitation, user: User) -> str:
    return reverse("team", args=[row.team_id]) if role_in(user, row.team) else ""


def _join(request: HttpRequest, token: str) -> str:
    team = join_team(token, signed_in(request))
    messages.success(request, gettext("You are in the team %(name)s now.") % {"name": team.name})
    return reverse("team", args=[team.pk])


into_team = behind(InvitationKind(TeamInvitation, _ask_into_team, _inside_team, _join, decline_team))
