"""Who gives a booking to whom, on the host's page."""

import pytest
from django.db.models import F
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.bookings.models import BookingHost
from timetuna.bookings.tests.conftest import due_now, make_host, make_page, open_always, tomorrow, work_off
from timetuna.bookings.tests.diary import put
from timetuna.bookings.tests.life import made, rule
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.models import FOR_GOOD, PageHost, Schedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]


def cohost(page, handle, name):
    """Return a host of the page with a calendar that leaves them all their time."""
    host = make_host(handle, name)
    open_always(host)
    PageHost.objects.create(page=page, host=host)
    with_calendar(host)
    return host


def with_calendar(host):
    account = CalendarAccount.objects.create(
        host=host, provider="caldav", provider_user_id=host.handle, expires_at=present()
    )
    return Calendar.objects.create(
        account=account,
        outside_id="1",
        name="Secret plans",
        blocks=True,
        read_at=present(),
        known_until_minute=10**9,
    )


@pytest.fixture
def page(alice):
    with_calendar(alice)
    return rule(make_page(alice), staffing="any")


@pytest.fixture
def bob(page):
    return cohost(page, "bob", "Bob Teammate")


@pytest.fixture
def booking(page, bob, alice):
    booking = made(page, tomorrow(), worked=False)
    BookingHost.objects.filter(booking=booking).delete()
    BookingHost.objects.create(
        booking=booking, host=alice, start_minute=booking.start_at.timestamp() // 60,
        end_minute=booking.start_at.timestamp() // 60 + 30, part="rotating", time_zone="Europe/Berlin",
    )  # fmt: skip
    type(booking).objects.update(host=alice)
    work_off()
    booking.refresh_from_db()
    return booking


def signed_in(host):
    client = Client()
    client.force_login(host)
    return client


def path(booking):
    return f"/bookings/{booking.pk}/hand-over"


def sent(former, to, **more):
    """Return what the form sends."""
    return {"former": former.pk, "to": to if to == "0" else to.pk, "note": "", "anyway": ""} | more


def shown(client, booking):
    return client.get(path(booking)).content.decode()


def test_a_host_gives_it_to_who_is_free_and_takes_it_back(alice, bob, booking, zoom):
    client = signed_in(alice)
    assert path(booking) in client.get(f"/bookings/{booking.pk}").content.decode()
    page = shown(client, booking)
    assert "Bob Teammate (free then)" in page
    assert "Whoever" in page
    assert "Secret plans" not in page

    answer = client.post(path(booking), sent(alice, bob, note="Blue folder"))
    assert answer["Location"] == f"/bookings/{booking.pk}/handed-over"
    after = client.get(answer["Location"]).content.decode()
    assert "Handed over to" in after
    assert "told in 15 seconds" in after
    assert booking.booking_hosts.get().host == bob

    assert client.post(answer["Location"])["Location"] == "/bookings"
    assert booking.booking_hosts.get().host == alice
    due_now()
    work_off()
    assert zoom.mails("bob@host.example") == []


def test_once_it_is_under_way_it_is_not_taken_back(alice, bob, booking, zoom):
    client = signed_in(alice)
    answer = client.post(path(booking), sent(alice, bob))
    due_now()
    work_off()

    again = client.post(answer["Location"], follow=True).content.decode()

    assert "This is under way" in again
    assert booking.booking_hosts.get().host == bob


def test_who_has_something_in_their_calendar_is_a_warning_and_another_booking_is_in_the_way(
    alice, bob, page, booking
):
    cleo = cohost(page, "cleo", "Cleo Teammate")
    Calendar.objects.filter(account__host=bob).update(read_at=None)
    made(make_page(cleo, slug="theirs"), tomorrow(), worked=False, email="lee@guest.example")
    client, data = signed_in(alice), sent(alice, bob, note="Kept")
    text = shown(client, booking)
    assert "Bob Teammate (calendar cannot be read just now)" in text
    assert "because of another booking at that time: <bdi>Cleo Teammate</bdi>" in text

    warned = client.post(path(booking), data)
    assert warned.status_code == 409
    assert "A calendar of Bob Teammate cannot be read just now" in warned.content.decode()
    assert "Hand over anyway" in warned.content.decode()
    assert "Kept" in warned.content.decode()
    assert booking.booking_hosts.get().host == alice

    assert client.post(path(booking), data | {"anyway": "on"}).status_code == 302
    assert booking.booking_hosts.get().host == bob


def test_whoevers_turn_it_is(alice, bob, page, booking):
    cleo = cohost(page, "cleo", "Cleo Teammate")
    PageHost.objects.filter(host=cleo).update(balance=900_000)
    PageHost.objects.filter(host=bob).update(balance=F("balance") - 900_000)

    signed_in(alice).post(path(booking), sent(alice, "0"))

    assert booking.booking_hosts.get().host == cleo
    assert sum(PageHost.objects.filter(page=page).values_list("balance", flat=True)) == 0
    took = booking.turns.filter(undone=False, debit__gt=0)
    assert list(took.values_list("page_host__host__handle", flat=True)) == ["cleo"]


def test_nobody_to_give_it_to(alice):
    alone = made(make_page(alice, slug="alone"), tomorrow(9), worked=False)
    client = signed_in(alice)

    assert path(alone) not in client.get(f"/bookings/{alone.pk}").content.decode()
    assert "Nobody else hosts this page." in shown(client, alone)


def test_who_may_give_it(alice, bob, charlie, page, booking):
    """A cohost only what is theirs, who looks after the page anybody's; strangers and who was taken off nothing."""
    team = Team.objects.create(name="Support", handle="support")
    people = {name: make_host(name, name.title()) for name in ("admin", "member")}
    for name, user in people.items():
        Membership.objects.create(team=team, user=user, role=name)
    rule(page, team=team)
    cleo = cohost(page, "cleo", "Cleo Teammate")

    def codes():
        everybody = {"alice": alice, "bob": bob, "cleo": cleo, "charlie": charlie} | people
        return {name: signed_in(user).get(path(booking)).status_code for name, user in everybody.items()}

    assert codes() == {"alice": 200, "bob": 404, "cleo": 404, "charlie": 404, "admin": 200, "member": 404}

    booking.booking_hosts.update(host=bob)
    assert codes() == {"alice": 200, "bob": 200, "cleo": 404, "charlie": 404, "admin": 200, "member": 404}
    PageHost.objects.filter(host=bob).update(active=False)
    assert codes()["bob"] == 404
    assert signed_in(charlie).get(f"/bookings/{booking.pk}/handed-over").status_code == 404


def test_who_looks_after_the_page_says_instead_of_whom(alice, bob, page, booking):
    cleo = cohost(page, "cleo", "Cleo Teammate")
    row = booking.booking_hosts.get()
    BookingHost.objects.create(
        booking=booking, host=bob, start_minute=row.start_minute, end_minute=row.end_minute, part="rotating"
    )
    client = signed_in(alice)
    assert "Instead of" in shown(client, booking)

    client.post(path(booking), sent(bob, cleo))

    assert set(booking.booking_hosts.values_list("host__handle", flat=True)) == {"alice", "cleo"}


def test_who_has_no_zoom_for_the_link_is_said_and_is_no_ones_turn(alice, bob, booking, zoom):
    type(booking).objects.update(meeting_type="zoom")

    page = shown(signed_in(alice), booking)
    answer = signed_in(alice).post(path(booking), sent(alice, "0"), follow=True)

    assert "Bob Teammate (free then, no Zoom connected)" in page
    assert "Whoever" not in page
    assert answer.status_code == 422
    assert booking.booking_hosts.get().host == alice

    zoom.connect(Client(), bob, as_user="casey")
    assert "Bob Teammate (free then)" in shown(signed_in(alice), booking)
    signed_in(alice).post(path(booking), sent(alice, "0"))
    assert booking.booking_hosts.get().host == bob


def test_what_is_said_of_each_is_what_the_page_would_offer_whatever_the_notice(alice, bob, page, booking):
    cleo, dora, erin, finn = (
        cohost(page, name.lower(), f"{name} Teammate") for name in ("Cleo", "Dora", "Erin", "Finn")
    )
    closed = Schedule.objects.create(host=bob, name="Never", time_zone="Europe/Berlin")
    PageHost.objects.filter(host=bob).update(schedule=closed)
    PageHost.objects.filter(host=cleo).update(paused_until=FOR_GOOD)
    PageHost.objects.filter(host=dora).update(cap_day=1)
    PageHost.objects.filter(host=erin).update(notice_minutes=30 * 1_440)
    put(dora, tomorrow(12), page=page)
    put(finn, tomorrow(10, 30)).booking_hosts.update(buffer_before_minutes=15)

    text = shown(signed_in(alice), booking)

    assert "Bob Teammate (outside their hours)" in text
    assert "Cleo Teammate (paused)" in text
    assert "Dora Teammate (has all the meetings they take then)" in text
    assert "Erin Teammate (free then)" in text
    assert "Finn Teammate (busy then)" in text

    signed_in(alice).post(path(booking), sent(alice, "0"))
    assert booking.booking_hosts.get().host == erin


def test_who_is_outside_their_hours_is_given_it_after_a_warning(alice, bob, booking):
    Schedule.objects.filter(host=bob).first().weekly_hours.all().delete()
    client = signed_in(alice)

    warned = client.post(path(booking), sent(alice, bob))
    assert warned.status_code == 409
    assert "That time is outside the hours of Bob Teammate." in warned.content.decode()

    client.post(path(booking), sent(alice, bob, anyway="on"))
    assert booking.booking_hosts.get().host == bob


def test_a_note_is_read_by_the_new_host_and_who_wrote_it_alone(alice, bob, page, booking):
    cleo = cohost(page, "cleo", "Cleo Teammate")
    for former, to, note in ((alice, bob, "Cleo forgot her"), (bob, cleo, "Mind the time")):
        assert signed_in(former).post(path(booking), sent(former, to, note=note)).status_code == 302

    def notes(host):
        pages = [
            signed_in(host).get(f"/bookings/{booking.pk}{end}").content.decode()
            for end in ("", "/history.json")
        ]
        assert "_to" not in pages[1]
        return [{note for note in ("Cleo forgot her", "Mind the time") if note in page} for page in pages]

    assert notes(cleo) == [{"Mind the time"}] * 2
    assert notes(alice) == [{"Cleo forgot her"}] * 2
