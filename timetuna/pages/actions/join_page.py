"""Answering an invitation to take part in a page's meetings."""

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.invitations import answering, inviter, is_for, said
from timetuna.accounts.models import User
from timetuna.accounts.notices import Notice
from timetuna.lib.crypto import fingerprint
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.calendar_use import telling
from timetuna.pages.models import BookingPage, CohostInvitation, PageHost
from timetuna.web.forms import in_full


def join_page(token: str, user: User) -> PageHost:
    """Let them take part from now on, in turn with the others; who took part before gets their row back, as it was.

    Who has no hours yet gets those that new pages begin with; who has no calendar is mailed what that means. Raises
    NotOpen.
    """
    with transaction.atomic():
        default_schedule(user)
        _lock_page(token)
        with answering(CohostInvitation, token, accepted=True) as invitation:
            row, joined = _take_part(invitation.page, user)
            if joined:
                note(Deed.HOSTS, **invitation.about())
            if joined and not telling(row).exists():
                with speaking_to(user):
                    send(_no_calendar(invitation.page), to=user.email)
            if joined and invitation.invited_by:
                with speaking_to(invitation.invited_by):
                    send(_accepted(invitation, user), to=invitation.invited_by.email)
    return row


def decline_page(token: str) -> None:
    """Raises NotOpen."""
    with transaction.atomic():
        _lock_page(token)
        with answering(CohostInvitation, token, accepted=False) as invitation:
            note(Deed.DECLINED, **invitation.about(), people={"person": (None, invitation.email)})


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
    row.active, row.joined_at, row.paused_until = True, timezone.now(), None
    row.save(update_fields=["active", "joined_at", "paused_until"])
    return row, True


def _no_calendar(page: BookingPage) -> Notice:
    named = {"page": said(page.title), "host": inviter(page.host)}
    lines = (
        gettext("You host “%(page)s” now, together with %(host)s.") % named,
        gettext(
            "No calendar says when you are busy. Others rely on your time there, so until you connect one you count as "
            "busy: nothing is booked with you."
        ),
        gettext("Nobody else who hosts the page sees which calendars you connect, nor what is in them."),
    )
    path = reverse("pages_connect", args=[page.pk])
    subject = gettext("Connect a calendar to host “%(page)s”") % named
    return Notice(subject, lines, gettext("Connect a calendar"), in_full(path))


def _accepted(invitation: CohostInvitation, user: User) -> Notice:
    page = invitation.page
    named = {"page": said(page.title), "person": inviter(user), "name": said(user.name)}
    lines = [gettext("%(person)s hosts “%(page)s” from now on.") % named]
    if not is_for(invitation, user):
        lines.append(gettext("The invitation had gone to %(email)s.") % {"email": invitation.email})
    path = reverse("pages_booking", args=[page.pk])
    subject = gettext("%(name)s hosts “%(page)s”") % named
    return Notice(subject, tuple(lines), gettext("Look at the page"), in_full(path))
