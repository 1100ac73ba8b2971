"""Each attendee has a page of their own: who booked may do all, others see the booking, leave it, set their zone."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import MOST_CHANGES, add_guests, remove_guest
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.actions.reminders.stop_reminders import stop_reminders
from timetuna.bookings.actions.renew_link import renew_link
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.queries import link, link_path
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.life import events, kinds, made, now, rule
from timetuna.bookings.tests.reading import GUEST, HOST, calendar_parts, event, message
from timetuna.bookings.tests.test_further_guests import KIM, LEE, add, people

pytestmark = [pytest.mark.django_db, pytest.mark.matrix(of="file")]


def kim_of(booking):
    return Attendee.objects.get(booking=booking, email=KIM.email)


def leave(client, booking, whom=None, **form):
    path = link_path(whom or kim_of(booking))
    answer = client.post(f"{path}/leave", form or {"answer": "leave"})
    work_off()
    return answer


def method_of(mail):
    return str(Calendar.from_ical(calendar_parts(mail)[0])["method"])


@pytest.mark.whole
def test_who_was_invited_sees_the_meeting_and_nothing_that_changes_it(client, alice):
    page = rule(make_page(alice, slug="call", kinds=(("phone", ""),)), most_guests=2)
    booking = made(page, others=[KIM, LEE], phone="+49 30 111", notes="Between us")

    seen = client.get(link_path(kim_of(booking)))

    text = shown(seen)
    assert "You are invited" in text
    assert "Sam Guest booked this meeting with Alice Host and named you as a guest." in text
    assert "Alice Host calls Sam Guest" in text
    assert "Kim <kim@others.example>" in text
    for private in (
        "+49 30 111",
        "Between us",
        GUEST,
        link_path(booking.booker),
        "/move",
        "/cancel",
        "/guests",
    ):
        assert private not in seen.content.decode()
    assert seen["Cache-Control"] == "private, no-store"
    assert len({link_path(row) for row in booking.attendees.all()}) == 3


@pytest.mark.whole
@pytest.mark.parametrize("path", ["cancel", "move", "move/confirm", "guests"])
def test_what_the_booker_may_do_is_not_there_for_others(client, page, path):
    booking = made(page, others=[KIM, LEE])
    address = f"{link_path(kim_of(booking))}/{path}"
    lee = booking.attendees.get(email=LEE.email)

    answers = [client.get(address), client.post(address, {"note": "", "remove": str(lee.pk), "start": "x"})]

    assert [answer.status_code for answer in answers] == [404, 405 if path == "move" else 404]
    booking.refresh_from_db()
    assert (booking.status, people(booking)) == ("confirmed", [KIM.email, LEE.email])
    assert client.get(f"{link_path(booking.booker)}/leave").status_code == 404
    assert client.post(f"{link_path(booking.booker)}/leave").status_code == 404


@pytest.mark.whole
def test_their_mails_and_invitations_carry_their_own_link_alone(page, zoom):
    booking = made(page, others=[KIM, LEE])

    for row in booking.attendees.all():
        [mail] = zoom.mails(row.email)
        text = mail["text"] + str(event(mail)["description"])
        assert [link(other) in text for other in booking.attendees.all()] == [
            other == row for other in booking.attendees.all()
        ]


def test_their_invitation_says_that_they_can_take_themselves_off(page, zoom):
    made(page, others=[KIM])

    assert "See the booking, or take yourself off" in zoom.mails(KIM.email)[0]["text"]
    assert "take yourself off" not in zoom.mails(GUEST)[0]["text"]


def test_a_look_takes_nobody_off(client, page):
    booking = made(page, others=[KIM])

    asked = client.get(f"{link_path(kim_of(booking))}/leave")

    assert "Take yourself off this meeting?" in shown(asked)
    assert people(booking) == [KIM.email]


def test_who_leaves_is_off_and_both_sides_are_told(client, page, zoom):
    booking = made(page, others=[KIM])
    told = {to: len(zoom.mails(to)) for to in (GUEST, HOST)}

    assert leave(client, booking)["Location"] == link_path(kim_of(booking))
    leave(client, booking)

    assert people(booking) == []
    for to in (GUEST, HOST):
        assert len(zoom.mails(to)) == told[to] + 1
        assert "Nobody else is invited any more." in zoom.mails(to)[-1]["text"]
    [_, off] = zoom.mails(KIM.email)
    assert method_of(off) == "CANCEL"
    assert "You took yourself off the guests of this meeting." in off["text"]
    assert link(kim_of(booking)) in off["text"]
    assert events(booking)[-1] == ("attendee", "link", "left")
    left = client.get(link_path(kim_of(booking)))
    assert "You have left this meeting" in shown(left)
    assert "invite.ics" not in left.content.decode()
    cancel(booking.pk, actor="host", note_text="", now=now())
    work_off()
    assert len(zoom.mails(KIM.email)) == 2


def read(answer):
    """As a reader has it: without the tags."""
    return " ".join(re.sub(r"<[^>]*>", "", shown(answer)).split())


def test_the_host_reads_who_was_invited_and_who_left_until_it_is_erased(client, alice, page, zoom):
    booking = made(page, others=[KIM, LEE])
    assert "Invited too: Kim <kim@others.example>, lee@others.example" in zoom.mails(HOST)[0]["text"]

    leave(client, booking)
    leave(client, booking, booking.attendees.get(email=LEE.email))
    stop_reminders(kim_of(booking), stop=True)

    for to in (GUEST, HOST):
        assert "Kim has left the meeting." in zoom.mails(to)[-2]["text"]
        assert "lee@others.example has left the meeting." in zoom.mails(to)[-1]["text"]
    client.force_login(alice)
    seen = read(client.get(f"/bookings/{booking.pk}"))
    for said in (
        "Kim left the meeting.",
        "lee@others.example left the meeting.",
        "Kim stopped the reminders sent to them.",
    ):
        assert said in seen
    listed = shown(client.get(f"/bookings/{booking.pk}"))
    assert "Mail to Kim <kim@others.example>: invitation taken back" in listed
    told = client.get(f"/bookings/{booking.pk}/history.json").json()["history"]
    assert "Kim left the meeting." in [entry["text"] for entry in told]
    cancel(booking.pk, actor="host", note_text="", now=now())

    erase(booking.pk, actor="host", now=now())

    texts = list(booking.history.values_list("text", flat=True))
    assert "Left the meeting." in texts
    assert not [text for text in texts if "Kim" in text or "lee@" in text]
    assert "A further guest Left the meeting." in read(client.get(f"/bookings/{booking.pk}"))


def test_who_left_may_come_back_and_is_invited_again(client, page, zoom):
    booking = made(page, others=[KIM])
    leave(client, booking)

    leave(client, booking, undo="")

    assert people(booking) == [KIM.email]
    assert [method_of(mail) for mail in zoom.mails(KIM.email)] == ["REQUEST", "CANCEL", "REQUEST"]
    assert "named you as a guest" in zoom.mails(KIM.email)[-1]["text"]
    assert "Invited too: Kim" in zoom.mails(HOST)[-1]["text"]
    assert "You are invited" in shown(client.get(link_path(kim_of(booking))))
    assert events(booking)[-1] == ("attendee", "link", "came_back")


def test_everybody_comes_back_once(client, page):
    booking = made(page, others=[KIM])
    leave(client, booking)
    leave(client, booking, undo="")
    leave(client, booking)

    refused = leave(client, booking, undo="")

    assert refused.status_code == 409
    assert "You have come back to this meeting once already." in shown(refused)
    assert f"To come after all, write to Alice Host: {HOST}." in shown(refused)
    assert 'name="undo"' not in refused.content.decode()
    assert people(booking) == []


def test_who_comes_and_goes_before_a_mail_is_sent_still_comes_back_once(client, page):
    booking = made(page, others=[KIM])
    path = f"{link_path(kim_of(booking))}/leave"

    for _ in range(3):
        client.post(path, {"answer": "leave"})
        client.post(path, {"undo": ""})

    assert people(booking) == []
    assert [one[2] for one in events(booking)].count("came_back") == 1


def test_nobody_is_kept_in_a_booking_by_what_others_did(client, page):
    booking = made(page, others=[KIM, LEE])
    for actor in ("attendee", "guest", "host"):
        for _ in range(MOST_CHANGES):
            booking.history.create(actor=actor, event="left", text="Left the meeting.")

    assert leave(client, booking).status_code == 302
    assert leave(client, booking, undo="").status_code == 302
    assert leave(client, booking, booking.attendees.get(email=LEE.email)).status_code == 302
    assert people(booking) == [KIM.email]


def test_who_was_taken_off_once_and_invited_again_may_leave_and_come_back(client, page):
    booking = made(page, others=[KIM])
    remove_guest(booking.pk, attendee_id=kim_of(booking).pk, now=now())
    work_off()
    add(booking, KIM)

    leave(client, booking)

    assert leave(client, booking, undo="").status_code == 302
    assert people(booking) == [KIM.email]


def test_who_left_cannot_come_back_to_a_place_that_was_given_away(client, page):
    booking = made(rule(page, most_guests=1), others=[KIM])
    leave(client, booking)
    add_guests(booking.pk, guests=[LEE], now=now(), actor="host")

    refused = leave(client, booking, undo="")

    assert refused.status_code == 409
    assert f"Your place is taken by now. To come after all, write to Alice Host: {HOST}." in shown(refused)
    assert people(booking) == [LEE.email]


@pytest.mark.parametrize("form", [{"answer": ""}, {"answer": "maybe"}, {"leave": ""}, {"csrf": "x"}])
def test_only_the_named_button_takes_anybody_off(client, page, form):
    booking = made(page, others=[KIM])

    answer = leave(client, booking, **form)

    assert answer.status_code == 422
    assert "Take yourself off this meeting?" in shown(answer)
    assert people(booking) == [KIM.email]


@pytest.mark.parametrize(
    ("hour", "cancelled", "said"),
    [
        (9, True, "This booking is cancelled already, so there is nothing to leave."),
        (10.2, False, "This meeting has begun, so you cannot leave it here any more."),
        (12, False, "This meeting is over, so you cannot leave it any more."),
    ],
)
def test_who_can_leave_no_more_reads_why_and_finds_no_button(client, page, hour, cancelled, said):
    booking = made(page, others=[KIM])
    if cancelled:
        cancel(booking.pk, actor="guest", note_text="", now=now())
    with time_machine.travel(tomorrow(10) + timedelta(hours=hour - 10), tick=False):
        refused = leave(client, booking)

    assert refused.status_code == 409
    assert said in shown(refused)
    assert "You cannot leave this meeting any more" in shown(refused)
    assert "Take me off" not in shown(refused)


def test_who_was_invited_by_the_host_is_still_so_after_coming_back(client, page, zoom):
    booking = made(page)
    add_guests(booking.pk, guests=[KIM], now=now(), actor="host")
    work_off()
    leave(client, booking)
    leave(client, booking, undo="")

    assert "who invited you, too" in zoom.mails(KIM.email)[-1]["text"]


@pytest.mark.whole
@pytest.mark.parametrize("by", ["guest", "host"])
def test_who_was_taken_off_has_no_page_any_more(client, page, by):
    booking = made(page, others=[KIM])
    remove_guest(booking.pk, attendee_id=kim_of(booking).pk, now=now(), actor=by)

    path = link_path(kim_of(booking))

    for one in (
        path,
        f"{path}/leave",
        f"{path}/zone",
        f"{path}/invite.ics",
        f"{path}/link",
        f"{path}/reminders",
    ):
        assert (client.get(one).status_code, client.post(f"{path}/leave", {"undo": ""}).status_code) == (
            404,
            404,
        )
    assert people(booking) == []


def test_nobody_leaves_what_is_over_or_cancelled(client, page):
    booking = made(page, others=[KIM])
    path = link_path(kim_of(booking))
    with time_machine.travel(tomorrow(11), tick=False):
        assert f"{path}/leave" not in client.get(path).content.decode()
        assert leave(client, booking).status_code == 409
    cancel(booking.pk, actor="guest", note_text="I am ill", now=now())

    seen = shown(client.get(path))
    assert leave(client, booking).status_code == 409
    assert "Sam Guest cancelled it." in seen
    assert "ill" not in seen.partition("<main")[2]
    assert "Choose a new time" not in seen
    assert people(booking) == [KIM.email]


@pytest.mark.whole
def test_a_request_has_no_page_for_others_before_the_hosts_yes(client, page):
    booking = made(rule(page, approval=True), others=[KIM])
    path = link_path(kim_of(booking))
    assert client.get(path).status_code == 404

    approve(booking.pk, source="host", now=now())

    assert client.get(path).status_code == 200


def test_each_has_a_zone_and_a_language_of_their_own(page, zoom):
    booking = made(page, others=[KIM, LEE])
    assert {row.time_zone for row in booking.attendees.all()} == {"America/New_York"}
    german = Client(headers={"Accept-Language": "de"})
    path = link_path(kim_of(booking))

    assert german.post(f"{path}/zone", {"zone": "Asia/Tokyo"})["Location"] == path
    german.post(f"{path}/zone", {"zone": "Mars/Olympus"})
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="host", now=now())
    work_off()

    own = (kim_of(booking).time_zone, kim_of(booking).language)
    assert own == ("Asia/Tokyo", "de")
    assert "Asia/Tokyo" in shown(german.get(path))
    assert "Verschoben" in message(zoom.mails(KIM.email)[-1])["Subject"]
    for to in (GUEST, LEE.email):
        assert "Moved: Intro call" in message(zoom.mails(to)[-1])["Subject"]
    assert Booking.objects.get().booker.time_zone == "America/New_York"
    assert Client().get(f"{path}/zone")["Location"] == path


def test_a_new_link_for_who_booked_leaves_the_others_theirs(client, page):
    booking = made(page, others=[KIM])
    before = link_path(booking.booker)

    renew_link(booking.pk, actor="host")

    assert client.get(before).status_code == 404
    assert client.get(link_path(kim_of(booking))).status_code == 200


@pytest.mark.whole
def test_erasing_ends_every_link(client, page):
    booking = made(page, others=[KIM])
    paths = [link_path(row) for row in booking.attendees.all()]
    cancel(booking.pk, actor="host", note_text="", now=now())

    erase(booking.pk, actor="host", now=now())

    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_who_comes_later_follows_the_booker_and_keeps_what_they_said(client, page):
    booking = made(page)
    add(booking, KIM)
    Attendee.objects.filter(pk=kim_of(booking).pk).update(time_zone="Asia/Tokyo", language="de")
    before = link_path(kim_of(booking))

    remove_guest(booking.pk, attendee_id=kim_of(booking).pk, now=now())
    add(booking, KIM)

    assert (kim_of(booking).time_zone, kim_of(booking).language) == ("Asia/Tokyo", "de")
    assert link_path(kim_of(booking)) == before
    assert kinds(booking)[-1][0] == "invited"
