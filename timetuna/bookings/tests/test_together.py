"""A host cancels what came from one source in one go, and may take that back; only confirmed guests hear of it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.erase import erase, forget_sources
from timetuna.bookings.fulfilment.reconcile import reconcile
from timetuna.bookings.models import Booking, BookingHost, Conference, UnusualBookings
from timetuna.bookings.notifications.queue import enqueue_mails
from timetuna.bookings.tests.conftest import make_page, order, tomorrow, work_off
from timetuna.bookings.tests.diary import put, put_attendee
from timetuna.bookings.tests.proving import THERE, guest, made, network, open_form
from timetuna.jobs.models import Job

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("letters"),
    pytest.mark.matrix(of="file"),
]


@pytest.fixture
def host(alice):
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def many(page):
    """Five bookings from one network, the last one's guest confirmed, and one from elsewhere."""
    made(page, 4, email="stranger@example.org")
    made(page, 1, email="kim@guest.example", confirmed=True)
    made(page, 1, address=THERE, name="From Elsewhere")
    return list(Booking.objects.order_by("pk"))


def source_of(booking):
    return f"/bookings/{booking.pk}/source"


def ticked(answer):
    return [row.booking.pk for row in answer.context["rows"] if row.ticked]


def cancelled():
    return set(Booking.objects.filter(status="cancelled_by_host").values_list("pk", flat=True))


def test_a_booking_leads_to_those_from_the_same_source(host, many):
    text = host.get(f"/bookings/{many[0].pk}").content.decode()
    listed = host.get("/bookings").content.decode()

    assert f'<a href="{source_of(many[0])}">4 more bookings from the same source</a>' in " ".join(
        text.split()
    )
    assert listed.count("5 bookings from this source") == 5
    assert source_of(many[5]) not in listed


def test_the_preview_ticks_those_without_a_confirmed_address(host, many):
    answer = host.get(source_of(many[0]))

    assert [row.booking for row in answer.context["rows"]] == many[:5]
    assert ticked(answer) == [row.pk for row in many[:4]]
    assert ticked(host.get(source_of(many[0]) + "?select=all")) == [row.pk for row in many[:5]]
    assert ticked(host.get(source_of(many[0]) + "?select=none")) == []
    assert "198.51.100" not in answer.content.decode()
    assert many[0].source_network not in answer.content.decode()


def test_what_is_ticked_is_cancelled_and_only_confirmed_guests_hear_of_it(host, many, letters):
    put_attendee(many[0], email="ann@other.example")
    picked = [many[0].pk, many[1].pk, many[4].pk]

    answer = host.post(source_of(many[0]), {"booking": picked}, follow=True)

    work_off()
    assert cancelled() == set(picked)
    assert not BookingHost.objects.filter(booking__in=picked, active=True).exists()
    assert [letter["to"] for letter in letters] == ["Guest 0 <kim@guest.example>"]
    assert "3 bookings are cancelled. The times are free again." in answer.content.decode()
    assert [entry.text for entry in many[0].history.filter(event="cancelled")] == ["Cancelled."]


def test_the_silence_is_not_mended_a_day_later(host, many, letters):
    host.post(source_of(many[0]), {"booking": [many[0].pk]})

    with time_machine.travel(present() + timedelta(days=1, hours=1), tick=False):
        reconcile(now=present())
        work_off()

    assert not [letter for letter in letters if "Guest 0 <stranger" in letter["to"]]


def test_mails_that_still_wait_are_dropped(host, page, letters):
    booking = put(page.host, tomorrow(), page=page, source_network=network(), email="stranger@example.org")
    enqueue_mails(booking, kind="confirmed")
    host.post(source_of(booking), {"booking": [booking.pk]})
    work_off()

    assert letters == []


def test_the_freed_times_are_offered_again(host, page, many):
    assert open_form(guest(THERE), many[0].start_at).status_code == 409

    host.post(source_of(many[0]), {"booking": [many[0].pk]})

    assert open_form(guest(THERE), many[0].start_at).status_code == 200


def test_undo_brings_back_what_is_still_free(host, page, many, letters):
    for row in many[:5]:
        enqueue_mails(row, kind="confirmed")
    work_off()
    host.post(source_of(many[0]), {"booking": [row.pk for row in many[:5]]})
    put(page.host, many[1].start_at, page=page, name="Faster")
    work_off()
    letters.clear()

    answer = host.post(source_of(many[0]), {"undo": "1"}, follow=True)

    work_off()
    text = answer.content.decode()
    assert cancelled() == {many[1].pk}
    assert BookingHost.objects.filter(booking=many[0], active=True).exists()
    assert "4 bookings are back as before." in text
    assert "1 booking stayed cancelled: the time is taken by now, or over." in text
    assert {letter["to"] for letter in letters} == {"Guest 0 <kim@guest.example>"}
    assert many[0].history.last().text == "Took the cancellation back."
    assert host.post(source_of(many[0]), {"undo": "1"}).status_code == 302
    assert undo_buttons(answer) == {}


def test_undo_ends_after_half_an_hour(host, many):
    host.post(source_of(many[0]), {"booking": [many[0].pk]})

    with time_machine.travel(present() + timedelta(minutes=31), tick=False):
        host.post(source_of(many[0]), {"undo": "1"})

    assert cancelled() == {many[0].pk}


def undo_buttons(answer):
    """Return what the buttons say, as it is read, and what each sends."""
    found = re.findall(
        r'name="undo"\s+value="([^"]+)"[^>]*>(.*?)</button>', answer.content.decode(), re.DOTALL
    )
    return {" ".join(re.sub(r"<[^>]+>", "", text).split()): value for value, text in found}


def in_turn(host, many, *batches):
    """Cancel each batch ten minutes after the one before, and return the moment after the last."""
    began = present()
    for number, rows in enumerate(batches):
        with time_machine.travel(began + timedelta(minutes=10 * number), tick=False):
            host.post(source_of(many[0]), {"booking": [row.pk for row in rows]})
    return began + timedelta(minutes=10 * len(batches))


def test_a_second_cancelling_leaves_the_first_one_undoable(host, many):
    with time_machine.travel(in_turn(host, many, many[:2], many[2:5]), tick=False):
        answer = host.get(source_of(many[0]))
        words = " ".join(answer.content.decode().split())
        assert "2 bookings were cancelled at" in words
        assert "3 bookings were cancelled at" in words
        undone = host.post(source_of(many[0]), {"undo": undo_buttons(answer)["Undo all 5"]}, follow=True)

    assert "5 bookings are back as before." in undone.content.decode()
    assert cancelled() == set()


def test_each_batch_is_undone_by_itself(host, many):
    with time_machine.travel(in_turn(host, many, many[:2], many[2:3]), tick=False):
        first, second, _ = undo_buttons(host.get(source_of(many[0]))).values()
        host.post(source_of(many[0]), {"undo": first})
        assert cancelled() == {many[2].pk}
        again = host.post(source_of(many[0]), {"undo": first}, follow=True)
        assert "Nothing was brought back" in again.content.decode()
        host.post(source_of(many[0]), {"undo": second})

    assert cancelled() == set()


def test_each_batch_has_a_half_hour_of_its_own(host, many):
    after = in_turn(host, many, many[:2], many[2:3])

    with time_machine.travel(after + timedelta(minutes=15), tick=False):
        assert len(undo_buttons(host.get(source_of(many[0])))) == 1
        host.post(source_of(many[0]), {"undo": "1"})

    assert cancelled() == {row.pk for row in many[:2]}


@pytest.mark.parametrize("deleted", [False, True])
def test_undo_makes_the_meeting_anew_where_it_was_deleted_outside(host, alice, zoom, deleted):
    zoom.control.app(extra_scopes=["meeting:delete:meeting"] if deleted else [])
    zoom.connect(host, alice)
    booking = book(order(make_page(alice, kinds=(("zoom", ""),)), kind="zoom"), now=present())
    Booking.objects.filter(pk=booking.pk).update(source_network=network())
    booking.attendees.update(confirmed=True)
    work_off()
    before = Conference.objects.get(booking=booking).join_url

    host.post(source_of(booking), {"booking": [booking.pk]})
    work_off()
    host.post(source_of(booking), {"undo": "1"})
    work_off()

    conference = Conference.objects.get(booking=booking)
    assert conference.state == Conference.State.READY
    assert (conference.join_url == before) != deleted
    assert not Job.objects.exclude(state="done").exclude(run_at__gt=present()).exists()


def test_undo_writes_the_event_anew(host, alice, google):
    google.connect(host, alice)
    booking = book(order(make_page(alice)), now=present())
    Booking.objects.filter(pk=booking.pk).update(source_network=network())
    work_off()
    assert len(google.events()) == 1

    host.post(source_of(booking), {"booking": [booking.pk]})
    work_off()
    assert google.events() == []
    host.post(source_of(booking), {"undo": "1"})
    work_off()

    assert len(google.events()) == 1


def test_requests_are_declined_and_restored(host, page, letters):
    request = put(
        page.host, tomorrow(), page=page, source_network=network(), status="pending",
        pending_until=present() + timedelta(hours=5), confirmed=True,
    )  # fmt: skip

    host.post(source_of(request), {"booking": [request.pk]})
    request.refresh_from_db()
    assert request.status == "declined"
    work_off()
    assert [letter["to"] for letter in letters] == ["Sam Guest <sam@guest.example>"]
    host.post(source_of(request), {"undo": "1"})
    request.refresh_from_db()
    assert request.status == "pending"


def test_nobody_cancels_what_is_not_theirs_or_not_shown(host, many, charlie):
    others = put(charlie, tomorrow(), source_network=many[0].source_network)
    stranger = Client()
    stranger.force_login(charlie)

    host.post(source_of(many[0]), {"booking": [others.pk, many[5].pk, "x", "9" * 30]})
    answer = stranger.post(source_of(many[0]), {"booking": [many[0].pk]})

    assert answer.status_code == 404
    assert cancelled() == set()


def test_what_was_booked_while_it_was_unusual_is_shown_together(host, page, many):
    row = UnusualBookings.objects.create(
        page=page, began_at=present() - timedelta(minutes=2), last_at=present(), asked=7
    )
    made(page, 1, ago=timedelta(hours=2), name="Long before")

    answer = host.get(f"/bookings/unusual/{row.pk}")

    assert [shown.booking for shown in answer.context["rows"]] == many
    assert "At least 7 times somebody was asked for a proof." in answer.content.decode()
    host.post(f"/bookings/unusual/{row.pk}", {"booking": [many[5].pk]})
    assert cancelled() == {many[5].pk}


def test_where_a_booking_came_from_is_forgotten(host, many):
    Booking.objects.filter(pk=many[0].pk).update(created_at=present() - timedelta(days=15))
    Booking.objects.filter(pk=many[1].pk).update(status="cancelled_by_host")
    erase(many[1].pk, actor="host", now=present())

    forget_sources(now=present())

    assert [bool(row.source_network) for row in Booking.objects.order_by("pk")] == [False] * 2 + [True] * 4
    assert host.get(source_of(many[0])).status_code == 404
