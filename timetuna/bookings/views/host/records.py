"""What a host keeps of a booking: whether the guest came, notes of their own, and for how long who the guest was."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.actions.erase import erase, may_erase, of_the_same_guest
from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.actions.resend import resend
from timetuna.bookings.events import HOST
from timetuna.bookings.forms.host import NotesForm
from timetuna.bookings.permissions import BookingAction, booking_or_404, bookings_with
from timetuna.bookings.views.host.booking import done, post_or_back, show_booking
from timetuna.web.forms import INCOMPLETE
from timetuna.web.saving import save


@post_or_back
@login_required
def no_show(request: HttpRequest, booking_id: int) -> HttpResponse:
    """The button says which: that the guest did not come, or did."""
    row = booking_or_404(request, booking_id, to=BookingAction.KEEP)
    missed = {"yes": True, "no": False}.get(request.POST.get("missed", ""))
    if missed is None:
        return redirect("booking", row.pk)
    return done(request, row, partial(mark_no_show, row.pk, missed=missed, now=timezone.now()), "")


@post_or_back
@login_required
def notes(request: HttpRequest, booking_id: int) -> HttpResponse:
    row = booking_or_404(request, booking_id, to=BookingAction.READ)

    def build(data: Any, _files: Any) -> NotesForm:
        return NotesForm(
            booking_or_404(request, booking_id, to=BookingAction.READ), signed_in(request).pk, data
        )

    form = save(request, build)
    if not form.saved:
        return show_booking(request, row, notes_form=form, status=form.status())
    messages.success(request, gettext("Your notes are saved."))
    return HttpResponseRedirect(reverse("booking", args=[row.pk], fragment="notes"))


@post_or_back
@login_required
def send_again(request: HttpRequest, booking_id: int) -> HttpResponse:
    row = booking_or_404(request, booking_id, to=BookingAction.KEEP)
    act = partial(resend, row.pk, audience=request.POST.get("to", ""), now=timezone.now())
    return done(request, row, act, gettext("The mail is on its way again."), place="outside")


@post_or_back
@login_required
def erase_guest(request: HttpRequest, booking_id: int) -> HttpResponse:
    """In this booking or in all of theirs that are over."""
    row, now = booking_or_404(request, booking_id), timezone.now()
    if "all" not in request.POST:
        messages.error(request, str(INCOMPLETE))
        return redirect("booking", row.pk)
    same = of_the_same_guest(row, among=bookings_with(signed_in(request), to=BookingAction.CHANGE))
    rows = list(same) if request.POST["all"] else [row]
    due = [one for one in rows if may_erase(one, now=now)]
    for one in due:
        erase(one.pk, actor=HOST, now=now)
    if rows and not due:
        messages.error(
            request, gettext("This meeting is still to come. Cancel it first; then its guest can be erased.")
        )
    elif len(due) < len(rows):
        left = len(rows) - len(due)
        text = gettext("Erased in %(count)d. %(left)d still to come: cancel first what is not to take place.")
        messages.warning(request, text % {"count": len(due), "left": left})
    else:
        messages.success(request, gettext("Erased. The history keeps what happened, without who it was."))
    return redirect("booking", row.pk)
