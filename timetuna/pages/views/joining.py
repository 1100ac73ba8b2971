"""Where the link of an invitation to host a page leads."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.accounts.views.invitations import InvitationKind, InvitationWords, behind
from timetuna.calendars.account_status import calendar_lines
from timetuna.pages.actions.invite_cohost import MEANS, YOURS
from timetuna.pages.actions.join_page import decline_page, join_page
from timetuna.pages.models import BookingPage, CohostInvitation
from timetuna.pages.permissions import Action, rights_on


def _ask(row: CohostInvitation) -> InvitationWords:
    page, who = row.page, row.invited_by or row.page.host
    lines = (
        gettext("%(name)s (%(email)s) asks you to host meetings of “%(title)s”, which guests book on a page.")
        % {"name": who.name, "email": who.email, "title": page.title},
        str(MEANS[BookingPage.Staffing(page.staffing)]),
        str(YOURS),
    )
    return InvitationWords(
        gettext("Host “%(title)s”") % {"title": page.title}, lines, gettext("Host this page")
    )


def _inside(row: CohostInvitation, user: User) -> str:
    hosts = Action.OWN_PART in rights_on(row.page, user)
    return reverse("pages_calendars", args=[row.page_id]) if hosts else ""


def _accept(request: HttpRequest, token: str) -> str:
    """Whoever has no calendar connects one next."""
    host = signed_in(request)
    page = join_page(token, host).page
    if calendar_lines(host.pk, now=timezone.now()):
        messages.success(
            request,
            gettext("You host “%(title)s” now. These are your calendars for it.") % {"title": page.title},
        )
        return reverse("pages_calendars", args=[page.pk])
    messages.success(
        request,
        gettext("You host “%(title)s” now. Connect a calendar next: until then you count as busy.")
        % {"title": page.title},
    )
    return reverse("pages_connect", args=[page.pk])


invitation = behind(InvitationKind(CohostInvitation, _ask, _inside, _accept, decline_page))
