"""The host of a booking invites others to it and takes them off, by the rules that hold for its guest."""

import pytest
from django.test import Client

from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import MOST_CHANGES
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.models import Attendee
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import tomorrow, work_off
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.life import events, kinds, made, now, rule
from timetuna.bookings.tests.reading import GUEST, HOST
from timetuna.bookings.tests.test_further_guests import KIM, LEE, people

pytestmark = [pytest.mark.django_db, pytest.mark.matrix(of="file")]


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def post(client, booking, **data):
    answer = client.post(f"/bookings/{booking.pk}/guests", data)
    work_off()
    return answer


def test_the_host_invites_somebody_and_everybody_is_told_who_did(as_alice, page, zoom):
    booking = made(page, start=tomorrow(10))

    answer = post(as_alice, booking, guests="Kim <kim@others.example>")

    assert (answer.status_code, answer["Location"]) == (302, f"/bookings/{booking.pk}#guests")
    assert people(booking) == [KIM.email]
    row = Attendee.objects.get(is_booker=False)
    assert kinds(booking)[2:] == [("guests", "guest"), ("guests", "host"), ("invited", f"attendee-{row.pk}")]
    assert "Invited too: Kim <kim@others.example>" in zoom.mails(GUEST)[-1]["text"]
    [mail] = zoom.mails(KIM.email)
    assert "Sam Guest booked this meeting with Alice Host, who invited you, too." in mail["text"]
    assert ("host", "host", "guests_added") in events(booking)
    assert "Kim <kim@others.example>" in shown(as_alice.get(f"/bookings/{booking.pk}"))


def test_the_host_takes_somebody_off_who_hears_that_it_was_the_host(as_alice, page, zoom):
    booking = made(page, others=[KIM, LEE])
    listed = as_alice.get(f"/bookings/{booking.pk}").context["people"]

    post(as_alice, booking, remove=listed[0].pk)
    post(as_alice, booking, remove=listed[0].pk)

    assert people(booking) == [LEE.email]
    assert "Alice Host took you off the guests of this meeting." in zoom.mails(KIM.email)[-1]["text"]
    assert "Invited too: lee@others.example" in zoom.mails(GUEST)[-1]["text"]
    assert [len(zoom.mails(to)) for to in (KIM.email, GUEST, HOST)] == [2, 2, 2]
    assert events(booking).count(("host", "host", "guest_removed")) == 1
    seen = shown(as_alice.get(f"/bookings/{booking.pk}"))
    assert "Took a further guest off: Kim." in seen


def test_who_was_taken_off_stands_in_the_history_until_it_is_erased(as_alice, page):
    booking = made(page)
    post(as_alice, booking, guests=f"Kim <{KIM.email}>, {LEE.email}")
    post(as_alice, booking, remove=booking.attendees.get(email=KIM.email).pk)
    told = as_alice.get(f"/bookings/{booking.pk}/history.json").json()["history"]
    assert [entry["text"] for entry in told if entry["who"] == "host"] == [
        "Added 2 further guests.",
        "Took a further guest off: Kim.",
    ]
    cancel(booking.pk, actor="host", note_text="", now=now())

    erase(booking.pk, actor="host", now=now())

    texts = list(booking.history.values_list("text", flat=True))
    assert "Took a further guest off." in texts
    assert not [text for text in texts if "Kim" in text or "lee@" in text]


def test_the_host_ends_the_link_of_somebody_who_was_invited(as_alice, page, zoom):
    booking = made(page, others=[KIM, LEE])
    kim = booking.attendees.get(email=KIM.email)
    before = {row.pk: link_path(row) for row in booking.attendees.all()}

    answer = as_alice.post(f"/bookings/{booking.pk}/new-link?person={kim.pk}")

    assert (answer.status_code, answer["Location"]) == (302, f"/bookings/{booking.pk}#guests")
    assert "Made a new link for a further guest: Kim." in shown(as_alice.get(f"/bookings/{booking.pk}"))
    guest = Client()
    assert guest.get(before[kim.pk]).status_code == 404
    assert {guest.get(path).status_code for pk, path in before.items() if pk != kim.pk} == {200}
    as_alice.post(f"/bookings/{booking.pk}/resend", {"to": audience_of(kim)})
    work_off()
    kim.refresh_from_db()
    assert link_path(kim) in zoom.mails(KIM.email)[-1]["text"]
    assert guest.get(link_path(kim)).status_code == 200


def test_nobody_who_is_off_gets_a_new_link(as_alice, page):
    booking = made(page, others=[KIM])
    kim = booking.attendees.get(is_booker=False)
    post(as_alice, booking, remove=kim.pk)
    before = link_path(Attendee.objects.get(pk=kim.pk))

    as_alice.post(f"/bookings/{booking.pk}/new-link?person={kim.pk}")

    assert "This person is not invited any more" in shown(as_alice.get(f"/bookings/{booking.pk}"))
    assert link_path(Attendee.objects.get(pk=kim.pk)) == before


def test_the_pages_cap_holds_and_nothing_typed_is_lost(as_alice, page):
    booking = made(rule(page, most_guests=2), others=[KIM])
    typed = "lee@others.example\nmo@others.example"

    refused = post(as_alice, booking, guests=typed)

    assert refused.status_code == 422
    assert "You can bring 1 person at most." in shown(refused)
    assert "lee@others.example mo@others.example" in shown(refused)
    assert people(booking) == [KIM.email]
    post(as_alice, booking, guests=LEE.email)
    assert "That is as many as" in shown(as_alice.get(f"/bookings/{booking.pk}"))
    full = post(as_alice, booking, guests="mo@others.example")
    assert "All places are taken, so nobody else can be invited." in shown(full)
    assert "Invite them" not in shown(full)


def test_who_takes_part_anyway_is_refused_beside_the_field(as_alice, page):
    booking = made(page)

    refused = post(as_alice, booking, guests=GUEST)

    assert refused.status_code == 409
    assert f"{GUEST} takes part anyway" in shown(refused)
    assert not Attendee.objects.filter(is_booker=False).exists()


def test_a_guest_who_changed_them_often_does_not_keep_the_host_from_it(as_alice, page):
    booking = made(page)
    for _ in range(MOST_CHANGES):
        booking.history.create(actor="guest", event="guests_added", text="Added a further guest.")

    assert post(as_alice, booking, guests=KIM.email).status_code == 302
    for _ in range(MOST_CHANGES):
        booking.history.create(actor="host", event="guests_added", text="Added a further guest.")
    refused = post(as_alice, booking, guests=LEE.email)
    assert (refused.status_code, "You changed the guests of this booking many times" in shown(refused)) == (
        409,
        True,
    )


def test_before_the_hosts_yes_nobody_is_told(as_alice, page, zoom):
    booking = made(rule(page, approval=True))

    answer = post(as_alice, booking, guests=KIM.email)

    assert "once you have said yes" in shown(as_alice.get(answer["Location"]))
    assert zoom.mails(KIM.email) == []


def test_of_a_cancelled_booking_nothing_can_be_changed(as_alice, page):
    booking = made(page, others=[KIM])
    cancel(booking.pk, actor="host", note_text="", now=now())

    seen = shown(as_alice.get(f"/bookings/{booking.pk}"))
    assert "Brings along" in seen
    assert "Who comes along" not in seen
    post(as_alice, booking, remove=str(Attendee.objects.get(is_booker=False).pk))
    assert "so nobody can be taken off it any more" in shown(as_alice.get(f"/bookings/{booking.pk}"))
    assert "so nobody else can be invited" in shown(post(as_alice, booking, guests=LEE.email))
    assert people(booking) == [KIM.email]


@pytest.mark.whole
def test_somebody_elses_booking_is_not_there(client, charlie, page):
    booking = made(page, others=[KIM])
    client.force_login(charlie)

    assert post(client, booking, guests=LEE.email).status_code == 404
    assert post(client, booking, remove=str(Attendee.objects.get(is_booker=False).pk)).status_code == 404
    assert people(booking) == [KIM.email]
