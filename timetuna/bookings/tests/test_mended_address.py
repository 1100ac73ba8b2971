"""Who booked with a wrong mail address gives the right one; whoever reads the other's mail can do nothing any more."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from tests.forms import forms_of
from timetuna.bookings.actions.answer_request import approve
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.actions.mend_address import FROM_MAILBOX
from timetuna.bookings.actions.note_bounce import note_bounce
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.message import message_id
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.policies import MOST_MENDED
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import work_off
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.life import kinds, now, rule
from timetuna.bookings.tests.reading import HOST, event, message
from timetuna.bookings.tests.test_public import details
from timetuna.jobs import queue
from timetuna.jobs.models import Worker
from timetuna.jobs.queue import attempt
from timetuna.lib.bounces import Bounce
from timetuna.rate_limits.limits import spend

pytestmark = [pytest.mark.django_db, pytest.mark.matrix(of="file")]
WRONG, RIGHT = "sam@gest.example", "sam@guest.example"
OFFER = "Wrong address?"
TOO_LATE = "The address cannot be changed here any more. Write to Alice Host: alice@host.example."


def booked(client, page, **typed):
    """Book as a guest does, with a slip in the address; return the booking."""
    answer = client.post("/alice/intro/book", details(client, page, email=WRONG, **typed))
    assert answer.status_code == 302, shown(answer)
    return Booking.objects.get()


def mend(client, booking, email=RIGHT):
    """As the confirmation's link leads to."""
    booking = Booking.objects.get(pk=booking.pk)
    return client.post(link_path(booking.booker, "booked_address"), {"email": email, "as_typed": ""})


def read(client, booking):
    return shown(client.get(link_path(Booking.objects.get(pk=booking.pk).booker)))


def test_what_was_probably_meant_is_offered_at_once(client, page):
    slip = "sam@gmial.com"
    client.post("/alice/intro/book", details(client, page, email=slip) | {"as_typed": slip})
    form = client.get(f"{link_path(Booking.objects.get().booker)}/address").content.decode()

    assert 'value="sam@gmail.com">Use sam@gmail.com</button>' in " ".join(form.split())
    assert "js/address" in form


def test_everything_goes_to_the_right_address_by_another_link(client, page, zoom):
    booking = booked(client, page)
    work_off()
    old = link_path(booking.booker)
    form_page = client.get(f"{old}/address")
    [form] = [one for one in forms_of(form_page.content.decode()) if "email" in one.names()]

    answer = client.post(f"{old}/address", dict(form.with_values(email=f" Sam <{RIGHT.upper()}> ")))
    work_off()

    booking.refresh_from_db()
    assert (booking.booker.email, booking.booker.mailbox) == (RIGHT, RIGHT)
    assert answer["Location"] == link_path(booking.booker) != old
    [mail] = zoom.mails(to=RIGHT)
    assert "You are booked" in mail["text"]
    assert link_path(booking.booker) in mail["text"]
    invite = event(mail)
    assert RIGHT in str(invite.to_ical())
    assert WRONG not in str(invite.to_ical())
    assert len(zoom.mails(to=WRONG)) == 1
    assert f"on its way to {RIGHT}" in read(client, booking)
    stranger = Client()
    for path in (old, f"{old}/cancel", f"{old}/move", f"{old}/invite.ics", f"{old}/address"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{old}/cancel").status_code == 404


def test_hosts_read_the_right_address_and_their_invitation_follows(client, page, zoom):
    booking = booked(client, page)
    work_off()
    [first] = zoom.mails(to=HOST)

    mend(client, booking)
    work_off()

    _, told = zoom.mails(to=HOST)
    assert "Your guest has given another email address" in told["text"]
    assert WRONG not in told["raw"]
    assert message(told)["Reply-To"].endswith(f"<{RIGHT}>")
    assert event(told)["uid"] == event(first)["uid"]
    assert event(told)["sequence"] > event(first)["sequence"]


def test_what_waits_goes_to_the_right_address_alone(client, page, zoom):
    """To hosts, too, who then need no second mail."""
    booking = booked(client, page, guests="kim@others.example")
    attempt(queue.claim(Worker.objects.create(machine="test", pid=1)))()
    assert ("confirmed", "guest") in kinds(booking)

    mend(client, booking)
    work_off()

    assert zoom.mails(to=WRONG) == []
    assert len(zoom.mails(to=RIGHT)) == len(zoom.mails(to="kim@others.example")) == 1
    [told] = zoom.mails(to=HOST)
    assert "You have a new booking" in told["text"]
    assert RIGHT in told["text"]


def test_before_the_first_mails_there_is_nothing_to_send_again(client, page, zoom):
    booking = booked(client, page)

    mend(client, booking)
    assert kinds(booking) == []
    work_off()

    assert zoom.mails(to=WRONG) == []
    assert len(zoom.mails(to=RIGHT)) == len(zoom.mails(to=HOST)) == 1


def test_a_request_and_its_yes(client, page, zoom, alice):
    rule(page, approval=True, approval_hours=24)
    booking = booked(client, page)
    work_off()

    assert OFFER in read(client, booking)
    mend(client, booking)
    work_off()
    approve(booking.pk, source="host", now=now())
    work_off()

    assert len(zoom.mails(to=WRONG)) == 1
    asked, confirmed = zoom.mails(to=RIGHT)
    assert "request" in asked["text"]
    assert "You are booked" in confirmed["text"]
    assert [kind for kind, who in kinds(booking) if who == "host"] == [
        "requested",
        "request_address",
        "confirmed",
    ]


def test_only_the_browser_that_booked_and_only_for_half_an_hour(client, page, zoom):
    booking = booked(client, page)
    path = link_path(booking.booker)

    assert OFFER in read(client, booking)
    with time_machine.travel(present() + timedelta(minutes=31), tick=False):
        assert OFFER not in read(client, booking)
        late = mend(client, booking)
    assert mend(Client(), booking)["Location"] == path
    booking.refresh_from_db()
    assert booking.booker.email == WRONG
    # The cookie has ended too, so there is nothing to refuse.
    assert late["Location"] == path


def test_once_the_link_of_a_mail_was_opened_the_address_is_theirs_who_opened_it(client, page, zoom):
    booking = booked(client, page)
    read(client, booking)

    assert OFFER not in read(Client(), booking)

    assert OFFER not in read(client, booking)
    refused = mend(client, booking)
    assert refused.status_code == 409
    assert TOO_LATE in shown(refused)
    booking.refresh_from_db()
    assert booking.booker.email == WRONG


def test_whoever_has_typed_a_mailed_code_is_not_asked(client, page):
    booking = booked(client, page)
    Attendee.objects.filter(booking=booking).update(confirmed=True)

    assert OFFER not in read(client, booking)
    assert mend(client, booking).status_code == 409


def test_two_tabs_and_the_way_back(client, page, zoom):
    booking = booked(client, page)
    old = link_path(booking.booker)
    mend(client, booking)
    booking.refresh_from_db()

    second = client.post(f"{old}/address", {"email": "else@guest.example", "as_typed": ""})
    back = client.get(old)

    assert second["Location"] == back["Location"] == link_path(booking.booker)
    assert Booking.objects.get().booker.email == RIGHT


def test_it_is_mended_so_often_and_the_same_address_counts_for_nothing(client, page, zoom):
    booking = booked(client, page)
    for number in range(MOST_MENDED):
        assert mend(client, booking, f"{number}@guest.example").status_code == 302
        assert mend(client, booking, f"{number}@guest.example").status_code == 302

    assert mend(client, booking).status_code == 409
    assert booking.history.filter(event="address_mended").count() == MOST_MENDED


def test_nobody_is_mailed_again_and_again_by_it(client, page):
    booking = booked(client, page)
    for _ in range(3):
        assert spend(FROM_MAILBOX, WRONG) == 0

    refused = mend(client, booking)

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "Try again in" in shown(refused)
    assert Booking.objects.get().booker.email == WRONG


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("sam", "name@example.org"),
        ("sam@gmial.com", "Did you mean sam@gmail.com?"),
        ("kim@others.example", "kim@others.example is the address of somebody whom you bring along."),
    ],
)
def test_what_cannot_be_the_address_is_said_and_nothing_changes(client, page, typed, said):
    booking = booked(client, page, guests="kim@others.example")

    refused = mend(client, booking, typed)

    assert refused.status_code in {409, 422}
    assert said in shown(refused)
    assert "Error:" in refused.content.decode().partition("</title>")[0]
    assert Booking.objects.get().booker.email == WRONG


def test_a_bounce_offers_it_and_a_late_one_of_the_other_address_says_nothing_of_this(client, page, zoom):
    booking = booked(client, page)
    work_off()
    booker = booking.booker
    was = message_id(booking, kind="confirmed", audience=audience_of(booker))
    bounced = Bounce(message_ids=(was,), status="5.1.1", permanent=True)

    note_bounce(bounced)
    text = read(client, booking)
    assert f"Mails to {WRONG} come back." in text
    assert OFFER in text

    mend(client, booking)
    work_off()
    note_bounce(bounced)
    assert f"on its way to {RIGHT}" in read(client, booking)

    [mail] = zoom.mails(to=RIGHT)
    note_bounce(Bounce(message_ids=(message(mail)["Message-ID"],), status="5.1.1", permanent=True))
    assert f"Mails to {RIGHT} come back." in read(client, booking)


def test_the_history_says_that_it_was_and_neither_address(client, page, alice):
    booking = booked(client, page)
    mend(client, booking)

    [entry] = booking.history.filter(event="address_mended")
    assert (entry.actor, entry.source) == ("guest", "link")
    assert "@" not in entry.text
    assert entry.changes == {}
    with time_machine.travel(booking.end_at() + timedelta(hours=1), tick=False):
        erase(booking.pk, actor="host", now=now())
    assert not Attendee.objects.exclude(email="").exists()


def test_it_is_asked_in_german_too(client, page):
    booking = booked(client, page)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"

    assert "Adresse falsch?" in read(client, booking)
    asked = shown(client.get(link_path(booking.booker, "booked_address")))
    assert "Welche Adresse stimmt?" in asked
    assert "Diese Adresse nehmen" in asked


def test_the_event_invites_the_right_address(client, page, google, alice):
    google.connect(Client(), alice)
    booking = booked(client, page)
    work_off()
    [event] = google.events()
    assert [one["email"] for one in event["attendees"]] == [WRONG]

    mend(client, booking)
    work_off()

    [event] = google.events()
    assert [one["email"] for one in event["attendees"]] == [RIGHT]
