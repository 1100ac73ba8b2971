"""Whether somebody takes part: who does not is signed out everywhere and cannot be booked; all of theirs stays."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction

from timetuna.accounts.actions.change_role import LastOwner
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.queries import teams_held_by


def set_active(user: User, *, active: bool) -> bool:
    """Switch the account on or off, and return whether that changed anything. Sessions do not come back with it.

    Raises LastOwner where a team with others in it would have no owner who can sign in.
    """
    with transaction.atomic():
        if not active:
            keep_owners(user)
        changed = User.objects.filter(pk=user.pk).exclude(is_active=active).update(is_active=active)
        if not active:
            forget_sessions(user)
    return bool(changed)


def keep_owners(user: User) -> None:
    """Lock their teams, in the caller's transaction. Raises LastOwner where one cannot do without them."""
    mine = Membership.objects.filter(user=user, role=Membership.Role.OWNER)
    list(Team.objects.select_for_update().filter(pk__in=mine.values("team")).order_by("pk"))
    for team in teams_held_by(user):
        raise LastOwner(team)


def forget_sessions(user: User) -> int:
    """End the host's sessions, on whatever device; return how many. Every session is looked into for that."""
    mine = [
        row.pk for row in Session.objects.iterator() if row.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    return Session.objects.filter(pk__in=mine).delete()[0]
