"""What the tests of a booking's life have in common."""

from dataclasses import replace

from tests.clock import present
from tests.forms import forms_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.telling import audience_of, of_host
from timetuna.bookings.tests.conftest import order, tomorrow, work_off
from timetuna.bookings.tests.reading import message
from timetuna.jobs.models import Job
from timetuna.pages.models import BookingPage


def now():
    return present()


def rule(page, **columns):
    """Set the page's rules as its host does in the editor."""
    BookingPage.objects.filter(pk=page.pk).update(**columns)
    page.refresh_from_db()
    return page


def made(page, start=None, *, worked=True, others=(), **guest):
    """Book, or ask, as a guest does; then let the work be done."""
    asked = order(page, start or tomorrow(), kind=page.meeting_types.get().kind, **guest)
    booking = book(replace(asked, others=tuple(others)), now=now())
    if worked:
        work_off()
    booking.refresh_from_db()
    return booking


def kinds(booking):
    """Return the mails that were written down, as (kind, audience); who booked is "guest", the organizer "host"."""
    named = {audience_of(booking.booker): "guest", of_host(booking.host_id): "host"}
    mails = Job.objects.filter(concurrency=booking.concurrency_key(), name="bookings.mail").order_by("id")
    return [
        (job.arguments["kind"], named.get(job.arguments["audience"], job.arguments["audience"]))
        for job in mails
    ]


def events(booking):
    return [(entry.actor, entry.source, entry.event) for entry in booking.history.all()]


def subjects(zoom, to):
    return [message(mail)["Subject"] for mail in zoom.mails(to)]


def state(booking):
    return Booking.objects.values_list("status", flat=True).get(pk=booking.pk)


def write_notes(host, booking, text):
    """Write private notes on the booking's page, as its host does; return the answer."""
    page = host.get(f"/bookings/{booking.pk}").content.decode()
    [form] = [form for form in forms_of(page) if form.action.endswith("/notes")]
    return host.post(form.action, dict(form.with_values(notes=text)))
