"""Answering an invitation to take part in a page's meetings."""

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from timetuna.accounts.emails import send
from timetuna.accounts.invitations import answering, inviter, is_for, said
from timetuna.accounts.models import User
from timetuna.accounts.notices import Notice
from timetuna.lib.crypto import fingerprint
from timetuna.pages.models import BookingPage, CohostInvitation, PageHost
from timetuna.web.forms import in_full


def join_page(token: str, user: User) -> PageHost:
    """Let them take part from now on, in turn with the others; who took part before gets their row back, as it was.

    Raises NotOpen.
    """
    with transaction.atomic():
        _lock_page(token)
        with answering(CohostInvitation, token, accepted=True) as invitation:
            row, joined = _take_part(invitation.page, user)
            if joined and invitation.invited_by:
                send(_accepted(invitation, user), to=invitation.invited_by.email)
    return row


def decline_page(token: str) -> None:
    """Raises NotOpen."""
    with transaction.atomic():
        _lock_page(token)
        with answering(CohostInvitation, token, accepted=False):
            pass


def _lock_page(token: str) -> None:
    # The page before the invitation, as who invites locks them.
    asked = BookingPage.objects.filter(invitations__token_fingerprint=fingerprint(token))
    asked.select_for_update(of=("self",)).first()


def _take_part(page: BookingPage, user: User) -> tuple[PageHost, bool]:
    """Their row, and whether they did not take part until now."""
    last = PageHost.objects.filter(page=page).aggregate(last=Max("position"))["last"]
    row, is_new = PageHost.objects.get_or_create(page=page, host=user, defaults={"position": (last or 0) + 1})
    if is_new or row.active:
        return row, is_new
    row.active, row.joined_at = True, timezone.now()
    row.save(update_fields=["active", "joined_at"])
    return row, True


def _accepted(invitation: CohostInvitation, user: User) -> Notice:
    page = invitation.page
    title = said(page.title)
    line = f"{inviter(user)} hosts “{title}” from now on."
    other = (f"The invitation had gone to {invitation.email}.",) if not is_for(invitation, user) else ()
    path = reverse("pages_booking", args=[page.pk])
    return Notice(f"{said(user.name)} hosts “{title}”", (line, *other), "Look at the page", in_full(path))
