"""A page that reminds by text, a guest who agrees to that, and what they get."""

import re
from datetime import timedelta

import time_machine

from tests.clock import present
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import set_reminders, tomorrow, work_off
from timetuna.bookings.tests.proving import filled, guest, open_form, post
from timetuna.bookings.tests.texting import KEPT, NUMBER
from timetuna.jobs.models import Job

ZONE = "Europe/Berlin"


def reminding(page, *texts, mails=(), phone="optional"):
    """Have the page ask for a number and remind by text so many minutes before the start."""
    page.phone = phone
    page.save()
    set_reminders(page, guest=mails)
    for minutes in texts:
        page.reminders.create(audience="guest", minutes=minutes, channel="text")
    return page


def mark(answer):
    """Return what the box stands for on the form, which has to be there and not be ticked."""
    [box] = re.findall(r'<input type="checkbox" name="texts"[^>]*>', answer.content.decode())
    assert "checked" not in box
    return re.search(r'value="(\w+)"', box)[1]


def agree(start=None, *, who=None, slug="intro", **changes):
    """Book with the box ticked; the answer."""
    who = who or guest()
    form = open_form(who, start or noon(), slug=slug, zone=ZONE)
    sent = {"phone": NUMBER, "phone_country": "DE", "zone": ZONE, "texts": mark(form)}
    return post(who, filled(form, **sent | changes), slug=slug)


def agreed(start=None, **changes):
    """Return the booking of somebody who has agreed, once its mails are out."""
    assert agree(start, **changes).status_code == 302
    work_off()
    return Booking.objects.latest("pk")


def noon(days=2):
    """Return a moment at which it is day in Berlin."""
    return tomorrow(11) + timedelta(days=days)


def reminders():
    return Job.objects.filter(name="bookings.reminder", state="waiting").order_by("run_at")


def let_them_come():
    """Let every reminder's moment come, one after the other."""
    for job in list(reminders()):
        with time_machine.travel(max(job.run_at, present()), tick=True):
            work_off()


def mailed(letters):
    """Return the reminders that went to the guest by mail."""
    return [one for one in letters if one["subject"].startswith("Reminder:") and "sam@" in one["to"]]


__all__ = ["KEPT", "NUMBER"]
