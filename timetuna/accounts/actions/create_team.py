"""Making a team."""

from django.db import transaction
from django.utils.translation import gettext

from timetuna.accounts.actions.take_handle import HandleTaken, lock_handle
from timetuna.accounts.activity import Deed, note
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.queries import handle_is_free

MOST = 50
"""Teams that one person owns."""


class TooManyTeams(Exception):  # noqa: N818 - it is what happened
    """Somebody owns as many teams as one person can. `str()` is a sentence."""


def create_team(owner: User, *, name: str, handle: str) -> Team:
    """Store cleaned values, with its first owner. Raises HandleTaken and TooManyTeams."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        if Membership.objects.filter(user=owner, role=Membership.Role.OWNER).count() >= MOST:
            raise TooManyTeams(
                gettext("One person can own %(most)s teams at most. Hand one over first.") % {"most": MOST}
            )
        lock_handle(handle)
        if not handle_is_free(handle):
            raise HandleTaken
        team = Team.objects.create(name=name, handle=handle)
        Membership.objects.create(team=team, user=owner, role=Membership.Role.OWNER)
        note(Deed.TEAM_MADE, team=team.pk)
    return team
