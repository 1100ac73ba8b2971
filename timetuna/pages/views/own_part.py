"""What a host does about their own part in a page: pausing it, and coming back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.pages.actions.pause import pause
from timetuna.pages.calendar_impact import pause_sentence
from timetuna.pages.forms.own_part import PauseForm
from timetuna.pages.permissions import own_part_or_404


@login_required
def set_pause(request: HttpRequest, page_id: int) -> HttpResponse:
    """A GET, as after signing in again, leads to where it is asked."""
    row = own_part_or_404(request, page_id)
    form = PauseForm(row, request.POST)
    if request.method == "POST" and form.is_valid():
        until = form.last_day()
        pause(row, until)
        said = gettext("You take part in “%(title)s” again.") % {"title": row.page.title}
        if until is not None:
            paused = pause_sentence(until, row.host, now=timezone.now())
            said = f"{paused}. {gettext('Meetings that are booked stay.')}"
        messages.success(request, said)
    elif request.method == "POST":
        messages.error(request, str(next(iter(form.errors.get("until", [gettext("Nothing was changed.")])))))
    return redirect("pages_your_part", row.page_id)
