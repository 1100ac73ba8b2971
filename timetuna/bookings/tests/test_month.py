"""The page of times: five weeks of a month that is nearly over, what is said where nothing is free, parts of a day."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.accounts.models import Team, User
from timetuna.availability.interval import minute_of
from timetuna.bookings.tests.conftest import give_calendar, make_page, staff, tomorrow
from timetuna.pages.models import FOR_GOOD, BookingPage, Duration, MeetingType, OutOfOffice, WeeklyHours
from timetuna.web.style_sheets import whole
from timetuna.web.tests.test_style_sheets import CSS, classes_of

pytestmark = pytest.mark.django_db
BERLIN = "zone=Europe/Berlin"


def picker(client, query="", path="/alice/intro", **headers):
    return client.get(f"{path}?{BERLIN}{query}", headers=headers).context["slots"]


def days(slots):
    return [cell for week in slots.month.weeks for cell in week if cell.shown]


def open_only_on(page, *weekdays):
    WeeklyHours.objects.filter(schedule=page.schedule).exclude(weekday__in=weekdays).delete()


@time_machine.travel("2026-11-25T09:00Z", tick=False)
def test_of_a_month_that_is_nearly_over_five_weeks_are_shown(client, page):
    slots = picker(client)

    shown = days(slots)
    assert slots.month.title == "Nov \N{EN DASH} Dec 2026"
    assert (shown[0].date, shown[-1].date, len(shown)) == ("2026-11-23", "2026-12-27", 35)
    assert [cell.url is not None for cell in shown[:4]] == [False, False, True, True]
    assert {cell.month for cell in shown} == {"", "Dec"}
    assert slots.month.previous_url is None
    assert "month=2026-12" in slots.month.next_url


@pytest.mark.parametrize(
    ("moment", "title"),
    [
        ("2026-11-24T09:00Z", "November 2026"),  # seven days are left
        ("2026-11-24T23:30Z", "Nov \N{EN DASH} Dec 2026"),  # in Berlin it is the 25th
        ("2026-12-30T09:00Z", "Dec 2026 \N{EN DASH} Jan 2027"),
    ],
)
def test_less_than_seven_days_by_the_guests_clock_are_few(client, page, moment, title):
    with time_machine.travel(moment, tick=False):
        assert picker(client).month.title == title


@time_machine.travel("2026-11-25T09:00Z", tick=False)
def test_a_choice_among_five_weeks_leaves_them_where_they_are(client, page):
    december = next(cell for cell in days(picker(client)) if cell.date == "2026-12-02")

    weeks = client.get(december.url).context["slots"]
    whole = picker(client, "&month=2026-12")
    same = next(cell for cell in days(whole) if cell.date == "2026-12-02")

    assert (weeks.month.title, weeks.day_title) == (
        "Nov \N{EN DASH} Dec 2026",
        "Wednesday 2 December",
    )
    assert whole.month.title == "December 2026"
    for url in (same.url, *(clock.url for clock in whole.clocks)):
        assert client.get(url).context["slots"].month.title == "December 2026"
    assert client.get(whole.month.previous_url).context["slots"].month.title == weeks.month.title


@pytest.mark.parametrize(
    ("moment", "month", "before"),
    [
        (
            "2026-11-30T09:00Z",
            "2027-01",
            "Nov 2026 \N{EN DASH} Jan 2027",
        ),  # to 3 January: December is among them
        ("2026-11-30T09:00Z", "2027-02", "January 2027"),
        ("2026-11-26T09:00Z", "2027-01", "December 2026"),  # to 27 December
        ("2026-11-10T09:00Z", "2027-01", "December 2026"),
    ],
)
def test_turning_back_leads_to_five_weeks_that_show_all_of_the_month(client, page, moment, month, before):
    with time_machine.travel(moment, tick=False):
        shown = picker(client, f"&month={month}")
        there = client.get(shown.month.previous_url).context["slots"].month

    assert there.title == before


@time_machine.travel("2026-11-30T09:00Z", tick=False)
def test_the_month_after_five_weeks_turns_back_to_them(client, page):
    weeks = picker(client).month

    after = client.get(weeks.next_url).context["slots"].month
    again = client.get(after.previous_url).context["slots"].month

    assert (after.title, again.title) == ("January 2027", weeks.title)


@time_machine.travel("2026-11-25T09:00Z", tick=False)
def test_five_weeks_begin_with_the_guests_own_first_day_of_the_week(client, page):
    sunday = picker(client, **{"Accept-Language": "en-US"})

    assert sunday.month.weekdays[0][1] == "Sunday"
    assert days(sunday)[0].date == "2026-11-22"


def test_where_a_month_is_full_one_panel_leads_to_the_next_free_day(client, alice, page):
    first = present().date().replace(day=1)
    month = (first + timedelta(days=32)).replace(day=1)
    free = (month + timedelta(days=32)).replace(day=7)
    begin = minute_of(tomorrow(0)) - 3 * 1_440
    give_calendar(alice, (begin, begin + ((free - tomorrow().date()).days + 3) * 1_440))

    answer = client.get(f"/alice/intro?{BERLIN}&month={month:%Y-%m}")

    closed, text = answer.context["slots"].closed, answer.content.decode()
    assert closed.text == f"There are no free times in {month:%B}."
    assert "<table" not in text
    assert 'id="times"' not in text
    shown = client.get(closed.next.url).context["slots"]
    assert shown.closed is None
    assert shown.times
    assert closed.next.label.startswith("Next free: ")
    assert closed.advice == ""


def test_where_nothing_is_left_one_is_told_whom_to_ask_and_what_else_there_is(client, alice, page):
    begin = minute_of(tomorrow(0)) - 3 * 1_440
    give_calendar(alice, (begin, begin + 800 * 1_440))
    BookingPage.objects.filter(pk=make_page(alice, slug="other").pk).update(title="<b>Other</b>")
    BookingPage.objects.filter(pk=make_page(alice, slug="hidden").pk).update(listed=False)

    answer = client.get(f"/alice/intro?{BERLIN}")

    closed = answer.context["slots"].closed
    assert (closed.text, closed.advice) == (
        "There are no free times at the moment.",
        "Ask Alice Host for a time.",
    )
    assert closed.next is None
    assert [(one.label, one.url) for one in closed.others] == [("<b>Other</b>", "/alice/other")]
    assert "<b>Other</b>" not in answer.content.decode()


def test_where_no_length_has_any_times_none_is_asked_for(client, alice):
    make_page(alice, slug="lengths", lengths=(15, 30))
    begin = minute_of(tomorrow(0)) - 3 * 1_440
    give_calendar(alice, (begin, begin + 800 * 1_440))

    for query in ("", "&month=2031-03", "&day=2031-03-04"):
        answer = client.get(f"/alice/lengths?{BERLIN}{query}")
        closed = answer.context["slots"].closed
        assert (closed.text, closed.advice) == (
            "There are no free times at the moment.",
            "Ask Alice Host for a time.",
        )
        assert "How long do you need?" not in answer.content.decode()


def test_one_length_with_times_is_enough_to_be_asked(client, alice):
    page = make_page(alice, slug="lengths", lengths=(60, 15))
    WeeklyHours.objects.filter(schedule=page.schedule).update(start_minute=600, end_minute=630)

    answer = client.get(f"/alice/lengths?{BERLIN}")

    assert answer.context["slots"] is None
    assert "How long do you need?" in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "link"),
    [
        (
            "ask&me@host.example",
            '<a href="mailto:ask%26me@host.example" dir="ltr">ask&amp;me@host.example</a>',
        ),
        ("+493012345678", '<a href="tel:+49-30-12345678" dir="ltr">+49 30 12345678</a>'),
    ],
)
def test_whoever_finds_no_time_reads_where_to_ask_if_the_host_has_said_so(client, alice, page, given, link):
    MeetingType.objects.update(enabled=False)
    assert "mailto:" not in client.get("/alice/intro").content.decode()

    User.objects.filter(pk=alice.pk).update(contact=given)
    text = client.get("/alice/intro").content.decode()
    assert "Ask Alice Host for a time." in text
    assert link in text
    gone = client.get("/alice/intro?link=unknown")
    assert gone.status_code == 404
    assert link in gone.content.decode()

    page.team = Team.objects.create(name="Sales", handle="sales-team")
    page.save()
    assert link not in client.get("/sales-team/intro").content.decode()


@pytest.mark.parametrize("why", ["paused", "no way to meet"])
def test_what_is_closed_does_not_say_why_and_is_not_listed(client, alice, bob, why):
    page = staff(make_page(alice), "any", bob)
    if why == "paused":
        page.page_hosts.update(paused_until=FOR_GOOD)
    else:
        MeetingType.objects.filter(page=page).update(enabled=False)
    make_page(alice, slug="other")

    closed = picker(client).closed

    assert closed.text == "No times are offered here at the moment."
    assert closed.advice == "Ask Alice Host for a time."
    assert [offer.url for offer in client.get("/alice").context["offers"]] == ["/alice/other"]


def test_one_who_is_not_paused_keeps_a_page_open(client, alice, bob):
    page = staff(make_page(alice), "any", bob)
    page.page_hosts.filter(host=bob).update(paused_until=FOR_GOOD)

    assert picker(client).closed is None
    assert client.get("/alice").status_code == 200

    staff(page, "all")
    assert client.get("/alice").status_code == 404


def test_times_stand_by_the_part_of_the_day(client, page):
    slots = picker(client, f"&day={tomorrow().date() + timedelta(days=1)}")

    assert [(name, times[0].label, times[-1].label) for name, times in slots.parts] == [
        ("Night", "00:00", "04:45"),
        ("Morning", "05:00", "11:45"),
        ("Afternoon", "12:00", "17:45"),
        ("Evening", "18:00", "23:45"),
    ]
    assert len(slots.times) == 96


def test_one_part_of_a_day_needs_no_name(client, page):
    WeeklyHours.objects.update(start_minute=9 * 60, end_minute=11 * 60)

    slots = picker(client, f"&day={tomorrow().date() + timedelta(days=1)}")

    assert [name for name, _ in slots.parts] == [""]


@time_machine.travel("2026-11-10T09:00Z", tick=False)
def test_the_hosts_clock_is_said_once_and_on_buttons_of_another_date(client, page):
    answer = client.get("/alice/intro?zone=America/New_York&day=2026-11-12")

    slots = answer.context["slots"]
    assert slots.host_clock == "00:00 for you is 06:00 in Berlin for your host"
    said = {time.label: time.elsewhere for time in slots.times if time.elsewhere}
    assert next(iter(said)) == "18:00"
    assert said["18:00"] == "Fri 00:00 in Berlin"
    assert len(said) == 6 * 4
    assert picker(client, "&day=2026-11-12").host_clock == ""


@time_machine.travel("2027-03-10T09:00Z", tick=False)
def test_a_day_on_which_a_clock_changes_says_where_the_rule_does_not_hold(client, page):
    slots = client.get("/alice/intro?zone=America/New_York&day=2027-03-14").context["slots"]

    assert slots.host_clock == "00:00 for you is 06:00 in Berlin for your host"
    said = [time.label for time in slots.times if time.elsewhere]
    assert said[0] == "03:00"  # after two it is three, and Berlin five hours ahead
    assert date(2027, 3, 14).strftime("%A") == "Sunday"


def test_turning_the_month_is_announced(client, page):
    slots = picker(client, f"&month={(tomorrow().date().replace(day=1) + timedelta(days=63)):%Y-%m}")

    free = sum(cell.url is not None for cell in days(slots))
    assert slots.announce == f"{slots.month.title}, {free} {'day' if free == 1 else 'days'} with free times"
    assert (
        f'data-announce="{slots.announce}"'
        in client.get(
            f"/alice/intro?{BERLIN}&month={(tomorrow().date().replace(day=1) + timedelta(days=63)):%Y-%m}"
        ).content.decode()
    )


def test_a_long_description_is_folded(client, page):
    BookingPage.objects.update(description="A word. " * 60)
    assert "<details" in client.get("/alice/intro").content.decode()

    BookingPage.objects.update(description="A word.")
    assert "<details" not in client.get("/alice/intro").content.decode()


LINKED = '<a href="https://acme.example/a?b=1&amp;c" target="_blank" rel="nofollow noopener noreferrer"'


@pytest.mark.parametrize("words", ["{}", "{}\n" + "A word. " * 60])
def test_an_address_in_a_description_is_a_link(client, page, words):
    BookingPage.objects.update(description=words.format("See https://acme.example/a?b=1&c\nfirst. <b>"))
    Duration.objects.update(description="More: https://acme.example/a?b=1&c")

    text = client.get("/alice/intro").content.decode()

    assert text.count(LINKED) == 2
    assert "</a><br>first. &lt;b&gt;" in text


def test_addresses_in_what_a_host_says_of_times_off_are_links(client, alice, page):
    words = "See https://acme.example/a?b=1&c."
    BookingPage.objects.update(switched_off=True, off_note=words)
    assert LINKED in client.get("/alice/intro").content.decode()

    BookingPage.objects.update(switched_off=False)
    first = tomorrow().date()
    OutOfOffice.objects.create(host=alice, first=first, last=first, note=words)
    assert LINKED in client.get("/alice/intro").content.decode()


def test_a_page_has_the_rules_of_all_that_stands_on_it(client, alice, bob, page):
    """Its style sheet leaves out what it has none of; the month that comes in place of another needs no more."""
    make_page(alice, slug="lengths", lengths=(15, 30))
    staff(make_page(alice, slug="team"), "any", bob, guests_choose=True)
    MeetingType.objects.filter(page=make_page(alice, slug="unready")).update(enabled=False)
    with_rules = classes_of(whole("css/guest.css", lambda name: (CSS.parent / name).read_text()))
    taken = f"/alice/intro/book?start={present():%Y-%m-%d}T00:00Z"
    for path in (
        "/alice/intro",
        "/alice/lengths",
        "/alice/lengths?duration=15",
        "/alice/team",
        "/alice/unready",
        taken,
        "/alice/intro?zone=Nowhere",
    ):
        text = client.get(path).content.decode()
        sheet = classes_of(re.search("<style>(.*?)</style>", text)[1])
        used = {name for names in re.findall(r'class="([^"]+)"', text) for name in names.split()}
        assert (used & with_rules) - sheet == set(), path
