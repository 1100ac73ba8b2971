"""Saying who is what in a team, which always has an owner."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.activity import A_ROLE, Deed, note
from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.invitations import said
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.notices import Notice
from timetuna.accounts.queries import other_owners
from timetuna.web.forms import in_full

Role = Membership.Role


class LastOwner(Exception):  # noqa: N818 - it says what is the matter
    """A team would have no owner any more who can sign in. `str()` is a sentence."""

    def __init__(self, team: Team) -> None:
        self.team = team
        super().__init__(
            gettext("%(name)s needs an owner. Make somebody else an owner of it first.") % {"name": team.name}
        )


class RoleChanged(Exception):  # noqa: N818 - it is what happened
    """Somebody else has changed it since it was shown, or has taken them off. `str()` is a sentence."""

    def __init__(self) -> None:
        super().__init__(gettext("Somebody else changed this meanwhile. Look at it again."))


def change_role(member: Membership, *, role: str) -> None:
    """From what `member` says. Raises LastOwner and RoleChanged."""
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=member.team_id)
        if member.role == Role.OWNER != role and not other_owners(team, member.user_id).exists():
            raise LastOwner(team)
        if not Membership.objects.filter(pk=member.pk, role=member.role).update(role=role):
            raise RoleChanged
        if role != member.role:
            person = {"person": (member.user_id, member.user.name)}
            note(Deed.ROLE_GIVEN, team=team.pk, people=person, role=A_ROLE[role])
        if role == Role.OWNER != member.role:
            with speaking_to(member.user):
                send(_owns(team), to=member.user.email)
    member.role = role


def hand_over_team(team: Team, *, by: User, to: Membership) -> None:
    """Make somebody in it an owner, and who was one an admin. Raises RoleChanged."""
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        change_role(to, role=Role.OWNER)
        change_role(Membership.objects.get(team=team, user=by), role=Role.ADMIN)


def _owns(team: Team) -> Notice:
    name = said(team.name)
    return Notice(
        gettext("You own the team %(name)s") % {"name": name},
        (
            gettext(
                "You are an owner of the team %(name)s from now on: you can do everything in it, "
                "and decide who else may."
            )
            % {"name": name},
        ),
        gettext("Look at the team"),
        in_full(reverse("team", args=[team.pk])),
    )
