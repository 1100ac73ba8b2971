"""Asking somebody by mail to join a team."""

from django.db import transaction
from django.urls import reverse

from timetuna.accounts.invitations import (
    InvitationMail,
    count_invitation,
    inviter,
    issue,
    mail_invitation,
    reissue,
    said,
)
from timetuna.accounts.models import Membership, Team, TeamInvitation, User

MOST = 500
"""People in a team and asked to join it."""
MEANS = {
    Membership.Role.OWNER: "As an owner you can do everything in it, and decide who else may.",
    Membership.Role.ADMIN: "As an admin you see and edit its booking pages, and invite people.",
    Membership.Role.MEMBER: "As a member you see and edit its booking pages.",
}


class NotInvited(Exception):  # noqa: N818 - it says what is the matter
    """`str()` is a sentence that goes on after the address, as in "is in the team already"."""


def invite_to_team(team: Team, *, email: str, by: User, role: str = "") -> TeamInvitation:
    """Store the invitation and enqueue its mail. An open one to this address is sent again.

    email: cleaned.  role: "" is a member, or what an open one says. Raises NotInvited and TooManyMails.
    """
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=team.pk)
        if Membership.objects.filter(team=team, user__email=email).exists():
            raise NotInvited("is in the team already.")
        waiting = TeamInvitation.objects.filter(team=team, answered_at=None)
        invitation = waiting.select_for_update().filter(email=email).first()
        if invitation is None and waiting.count() + team.memberships.count() >= MOST:
            raise NotInvited(f"has no place: a team has room for {MOST} people.")
        count_invitation(by, of=f"team {team.pk}", email=email)
        invitation = invitation or TeamInvitation(team=team, email=email)
        invitation.role, invitation.invited_by = role or invitation.role, by
        _mail(invitation, issue(invitation))
    return invitation


def send_again(invitation: TeamInvitation, *, by: User) -> None:
    """With a new link and two more weeks; the former link ends. Raises NotOpen and TooManyMails."""
    with transaction.atomic():
        token = reissue(invitation)
        count_invitation(by, of=f"team {invitation.team_id}", email=invitation.email)
        TeamInvitation.objects.filter(pk=invitation.pk).update(invited_by=by)
        invitation.invited_by = by
        _mail(invitation, token)


def _mail(invitation: TeamInvitation, token: str) -> None:
    team = said(invitation.team.name)
    asks = inviter(invitation.invited_by) if invitation.invited_by else "One of its owners"
    lines = (
        f"{asks} invites you to join the team {team} on TimeTuna, where people book meetings online.",
        MEANS[Membership.Role(invitation.role)],
    )
    path = reverse("team_invitation", args=[token])
    mail_invitation(invitation, InvitationMail(f"Join {team} on TimeTuna", lines, path))
