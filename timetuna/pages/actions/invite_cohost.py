"""Asking somebody by mail to take part in a page's meetings."""

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
from timetuna.accounts.models import User
from timetuna.pages.models import BookingPage, CohostInvitation

MOST = 50
"""Hosts of a page and people asked to be one."""
MEANS = {
    BookingPage.Staffing.SOLO: "At the moment one host alone takes its meetings; that can change.",
    BookingPage.Staffing.ALL: "All its hosts meet the guest together, at times when all of them are free.",
    BookingPage.Staffing.ANY: "Its hosts take turns: you get your share of its meetings, at times when you are free.",
}
"""What hosting a page means, as it is staffed."""
YOURS = (
    "You choose yourself which of your calendars count, when you are open and when you take a break. "
    "Nobody else sees your calendars."
)


class NotAsked(Exception):  # noqa: N818 - it says what is the matter
    """`str()` is a sentence."""


def invite_cohost(page: BookingPage, *, email: str, by: User) -> CohostInvitation:
    """Store the invitation and enqueue its mail. An open one to this address is sent again.

    email: cleaned. Raises NotAsked and TooManyMails.
    """
    with transaction.atomic():
        page = _locked(page)
        if page.page_hosts.filter(active=True, host__email=email).exists():
            raise NotAsked(f"{email} hosts this page already.")
        waiting = CohostInvitation.objects.filter(page=page, answered_at=None)
        invitation = waiting.select_for_update().filter(email=email).first()
        if invitation is None and waiting.count() + page.page_hosts.filter(active=True).count() >= MOST:
            raise NotAsked(f"A page can have {MOST} hosts at most, those who are asked included.")
        count_invitation(by, of=f"page {page.pk}", email=email)
        invitation = invitation or CohostInvitation(page=page, email=email)
        invitation.page, invitation.invited_by = page, by
        _mail(invitation, issue(invitation))
    return invitation


def ask_again(invitation: CohostInvitation, *, by: User) -> None:
    """With a new link and two more weeks; the former link ends. Raises NotOpen and TooManyMails."""
    with transaction.atomic():
        token = reissue(invitation)
        count_invitation(by, of=f"page {invitation.page_id}", email=invitation.email)
        CohostInvitation.objects.filter(pk=invitation.pk).update(invited_by=by)
        invitation.invited_by = by
        _mail(invitation, token)


def _locked(page: BookingPage) -> BookingPage:
    return BookingPage.objects.select_for_update(of=("self",)).select_related("host").get(pk=page.pk)


def _mail(invitation: CohostInvitation, token: str) -> None:
    page = invitation.page
    title, asks = said(page.title), inviter(invitation.invited_by or page.host)
    lines = (
        f"{asks} asks you to host meetings of “{title}”, a booking page on TimeTuna.",
        MEANS[BookingPage.Staffing(page.staffing)],
        YOURS,
    )
    path = reverse("cohost_invitation", args=[token])
    mail_invitation(invitation, InvitationMail(f"Host “{title}” on TimeTuna", lines, path))
