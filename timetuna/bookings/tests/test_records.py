"""What hosts keep of a booking: who did not come, notes, mails sent again, the history as a file."""

import json
from datetime import timedelta

import pytest

from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.models import Booking, PrivateNotes
from timetuna.bookings.notifications.telling import audience_of, of_host
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow, work_off
from timetuna.bookings.tests.diary import now, put, rows_of, shown
from timetuna.bookings.tests.life import events, made, write_notes
from timetuna.bookings.tests.reading import GUEST, HOST, event, message
from timetuna.bookings.tests.test_further_guests import KIM
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


def past(alice, **columns):
    return put(alice, now() - timedelta(hours=3), **columns)


def test_a_guest_who_did_not_come_is_marked_and_unmarked(client, alice):
    booking = past(alice)

    client.post(f"/bookings/{booking.pk}/no-show", {"missed": "yes"})
    client.post(f"/bookings/{booking.pk}/no-show", {"missed": "yes"})
    assert "Did not come" in shown(client.get("/bookings?show=past"))
    assert "Did not come" in shown(client.get(f"/bookings/{booking.pk}"))
    assert rows_of(client.get("/bookings/export.csv?show=past"))[0]["Did not come"] == "yes"
    client.post(f"/bookings/{booking.pk}/no-show", {"missed": "no"})

    assert not Booking.objects.get().no_show
    assert [event_ for _, _, event_ in events(booking)] == ["booked", "no_show", "showed_up"]


@pytest.mark.parametrize("columns", [{}, {"cancelled_by": "guest"}])
def test_nobody_missed_what_is_to_come_or_was_cancelled(alice, columns):
    booking = put(alice, tomorrow(), **columns)

    with pytest.raises(NotPossible):
        mark_no_show(booking.pk, missed=True, now=now())
    assert not Booking.objects.get().no_show


def test_private_notes_are_the_hosts_alone(client, page, zoom):
    booking = made(page)
    write_notes(client, booking, "Owes me lunch\r\n<b>twice</b>")
    client.post(f"/bookings/{booking.pk}/resend", {"to": audience_of(booking.booker)})
    work_off()

    assert "Owes me lunch" in shown(client.get(f"/bookings/{booking.pk}"))
    assert "<b>twice" not in client.get(f"/bookings/{booking.pk}").content.decode()
    everything = [mail["raw"] for mail in zoom.mails()]
    everything += [
        client.get(f"{link_path(booking.booker)}{path}").content.decode()
        for path in ("", "/invite.ics", "/move")
    ]
    assert not [text for text in everything if "lunch" in text]
    assert "lunch" not in json.dumps(list(booking.history.values_list("text", "changes")))


def test_notes_that_are_too_long_come_back_as_they_were_typed(client, alice):
    booking = past(alice)

    answer = write_notes(client, booking, "n" * 5_001)

    assert answer.status_code == 422
    assert "n" * 5_001 in answer.content.decode()
    assert not PrivateNotes.objects.exists()


def test_a_mail_sent_again_is_the_same_invitation_in_another_mail(client, page, zoom):
    booking = made(page, others=[KIM])
    for to in (of_host(booking.host_id), *map(audience_of, booking.attendees.all())):
        client.post(f"/bookings/{booking.pk}/resend", {"to": to})
    work_off()

    for to in (GUEST, HOST, KIM.email):
        first, again = zoom.mails(to)
        assert message(first)["Message-ID"] != message(again)["Message-ID"]
        assert (event(first)["uid"], event(first)["sequence"]) == (
            event(again)["uid"],
            event(again)["sequence"],
        )
        assert message(first)["Subject"] == message(again)["Subject"]


def test_mails_are_sent_again_only_so_often(client, page):
    booking = made(page)
    for _ in range(3):
        client.post(f"/bookings/{booking.pk}/resend", {"to": audience_of(booking.booker)})

    answer = client.post(f"/bookings/{booking.pk}/resend", {"to": audience_of(booking.booker)}, follow=True)

    assert "3 times in an hour" in shown(answer)
    assert Job.objects.filter(arguments__kind="again").count() == 3


@pytest.mark.parametrize("to", ["", "guest", "attendee-999", "sam@guest.example", "everybody"])
def test_mails_go_to_nobody_else(client, page, to):
    booking = made(page)

    client.post(f"/bookings/{booking.pk}/resend", {"to": to})

    assert not Job.objects.filter(arguments__kind="again").exists()


def test_a_cancelled_booking_is_told_again_as_cancelled(client, page, zoom):
    booking = made(page)
    client.post(f"/bookings/{booking.pk}/cancel", {"note": ""})
    work_off()
    client.post(f"/bookings/{booking.pk}/resend", {"to": audience_of(booking.booker)})
    work_off()

    assert [event(mail)["status"] for mail in zoom.mails(GUEST)] == ["CONFIRMED", "CANCELLED", "CANCELLED"]


def test_the_history_is_a_file_with_old_and_new_values(client, page):
    booking = made(page)
    client.post(
        f"/bookings/{booking.pk}/move/confirm",
        {"note": "", "start": write_start(tomorrow(15)), "was": write_start(booking.start_at)},
    )
    client.post(f"/bookings/{booking.pk}/cancel", {"note": "I am ill"})

    answer = client.get(f"/bookings/{booking.pk}/history.json")

    told = answer.json()
    assert 'filename="booking-' in answer["Content-Disposition"]
    assert [(one["who"], one["from"], one["event"]) for one in told["history"] if one["who"] != "system"] == [
        ("guest", "link", "booked"),
        ("host", "host", "moved"),
        ("host", "host", "cancelled"),
    ]
    moved = next(one for one in told["history"] if one["event"] == "moved")
    assert moved["changes"] == {"start": {"old": tomorrow().isoformat(), "new": tomorrow(15).isoformat()}}
    page_text = shown(client.get(f"/bookings/{booking.pk}"))
    assert "By the guest’s link" in page_text
    assert "Status: confirmed → cancelled" in page_text


@pytest.mark.parametrize("path", ["no-show", "notes", "resend", "erase", "history.json"])
def test_strangers_find_nothing(client, alice, charlie, path):
    booking = past(alice)
    booking.notes.create(host=alice, text="Mine")
    client.force_login(charlie)

    assert client.post(
        f"/bookings/{booking.pk}/{path}", {"missed": "yes", "notes": "x", "to": "guest"}
    ).status_code in {404, 405}
    assert client.get(f"/bookings/{booking.pk}/{path}").status_code in {302, 404}
    booking.refresh_from_db()
    assert (booking.no_show, booking.notes.get().text, booking.erased_at) == (False, "Mine", None)


def test_words_with_a_cancellation_are_never_lost(client, page):
    booking = made(page)
    path, lines = f"/bookings/{booking.pk}/cancel", "I am ill.\r\n" * 27 + "x" * 30

    refused = client.post(path, {"note": "ill " * 90})
    assert (refused.status_code, "ill ill" in shown(refused)) == (422, True)
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    client.post(path, {"note": lines})

    booking.refresh_from_db()
    assert booking.status == "cancelled_by_host"
    assert booking.cancel_note == "I am ill. " * 27 + "x" * 30, "browsers count a line end as one character"


def test_a_text_that_fits_in_the_browser_fits_here(client, page):
    booking = made(page)
    write_notes(client, booking, "a\r\n" * 2_499 + "ab")

    assert booking.notes.get().text == "a\n" * 2_499 + "ab"


def test_erasing_all_twice_says_that_it_is_done(client, alice):
    booking = past(alice, mailbox="sam@guest.example")
    client.force_login(alice)

    for _ in range(2):
        answer = client.post(f"/bookings/{booking.pk}/erase", {"all": "yes"}, follow=True)
        assert "Erased. The history keeps what happened" in shown(answer)
