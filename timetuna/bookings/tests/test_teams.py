"""Microsoft Teams, and a calendar that gives events UIDs of its own: still one entry for each person."""

import pytest
from django.test import Client
from icalendar import Calendar

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.models import Conference
from timetuna.bookings.tests.conftest import make_page, order, tomorrow, work_off
from timetuna.bookings.tests.microsoft import Microsoft
from timetuna.calendars.models import CalendarEvent

pytestmark = pytest.mark.django_db(transaction=True)
GUEST, HOST = "sam@guest.example", "alice@host.example"


@pytest.fixture
def microsoft(running_sandbox, settings):
    running_sandbox.reset()
    microsoft = Microsoft(running_sandbox)
    microsoft.point_settings_here(settings)
    settings.RETRY_SECONDS = 10
    yield microsoft
    microsoft.control.close()


@pytest.fixture
def booking(alice, microsoft):
    microsoft.connect(Client(), alice)
    made = book(order(make_page(alice, kinds=(("teams", ""),)), kind="teams"), now=present())
    work_off()
    return made


def entries(microsoft, to):
    """Return UID and SEQUENCE of each invitation that somebody was mailed."""
    texts = [mail["ics"][0] for mail in microsoft.control.mail(to)]
    events = [Calendar.from_ical(text).walk("VEVENT")[0] for text in texts]
    return [(str(event["UID"]), int(event["SEQUENCE"])) for event in events]


def test_the_teams_link_comes_with_the_event(microsoft, booking):
    link = Conference.objects.get().join_url

    assert link.startswith("https://")
    assert all(link in microsoft.control.mail(to)[0]["text"] for to in (GUEST, HOST))
    assert len(microsoft.events()) == 1
    assert microsoft.control.violations() == []


def test_the_hosts_mails_carry_the_uid_of_the_event_for_life_and_the_guests_ours(microsoft, booking):
    outside = CalendarEvent.objects.get().ical_uid
    reschedule(booking.pk, start_minute=minute_of(tomorrow(14)), actor="guest", now=present())
    work_off()
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    assert outside != f"{booking.uid}@localhost"
    assert entries(microsoft, HOST) == [(outside, 0), (outside, 1), (outside, 2)]
    assert entries(microsoft, GUEST) == [(f"{booking.uid}@localhost", number) for number in range(3)]
    assert microsoft.events() == []


def test_mails_that_went_before_the_event_keep_our_uid(microsoft, alice):
    microsoft.connect(Client(), alice)
    made = book(order(make_page(alice)), now=present())
    microsoft.control.fault("microsoft_403")
    work_off()

    reschedule(made.pk, start_minute=minute_of(tomorrow(14)), actor="guest", now=present())
    work_off()

    assert {uid for uid, _ in entries(microsoft, HOST)} == {f"{made.uid}@localhost"}
    assert len(microsoft.events()) == 1
