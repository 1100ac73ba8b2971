from datetime import timedelta

import pytest

from timetuna.bookings.events import SYSTEM, BookingEvent, record
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.kinds import KINDS
from timetuna.bookings.status.job import MARKED
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.diary import job, now, put, rows_of, shown


@pytest.fixture
def german(client, settings, alice):
    settings.HOST_LANGUAGES = ["en", "de"]
    alice.language = "de"
    alice.save(update_fields=["language"])
    client.force_login(alice)
    return alice


def told(client, booking):
    entries = client.get(f"/bookings/{booking.pk}").context["history"]
    return [(entry.who, entry.text) for entry in entries]


def test_a_booking_tells_its_history_in_its_readers_language_and_keeps_it_in_english(client, german):
    booking = put(german, tomorrow(), name="Ada")
    client.post(f"/bookings/{booking.pk}/cancel", {"note": "I am ill."})

    assert told(client, booking) == [
        ("Ada", "Vom Gast gebucht."),
        ("Sie", "Abgesagt. Nachricht: I am ill."),
    ]
    assert [entry.text for entry in booking.history.all()] == [
        "Booked by the guest.",
        "Cancelled. Note: I am ill.",
    ]
    assert "Sie haben diese Buchung abgesagt." in shown(client.get(f"/bookings/{booking.pk}"))


def test_the_times_of_a_move_are_written_anew(client, german):
    booking = put(german, tomorrow(), name="Ada")
    start, was = (
        moment.strftime("%Y-%m-%dT%H:%MZ")
        for moment in (booking.start_at + timedelta(days=1), booking.start_at)
    )
    client.post(
        f"/bookings/{booking.pk}/move/confirm", {"start": start, "was": was, "anyway": "yes", "note": ""}
    )

    who, text = told(client, Booking.objects.get())[-1]
    assert who == "Sie"
    assert text.startswith("Verschoben von ")
    assert " auf " in text
    assert text.endswith(" (Deutschland, Berlin).")
    assert booking.history.last().text.startswith("Moved from ")


def test_what_failed_outside_is_told_in_its_readers_language(client, german):
    booking = put(german, tomorrow())
    job(
        booking,
        state="failed",
        last_error="Which calendars there are is still being read.",
        finished_at=now(),
    )

    page = shown(client.get(f"/bookings/{booking.pk}"))

    assert "Welche Kalender es gibt, wird noch gelesen." in page
    assert "E-Mail an den Gast: Bestätigung" in page


def test_what_came_back_is_told_with_whom_and_why(client, german):
    booking = put(german, tomorrow())
    facts = {"reader": "the guest", "mail": "confirmation", "outcome": "came back: the mailbox is full"}
    record(booking, BookingEvent.MAIL_BOUNCED, actor=SYSTEM, **facts)

    assert told(client, booking)[-1] == (
        "TimeTuna",
        "Die E-Mail an den Gast (Bestätigung) kam zurück: das Postfach ist voll.",
    )


def test_every_kind_of_mail_is_marked_for_translation():
    assert {kind.label for kind in KINDS.values()} <= set(MARKED)


def test_a_file_of_bookings_is_in_its_readers_language_to_its_last_line(client, german):
    put(german, tomorrow(), name="Ada")
    put(german, tomorrow(12), name="Bo", no_show=True)
    put(german, tomorrow(14), name="Cy", cancelled_by="guest")

    first, second = rows_of(client.get("/bookings/export.csv?show=upcoming"))
    (cancelled,) = rows_of(client.get("/bookings/export.csv?show=cancelled"))

    assert first.keys() >= {"Beginn (UTC)", "Gast", "Art des Treffens", "Weitere Gäste", "Nicht erschienen"}
    assert [row["Status"] for row in (first, second, cancelled)] == ["Bestätigt", "Bestätigt", "Abgesagt"]
    assert (second["Nicht erschienen"], cancelled["Abgesagt von"]) == ("ja", "Gast")
