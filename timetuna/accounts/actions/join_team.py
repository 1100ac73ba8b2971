"""Answering an invitation into a team."""

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.activity import A_ROLE, Deed, note
from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.invitations import answering, inviter, is_for, said
from timetuna.accounts.models import Membership, Team, TeamInvitation, User
from timetuna.accounts.notices import Notice
from timetuna.lib.crypto import fingerprint

_ROLES = {
    Membership.Role.OWNER: gettext_lazy("owner"),
    Membership.Role.ADMIN: gettext_lazy("admin"),
    Membership.Role.MEMBER: gettext_lazy("member"),
}


def join_team(token: str, user: User) -> Team:
    """Let them in as what they were invited as; who is in it already stays what they are. Raises NotOpen."""
    with transaction.atomic():
        # The team before the invitation, as who invites locks them.
        Team.objects.select_for_update(of=("self",)).filter(
            invitations__token_fingerprint=fingerprint(token)
        ).first()
        with answering(TeamInvitation, token, accepted=True) as invitation:
            values = {"role": invitation.role}
            _, joined = Membership.objects.get_or_create(team=invitation.team, user=user, defaults=values)
            if joined:
                note(Deed.JOINED, team=invitation.team_id, role=A_ROLE[invitation.role])
            if joined and invitation.invited_by:
                with speaking_to(invitation.invited_by):
                    send(_joined(invitation, user), to=invitation.invited_by.email)
    return invitation.team


def _joined(invitation: TeamInvitation, user: User) -> Notice:
    team = said(invitation.team.name)
    line = gettext("%(person)s has joined the team %(team)s. Their role: %(role)s.") % {
        "person": inviter(user),
        "team": team,
        "role": _ROLES[Membership.Role(invitation.role)],
    }
    other = (
        (gettext("The invitation had gone to %(email)s.") % {"email": invitation.email},)
        if not is_for(invitation, user)
        else ()
    )
    return Notice(
        gettext("%(person)s joined %(team)s") % {"person": said(user.name), "team": team}, (line, *other)
    )


def decline_team(token: str) -> None:
    """Raises NotOpen."""
    with answering(TeamInvitation, token, accepted=False) as invitation:
        note(Deed.DECLINED, team=invitation.team_id, people={"person": (None, invitation.email)})
