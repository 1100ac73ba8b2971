"""A guest whose browser prefers German: every page, error and mail is in German, and nothing is left in English."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.forms.book import new_key
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.kinds import AGAIN, KINDS
from timetuna.bookings.notifications.kinds.money import KINDS as OF_MONEY
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, order, tomorrow, work_off
from timetuna.bookings.tests.diary import put_attendee, put_payment
from timetuna.bookings.tests.leftovers import Seen, leftovers
from timetuna.l10n import datetimes
from timetuna.pages.models import BookingPage, OutOfOffice

pytestmark = pytest.mark.django_db
TO_FURTHER = ("confirmed", "link", "moved", "cancelled", "uninvited", "reminder", "follow_up", "new_host")


@pytest.fixture
def lena():
    return Client(REMOTE_ADDR="192.0.2.9", headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"})


@pytest.fixture
def booking(page):
    return made(page)


def made(page, *, others=(), **more):
    asked = order(page, kind=page.meeting_types.get().kind, name="Lena Gast", language="de", **more)
    return book(replace(asked, others=tuple(others)), now=present())


def german(answer, status=200):
    """Return what is read on the page, after making sure that it is German through and through."""
    assert answer.status_code == status
    html = answer.content.decode()
    assert '<html lang="de"' in html
    seen = Seen(html).text()
    assert leftovers(seen) == []
    return seen


def details(when=None, **changes):
    return {
        "start": write_start(when or tomorrow()),
        "duration": "30",
        "zone": "Europe/Berlin",
        "key": new_key(),
        "kind": "in_person",
        "name": "Lena Gast",
        "email": "lena@guest.example",
        "notes": "",
        "guests": "",
        "hold": "",
        "visit": "lenas-visit-",
    } | changes


def test_times_of_a_page_are_german(lena, page):
    day = tomorrow()
    seen = german(lena.get(f"/alice/intro?day={day:%Y-%m-%d}&zone=Europe/Berlin"))

    assert "Ihre Zeitzone" in seen
    assert "Montag" in seen
    assert f", {day.day}. " in seen
    assert "freie Zeiten" in seen


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (
            "zone=Nowhere/At_All",
            "Diese Zeitzone ist nicht bekannt, deshalb gelten die Zeiten für Deutschland, Berlin.",
        ),
        ("day=2026-99-99", "Dieses Datum ist nicht lesbar"),
        ("month=2030-03&clock=12", "Im März gibt es keine freien Zeiten."),
    ],
)
def test_what_cannot_be_shown_is_told_in_german(lena, page, query, says):
    BookingPage.objects.update(horizon_kind="rolling", horizon_days=30)

    assert says in german(lena.get(f"/alice/intro?{query}"))


@time_machine.travel("2027-02-10T09:00Z", tick=True)
def test_lengths_absences_and_ways_to_meet_are_german(lena, alice):
    kinds = (("in_person", "Raum 1"), ("phone", ""), ("link", "https://raum.example"))
    page = make_page(alice, lengths=(30, 60), kinds=kinds)
    today = present().astimezone(ZoneInfo("Europe/Berlin")).date()
    OutOfOffice.objects.create(host=alice, first=today, last=today, note="Feiertag")
    in_two_days, later = (tomorrow(hour) + timedelta(days=1) for hour in (15, 16))

    asked = german(lena.get("/alice/intro"))
    shown = german(lena.get("/alice/intro?duration=60"))
    form = german(lena.get(f"/alice/intro/book?duration=60&start={write_start(in_two_days)}"))
    BookingPage.objects.filter(pk=page.pk).update(approval=True)
    german(lena.get(f"/alice/intro/book?duration=60&start={write_start(later)}"))
    page.meeting_types.update(enabled=False)

    assert "Wie viel Zeit brauchen Sie?" in asked
    assert "60 Minuten" in asked
    assert "Abwesend bis" in shown
    assert "Telefonat Alice Host ruft Sie an." in shown
    assert "Telefonat, Vor Ort oder Online" in form
    assert "Wie soll das Gespräch stattfinden?" in form
    assert "Zurzeit werden hier keine Zeiten angeboten." in german(lena.get("/alice/intro?duration=60"))


def test_a_guest_books_in_german_and_the_language_stays_with_the_booking(lena, page):
    sent = details()
    opened = german(lena.get("/alice/intro/book", sent))
    answer = lena.post("/alice/intro/book", sent)

    booking = Booking.objects.get()
    assert "Dieser Zeitpunkt wird 5 Minuten für Sie freigehalten." in opened
    assert booking.booker.language == "de"
    assert answer["Location"] == link_path(booking.booker)
    assert "Ihre Buchung ist bestätigt" in german(lena.get(link_path(booking.booker)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "Geben Sie Ihren Namen ein."),
        ({"name": "x" * 101}, "Hier sind höchstens 100 Zeichen möglich."),
        ({"notes": "x" * 2_001}, "Hier sind höchstens 2.000 Zeichen möglich."),
        ({"email": ""}, "Bitte geben Sie Ihre E-Mail-Adresse an"),
        ({"email": "lena"}, "Das sieht nicht nach einer E-Mail-Adresse aus"),
        ({"email": "lena@guest"}, "keine gültige Domain wie example.org"),
        ({"email": "le na@guest.example"}, "Der Teil vor dem @"),
        ({"kind": "fax"}, "Bitte wählen Sie, wie das Gespräch stattfinden soll."),
        ({"key": "-"}, "Dieses Formular ist beschädigt."),
        ({"zone": "Nowhere"}, "Diese Zeitzone ist nicht bekannt."),
        ({"duration": "7"}, "Diese Dauer wird nicht angeboten."),
        ({"start": "soon"}, "Bitte wählen Sie eine der freien Zeiten."),
        ({"guests": "kim"}, "ist keine E-Mail-Adresse"),
        ({"guests": ",".join(f"g{n}@guest.example" for n in range(9))}, "höchstens 5 Personen"),
    ],
)
def test_a_form_that_comes_back_is_german(lena, page, changes, says):
    assert says in german(lena.post("/alice/intro/book", details(**changes)), 422)


def test_a_time_that_is_gone_and_a_form_used_twice_are_told_in_german(lena, page):
    used = details(tomorrow(8))
    lena.post("/alice/intro/book", used)
    book(order(page), now=present())

    opened = german(lena.get(f"/alice/intro/book?start={write_start(tomorrow())}"), 409)
    sent = german(lena.post("/alice/intro/book", details()), 409)
    again = german(lena.post("/alice/intro/book", used | {"email": "other@guest.example"}))

    assert "Dieser Zeitpunkt ist nicht mehr frei." in opened
    assert "Dieser Zeitpunkt ist nicht mehr frei." in sent
    assert "Diesen Termin haben Sie gebucht" in again


def test_too_many_bookings_are_told_in_german(lena, page, settings):
    settings.GUEST_MAIL_LIMITS = (1, 1)
    lena.post("/alice/intro/book", details())

    assert "oft gebucht" in german(lena.post("/alice/intro/book", details(tomorrow(15))), 429)


def test_a_bookings_pages_are_german(lena, page, booking):
    BookingPage.objects.update(ask_reason="required", change_notice_minutes=60, cancel_notice_minutes=120)
    path = link_path(booking.booker)
    german(lena.get(path))
    german(lena.get(f"{path}/move"))
    german(lena.get(f"{path}/move/confirm?start={write_start(tomorrow(15))}"))
    german(lena.get(f"{path}/cancel"))
    german(lena.post(f"{path}/cancel", {"note": ""}), 422)
    german(lena.get(f"{path}/reminders"))
    german(lena.get(f"{path}/guests"))
    german(lena.post(f"{path}/guests", {"guests": ""}), 422)
    lena.post(f"{path}/guests", {"guests": "kim@guest.example"})
    german(lena.get(f"{path}/guests"))
    lena.post(f"{path}/reminders", {"reminders": "off"})
    german(lena.get(f"{path}/reminders"))

    reschedule(booking.pk, start_minute=minute_of(tomorrow(17)), actor="guest", now=present())
    assert "Ihre Buchung hat einen neuen Zeitpunkt" in german(lena.get(path))
    cancel(booking.pk, actor="host", note_text="", now=present())
    assert "Diese Buchung ist abgesagt" in german(lena.get(path))


def test_the_pages_of_who_was_invited_too_are_german(lena, page):
    booking = made(page, others=[Guest("Kim", "kim@guest.example")])
    path = link_path(booking.attendees.get(is_booker=False))

    german(lena.get(path))
    german(lena.get(f"{path}/leave"))
    german(lena.get(f"{path}/reminders"))
    lena.post(f"{path}/leave", {"answer": "leave"})
    assert "Sie nehmen an diesem Termin nicht mehr teil" in german(lena.get(path))


def test_a_booking_that_cannot_be_changed_any_more_says_so_in_german(lena, page, booking):
    BookingPage.objects.update(change_notice_minutes=None, cancel_notice_minutes=None)
    asked = german(lena.get(link_path(booking.booker)))
    BookingPage.objects.update(change_notice_minutes=10**5, cancel_notice_minutes=10**5)
    late = german(lena.get(link_path(booking.booker)))

    assert "kann nicht online verschoben werden" in asked
    assert "alice@host.example" in late


def test_a_requests_pages_are_german(lena, page):
    BookingPage.objects.update(approval=True)
    booking = made(page)
    path = link_path(booking.booker)

    assert "Ihre Anfrage liegt bei Alice Host" in german(lena.get(path))
    german(lena.get(f"{path}/cancel"))
    lena.post(f"{path}/cancel", {"note": ""})
    german(lena.get(path))


def test_a_link_that_is_still_to_come_is_promised_in_german(lena, page, booking):
    Conference.objects.create(booking=booking, provider="zoom")
    Booking.objects.update(created_at=present() - timedelta(minutes=1))
    first = german(lena.get(link_path(booking.booker)))
    fragment = lena.get(f"{link_path(booking.booker)}/link?state=ready").content.decode()
    Conference.objects.update(
        state=Conference.State.READY, join_url="https://zoom.example/j/1", passcode="secret"
    )

    assert "Der Link ist unterwegs" in first
    assert leftovers(Seen(fragment).text()) == []
    assert "Kenncode" in german(lena.get(link_path(booking.booker)))


def test_errors_are_german(lena, page):
    strict = Client(enforce_csrf_checks=True, headers={"Accept-Language": "de"})

    assert "Hier ist nichts" in german(lena.get("/nobody/nothing"), 404)
    assert "Hier ist nichts" in german(lena.get("/b/0123456789"), 404)
    assert "Hier ist nichts" in german(lena.get("/no/such/address/at/all"), 404)
    german(strict.post("/alice/intro/book", details()), 403)
    german(lena.get("/alice/intro", headers={"Host": "evil.example"}), 400)
    assert lena.get("/api/pages/alice/intro/times").json() == {"error": "month sollte so aussehen: 2026-12."}


NOT_TO_GUESTS = {"no_link", "relieved", "request_relieved", "address", "request_address"}


@pytest.mark.parametrize("kind", [kind for kind in [*KINDS, AGAIN] if kind not in NOT_TO_GUESTS])
def test_a_guests_mail_is_german_and_the_hosts_is_not(page, booking, kind):
    if kind in {one.name for one in OF_MONEY}:
        put_payment(booking, refunded=1500, state="partly_refunded")
    Conference.objects.create(booking=booking, provider="zoom", state=Conference.State.READY)
    english = letter(booking, kind=kind, audience="host")
    booking.booker.language = "en"
    assert letter(booking, kind=kind, audience="host").text == english.text

    booking.booker.language = "de"
    german_mail(letter(booking, kind=kind, audience=audience_of(booking.booker)))


@pytest.mark.parametrize("kind", ["confirmed", "moved", "reminder"])
def test_a_mail_that_promises_the_link_is_german(page, booking, kind):
    Conference.objects.create(booking=booking, provider="zoom")

    assert (
        "Der Link zu Zoom folgt"
        in german_mail(letter(booking, kind=kind, audience=audience_of(booking.booker))).text
    )


@pytest.mark.parametrize("kind", TO_FURTHER)
@pytest.mark.parametrize("by", ["guest", "host"])
def test_further_guests_are_told_in_the_guests_language(page, booking, kind, by):
    kim = put_attendee(
        booking, name="Kim", email="kim@guest.example", language="de", invited_by=by, removed_by=by
    )
    booking.status = f"cancelled_by_{by}"

    german_mail(letter(booking, kind=kind, audience=audience_of(kim)))


def german_mail(mail):
    assert '<html lang="de">' in mail.html
    assert leftovers(mail.subject) == []
    assert leftovers(mail.text) == []
    assert leftovers(Seen(mail.html).text()) == []
    described = mail.ics.decode().replace("\r\n ", "").split("DESCRIPTION:")
    assert leftovers("".join(part.partition("\r\n")[0] for part in described[1:])) == []
    return mail


def test_the_invitation_is_german_for_the_guest_and_english_for_the_host(lena, page, booking):
    mine = lena.get(f"{link_path(booking.booker)}/invite.ics").content.decode().replace("\r\n ", "")
    hosts = letter(booking, kind="confirmed", audience="host").ics.decode().replace("\r\n ", "")

    assert "SUMMARY:Intro call: Lena Gast und Alice Host" in mine
    assert "DESCRIPTION:Vor Ort: Room 1\\nBuchung ansehen oder ändern: http" in mine
    assert "SUMMARY:Intro call: Lena Gast and Alice Host" in hosts
    assert "DESCRIPTION:In person: Room 1\\nSee this booking: http" in hosts


def test_what_a_guest_does_in_german_stands_in_english_in_the_hosts_history(
    lena, client, page, booking, alice
):
    path = link_path(booking.booker)
    lena.post(
        f"{path}/move/confirm",
        {"hold": "", "note": "", "start": write_start(tomorrow(15)), "zone": "Europe/Berlin"},
    )
    work_off()
    client.force_login(alice)

    written = " ".join(entry.text for entry in booking.history.all())
    assert "Booked by the guest." in written
    assert f"Moved from {tomorrow():%a} " in written
    assert '<html lang="en"' in client.get(f"/bookings/{booking.pk}").content.decode()


def test_dates_and_times_are_written_as_germans_write_them(page, lena):
    booking = made(page, time_zone="Europe/Berlin")
    booking.start_at = datetime(2027, 3, 2, 13, 0, tzinfo=UTC)
    booking.save(update_fields=["start_at"])
    mail = letter(booking, kind="confirmed", audience=audience_of(booking.booker))

    assert mail.subject == "Intro call mit Alice Host: Di, 2.3.2027, 14:00"
    assert "Wann: Dienstag, 2. März 2027, 14:00 bis 14:30 · Deutschland, Berlin (UTC+1)\n" in mail.text
    with time_machine.travel(datetime(2027, 2, 25, 12, tzinfo=UTC), tick=False):
        page_of_it = german(lena.get(link_path(booking.booker)))
    assert "Dienstag, 2. März 2027 14:00 bis 14:30" in page_of_it


def test_a_change_of_the_clocks_has_german_names():
    begins = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    with translation.override("de"):
        said = datetimes.when(begins, minutes=30, zone=ZoneInfo("Europe/Berlin"))

    assert "02:30\xa0MESZ bis 02:00\xa0MEZ · Deutschland, Berlin (UTC+2)" in said


def test_how_soon_it_is_is_said_in_german(page, lena):
    booking = made(page)
    for when, said in (
        (booking.start_at - timedelta(hours=1), "Ihr Termin ist"),
        (booking.start_at, "Ihr Termin ist jetzt Er dauert bis"),
    ):
        with time_machine.travel(when, tick=False):
            assert said in german(lena.get(link_path(booking.booker)))


def test_a_late_reader_sees_when_a_meeting_was(page, lena):
    booking = made(page)
    Booking.objects.filter(pk=booking.pk).update(start_at=present() - timedelta(days=1))

    german(lena.get(link_path(booking.booker)))
