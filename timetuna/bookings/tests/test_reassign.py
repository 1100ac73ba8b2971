"""A meeting goes to another host: each calendar has it once at each step, and everybody hears what concerns them."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.guests import Guest
from timetuna.bookings.integrations.own_event_times import own_times
from timetuna.bookings.models import Booking, BookingHost, Conference
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.agenda import Agenda
from timetuna.bookings.tests.conftest import (
    due_now,
    make_host,
    make_page,
    open_always,
    set_reminders,
    staff,
    tomorrow,
    work_off,
)
from timetuna.bookings.tests.google import PRIMARY
from timetuna.bookings.tests.life import made, rule, subjects
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.models import Job
from timetuna.l10n.datetimes import short_when, zone_or_utc

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either, pytest.mark.matrix(of="file")]
SAM, KIM = "sam@guest.example", "kim@guest.example"
ADA, BOB, CLEO = "alice@host.example", "bob@host.example", "cleo@host.example"
CASEY = "casey@cohost.example"


@pytest.fixture
def cleo(db):
    host = make_host("cleo", "Cleo Teammate")
    open_always(host)
    return host


def give(booking, former, to, **more):
    return hand_over(booking.pk, Handing(former=former.pk, to=to.pk, **more), now=present())


def agendas(mailbox, *people):
    """Return everybody's calendar, filled with all that came so far; called again, with the rest."""
    found = {person: Agenda(person) for person in people}
    return lambda: {person: agenda.read(mailbox.mails(person)) for person, agenda in found.items()}


def test_a_life_from_host_to_host(alice, bob, cleo, shared, zoom):
    read = agendas(zoom, SAM, KIM, ADA, BOB, CLEO)
    booking = made(shared, tomorrow(), others=[Guest("Kim Guest", KIM)])
    uid, path = booking.uid, link_path(booking.booker)

    assert {who for who, agenda in read().items() if agenda.meetings} == {SAM, KIM, ADA}

    for former, to in ((alice, bob), (bob, cleo), (cleo, bob)):
        give(booking, former, to)
        work_off()
        now = read()
        assert now[former.email].is_empty()
        for who in (SAM, KIM, to.email):
            assert now[who].roles()[to.email] == "CHAIR"
            assert former.email not in now[who].roles()
            assert f"and {to.name}" in now[who].one()["summary"]

    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=present())
    work_off()
    assert {read()[who].one()["dtstart"] for who in (SAM, KIM, BOB)} == {tomorrow(15)}

    cancel(booking.pk, actor="host", note_text="", now=present())
    work_off()
    assert all(agenda.is_empty() for agenda in read().values())

    booking.refresh_from_db()
    assert (booking.uid, link_path(booking.booker), booking.host) == (uid, path, bob)


def test_each_hosts_own_calendar_has_it_or_not(alice, bob, shared, google):
    google.connect(Client(), alice)
    google.connect(Client(), bob, account="casey")
    booking = made(shared, tomorrow())

    for former, to, where in ((alice, bob, CASEY), (bob, alice, PRIMARY), (alice, bob, CASEY)):
        give(booking, former, to)
        work_off()
        standing = {calendar: len(google.events(calendar)) for calendar in (PRIMARY, CASEY)}
        assert standing == {PRIMARY: 0, CASEY: 0} | {where: 1}
    assert google.control.violations() == []


def test_it_comes_from_who_invited_also_where_that_was_one_host(alice, bob, page, zoom):
    read = agendas(zoom, ADA, BOB)
    booking = made(page, tomorrow())

    give(booking, alice, bob)
    work_off()

    now = read()
    assert now[ADA].is_empty()
    assert now[BOB].one()["organizer"] == ("mailto:noreply@localhost", "Intro call")
    assert read()[BOB].roles() == {BOB: "CHAIR", SAM: "REQ-PARTICIPANT"}


def test_what_everybody_reads(alice, bob, shared, zoom):
    bob.schedules.update(time_zone="America/New_York")
    booking = made(shared, tomorrow())

    give(booking, alice, bob, note="She asks for the blue folder.")
    work_off()

    guest, former, new = (zoom.mails(who)[-1] for who in (SAM, ADA, BOB))
    assert guest["subject"].startswith("Now with Bob Teammate: Intro call")
    assert "You meet Bob Teammate instead of Alice Host. The time stays as it was." in guest["text"]
    assert former["subject"].startswith("Handed over: Intro call with Sam Guest")
    assert "Bob Teammate hosts it instead of you, and your guest is told." in former["text"]
    assert "takes this meeting out of your calendar" in former["text"]
    assert "/bookings/" not in former["text"]
    assert new["subject"].startswith("Yours now: Intro call with Sam Guest")
    assert "You host this meeting instead of Alice Host." in new["text"]
    assert "A note for you: She asks for the blue folder." in new["text"]
    assert "blue folder" not in guest["text"] + former["text"]
    assert new["subject"].endswith(short_when(tomorrow(), zone=zone_or_utc("America/New_York")))


def test_the_new_host_is_reminded_and_the_former_is_not(alice, bob, shared, zoom):
    set_reminders(shared, host=[60])
    booking = made(shared, tomorrow())

    give(booking, alice, bob)
    work_off()
    Job.objects.filter(name="bookings.reminder").update(run_at=present())
    work_off()

    assert [subject for subject in subjects(zoom, BOB) if subject.startswith("Reminder")] != []
    assert [subject for subject in subjects(zoom, ADA) if subject.startswith("Reminder")] == []


def test_a_link_is_made_by_the_new_hosts_account_and_mailed_with_the_news(alice, bob, page, zoom):
    zoom.connect(Client(), alice)
    zoom.connect(Client(), bob, as_user="casey")
    page.meeting_types.update(kind="zoom")
    booking = made(page, tomorrow())
    before = Conference.objects.get()

    give(booking, alice, bob)
    work_off()

    after = Conference.objects.get()
    assert (after.state, after.host) == ("ready", bob)
    assert after.join_url != before.join_url
    for who in (SAM, BOB):
        assert after.join_url in zoom.mails(who)[-1]["text"]
        assert len(zoom.mails(who)) == (2 if who == SAM else 1)
    assert (
        f"The Zoom meeting {before.reference} stays in your Zoom account; delete it there."
        in zoom.mails(ADA)[-1]["text"]
    )
    for url in (before.join_url, after.join_url):
        assert url not in zoom.mails(ADA)[-1]["text"] + zoom.mails(ADA)[-1]["ics"][0]
    assert zoom.control.calls("v2.delete") == []


def test_where_the_grant_allows_it_the_old_meeting_is_deleted(alice, bob, page, zoom):
    zoom.control.app(extra_scopes=["meeting:delete:meeting"])
    zoom.connect(Client(), alice)
    zoom.connect(Client(), bob, as_user="casey")
    page.meeting_types.update(kind="zoom")
    booking = made(page, tomorrow())
    reference = Conference.objects.get().reference

    give(booking, alice, bob)
    work_off()

    assert [
        meeting["id"]
        for meeting in zoom.control.state()["meetings"]
        if str(meeting["id"]) == reference and not meeting.get("deleted")
    ] == []
    assert "stays in your Zoom account" not in zoom.mails(ADA)[-1]["text"]
    assert booking.history.filter(event="meeting_removed").exists()


def test_without_the_new_hosts_zoom_everybody_hears_at_once_that_the_link_follows(alice, bob, page, zoom):
    zoom.connect(Client(), alice)
    page.meeting_types.update(kind="zoom")
    booking = made(page, tomorrow())

    give(booking, alice, bob)
    work_off()

    assert "The Zoom link follows in a second mail." in zoom.mails(SAM)[-1]["text"]
    assert "Zoom is not connected. Connect Zoom and the link is made." in zoom.mails(BOB)[-1]["text"]

    zoom.connect(Client(), bob, as_user="casey")
    work_off()
    url = Conference.objects.get().join_url
    assert [subject.partition(":")[0] for subject in subjects(zoom, SAM)] == [
        "Intro call with Alice Host",
        "Now with Bob Teammate",
        "Zoom link",
    ]
    assert url in zoom.mails(SAM)[-1]["text"]
    assert url in zoom.mails(BOB)[-1]["text"]


def test_a_cohost_is_replaced_and_the_first_hosts_link_stays(alice, bob, cleo, page, zoom):
    zoom.connect(Client(), alice)
    staff(page, "all", bob)
    page.meeting_types.update(kind="zoom")
    booking = made(page, tomorrow())
    before = Conference.objects.get().join_url

    give(booking, bob, cleo)
    work_off()

    assert (Conference.objects.get().join_url, Booking.objects.get().host) == (before, alice)
    assert "Cleo Teammate takes part instead of Bob Teammate." in zoom.mails(SAM)[-1]["text"]
    assert "Cleo Teammate hosts it instead of Bob Teammate." in zoom.mails(ADA)[-1]["text"]
    assert [subject.partition(":")[0] for subject in subjects(zoom, BOB)][-1] == "Handed over"
    assert [subject.partition(":")[0] for subject in subjects(zoom, CLEO)] == ["Yours now"]


def test_a_request_goes_over_without_a_word_to_its_guest(alice, bob, shared, zoom):
    booking = made(rule(shared, approval=True), tomorrow())
    mails = len(zoom.mails(SAM))

    give(booking, alice, bob)
    work_off()

    assert len(zoom.mails(SAM)) == mails
    assert subjects(zoom, BOB)[-1].startswith("Request: Intro call with Sam Guest")
    assert subjects(zoom, ADA)[-1].startswith("Handed over: Intro call with Sam Guest")
    assert zoom.mails(ADA)[-1]["ics"] == []


def test_before_anybody_has_heard_of_it_there_are_first_mails_only(alice, bob, shared, zoom):
    booking = made(shared, tomorrow(), worked=False)

    give(booking, alice, bob)
    work_off()

    assert [subject.partition(":")[0] for subject in subjects(zoom, SAM)] == ["Intro call with Bob Teammate"]
    assert zoom.mails(ADA) == []
    assert len(zoom.mails(BOB)) == 1


def test_nobody_gets_two_meetings_at_one_time_even_anyway(alice, bob, shared):
    booking = made(shared, tomorrow(), worked=False)
    theirs = made(make_page(bob, slug="theirs"), tomorrow(), worked=False)

    for anyway in (False, True):
        with pytest.raises(SlotTaken, match="Bob Teammate has another booking at that time"):
            give(booking, alice, bob, anyway=anyway)

    assert set(BookingHost.objects.values_list("booking", "host")) == {
        (booking.pk, alice.pk),
        (theirs.pk, bob.pk),
    }


def test_a_busy_calendar_is_a_warning(alice, bob, shared, google):
    account = google.connect(Client(), bob)
    account.calendars.update(read_at=None)
    booking = made(shared, tomorrow())

    with pytest.raises(SlotTaken, match="has no time then, or a calendar that cannot be read"):
        give(booking, alice, bob)

    give(booking, alice, bob, anyway=True)
    assert booking.booking_hosts.get().host == bob


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda booking, _: cancel(booking.pk, actor="host", note_text="", now=present()), "cancelled"),
        (lambda _, __: Booking.objects.update(start_at=present() - timedelta(hours=2)), "over"),
        (lambda _, bob: type(bob).objects.filter(pk=bob.pk).update(is_active=False), "switched off"),
        (lambda booking, _: booking.booking_hosts.all().delete(), "do not host this meeting any more"),
    ],
)
def test_what_cannot_be_handed_over(alice, bob, shared, change, said):
    booking = made(shared, tomorrow(), worked=False)
    change(booking, bob)

    with pytest.raises(NotPossible, match=said):
        give(booking, alice, bob)


def test_an_event_in_an_account_that_was_not_connected_goes_once_it_is(alice, bob, shared, google):
    google.connect(Client(), alice)
    booking = made(shared, tomorrow())
    alice.calendar_accounts.all().delete()

    give(booking, alice, bob)
    work_off()
    assert len(google.events(PRIMARY)) == 1

    google.just_connect(Client(), alice)
    work_off()
    due_now()
    work_off()
    assert google.events(PRIMARY) == []
    assert CalendarEvent.objects.get(host=alice).state == "removed"


def test_what_is_still_to_be_removed_takes_nobodys_time(alice, bob, shared, google):
    google.connect(Client(), alice)
    booking = made(shared, tomorrow())

    give(booking, alice, bob)

    assert own_times(alice.pk, [str(booking.uid)]) == {
        str(booking.uid): [(minute_of(tomorrow()), minute_of(tomorrow(10, 30)))]
    }
    assert own_times(bob.pk, [str(booking.uid)]).keys() == {str(booking.uid)}
