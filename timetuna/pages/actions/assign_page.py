"""Puts a page below a team's address, or back below its owner's; where it was leads on."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.models import Membership, Team
from timetuna.pages.models import BookingPage
from timetuna.pages.slugs import free_slug, give_up, is_taken, lock_addresses


class NotAssigned(Exception):  # noqa: N818 - it names what happened
    """`str()` is a sentence."""


def assign_page(page: BookingPage, team: Team | None, *, any_slug: bool = False) -> None:
    """None: take it away from its team. Bookings, cohosts and settings stay.

    any_slug: where another page has or had the address there, this one gets another. Raises NotAssigned.
    """
    with transaction.atomic():
        lock_addresses(page.host_id, page.team_id, team.pk if team else None)
        row = BookingPage.objects.select_related("host", "team").get(pk=page.pk)
        if row.team_id != page.team_id:
            raise NotAssigned(gettext("Somebody has assigned this page meanwhile. Look at it again."))
        if team and not Membership.objects.filter(team=team, user=row.host_id).exists():
            names = {"host": row.host.name, "team": team.name}
            raise NotAssigned(gettext("%(host)s is not in %(team)s any more.") % names)
        if row.team_id != (team.pk if team else None):
            _move(row, team, any_slug=any_slug)
    page.team, page.slug = row.team, row.slug


def _move(row: BookingPage, team: Team | None, *, any_slug: bool) -> None:
    owner = team or row.host
    slug = free_slug(owner, row.slug, but_page=row.pk)
    if slug != row.slug and not any_slug:
        sentence = gettext(
            "Another page of %(name)s had the address %(path)s. Give this page another address first."
        )
        if is_taken(owner, row.slug, but_page=row.pk):
            sentence = gettext(
                "Another page of %(name)s has the address %(path)s. Give this page another address first."
            )
        raise NotAssigned(sentence % {"name": owner.name, "path": f"/{owner.handle}/{row.slug}"})
    left = row.team
    give_up(row, now=timezone.now())
    row.team, row.slug = team, slug
    row.save(update_fields=["team", "slug", "updated_at"])
    if left:
        note(Deed.TAKEN_AWAY, team=left.pk, page=row.pk, team_name=left.name)
    if team:
        note(Deed.ASSIGNED, team=team.pk, page=row.pk, team_name=team.name)
