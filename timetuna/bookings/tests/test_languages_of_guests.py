"""From first look to cancellation in each language that has a catalogue: no English is left, and dates are right."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from babel.dates import format_date, get_month_names
from django.test import Client
from django.utils import translation

from tests.clock import present
from tests.languages import language_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.forms.book import new_key
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import order
from timetuna.bookings.tests.leftovers import Seen, leftovers
from timetuna.l10n import datetimes
from timetuna.l10n.catalogues import catalogues

pytestmark = pytest.mark.django_db
LOCALES = [language_of(path) for path in catalogues()]
DAY, START = date(2027, 3, 2), datetime(2027, 3, 2, 13, tzinfo=UTC)


class Reader:
    """A guest whose browser asks for one language, and who reads nothing else."""

    def __init__(self, locale):
        self.locale, self.code = locale, locale.replace("_", "-").lower()
        self.browser = Client(REMOTE_ADDR="192.0.2.9", headers={"Accept-Language": f"{self.code},en;q=0.5"})

    def sees(self, path, fields=None, *, post=False, status=200):
        ask = self.browser.post if post else self.browser.get
        answer = ask(path, fields or {}, follow=True)
        assert answer.status_code == status
        return self.reads(answer.content.decode())

    def reads(self, html):
        assert f'<html lang="{self.code}"' in html
        return self.understands(Seen(html).text())

    def understands(self, text):
        assert leftovers(text, self.locale) == []
        assert not [word for word in ("Germany", "Tuesday", "March") if word in text]
        return text

    def gets(self, booking, kind):
        """Return the text of a mail whose every part has been read."""
        mail = letter(booking, kind=kind, audience=audience_of(booking.booker))
        self.understands(mail.subject)
        self.reads(mail.html)
        if mail.ics:
            self.understands(told_in(mail.ics.decode()))
        return self.understands(mail.text)


def told_in(ics):
    """Return what of an invitation is read by people."""
    lines = ics.replace("\r\n ", "").split("\r\n")
    return " ".join(
        line.partition(":")[2] for line in lines if line.startswith(("SUMMARY", "DESC", "LOCATION"))
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_a_booking_is_in_the_guests_language_from_first_look_to_cancellation(page, locale):
    guest = Reader(locale)
    day, month = format_date(DAY, "full", locale=locale), get_month_names("wide", "stand-alone", locale)[3]
    with time_machine.travel("2027-02-28T09:00Z", tick=True):
        choice = {"start": write_start(START), "duration": "30", "zone": "Europe/Berlin"}
        guest.sees("/alice/intro", {"day": DAY.isoformat(), "zone": "Europe/Berlin"})
        empty = guest.sees("/alice/intro", {"month": "2031-03"})
        details = choice | {
            "key": new_key(),
            "kind": "in_person",
            "name": "Lena Gast",
            "hold": "",
            "visit": "lenas-visit-",
            "notes": "",
            "guests": "",
        }
        guest.sees("/alice/intro/book", details)
        guest.sees("/alice/intro/book", details | {"email": "lena"}, post=True, status=422)
        booked = guest.sees("/alice/intro/book", details | {"email": "lena@guest.example"}, post=True)
        booking = Booking.objects.get()
        path = link_path(booking.booker)
        mail = guest.gets(booking, "confirmed")
        guest.understands(told_in(guest.browser.get(f"{path}/invite.ics").content.decode()))
        guest.sees(f"{path}/move")
        guest.sees(f"{path}/cancel")
        cancelled = guest.sees(f"{path}/cancel", {"note": ""}, post=True)
        cancellation = guest.gets(Booking.objects.get(), "cancelled")

    assert booking.booker.language == guest.code
    assert month in empty
    assert [day in said for said in (booked, mail, cancelled, cancellation)] == [True] * 4


@pytest.mark.parametrize("locale", LOCALES)
def test_any_region_of_a_language_is_answered_in_it(page, locale):
    language = locale.partition("_")[0]
    answer = Client(headers={"Accept-Language": f"{language}-AO,en;q=0.5"}).get("/alice/intro")

    assert f'<html lang="{locale.replace("_", "-").lower()}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Thursday 1 July", "Thu 1 Jul")),
        ("es", ("jueves, 1 de julio", "jue 1 jul")),
        ("fr", ("jeudi 1er juillet", "jeu. 1er juil.")),
        ("it", ("giovedì 1º luglio", "gio 1º lug")),
    ],
)
def test_the_first_of_a_month_and_short_names_are_written_as_the_language_does(language, said):
    with translation.override(language):
        assert (datetimes.day(date(2027, 7, 1)), datetimes.short_day(date(2027, 7, 1))) == said


def test_french_has_a_space_before_its_colon_in_mails_and_invitations(page):
    asked = order(page, kind=page.meeting_types.get().kind, language="fr")
    booking = book(asked, now=present())
    mail = letter(booking, kind="confirmed", audience=audience_of(booking.booker))

    assert "Quand\xa0: " in mail.text
    assert "SUMMARY:Intro call : " in mail.ics.decode()
