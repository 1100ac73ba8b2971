"""Asking somebody by mail to take part in a page's meetings."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.activity import Deed
from timetuna.accounts.invitations import Asked, InvitationMail, invite, invite_again, inviter, said
from timetuna.accounts.models import Membership, User
from timetuna.pages.models import BookingPage, CohostInvitation

MOST = 50
"""Hosts of a page and people asked to be one."""
MEANS = {
    BookingPage.Staffing.SOLO: gettext_lazy(
        "At the moment one host alone takes its meetings; that can change."
    ),
    BookingPage.Staffing.ALL: gettext_lazy(
        "All its hosts meet the guest together, at times when all of them are free."
    ),
    BookingPage.Staffing.ANY: gettext_lazy(
        "Its hosts take turns: you get your share of its meetings, at times when you are free."
    ),
}
"""What hosting a page means, as it is staffed."""
YOURS = gettext_lazy(
    "You choose yourself which of your calendars count, when you are open and when you take a break. "
    "Nobody else sees your calendars."
)


def invite_cohost(page: BookingPage, *, email: str, by: User) -> CohostInvitation:
    """Store the invitation and enqueue its mail. An open one to this address is sent again.

    email: cleaned. Raises NotInvited and TooManyMails.
    """
    with transaction.atomic():
        rows = BookingPage.objects.select_for_update(of=("self",)).select_related("host")
        page = rows.get(pk=page.pk)
        asked = _asked(page)
        invitation = asked.open_one(email) or CohostInvitation(email=email)
        invitation.page = page
        return invite(invitation, asked, by=by)


def ask_again(invitation: CohostInvitation, *, by: User) -> None:
    """With a new link and two more weeks; the former link ends. Raises NotOpen and TooManyMails."""
    invite_again(invitation, _asked(invitation.page), by=by)


def _asked(page: BookingPage) -> Asked[CohostInvitation]:
    return Asked(
        name=f"page {page.pk}",
        rows=CohostInvitation.objects.filter(page=page),
        people=User.objects.filter(page_hosts__page=page, page_hosts__active=True),
        colleagues=User.objects.filter(memberships__in=Membership.objects.filter(team=page.team_id)),
        most=MOST,
        there=gettext("hosts this page already."),
        full=gettext("has no place: a page can have %(most)s hosts at most, those who are asked included.")
        % {"most": MOST},
        mail=_mail,
        deed=Deed.ASKED,
    )


def _mail(invitation: CohostInvitation, token: str) -> InvitationMail:
    page = invitation.page
    named = {"page": said(page.title), "asks": inviter(invitation.invited_by or page.host)}
    lines = (
        gettext("%(asks)s asks you to host meetings of “%(page)s”, a booking page on TimeTuna.") % named,
        str(MEANS[BookingPage.Staffing(page.staffing)]),
        str(YOURS),
    )
    path = reverse("cohost_invitation", args=[token])
    return InvitationMail(gettext("Host “%(page)s” on TimeTuna") % named, lines, path)
