"""Bookings that wait for their host's yes: asked for, moved, taken back, answered once, ended by themselves."""

from datetime import timedelta

import pytest
import time_machine

from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import LONGEST, approve, decline, expire_request
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, order, tomorrow, work_off
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.life import events, kinds, made, now, rule, state, subjects
from timetuna.bookings.tests.reading import GUEST, HOST, calendar_parts, event, message
from timetuna.bookings.tests.test_public import details
from timetuna.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(page):
    return rule(page, approval=True, approval_hours=24)


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def yes(booking):
    approve(booking.pk, source="host", now=now())
    work_off()


def test_the_page_says_request_and_who_confirms(client, page):
    assert "Alice Host confirms each booking" in shown(client.get("/alice/intro"))
    form = shown(client.get("/alice/intro/book", details(client, page)))
    assert "This is a request: Alice Host confirms each booking." in form
    assert "> Request " in form

    answer = client.post("/alice/intro/book", details(client, page), follow=True)

    text = shown(answer)
    assert "Your request is with Alice Host" in text
    assert "Add to your calendar" not in text
    assert "Take the request back" in text
    assert state(Booking.objects.get()) == "pending"


def test_the_time_is_taken_while_the_host_decides(client, page):
    booking = made(page)

    with pytest.raises(SlotTaken):
        book(order(page, email="kim@guest.example"), now=now())
    day = tomorrow().date()
    offered = [time.url for time in client.get(f"/alice/intro?day={day}&zone=UTC").context["slots"].times]
    assert not any(write_start(tomorrow()).replace(":", "%3A") in url for url in offered)
    assert booking.status == "pending"


def test_both_are_told_and_nothing_else_follows(page, zoom):
    made(page)

    assert [subject.partition(":")[0] for subject in subjects(zoom, GUEST)] == ["Requested"]
    [mail] = zoom.mails(HOST)
    assert message(mail)["Subject"].startswith("Request: Intro call with Sam Guest")
    assert "/answer" in mail["text"]
    assert calendar_parts(mail) == calendar_parts(zoom.mails(GUEST)[0]) == []
    assert not Job.objects.filter(name="bookings.fulfil").exists()


def test_yes_makes_meeting_and_invitation(client, alice, zoom):
    zoom.connect(client, alice)
    page = rule(make_page(alice, slug="online", kinds=(("zoom", ""),)), approval=True)
    booking = made(page)
    assert zoom.created() == 0

    yes(booking)

    booking.refresh_from_db()
    assert (booking.status, booking.pending_until, zoom.created()) == ("confirmed", None, 1)
    found = event(zoom.mails(GUEST)[-1])
    assert str(found["uid"]).startswith(str(booking.uid))
    assert int(found["sequence"]) == booking.revision == 1
    assert str(found["location"]) == Conference.objects.get().join_url
    assert ("host", "host", "approved") in events(booking)


def test_a_second_yes_changes_nothing(page):
    booking = made(page)
    yes(booking)
    before = events(booking), kinds(booking)

    yes(booking)

    booking.refresh_from_db()
    assert (events(booking), kinds(booking), booking.revision) == (*before, 1)


def test_no_frees_the_time_and_passes_the_word_on(page, zoom):
    booking = made(page)

    decline(booking.pk, note_text="I am away.", source="mail", now=now())
    work_off()

    booking.refresh_from_db()
    assert booking.status == "declined"
    mail = zoom.mails(GUEST)[-1]
    assert message(mail)["Subject"].startswith("Declined: ")
    assert "Alice Host wrote: I am away." in mail["text"]
    assert "/alice/intro" in mail["text"]
    assert calendar_parts(mail) == []
    assert len(zoom.mails(HOST)) == 1
    assert ("host", "mail", "declined") in events(booking)
    assert made(page).status == "pending"


def test_a_request_ends_by_itself(page, zoom):
    booking = made(page)
    work = Job.objects.get(name="bookings.lapse")
    assert work.run_at == booking.pending_until

    with time_machine.travel(booking.pending_until, tick=True):
        work_off()

    booking.refresh_from_db()
    assert booking.status == "lapsed"
    assert subjects(zoom, GUEST)[-1].startswith("Not confirmed: ")
    assert subjects(zoom, HOST)[-1].startswith("Not answered: ")
    assert ("system", "system", "lapsed") in events(booking)


def test_a_request_ends_with_its_start_at_the_latest(page):
    soon = now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    assert made(page, soon).pending_until == soon
    far = made(page, tomorrow() + timedelta(days=5), email="kim@guest.example")
    assert abs(far.pending_until - far.created_at - timedelta(hours=24)) < timedelta(seconds=5)


def test_moving_never_keeps_a_request_for_ever(page):
    booking = made(page)
    Booking.objects.update(created_at=now() - LONGEST - timedelta(hours=1))
    far = tomorrow() + timedelta(days=20)

    reschedule(booking.pk, start_minute=minute_of(far), actor="guest", now=now())

    booking.refresh_from_db()
    assert booking.pending_until < now()


def test_an_answer_after_the_end_is_refused(page):
    booking = made(page)
    late = booking.pending_until + timedelta(seconds=1)

    with pytest.raises(NotPossible, match="This request has ended"):
        approve(booking.pk, source="host", now=late)
    with pytest.raises(NotPossible, match="This request has ended"):
        decline(booking.pk, note_text="", source="host", now=late)
    assert state(booking) == "pending"


def test_an_answered_request_does_not_end(page):
    booking = made(page)
    until = booking.pending_until
    yes(booking)

    expire_request(booking.pk, now=until + timedelta(days=1))

    assert state(booking) == "confirmed"


def test_a_moved_request_is_asked_again(page, zoom):
    booking = made(page)

    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())
    work_off()

    booking.refresh_from_db()
    assert (booking.status, booking.start_at) == ("pending", tomorrow(15))
    assert kinds(booking)[2:] == [("request_moved", "guest"), ("request_moved", "host")]
    assert "A request has another time" in zoom.mails(HOST)[-1]["text"]
    assert all(calendar_parts(mail) == [] for mail in zoom.mails())


def test_a_request_can_be_taken_back_however_late(page, zoom, client):
    rule(page, cancel_notice_minutes=None)
    booking = made(page)

    answer = client.post(f"{link_path(booking.booker)}/cancel", {"note": "Found another time"}, follow=True)
    work_off()

    assert "Your request is taken back" in shown(answer)
    assert "Sam Guest wrote: Found another time" in zoom.mails(HOST)[-1]["text"]
    assert calendar_parts(zoom.mails(GUEST)[-1]) == []
    with pytest.raises(NotPossible, match="has taken this request back"):
        approve(booking.pk, source="mail", now=now())


def test_a_host_declines_and_does_not_cancel_or_move_a_request(page):
    booking = made(page)

    with pytest.raises(NotPossible, match="Decline it instead"):
        cancel(booking.pk, actor="host", note_text="", now=now())
    with pytest.raises(NotPossible, match="Answer the request first"):
        reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="host", now=now())
    yes(booking)
    with pytest.raises(NotPossible, match="confirmed already"):
        decline(booking.pk, note_text="", source="host", now=now())


def test_what_was_never_confirmed_has_no_calendar_file(page, client):
    booking = made(page)

    assert client.get(f"{link_path(booking.booker)}/invite.ics")["Location"] == link_path(booking.booker)
    cancel(booking.pk, actor="guest", note_text="", now=now())
    assert client.get(f"{link_path(booking.booker)}/invite.ics").status_code == 302
    assert "takes the meeting out" not in shown(client.get(link_path(booking.booker)))


def test_the_mail_leads_to_a_page_with_buttons_and_looking_changes_nothing(page, as_alice):
    booking = made(page)

    text = shown(as_alice.get(f"/bookings/{booking.pk}/answer"))

    assert "Confirm the booking" in text
    assert "Decline the request" in text
    assert state(booking) == "pending"
    as_alice.post(f"/bookings/{booking.pk}/answer", {"seen": "0", "answer": "yes", "via": "mail"})
    assert state(booking) == "confirmed"
    assert ("host", "mail", "approved") in events(booking)
    assert as_alice.get(f"/bookings/{booking.pk}/answer")["Location"] == f"/bookings/{booking.pk}"


def test_the_answer_needs_its_host(page, client, charlie):
    booking = made(page)
    path = f"/bookings/{booking.pk}/answer"

    assert client.post(path, {"seen": "0", "answer": "yes"}).status_code == 302
    client.force_login(charlie)
    assert client.get(path).status_code == 404
    assert client.post(path, {"seen": "0", "answer": "yes"}).status_code == 404
    assert state(booking) == "pending"


def test_what_waits_stands_in_the_lists(page, as_alice):
    booking = made(page)

    assert "1 request waits for your answer." in shown(as_alice.get("/bookings"))
    waiting = as_alice.get("/bookings?show=requests")
    assert f'href="/bookings/{booking.pk}"' in shown(waiting)
    assert "Waiting for your answer" in shown(waiting)
    agenda = as_alice.get(f"/bookings/agenda?date={tomorrow().date()}")
    assert "Waiting for your answer" in shown(agenda)
    yes(booking)
    assert "No request waits" in shown(as_alice.get("/bookings?show=requests"))
    assert "Requests" not in [tab.label for tab in as_alice.get("/bookings").context["tabs"]]


@pytest.mark.parametrize("said", ["yes", "no"])
def test_an_answer_to_one_time_is_none_to_another_the_guest_has_moved_to_meanwhile(as_alice, page, said):
    booking = made(page)
    form = as_alice.get(f"/bookings/{booking.pk}/answer").content.decode()
    assert form.count('<input type="hidden" name="seen" value="0">') == 2
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())

    told = as_alice.post(
        f"/bookings/{booking.pk}/answer", {"answer": said, "seen": "0", "note": ""}, follow=True
    )

    assert state(booking) == "pending"
    assert "Your guest has asked for another time meanwhile." in shown(told)
    as_alice.post(f"/bookings/{booking.pk}/answer", {"answer": said, "seen": "1", "note": ""})
    assert state(booking) == {"yes": "confirmed", "no": "declined"}[said]


def test_the_moment_until_which_a_request_is_kept_stands_in_a_sentence(as_alice, page):
    booking = made(rule(page, approval_hours=1))
    Booking.objects.filter(pk=booking.pk).update(pending_until=now() + timedelta(seconds=1))

    assert "It is kept until Today" not in shown(as_alice.get(f"/bookings/{booking.pk}/answer"))


def test_words_of_a_no_that_are_too_long_come_back_and_nothing_is_answered(as_alice, page):
    booking = made(page)

    answer = as_alice.post(
        f"/bookings/{booking.pk}/answer", {"seen": "0", "answer": "no", "note": "why " * 90}
    )

    assert answer.status_code == 422
    assert "why why" in shown(answer)
    assert "This can have 300 characters at most." in shown(answer)
    assert state(booking) == "pending"


def test_a_request_is_sent_again_to_nobody_who_has_not_heard_of_it(as_alice, page):
    booking = made(rule(page, most_guests=3), others=[Guest("Kim", "kim@others.example")])

    as_alice.post(
        f"/bookings/{booking.pk}/resend", {"to": audience_of(booking.attendees.get(is_booker=False))}
    )

    assert ("again", "guest") not in kinds(booking)
    assert {audience for _, audience in kinds(booking)} == {"guest", "host"}


def test_a_request_whose_time_is_over_is_not_brought_back_by_a_move(page, sam):
    booking = made(rule(page, approval_hours=1), tomorrow(14))
    path, later = link_path(booking.booker), write_start(tomorrow(16))

    with time_machine.travel(now() + timedelta(hours=1, minutes=1), tick=False):
        with pytest.raises(NotPossible, match="This booking is cancelled"):
            reschedule(booking.pk, start_minute=minute_of(tomorrow(16)), actor="guest", now=now())
        sam.post(f"{path}/move/confirm", {"zone": "", "hold": "", "note": "", "start": later})
        expire_request(booking.pk, now=now())

    assert (state(booking), events(booking)[-1][2]) == ("lapsed", "lapsed")
