"""A page whose meetings two people hold together: whose time is asked, who is booked, and who sees it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.host_time import hold
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.models import BookingHost, Hold
from timetuna.bookings.permissions import bookings_for
from timetuna.bookings.slots.availability import SlotQuery, bookable, offered
from timetuna.bookings.tests.conftest import (
    make_page,
    open_always,
    order,
    set_reminders,
    staff,
    tomorrow,
    work_off,
)
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.google import PRIMARY
from timetuna.bookings.tests.life import write_notes
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.models import Job
from timetuna.l10n.datetimes import short_when, zone_or_utc
from timetuna.pages.models import HostRules, OutOfOffice, PageHost
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import Client as Visitor

pytestmark = pytest.mark.django_db(transaction=True)
TEAM = "casey@cohost.example"


@pytest.fixture
def both(alice, bob):
    """Return a page of alice's that bob hosts, too."""
    return together(make_page(alice), bob)


def together(page, *others):
    return staff(page, "all", *others)


def ask(page, **more):
    return SlotQuery(page=page_settings(page.pk), minutes=30, now=present(), **more)


def free(page, start=None):
    return bookable(ask(page), start_minute=minute_of(start or tomorrow()))


def seen_by(host):
    return list(bookings_for(host).values_list("pk", flat=True))


def test_a_time_is_free_when_it_is_for_both(alice, bob, both):
    assert free(both)

    book(order(make_page(bob)), now=present())

    assert not free(both)
    assert free(both, tomorrow(14))
    assert free(make_page(alice, slug="alone"))


def test_what_is_offered_is_what_both_have_and_what_can_be_booked(bob, both):
    book(order(make_page(bob)), now=present())
    first = minute_of(tomorrow(8))

    listed = offered(ask(both), span=(first, first + 480))

    assert minute_of(tomorrow(9)) in listed
    assert minute_of(tomorrow(10)) not in listed
    assert [
        start for start in range(first, first + 480, 15) if bookable(ask(both), start_minute=start)
    ] == listed


def test_hours_absences_and_caps_of_each_count(bob, both):
    bob.schedules.get().weekly_hours.all().delete()
    assert not free(both)

    bob.schedules.all().delete()
    open_always(bob)
    assert free(both)

    HostRules.objects.create(host=bob, cap_day=1)
    book(order(make_page(bob), tomorrow(15)), now=present())
    assert not free(both)

    HostRules.objects.update(cap_day=None)
    OutOfOffice.objects.create(host=bob, first=tomorrow().date(), last=tomorrow().date())
    assert not free(both)


def test_who_is_switched_off_or_not_there_leaves_no_time(alice, bob, both):
    bob.is_active = False
    bob.save()
    assert not free(both)

    PageHost.objects.all().delete()
    assert not free(both)


def test_both_are_booked_both_see_it_and_cancelling_frees_both(alice, bob, charlie, both):
    booking = book(order(both), now=present())

    rows = booking.booking_hosts.order_by("host")
    assert list(rows.values_list("host", flat=True)) == sorted([alice.pk, bob.pk])
    assert booking.host == alice
    assert (seen_by(alice), seen_by(bob), seen_by(charlie)) == ([booking.pk], [booking.pk], [])
    assert not free(make_page(bob))

    reschedule(booking.pk, start_minute=minute_of(tomorrow(14)), actor="guest", now=present())
    assert set(rows.values_list("start_minute", flat=True)) == {minute_of(tomorrow(14))}
    assert free(both)

    cancel(booking.pk, actor="guest", note_text="", now=present())
    assert set(rows.values_list("active", flat=True)) == {False}
    assert free(both, tomorrow(14))


def test_the_pages_of_a_host_show_what_they_take_part_in(bob, charlie, both):
    booking = book(order(both), now=present())
    teammate, stranger = Client(), Client()
    teammate.force_login(bob)
    stranger.force_login(charlie)

    for path in ("/bookings", "/bookings/agenda", "/bookings/export.csv"):
        answers = [
            client.get(path, {"date": tomorrow().date().isoformat()}) for client in (teammate, stranger)
        ]
        texts = [(b"".join(one) if one.streaming else one.content).decode() for one in answers]
        assert ["Sam Guest" in text for text in texts] == [True, False]
    path = f"/bookings/{booking.pk}"
    assert (teammate.get(path).status_code, stranger.get(path).status_code) == (200, 404)
    assert teammate.post(f"{path}/cancel", {"note": ""}).status_code == 404, "who leads a group meeting does"
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_what_each_writes_down_and_whose_calendar_it_is_stays_theirs(alice, bob, both):
    booking = book(order(both), now=present())
    record(booking, "event_written", "Into Work of Alice", by=alice)
    owner, teammate = Client(), Client()
    owner.force_login(alice)
    teammate.force_login(bob)
    path = f"/bookings/{booking.pk}"
    for client, words in ((owner, "Alice owes lunch"), (teammate, "Bob saw her before")):
        assert write_notes(client, booking, words).status_code == 302

    texts = {
        client: [
            shown(client.get(path)),
            client.get(f"{path}/history.json").content.decode(),
            b"".join(client.get("/bookings/export.csv")).decode(),
        ]
        for client in (owner, teammate)
    }

    assert ["Alice owes lunch" in text for text in texts[owner]] == [True, False, True]
    assert ["Bob saw her before" in text for text in texts[teammate]] == [True, False, True]
    assert not [text for text in texts[owner] if "saw her before" in text]
    assert not [text for text in texts[teammate] if "owes lunch" in text or "Work of Alice" in text]
    assert "Work of Alice" in texts[owner][0]
    assert "Work of Alice" in texts[owner][1]
    assert "<bdi>Alice Host</bdi></strong> <bdi>Changed the private notes." in texts[teammate][0]
    assert "<bdi>You</bdi></strong> <bdi>Changed the private notes." in texts[teammate][0]


def record(booking, event, text, *, by):
    booking.history.create(actor="system", event=event, text=text, host=by)


def test_the_owner_is_told_that_a_cohost_is_booked_and_not_with_whom(alice, bob, both):
    book(order(make_page(bob), name="Kim Secret"), now=present())
    owner = Client()
    owner.force_login(alice)
    local = tomorrow().astimezone(zone_or_utc("Europe/Berlin"))
    asked = {"date": local.date().isoformat(), "time": f"{local:%H:%M}", "duration": "30"}

    text = shown(owner.get(f"/booking-pages/{both.pk}/why", asked))

    assert "Busy then." in text
    assert "Kim Secret" not in text


def test_only_the_owner_changes_the_page(alice, bob, both):
    codes = []
    for host in (alice, bob):
        client = Client()
        client.force_login(host)
        path = f"/booking-pages/{both.pk}/booking"
        codes.append((client.get(path).status_code, client.post(path).status_code))

    assert codes == [(200, 422), (200, 404)]


def test_a_held_time_is_held_for_both_and_counts_once(bob, both):
    visitor = Visitor(fingerprint="a", network="b", visit="c")
    page = page_settings(both.pk)
    query = SlotQuery(page=page, minutes=30, now=present(), client=visitor)

    token = hold(query, start_minute=minute_of(tomorrow()))

    assert token
    assert Hold.objects.count() == 2
    assert not free(make_page(bob))
    own = SlotQuery(page=page, minutes=30, now=present(), client=visitor, hold=token)
    assert bookable(own, start_minute=minute_of(tomorrow()))
    assert hold(query, start_minute=minute_of(tomorrow(14)))
    assert Hold.objects.filter(expires_at__gt=present()).count() == 2


def test_each_has_an_event_of_their_own_for_its_whole_life(alice, bob, both, google):
    google.connect(Client(), alice)
    google.connect(Client(), bob, account="casey")

    booking = book(order(both), now=present())
    work_off()
    events = [google.events(calendar) for calendar in (PRIMARY, TEAM)]
    assert [len(found) for found in events] == [1, 1]
    assert {found[0]["summary"] for found in events} == {"Intro call: Sam Guest, Alice Host and Bob Teammate"}
    assert CalendarEvent.objects.filter(booking_uid=booking.uid, state="written").count() == 2

    assert set(booking.history.filter(event="event_written").values_list("text", flat=True)) == {
        f"The event was written into the calendar of {host.name}." for host in (alice, bob)
    }

    reschedule(booking.pk, start_minute=minute_of(tomorrow(14)), actor="guest", now=present())
    work_off()
    moved = [google.events(calendar) for calendar in (PRIMARY, TEAM)]
    assert [[one["id"] for one in found] for found in moved] == [
        [one["id"] for one in found] for found in events
    ]
    assert {found[0]["start"]["dateTime"] for found in moved} != {
        found[0]["start"]["dateTime"] for found in events
    }

    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()
    assert [google.events(calendar) for calendar in (PRIMARY, TEAM)] == [[], []]
    assert google.control.violations() == []


def test_one_whose_calendar_fails_keeps_the_other_from_nothing(alice, bob, both, google):
    google.connect(Client(), alice)
    account = google.connect(Client(), bob, account="casey")
    account.delete()
    google.connect(Client(), bob, account="casey")
    booking = book(order(both), now=present())
    bob.calendar_accounts.update(needs_reconnect=True)
    CalendarEvent.objects.create(
        booking_uid=booking.uid,
        host=bob,
        provider="google",
        account_fingerprint="gone",
        outside_calendar=TEAM,
    )
    work_off()

    assert len(google.events(PRIMARY)) == 1
    assert google.events(TEAM) == []


def test_pages_with_the_same_hosts_in_opposite_order_never_wait_for_each_other(alice, bob):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all")
    pages = [together(make_page(alice), bob), together(make_page(bob), alice)]
    PageHost.objects.filter(page=pages[1], host=alice).update(position=0)
    PageHost.objects.filter(page=pages[1], host=bob).update(position=1)
    barrier = Barrier(2)

    def rush(page, hour):
        barrier.wait()
        try:
            return book(
                order(page, tomorrow(hour), email=f"{page.pk}-{hour}@guest.example"), now=present()
            ).pk
        except SlotTaken:
            return None
        finally:
            connection.close()

    for hour in range(6, 20):
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda page, at=hour: rush(page, at), pages))
        assert found.count(None) == 1

    assert BookingHost.objects.count() == 2 * 14


def test_each_gets_mails_of_their_own_by_their_own_clock(alice, bob, both, google):
    schedule = bob.schedules.get()
    schedule.time_zone = "America/New_York"
    schedule.save()
    set_reminders(both, host=[60])
    booking = book(order(both, name="Kim Guest"), now=present())
    work_off()

    mails = {name: google.control.mail(f"{name}@host.example") for name in ("alice", "bob")}
    zones = {"alice": "Europe/Berlin", "bob": "America/New_York"}
    for name, zone in zones.items():
        [mail] = mails[name]
        assert short_when(tomorrow(), zone=zone_or_utc(zone)) in mail["subject"]
        assert mail["ics"][0].count("ATTENDEE") == 3
    reminded = Job.objects.filter(name="bookings.reminder").values_list("arguments__audience", flat=True)
    assert set(reminded) == {f"host-{host.pk}" for host in (alice, bob)}

    cancel(booking.pk, actor="host", note_text="", now=present())
    work_off()
    texts = [google.control.mail(f"{name}@host.example")[-1]["text"] for name in zones]
    assert all("One of its hosts cancelled it." in text for text in texts)
