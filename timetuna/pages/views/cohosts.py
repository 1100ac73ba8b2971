"""Who hosts a page, and below which team it stands: what the buttons of the editor's tab Booking do."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.invitations import NotInvited, NotOpen, take_back
from timetuna.accounts.passwords import too_often
from timetuna.accounts.permissions import signed_in
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.accounts.views.refused import as_refused
from timetuna.pages.actions.assign_page import NotAssigned, assign_page
from timetuna.pages.actions.invite_cohost import ask_again, invite_cohost
from timetuna.pages.forms.cohosts import AssignForm, CohostForm
from timetuna.pages.models import BookingPage, CohostInvitation
from timetuna.pages.permissions import (
    Action,
    colleagues_of,
    invitation_or_404,
    page_or_404,
    teams_to_assign,
)
from timetuna.pages.views.editor import show_booking_tab
from timetuna.pages.views.pages import post_or_back

UNPROCESSABLE = 422


def _back(page: BookingPage, place: str = "cohosts") -> HttpResponse:
    return HttpResponseRedirect(reverse("pages_booking", args=[page.pk], fragment=place))


@post_or_back
@login_required
def invite(request: HttpRequest, page_id: int) -> HttpResponse:
    """They take part once they have said yes."""
    page = page_or_404(request, page_id, to=Action.STAFF)
    form = CohostForm(page, list(colleagues_of(page)), request.POST)
    if not form.is_valid():
        return show_booking_tab(request, page, cohost_form=form, status=UNPROCESSABLE)
    try:
        invite_cohost(page, email=form.address(), by=signed_in(request))
    except NotInvited as error:
        form.add_error("email", f"{form.address()} {error}")
        return show_booking_tab(request, page, cohost_form=form, status=UNPROCESSABLE)
    except TooManyMails as error:
        form.add_error("email", too_often(str(error), error.seconds))
        return as_refused(show_booking_tab(request, page, cohost_form=form), form)
    messages.success(
        request,
        gettext("%(address)s gets a mail, and hosts this page once they say yes.")
        % {"address": form.address()},
    )
    return _back(page)


@post_or_back
@login_required
def again(request: HttpRequest, page_id: int, asked_id: int) -> HttpResponse:
    invitation = invitation_or_404(request, page_id, asked_id)
    return _change(
        request,
        invitation,
        lambda: ask_again(invitation, by=signed_in(request)),
        gettext("%(email)s gets the invitation again. The link in the former mail ends.")
        % {"email": invitation.email},
    )


@post_or_back
@login_required
def uninvite(request: HttpRequest, page_id: int, asked_id: int) -> HttpResponse:
    invitation = invitation_or_404(request, page_id, asked_id)
    return _change(
        request,
        invitation,
        lambda: take_back(invitation),
        gettext("The invitation to %(email)s is taken back. Its link has ended.")
        % {"email": invitation.email},
    )


def _change(
    request: HttpRequest, invitation: CohostInvitation, act: Callable[[], object], said: str
) -> HttpResponse:
    try:
        act()
    except NotOpen:
        messages.info(request, gettext("%(email)s has answered meanwhile.") % {"email": invitation.email})
    except TooManyMails as error:
        messages.error(request, too_often(str(error), error.seconds).messages[0])
    else:
        messages.success(request, said)
    return _back(invitation.page)


@post_or_back
@login_required
def assign(request: HttpRequest, page_id: int) -> HttpResponse:
    page = page_or_404(request, page_id, to=Action.ASSIGN)
    form = AssignForm(page, list(teams_to_assign(page, signed_in(request))), request.POST)
    if not form.is_valid():
        messages.error(request, gettext("This team is not there any more, or not yours. Choose another one."))
        return _back(page, "team")
    team = form.chosen()
    try:
        assign_page(page, team)
    except NotAssigned as error:
        messages.error(request, str(error))
        return _back(page, "team")
    said = [
        gettext("The page stands at %(address)s now, and links to where it was lead on.")
        % {"address": page.address().partition("://")[2]}
    ]
    if team:
        said.append(gettext("Everybody in %(team)s can change it.") % {"team": team.name})
    messages.success(request, " ".join(said))
    return _back(page, "team")
