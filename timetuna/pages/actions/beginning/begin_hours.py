"""A new host has said when they can be booked: their hours, their clock, and a page that has them."""

from django.db import transaction

from timetuna.accounts.models import User
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.actions.save_profile import save_profile
from timetuna.pages.models import BookingPage, Schedule


def begin_hours(host: User, time_zone: str) -> Schedule:
    """Return the schedule to store them in; the first one is made, and takes the host's own clock along.

    Whoever has no page gets one, once.
    """
    with transaction.atomic():
        known = User.objects.select_for_update().get(pk=host.pk)
        if not Schedule.objects.filter(host=host, page=None).exists() and known.time_zone != time_zone:
            save_profile(known, name=known.name, handle=known.handle, time_zone=time_zone, role=known.role)
            known.time_zone = time_zone
        schedule = default_schedule(known)
        if not BookingPage.objects.filter(host=host, team=None).exists():
            create_page(known)
    return schedule
