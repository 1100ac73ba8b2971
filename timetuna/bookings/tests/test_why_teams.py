"""Why is this time missing on a page of several hosts: one's own in full, of the others no more than of which kind."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, order, staff, tomorrow
from timetuna.bookings.tests.diary import shown
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.pages.models import FOR_GOOD, HostRules, OutOfOffice, Schedule


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def cleo(db):
    return make_host("cleo", "Cleo Third")


@pytest.fixture
def page(alice, bob, cleo):
    return staff(make_page(alice), "all", bob, cleo)


def ask(reader, page, start=None):
    """At ten tomorrow, UTC, unless another time is asked for."""
    local = (start or tomorrow()).astimezone(zone_or_utc("Europe/Berlin"))
    client = Client()
    client.force_login(reader)
    asked = {"date": local.date().isoformat(), "time": f"{local:%H:%M}", "duration": "30"}
    return client.get(f"/booking-pages/{page.pk}/why", asked)


def told(answer):
    (moment,) = answer.context["answer"].moments
    return {one.host: [line.text for line in one.lines] for one in moment.hosts}


def links(answer):
    (moment,) = answer.context["answer"].moments
    return [link.url for one in moment.hosts for line in one.lines for link in line.links]


def taken(hour):
    return minute_of(tomorrow(hour)), minute_of(tomorrow(hour + 1))


def out_of_office(bob, page):
    day = tomorrow().date()
    OutOfOffice.objects.create(host=bob, first=day, last=day, note="Kneecap surgery")


def closed(bob, page):
    Schedule.objects.get(host=bob).weekly_hours.all().delete()


def busy(bob, page):
    give_calendar(bob, taken(10))


def booked(bob, page):
    return book(order(make_page(bob), name="Kim Secret"), now=present())


def enough(bob, page):
    booked(bob, page)
    HostRules.objects.update_or_create(host=bob, defaults={"cap_day": 1})


def paused(bob, page):
    page.page_hosts.filter(host=bob).update(paused_until=FOR_GOOD)


def unread(bob, page):
    calendar = give_calendar(bob)
    calendar.read_at = calendar.tried_at = present() - timedelta(days=30)
    calendar.save()


def without(bob, page):
    bob.calendar_accounts.all().delete()


def off(bob, page):
    bob.is_active = False
    bob.save()


def far_ahead(bob, page):
    page.page_hosts.filter(host=bob).update(notice_minutes=3 * 1_440)


OUTSIDE = "Outside their hours."
UNREADABLE = "Their calendar cannot be read, so nobody knows whether they are free."


@pytest.mark.parametrize(
    ("set_up", "said"),
    [
        (out_of_office, OUTSIDE),
        (closed, OUTSIDE),
        (busy, "Busy then."),
        (booked, "Busy then."),
        (enough, "Busy then."),
        (paused, "Paused on this page."),
        (unread, UNREADABLE),
        (without, UNREADABLE),
        (off, "Cannot be booked at the moment."),
        (far_ahead, "Has to be booked further ahead."),
    ],
)
def test_of_others_only_the_kind_is_told(alice, bob, page, set_up, said):
    set_up(bob, page)

    answer = ask(alice, page)

    assert told(answer) == {"Alice Host": [], "Bob Teammate": [said], "Cleo Third": []}
    text = shown(answer).partition("</main>")[0]
    for secret in (
        "Kim Secret",
        "Calendar of Bob",
        "Kneecap",
        "surgery",
        "out of office",
        "Connected provider",
    ):
        assert secret not in text
    assert links(answer) == []


def test_ones_own_is_told_in_full_with_where_it_is_changed(bob, page):
    booking = booked(bob, page)
    paused(bob, page)
    far_ahead(bob, page)

    answer = ask(bob, page)

    lines = told(answer)["Bob Teammate"]
    assert lines[0].startswith("Guests have to book 3 days ahead: a meeting can start from ")
    assert [line.partition(" takes ")[0] for line in lines[1:]] == [
        "Your booking “Intro call with Kim Secret”",
        "You are paused on this page, so nothing new is booked with you.",
    ]
    assert links(answer) == [
        f"/booking-pages/{page.pk}/your-part#id_notice",
        f"/bookings/{booking.pk}",
        f"/booking-pages/{page.pk}/your-part#part",
    ]
    for link in links(answer):
        client = Client()
        client.force_login(bob)
        assert client.get(link).status_code == 200


def test_a_cohosts_own_hours_are_changed_in_their_own_schedule(bob, page):
    closed(bob, page)
    assert links(ask(bob, page)) == ["/availability"]

    own = Schedule.objects.create(host=bob, name="Mornings", time_zone="America/New_York")
    page.page_hosts.filter(host=bob).update(schedule=own)
    answer = ask(bob, page)
    assert told(answer)["Bob Teammate"] == ["Your hours are closed at this time."]
    assert links(answer) == [f"/availability/schedules/{own.pk}"]
    assert "clock in Germany, Berlin" in shown(answer)
    assert "your clock" not in shown(answer)


def test_where_hosts_take_turns_it_says_how_many_could_come_and_how_many_have_to(alice, bob, cleo, page):
    staff(page, "any")
    busy(bob, page)
    busy(cleo, page)

    answer = ask(alice, page)
    (moment,) = answer.context["answer"].moments
    assert moment.public
    assert moment.turnout == "3 hosts take turns: 1 could come, and 1 is needed."

    staff(page, "any", rotating_count=2)
    answer = ask(alice, page)
    (moment,) = answer.context["answer"].moments
    assert moment.turnout == "3 hosts take turns: 1 could come, and 2 are needed."
    assert told(answer) == {
        "Alice Host": [],
        "Bob Teammate": ["Busy then."],
        "Cleo Third": ["Busy then."],
    }
    assert "1 of 2 who take turns" in shown(answer)

    busy(alice, page)
    (moment,) = ask(bob, page).context["answer"].moments
    assert moment.turnout == "3 hosts take turns: none could come, and 2 are needed."


def test_who_is_not_missed_is_not_told_of(alice, bob, cleo, page):
    """Cleo has to come and cannot; that bob, who takes turns with alice, is busy too changes nothing."""
    staff(page, "any")
    page.page_hosts.filter(host=cleo).update(part="required")
    busy(bob, page)
    busy(cleo, page)

    answer = ask(alice, page)

    assert told(answer) == {"Cleo Third": ["Busy then."]}
    assert "Cleo Third: Busy" in shown(answer)


def test_who_may_not_change_the_page_is_not_led_to_its_settings(alice, bob, page):
    page.increment_minutes, page.notice_minutes = 60, 2 * 1_440
    page.save()
    between = tomorrow(10, 20)

    assert sorted(links(ask(alice, page, between))) == [
        f"/booking-pages/{page.pk}/availability#id_increment_minutes",
        f"/booking-pages/{page.pk}/availability#id_notice",
    ]
    assert links(ask(bob, page, between)) == []


def test_a_member_of_the_team_who_hosts_nothing_is_told_kinds_alone(alice, bob, page):
    team = Team.objects.create(name="Sales", handle="sales")
    member = make_host("member", "Member")
    Membership.objects.create(team=team, user=member)
    page.team = team
    page.save()
    busy(alice, page)
    assert told(ask(member, page))["Alice Host"] == ["Busy then."]
    assert "Your hours" not in shown(ask(member, page))

    staff(page, "solo")
    answer = ask(member, page)
    assert told(answer) == {"Alice Host": ["Busy then."]}
    assert "Calendar of Alice" not in shown(answer)


def test_strangers_and_who_has_left_are_told_nothing(bob, charlie, page):
    page.page_hosts.filter(host=bob).update(active=False)

    assert [ask(person, page).status_code for person in (bob, charlie)] == [404, 404]
