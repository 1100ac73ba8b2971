"""Whom a guest brings: invited with the booking or later, taken off, never able to change it, never flooded."""

import pytest
from icalendar import Calendar

from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import MOST_CHANGES, add_guests, remove_guest
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import NotPossible, TooManyBookings
from timetuna.bookings.guests import Guest, read_guests
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import due_now, tomorrow, work_off
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.life import events, kinds, made, now, rule
from timetuna.bookings.tests.reading import GUEST, HOST, calendar_parts, event, message
from timetuna.bookings.tests.test_public import details
from timetuna.lib.smtp import parse_email_url

pytestmark = [pytest.mark.django_db, pytest.mark.matrix(of="file")]
KIM, LEE = Guest("Kim", "kim@others.example"), Guest("", "lee@others.example")


def add(booking, *others):
    add_guests(booking.pk, guests=others, now=now())
    work_off()
    booking.refresh_from_db()


def people(booking):
    return list(booking.attendees.filter(is_booker=False, active=True).values_list("email", flat=True))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ()),
        ("kim@others.example", (Guest("", "kim@others.example"),)),
        ("Kim <KIM@others.example>, kim+x@others.example\r\n; ", (KIM,)),
        ('"Kim" <kim@others.example>\nlee@others.example', (KIM, LEE)),
        (
            '"Zoë; Ltd." <zoe@others.example>, "Kim" <kim@others.example>',
            (Guest("Zoë; Ltd.", "zoe@others.example"), KIM),
        ),
        ('"Fish, Inc <Tuna>" <f@others.example>', (Guest("Fish, Inc <Tuna>", "f@others.example"),)),
        (r'"Kim \"the, fish\"" <kim@others.example>', (Guest('Kim "the, fish"', "kim@others.example"),)),
        ('Kim "the fish" Lee <kim@others.example>', (Guest('Kim "the fish" Lee', "kim@others.example"),)),
        ("Kim\u202e\r <kim@others.example>", (KIM,)),
        ("mailto:kim@others.example, lee@others.example,", (Guest("", KIM.email), LEE)),
        ("kim@others.example lee@others.example", (Guest("", KIM.email), LEE)),
        ("Kim, Dr. <kim@others.example>; lee@others.example.", (Guest("Kim, Dr.", KIM.email), LEE)),
    ],
)
def test_addresses_are_read_as_people_type_them(typed, found):
    assert read_guests(typed, most=3) == found


@pytest.mark.parametrize(
    "typed",
    [
        "kim",
        "kim@",
        "a@b.example and b@c.example",
        "kim@others.example>, lee",
        "Kim, Lee",
        "<>",
        '"a;b"@o.example',
        "x@y\x00.example",
    ],
)
def test_what_is_no_address_is_named(typed):
    with pytest.raises(ValueError, match=r"is no email address"):
        read_guests(typed, most=3)


def test_who_is_named_at_booking_is_invited(client, page, zoom):
    client.post(
        "/alice/intro/book", details(client, page, guests="Kim <kim@others.example>\nlee@others.example")
    )
    work_off()

    booking = Booking.objects.get()
    assert people(booking) == ["kim@others.example", "lee@others.example"]
    [mail] = zoom.mails("kim@others.example")
    assert "You are invited" in mail["text"]
    assert "Sam Guest booked this meeting with Alice Host" in mail["text"]
    for one in ("kim@others.example", GUEST, HOST):
        found = event(zoom.mails(one)[-1])
        assert len(found["attendee"]) == 4
        assert str(found["uid"]).startswith(str(booking.uid))


@pytest.mark.whole
def test_a_further_guest_gets_nothing_that_changes_the_booking(client, page, zoom):
    booking = made(page, others=[KIM], notes="Look at https://lure.example", name="www.lure.example Sam")

    [mail] = zoom.mails(KIM.email)

    token = link_path(booking.booker).removeprefix("/b/")
    assert token not in mail["raw"]
    assert all(token.encode() not in part for part in calendar_parts(mail))
    assert "lure.example" not in mail["text"]
    assert message(mail)["Reply-To"].endswith(f"<{HOST}>")


def test_too_many_and_those_who_take_part_anyway_are_refused(client, page):
    rule(page, most_guests=1)

    many = client.post("/alice/intro/book", details(client, page, guests="a@x.example, b@x.example"))
    own = client.post("/alice/intro/book", details(client, page, guests="sam+1@guest.example"))

    assert (many.status_code, own.status_code) == (422, 409)
    assert "You can bring 1 person at most." in shown(many)
    assert "a@x.example, b@x.example" in shown(many)
    assert "takes part anyway" in shown(own)
    assert not Booking.objects.exists()


def test_a_page_without_further_guests_asks_for_none(client, page):
    rule(page, most_guests=0)

    client.post("/alice/intro/book", details(client, page, guests="kim@others.example"))

    assert not Attendee.objects.filter(is_booker=False).exists()
    form = client.get(f"/alice/intro/book?start={write_start(tomorrow(14))}&duration=30")
    assert "Bring others along" not in shown(form)


def test_adding_later_invites_once_and_tells_both(page, zoom):
    booking = made(page)

    add(booking, KIM)
    add(booking, KIM)

    assert booking.revision == 1
    assert kinds(booking)[2:] == [
        ("guests", "guest"),
        ("guests", "host"),
        ("invited", f"attendee-{Attendee.objects.get(is_booker=False).pk}"),
    ]
    assert len(zoom.mails(KIM.email)) == 1
    assert int(event(zoom.mails(HOST)[-1])["sequence"]) == 1
    assert "Invited too: Kim <kim@others.example>" in zoom.mails(GUEST)[-1]["text"]
    entry = booking.history.last()
    assert (entry.event, entry.changes) == ("guests_added", {"further_guests": [0, 1]})
    assert "kim" not in entry.text.lower()


def test_who_is_taken_off_loses_the_event_and_hears_no_more(page, zoom):
    booking = made(page, others=[KIM, LEE])
    row = Attendee.objects.get(is_booker=False, email=KIM.email)

    remove_guest(booking.pk, attendee_id=row.pk, now=now())
    remove_guest(booking.pk, attendee_id=row.pk, now=now())
    work_off()
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())
    work_off()

    first, last = zoom.mails(KIM.email)
    [left] = Calendar.from_ical(calendar_parts(last)[0]).walk("VEVENT")
    assert Calendar.from_ical(calendar_parts(last)[0])["method"] == "CANCEL"
    assert (left["uid"], int(left["sequence"]), "status" in left) == (event(first)["uid"], 1, False)
    assert str(left["attendee"]) == "mailto:kim@others.example"
    assert len(zoom.mails(LEE.email)) == 2
    assert people(booking) == [LEE.email]


def test_who_comes_back_is_invited_again_with_a_higher_number(page, zoom):
    booking = made(page, others=[KIM])
    remove_guest(booking.pk, attendee_id=Attendee.objects.get(is_booker=False).pk, now=now())
    work_off()

    add(booking, KIM)

    numbers = [
        int(Calendar.from_ical(calendar_parts(mail)[0]).walk("VEVENT")[0]["sequence"])
        for mail in zoom.mails(KIM.email)
    ]
    assert numbers == [0, 1, 2]
    assert Attendee.objects.filter(is_booker=False).count() == 1


def test_every_change_reaches_everybody(page, zoom):
    booking = made(page, others=[KIM])
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())
    work_off()
    cancel(booking.pk, actor="guest", note_text="I am ill", now=now())
    work_off()

    assert [int(event(mail)["sequence"]) for mail in zoom.mails(KIM.email)] == [0, 1, 2]
    assert "Sam Guest cancelled it." in zoom.mails(KIM.email)[-1]["text"]
    assert (
        "ill"
        not in zoom.mails(KIM.email)[-1]["text"].split("Sam Guest cancelled it.")[1].split("TimeTuna")[0]
    )


def test_nobody_is_told_before_the_hosts_yes(page, zoom):
    booking = made(rule(page, approval=True), others=[KIM])
    add(booking, LEE)
    assert not zoom.mails(KIM.email)
    assert booking.revision == 0

    approve(booking.pk, source="host", now=now())
    work_off()

    assert [len(zoom.mails(one.email)) for one in (KIM, LEE)] == [1, 1]


def test_adding_before_the_first_mails_sends_nobody_two(page, zoom):
    booking = made(page, worked=False)

    add(booking, KIM)

    assert [len(zoom.mails(to)) for to in (KIM.email, GUEST, HOST)] == [1, 1, 1]


def test_an_invitation_that_still_waits_is_not_lost_with_the_next_change(page, zoom, settings):
    right = settings.MAIL_SERVER
    booking = made(page, others=[KIM], worked=False)
    settings.MAIL_SERVER = parse_email_url("smtp://127.0.0.1:1")
    work_off()
    add(booking, LEE)
    settings.MAIL_SERVER = right
    due_now()
    work_off()

    assert [len(zoom.mails(to)) for to in (KIM.email, LEE.email, GUEST, HOST)] == [1, 1, 1, 1]
    assert {int(event(mail)["sequence"]) for mail in zoom.mails()} == {1}


def test_nobody_is_flooded_by_being_named(client, page, settings):
    settings.GUEST_MAIL_LIMITS = (2, 5)
    for hour in (10, 12):
        made(page, tomorrow(hour), email=f"sam{hour}@guest.example", others=[KIM])
    booking = made(page, tomorrow(14), email="other@guest.example")

    with pytest.raises(TooManyBookings, match=r"kim\+2@others.example has been invited many times"):
        add(booking, Guest("", "kim+2@others.example"))
    refused = client.post(
        "/alice/intro/book", details(client, page, start=write_start(tomorrow(16)), email=KIM.email)
    )
    assert refused.status_code == 429


def test_one_booking_names_only_so_many_people(page):
    booking = made(page)
    Attendee.objects.filter(booking=booking, is_booker=True).update(confirmed=True)
    for number in range(20):
        add_guests(booking.pk, guests=[Guest("", f"n{number}@others.example")], now=now())
        Attendee.objects.filter(is_booker=False).update(active=False)
        booking.history.filter(event="guests_added").update(event="link_made")

    with pytest.raises(NotPossible, match="Many people were named"):
        add_guests(booking.pk, guests=[KIM], now=now())


def test_guests_are_not_changed_for_ever(page):
    booking = made(page)
    for number in range(MOST_CHANGES):
        add_guests(
            booking.pk, guests=[Guest("", f"kim{number}@others.example")], now=now()
        ) if number % 2 == 0 else remove_guest(
            booking.pk, attendee_id=Attendee.objects.get(is_booker=False, active=True).pk, now=now()
        )

    with pytest.raises(NotPossible, match="changed many times"):
        add_guests(booking.pk, guests=[KIM], now=now())


def test_the_guest_adds_and_removes_by_forms_alone(client, page):
    booking = made(page)
    path = f"{link_path(booking.booker)}/guests"
    assert "Bring somebody along" in shown(client.get(link_path(booking.booker)))

    client.post(path, {"guests": "Kim <kim@others.example>"})
    assert "Kim <kim@others.example>" in shown(client.get(link_path(booking.booker)))
    listed = client.get(path)
    assert people(booking) == [KIM.email]
    wrong = client.post(path, {"guests": "not an address"})
    assert (wrong.status_code, "not an address" in shown(wrong)) == (422, True)
    client.post(path, {"remove": listed.context["people"][0].pk})
    assert people(booking) == []
    assert ("guest", "link", "guest_removed") in events(booking)


def test_a_form_from_when_there_was_a_place_is_answered_in_one_sentence(client, page):
    booking = made(rule(page, most_guests=1), others=[KIM])

    refused = client.post(f"{link_path(booking.booker)}/guests", {"guests": LEE.email})

    assert refused.status_code == 422
    assert "All places are taken, so nobody else can be invited." in shown(refused)
    assert "at most" not in shown(refused)
    assert "Invite them" not in shown(refused)


@pytest.mark.whole
def test_somebody_elses_guest_is_out_of_reach(client, page):
    mine, theirs = made(page), made(page, tomorrow(14), email="other@guest.example", others=[KIM])

    client.post(f"{link_path(mine.booker)}/guests", {"remove": str(Attendee.objects.get(is_booker=False).pk)})
    client.post(f"{link_path(mine.booker)}/guests", {"remove": "9" * 400})

    assert people(theirs) == [KIM.email]


def test_nobody_is_added_once_it_is_over_or_cancelled(client, page):
    booking = made(page)
    cancel(booking.pk, actor="guest", note_text="", now=now())

    with pytest.raises(NotPossible, match="is cancelled"):
        add(booking, KIM)
    assert client.get(f"{link_path(booking.booker)}/guests")["Location"] == link_path(booking.booker)


def test_nobody_is_invited_and_taken_off_again_and_again(page, zoom):
    booking = made(page, others=[KIM])
    row = booking.attendees.get(is_booker=False)

    remove_guest(booking.pk, attendee_id=row.pk, now=now())
    add(booking, KIM)
    remove_guest(booking.pk, attendee_id=row.pk, now=now())
    with pytest.raises(NotPossible, match=r"kim\+x@others\.example was invited and taken off already"):
        add_guests(booking.pk, guests=[LEE, Guest("", "kim+x@others.example")], now=now())

    assert people(booking) == []
    assert kinds(booking).count(("invited", f"attendee-{row.pk}")) == 1


def test_changes_of_guests_and_of_times_count_together(page, settings):
    settings.GUEST_MAIL_LIMITS = (9, 3)
    booking = made(page)
    add(booking, KIM)
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())
    remove_guest(booking.pk, attendee_id=booking.attendees.get(is_booker=False).pk, now=now())

    with pytest.raises(TooManyBookings, match="has changed many bookings lately"):
        add_guests(booking.pk, guests=[LEE], now=now())
    reschedule(booking.pk, start_minute=minute_of(tomorrow(16)), actor="host", now=now())


def test_names_are_no_lure_for_whoever_never_heard_of_the_booking(page, zoom):
    rule(page, mail_subject="{guest name}: {page}", mail_message="Hello {guest name}")
    booking = made(page, name="Prize at evil.example", others=[KIM])
    add(booking, Guest("Prize at www.evil.example/x", LEE.email))

    mails = [mail for to in (GUEST, KIM.email, LEE.email) for mail in zoom.mails(to)]
    assert len(mails) == 4
    for mail in mails:
        calendar = calendar_parts(mail)[0].replace(b"\r\n ", b"") if calendar_parts(mail) else b""
        assert "evil.example" not in mail["text"] + str(message(mail)["Subject"]) + calendar.decode()
    assert "Prize at evil.example" in str(event(zoom.mails(HOST)[0])["summary"])
