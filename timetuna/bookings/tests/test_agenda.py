"""The agenda among its hours: what stands where, whose calendars are seen, and what may be carried to another time."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from timetuna.availability.interval import minute_of
from timetuna.bookings.models import BookingHost
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, staff, tomorrow
from timetuna.bookings.tests.diary import job, put, shown
from timetuna.calendars.models import Calendar

pytestmark = pytest.mark.django_db
WEDNESDAY = "2026-11-25"


def at(hour, minute=0, *, day=25):
    """By Berlin's clock in November."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


def busy(*spans):
    return [(minute_of(start), minute_of(end)) for start, end in spans]


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(datetime(2026, 11, 25, 9, 30, tzinfo=UTC), tick=False):
        yield


def days_of(client, query=f"date={WEDNESDAY}"):
    answer = client.get(f"/bookings/agenda?{query}")
    assert answer.status_code == 200
    return {day.date.day: day for day in answer.context["days"]}, answer


def test_blocks_are_as_high_as_they_last_and_stand_at_their_hour(client, alice):
    put(alice, at(10), minutes=45)
    put(alice, at(11, 30), minutes=90, page=None)
    put(alice, at(23), minutes=120)

    days, answer = days_of(client)

    assert [(one.top, one.minutes, one.lane.of) for one in days[25].blocks] == [
        (120, 45, 1),
        (210, 90, 1),
        (900, 60, 1),
    ]
    assert [(one.top, one.minutes) for one in days[26].blocks] == [], "it has begun the evening before, below"
    assert [(mark.top, mark.label) for mark in answer.context["grid"].hours][:2] == [
        (0, "08:00"),
        (60, "09:00"),
    ]
    assert (days[25].now, days[26].now) == (150, None)
    assert "All hours" in shown(answer)
    for query in (f"date={WEDNESDAY}&hours=all", "date=2026-11-26"):
        whole, _ = days_of(client, query)
        assert [(one.top, one.minutes) for one in whole[26].blocks] == [(0, 60)]


def test_busy_times_are_grey_with_the_calendars_names_and_those_of_one_day_are_above(client, alice):
    work = give_calendar(alice, *busy((at(12), at(13)), (at(1, day=26), at(1, day=27)), (at(2), at(3))))
    private = give_calendar(
        alice,
        *busy(
            (at(12, 30), at(14)),
            (datetime(2026, 11, 26, 23, tzinfo=UTC), datetime(2026, 11, 27, 23, tzinfo=UTC)),
        ),
    )
    Calendar.objects.filter(pk=work.pk).update(name="Work <b>")
    Calendar.objects.filter(pk=private.pk).update(name="Private")

    days, answer = days_of(client)

    assert [(one.top, one.minutes, one.names) for one in days[25].busy] == [(360, 120, "Work <b>, Private")]
    assert (days[27].busy_all_day, days[27].busy) == ("Private", [])
    assert b"<b>" not in answer.content
    assert "Busy 12:00 \N{EN DASH} 14:00" in shown(answer)


def test_what_is_not_known_of_a_calendar_is_said(client, alice):
    for name, columns in (("Gone", {"read_at": None}), ("Short", {"known_until_minute": minute_of(at(12))})):
        Calendar.objects.filter(pk=give_calendar(alice, *busy((at(15), at(16)))).pk).update(
            name=name, **columns
        )

    days, answer = days_of(client)

    assert [one.names for one in days[25].busy] == ["Short"]
    assert "“<bdi>Gone</bdi>” cannot be read at the moment, so its busy times are not shown." in shown(answer)
    assert "Your calendars have been read until today, 12:00" in shown(answer)


def test_nobody_elses_calendar_is_seen(client, alice, bob):
    page = staff(make_page(alice), "any", bob)
    Calendar.objects.all().delete()
    give_calendar(bob, *busy((at(12), at(13))))
    give_calendar(alice, *busy((at(14), at(15))))
    put(bob, at(10), page=page)

    for of in ("all", bob.pk, alice.pk):
        days, answer = days_of(client, f"date={WEDNESDAY}&of={of}")
        assert not any(day.busy for day in days.values())
        assert "Calendar of" not in shown(answer)
    assert [one.names for one in days_of(client)[0][25].busy] == ["Calendar of Alice Host"]


def test_many_at_once_stand_side_by_side_and_the_rest_is_counted(client, alice):
    page = make_page(alice)
    hosts = [make_host(f"host{number}", f"Host {number}") for number in range(6)]
    staff(page, "any", *hosts)
    for host in hosts:
        put(host, at(10), minutes=60, page=page)

    days, answer = days_of(client, f"date={WEDNESDAY}&of=all")

    assert [(one.lane.number, one.lane.of) for one in days[25].blocks] == [(0, 4), (1, 4), (2, 4)]
    assert [(one.count, one.top, one.minutes) for one in days[25].more] == [(3, 120, 60)]
    assert '+3<span class="sr"> more, 10:00 \N{EN DASH} 11:00</span>' in shown(answer)
    days, _ = days_of(client, f"date={WEDNESDAY}&of=all&view=day")
    assert ([one.lane.of for one in days[25].blocks], days[25].more) == ([6] * 6, [])


def test_only_what_one_may_move_can_be_carried(client, alice, bob):
    alone, group = make_page(alice), staff(make_page(bob, slug="group"), "all", alice)
    put(alice, at(9), minutes=30, page=alone, name="Over")
    put(alice, at(10, 15), minutes=30, page=alone, name="Now")
    put(alice, at(12), page=alone, name="Asks", status="pending", pending_until=at(11))
    led = put(bob, at(13), page=group, name="Led by another")
    BookingHost.objects.create(
        booking=led, host=alice, start_minute=minute_of(at(13)), end_minute=minute_of(at(13, 30))
    )

    days, answer = days_of(client)

    assert {one.line.guest: one.line.movable for one in days[25].blocks} == {
        "Over": False, "Now": True, "Asks": False, "Led by another": False,
    }  # fmt: skip
    assert answer.content.count(b"data-start=") == 1


def test_what_somebody_wrote_is_text_in_a_block(client, alice):
    host = make_host("other", "O'Neil & <Sons>")
    page = staff(make_page(alice), "any", host)
    put(host, at(10), page=page, title="<i>Talk</i>", name='<script>"Sam"</script>')

    _, answer = days_of(client, f"date={WEDNESDAY}&of=all")

    assert b"<strong><bdi>&lt;script&gt;&quot;Sam&quot;&lt;/script&gt;</bdi></strong>" in answer.content
    assert b"<bdi>&lt;i&gt;Talk&lt;/i&gt;</bdi>" in answer.content
    assert b"<bdi>O&#x27;Neil &amp; &lt;Sons&gt;</bdi>" in answer.content


def test_a_block_says_what_is_wrong_with_its_booking(client, alice):
    put(alice, at(9), link="ready", name="Well")
    put(alice, at(11), link="refused", name="Without a link")
    job(put(alice, at(13), name="Mail waits"), last_error="Down.")
    put(alice, at(15), status="pending", pending_until=at(14), name="Asks")
    put(alice, at(17), name="Nobody came", no_show=True)

    days, _ = days_of(client)

    assert {one.line.guest: [str(badge.text) for badge in one.line.badges] for one in days[25].blocks} == {
        "Well": [],
        "Without a link": ["Link is missing"],
        "Mail waits": ["Mail waiting"],
        "Asks": ["Waiting for your answer"],
        "Nobody came": ["Did not come"],
    }


def test_a_week_on_a_phone_is_a_day_with_the_others_above(client, alice):
    put(alice, tomorrow())

    _, either = days_of(client)
    _, week = days_of(client, f"date={WEDNESDAY}&view=week")

    assert [(link.date.day, link.booked) for link in either.context["ways"].week][2:5] == [
        (25, False),
        (26, True),
        (27, False),
    ]
    assert 'href="/bookings/agenda?date=2026-11-26"' in shown(either)
    assert "agenda-dates" not in shown(week)


def test_five_hundred_bookings_need_as_many_queries_as_one(client, alice, django_assert_num_queries):
    page = make_page(alice)
    give_calendar(alice, *busy((at(12), at(13))))
    hosts = [alice, *(make_host(f"host{number}", f"Host {number}") for number in range(3))]
    staff(page, "any", *hosts[1:])
    job(put(alice, at(7), page=page), last_error="Mail waiting: down.")
    days_of(client, f"date={WEDNESDAY}&of=all")
    with django_assert_num_queries(19):
        days_of(client, f"date={WEDNESDAY}&of=all")
    for number in range(124):
        for host in hosts:
            put(
                host,
                at(8, day=23 + number // 24) + timedelta(minutes=15 + 20 * (number % 24)),
                minutes=20,
                link=("ready", "waiting", "refused", None)[number % 4],
                page=page,
            )
    with django_assert_num_queries(19):
        days, _ = days_of(client, f"date={WEDNESDAY}&of=all")
    assert sum(len(day.lines) for day in days.values()) > 400
