"""Somebody goes from a team, or the team ends: pages go back to who owns them, and their links lead on."""

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.actions.change_role import LastOwner, RoleChanged
from timetuna.accounts.activity import Deed, note
from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.invitations import inviter, said
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.notices import Notice
from timetuna.accounts.queries import other_owners
from timetuna.l10n.lists import in_words, quoted
from timetuna.pages.actions.assign_page import assign_page
from timetuna.pages.models import BookingPage
from timetuna.web.forms import in_full


def leave_team(member: Membership, *, by: User) -> None:
    """Take somebody off their team, or let them go; the pages they own go with them. Raises LastOwner, RoleChanged.

    What they take part in on others' pages stays as it is.
    """
    with transaction.atomic():
        _lock_people([member.user_id])
        team = Team.objects.select_for_update().get(pk=member.team_id)
        stored = Membership.objects.select_related("user").filter(pk=member.pk).first()
        if stored is None or stored.role != member.role:
            raise RoleChanged
        if stored.role == Membership.Role.OWNER and not other_owners(team, stored.user_id).exists():
            raise LastOwner(team)
        back = _give_back(BookingPage.objects.filter(team=team, host=stored.user))
        stored.delete()
        own, person = by.pk == stored.user_id, {"person": (stored.user_id, stored.user.name)}
        note(Deed.LEFT_TEAM if own else Deed.TAKEN_OFF_TEAM, team=team.pk, people={} if own else person)
        if by.pk != stored.user_id:
            named = {"team": said(team.name), "person": inviter(by)}
            with speaking_to(stored.user):
                line = gettext("%(person)s has taken you off the team %(team)s.") % named
                subject = gettext("You are no longer in the team %(team)s") % named
                send(_parting(subject, line, back), to=stored.user.email)


def end_team(team: Team, *, by: User | None) -> None:
    """Delete it for everybody in it. by: None where its last person's account is being deleted."""
    with transaction.atomic():
        pages = BookingPage.objects.filter(team=team)
        _lock_people(pages.values_list("host_id", flat=True))
        team = Team.objects.select_for_update().get(pk=team.pk)
        back = _give_back(pages)
        for member in team.memberships.select_related("user"):
            if by is not None and member.user_id != by.pk:
                named = {"team": said(team.name), "person": inviter(by)}
                own = [page for page in back if page.host_id == member.user_id]
                with speaking_to(member.user):
                    line = gettext("%(person)s has deleted the team %(team)s on TimeTuna.") % named
                    subject = gettext("The team %(team)s is deleted") % named
                    send(_parting(subject, line, own), to=member.user.email)
        team.memberships.all().delete()
        team.invitations.all().delete()
        team.activity.filter(page=None).delete()
        team.activity.update(team=None)
        team.name, team.ended_at = "", timezone.now()
        team.save(update_fields=["name", "ended_at"])


def _lock_people(ids: Iterable[int]) -> None:
    """Before the team, as every save does: their pages' addresses change behind their own lock."""
    list(User.objects.select_for_update().filter(pk__in=set(ids)).order_by("pk"))


def _give_back(pages: Iterable[BookingPage]) -> list[BookingPage]:
    """Below their owners' own addresses, with another ending where that is taken there."""
    found = list(pages)
    for page in found:
        assign_page(page, None, any_slug=True)
    return found


def _parting(subject: str, line: str, back: list[BookingPage]) -> Notice:
    titles = in_words([quoted(said(page.title)) for page in back])
    text = [line]
    if back:
        own = gettext(
            "Those of its pages that you own are yours alone again: %(pages)s. Links to them lead on."
        )
        text.append(own % {"pages": titles})
    return Notice(subject, tuple(text), gettext("Your booking pages"), in_full(reverse("booking_pages")))
