"""Changing what a team is called."""

from django.db import transaction
from django.utils.translation import gettext_noop

from timetuna.accounts.actions.take_handle import take_handle
from timetuna.accounts.activity import Changed, Deed, note
from timetuna.accounts.models import Team


def change_team(team: Team, *, name: str, handle: str) -> None:
    """Store cleaned values. The handle that is given up leads on, and stays reserved for it. Raises HandleTaken."""
    with transaction.atomic():
        stored = Team.objects.select_for_update().get(pk=team.pk)
        changes = [
            Changed(gettext_noop("Name"), stored.name, name),
            Changed(gettext_noop("Public address"), stored.handle, handle),
        ]
        if handle != stored.handle:
            take_handle(stored, handle)
        stored.name = name
        stored.save(update_fields=["name", "handle"])
        if changed := [one for one in changes if one.before != one.after]:
            note(Deed.TEAM_CHANGED, team=team.pk, changes=changed)
    team.name, team.handle = name, handle
