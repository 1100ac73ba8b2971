"""Asking somebody by mail to join a team."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.activity import Deed
from timetuna.accounts.invitations import Asked, InvitationMail, invite, invite_again, inviter, said
from timetuna.accounts.models import Membership, Team, TeamInvitation, User

MOST = 500
"""People in a team and asked to join it."""
MEANS = {
    Membership.Role.OWNER: gettext_lazy("As an owner you can do everything in it, and decide who else may."),
    Membership.Role.ADMIN: gettext_lazy("As an admin you see and edit its booking pages, and invite people."),
    Membership.Role.MEMBER: gettext_lazy("As a member you see and edit its booking pages."),
}


def invite_to_team(team: Team, *, email: str, by: User, role: str = "") -> TeamInvitation:
    """Store the invitation and enqueue its mail. An open one to this address is sent again.

    email: cleaned.  role: "" is a member, or what an open one says. Raises NotInvited and TooManyMails.
    """
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=team.pk)
        asked = _asked(team)
        invitation = asked.open_one(email) or TeamInvitation(team=team, email=email)
        invitation.role = role or invitation.role
        return invite(invitation, asked, by=by)


def send_again(invitation: TeamInvitation, *, by: User) -> None:
    """With a new link and two more weeks; the former link ends. Raises NotOpen and TooManyMails."""
    invite_again(invitation, _asked(invitation.team), by=by)


def _asked(team: Team) -> Asked[TeamInvitation]:
    return Asked(
        name=f"team {team.pk}",
        rows=TeamInvitation.objects.filter(team=team),
        people=User.objects.filter(memberships__team=team),
        colleagues=User.objects.none(),
        most=MOST,
        there=gettext("is in the team already."),
        full=gettext("has no place: a team has room for %(most)d people.") % {"most": MOST},
        mail=_mail,
        deed=Deed.INVITED,
    )


def _mail(invitation: TeamInvitation, token: str) -> InvitationMail:
    team = said(invitation.team.name)
    asks = inviter(invitation.invited_by) if invitation.invited_by else gettext("One of its owners")
    lines = (
        gettext(
            "%(asks)s invites you to join the team %(team)s on TimeTuna, where people book meetings online."
        )
        % {"asks": asks, "team": team},
        str(MEANS[Membership.Role(invitation.role)]),
    )
    path = reverse("team_invitation", args=[token])
    return InvitationMail(gettext("Join %(team)s on TimeTuna") % {"team": team}, lines, path)
