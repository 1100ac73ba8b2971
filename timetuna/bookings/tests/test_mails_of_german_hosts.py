"""Mails to hosts are in the language of each of them, whoever else hosts the meeting and whatever its guest reads."""

import re

import pytest
from django.utils.translation import override

from tests.clock import present
from timetuna.accounts.actions.invite_to_team import invite_to_team
from timetuna.accounts.models import Membership, Team
from timetuna.accounts.tests.conftest import mails
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.actions.note_unusual import _notice
from timetuna.bookings.events import GUEST, HOST
from timetuna.bookings.models import Conference, UnusualBookings
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.kinds import AGAIN, KINDS
from timetuna.bookings.notifications.kinds.money import KINDS as OF_MONEY
from timetuna.bookings.notifications.telling import of_host
from timetuna.bookings.tests.conftest import make_host, make_page, order, staff
from timetuna.bookings.tests.diary import put_payment
from timetuna.bookings.tests.leftovers import Seen, leftovers
from timetuna.calendars.emails import mended_mail, reconnect_mail, trouble_mail
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.actions.join_page import join_page
from timetuna.pages.actions.leave_team import leave_team

pytestmark = [pytest.mark.django_db, pytest.mark.either]
ONLY_TO_GUESTS = {"uninvited"}
TO_HOSTS = [kind for kind in (*KINDS, AGAIN) if kind not in ONLY_TO_GUESTS]


@pytest.fixture
def ada(db):
    return speaking("ada", "Ada Lovelace", "de")


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def booking(ada, bob):
    page = staff(make_page(ada), "all", bob)
    return book(order(page, name="Lena Gast", language="fr"), now=present())


def speaking(handle, name, language):
    host = make_host(handle, name)
    host.language = language
    host.save()
    return host


def german(mail):
    """Return the mail's text, after making sure that it is German through and through."""
    assert '<html lang="de">' in mail.html
    assert leftovers(mail.subject) == []
    assert leftovers(mail.text) == []
    assert leftovers(Seen(mail.html).text()) == []
    described = mail.ics.decode().replace("\r\n ", "").split("DESCRIPTION:")
    assert leftovers("".join(part.partition("\r\n")[0] for part in described[1:])) == []
    return mail.text


@pytest.mark.parametrize("kind", TO_HOSTS)
def test_each_host_reads_their_own(booking, ada, bob, kind):
    if kind in {one.name for one in OF_MONEY}:
        put_payment(booking, refunded=1500, state="partly_refunded")
    Conference.objects.create(booking=booking, provider="zoom", state=Conference.State.READY)

    german(letter(booking, kind=kind, audience="host"))
    german(letter(booking, kind=kind, audience=of_host(ada.pk)))
    english = letter(booking, kind=kind, audience=of_host(bob.pk))

    assert '<html lang="en">' in english.html
    assert "Buchung" not in english.text


@pytest.mark.parametrize("kind", ["confirmed", "moved", "no_link", "reminder", "handed_to"])
def test_a_missing_link_and_meetings_beside_are_told_in_german(booking, kind):
    found = Conference.objects.create(booking=booking, provider="zoom")
    missing = german(letter(booking, kind=kind, audience="host"))
    found.state, found.possible_duplicates, found.reference = Conference.State.READY, 2, "81"
    found.save()
    german(letter(booking, kind="confirmed", audience="host"))

    assert "Der Link zu Zoom fehlt" in missing


@pytest.mark.parametrize("by", [GUEST, HOST])
def test_who_cancelled_is_told_in_german(booking, by):
    cancel(booking.pk, actor=by, note_text="Leider krank.", now=present())
    booking.refresh_from_db()

    german(letter(booking, kind="cancelled", audience="host"))


def test_who_takes_over_and_who_gives_away_read_it_in_german(booking, ada):
    cleo = speaking("cleo", "Cleo Dritte", "de")
    staff(booking.page, "all", cleo)
    hand_over(booking.pk, Handing(former=ada.pk, to=cleo.pk, note="Danke!"), now=present())
    booking.refresh_from_db()

    assert "Ada Lovelace" in german(letter(booking, kind="handed_to", audience=of_host(cleo.pk)))
    assert "Cleo Dritte" in german(letter(booking, kind="relieved", audience=of_host(ada.pk)))


def test_mails_about_calendars_are_german(ada):
    account = CalendarAccount.objects.create(
        host=ada, provider="google", provider_user_id="u", expires_at=present(), email="ada@example.org"
    )
    rows = [
        Calendar.objects.create(
            account=account,
            outside_id=name,
            name=name,
            blocks=True,
            failing_since=present(),
            told_at=present(),
        )
        for name in ("Arbeit", "Familie")
    ]

    assert "„Arbeit“ und „Familie“" in german(trouble_mail(account, episode=present()))
    german(mended_mail(account, ["Arbeit", "Familie"], episode=present()))
    rows[1].delete()
    german(trouble_mail(account, episode=present()))
    german(mended_mail(account, ["Arbeit"], episode=present()))
    account.needs_reconnect, account.grant_expires_at = True, present()
    german(reconnect_mail(account))


def test_an_unusual_number_of_bookings_is_told_in_german(ada, settings):
    from timetuna.accounts.emails import speaking_to  # noqa: PLC0415

    row = UnusualBookings(pk=1)
    with speaking_to(ada):
        notice = _notice(make_page(ada), row)
    assert leftovers(" ".join([notice.subject, *notice.lines, notice.button, *notice.after])) == []


def test_what_others_do_in_english_is_told_to_each_in_their_language(ada, bob):
    team = Team.objects.create(name="Beratung", handle="beratung")
    Membership.objects.create(team=team, user=bob, role="owner")
    member = Membership.objects.create(team=team, user=ada, role="member")
    page = make_page(ada)
    invite_cohost(page, email=bob.email, by=ada)
    token = re.search(r"/cohost/(\S+)", mails()[-1].text)[1]
    join_page(token, bob)
    invite_to_team(team, email="new@example.org", by=bob)
    leave_team(member, by=bob)

    to_ada = [mail for mail in mails() if mail.to == ada.email]
    assert len(to_ada) == 2
    for mail in to_ada:
        assert leftovers(f"{mail.subject} {mail.text}") == []


@pytest.mark.parametrize("asker", ["ada", "bob"])
@pytest.mark.parametrize("reader", ["ada", "bob", "nobody"])
def test_who_is_asked_to_host_a_page_reads_one_language(ada, bob, asker, reader):
    people = {"ada": ada, "bob": bob}
    bob.language = "en"
    bob.save()
    cleo = make_host("cleo", "Cleo")
    page = make_page(cleo)
    email = people[reader].email if reader in people else "new@example.org"
    with override("de" if asker == "bob" else "en"):  # what the request speaks has no say
        invite_cohost(page, email=email, by=people[asker])

    mail = mails()[-1]
    left = leftovers(f"{mail.subject} {mail.text}".replace(people[asker].email, ""))
    assert (left == []) is ((people.get(reader) or people[asker]) == ada), left
