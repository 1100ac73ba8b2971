"""Who may see and change booking pages, and the hours that they share."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.pages.models import BookingPage, Schedule
from timetuna.pages.queries import whole


def pages_for(user: User) -> QuerySet[BookingPage]:
    """Those they own."""
    return BookingPage.objects.filter(host=user)


def schedules_for(user: User) -> QuerySet[Schedule]:
    """The shared ones: a page's own hours are changed with the page."""
    return Schedule.objects.filter(host=user, page=None)


def page_or_404(request: HttpRequest, page_id: int) -> BookingPage:
    """With all its rows. Raises Http404 for who may not see it."""
    return get_object_or_404(whole(pages_for(signed_in(request))), pk=page_id)


def schedule_or_404(request: HttpRequest, schedule_id: int) -> Schedule:
    """Shared hours. Raises Http404 for who may not see them."""
    return get_object_or_404(schedules_for(signed_in(request)), pk=schedule_id)
