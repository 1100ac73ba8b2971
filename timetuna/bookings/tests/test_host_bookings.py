from datetime import UTC, datetime, timedelta

import pytest

from timetuna.bookings.actions.answer_request import approve
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.diary import guests, job, now, put, put_payment, shown, times
from timetuna.bookings.tests.life import made, rule
from timetuna.bookings.views.host.bookings import Paging
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


def test_the_tabs_part_what_comes_is_over_and_was_cancelled(client, alice):
    put(alice, now() - timedelta(minutes=10), name="Under Way")
    put(alice, tomorrow(), name="To Come")
    put(alice, now() - timedelta(hours=3), name="Over")
    put(alice, tomorrow(12), name="Called Off", cancelled_by="guest")

    assert guests(client.get("/bookings")) == ["Under Way", "To Come"]
    assert guests(client.get("/bookings?show=past")) == ["Over"]
    assert guests(client.get("/bookings?show=cancelled")) == ["Called Off"]
    assert guests(client.get("/bookings?show=nonsense")) == ["Under Way", "To Come"]


def test_each_row_says_how_it_stands(client, alice):
    put(alice, now() - timedelta(minutes=10), name="Under Way", link="ready")
    put(alice, tomorrow(), name="To Come", link="ready")
    put(alice, now() - timedelta(hours=3), name="Over", link="ready")
    put(alice, now() - timedelta(hours=4), name="Missed", no_show=True)
    for number, status in enumerate(
        ("cancelled_by_guest", "cancelled_by_host", "declined", "lapsed", "withdrawn")
    ):
        put(alice, tomorrow(12 + number), name=status, status=status, cancelled_by="x", link="ready")

    found = {
        line.guest: (line.kind, line.state, bool(line.join_url), [badge.text for badge in line.badges])
        for which in ("upcoming", "past", "cancelled")
        for day in client.get(f"/bookings?show={which}").context["days"]
        for line in day.lines
    }

    assert found == {
        "Under Way": ("Zoom", "", True, []),
        "To Come": ("Zoom", "", True, []),
        "Over": ("Zoom", "", False, []),
        "Missed": ("In person", "", False, ["Did not come"]),
        "cancelled_by_guest": ("Zoom", "Cancelled by the guest", False, []),
        "cancelled_by_host": ("Zoom", "Cancelled by the host", False, []),
        "declined": ("Zoom", "Declined", False, []),
        "lapsed": ("Zoom", "Not answered in time", False, []),
        "withdrawn": ("Zoom", "Taken back by the guest", False, []),
    }


def test_days_and_times_are_by_the_hosts_clock(client, alice):
    alice.time_zone = "Asia/Kathmandu"
    alice.save()
    put(alice, datetime(2025, 3, 4, 18, 30, tzinfo=UTC))
    put(alice, datetime(2025, 3, 4, 18, 0, tzinfo=UTC), minutes=15)

    days = client.get("/bookings?show=past").context["days"]

    assert [(day.title, times(day)) for day in days] == [
        ("Wednesday 5 March 2025", ["00:15 - 00:45"]),
        ("Tuesday 4 March 2025", ["23:45 - Wed 00:00"]),
    ]


def test_an_hour_the_clock_shows_twice_is_told_apart(client, alice):
    put(alice, datetime(2025, 10, 26, 0, 30, tzinfo=UTC))
    put(alice, datetime(2025, 10, 26, 1, 30, tzinfo=UTC))

    (day,) = client.get("/bookings?show=past").context["days"]

    assert times(day) == ["02:30 CET - 03:00", "02:30 CEST - 02:00 CET"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("özgür", ["Özgür Ünal"]),
        ("ÖZGÜR", ["Özgür Ünal"]),
        ("ünal özg", ["Özgür Ünal"]),
        ("UNAL@", ["Özgür Ünal"]),
        ("sAM", ["100% Sam"]),
        ("EXAMPLE 100", ["100% Sam"]),
        ("%", ["100% Sam"]),
        ("_", []),
        (".*", []),
        ("\\", []),
        ("  ", ["100% Sam", "Özgür Ünal"]),
        ("\x00", ["100% Sam", "Özgür Ünal"]),
        ("guest.example", ["100% Sam"]),
        ("'; drop table--", []),
    ],
)
def test_a_guest_is_found_by_parts_of_name_or_address(client, alice, text, found):
    put(alice, tomorrow(8), name="100% Sam")
    put(alice, tomorrow(9), name="Özgür Ünal", email="unal@web.example")

    answer = client.get("/bookings", {"q": text})

    assert answer.status_code == 200
    assert guests(answer) == found


def test_a_search_that_is_html_is_text(client, alice):
    put(alice, tomorrow())

    answer = client.get("/bookings", {"q": '"><script>alert(1)</script>'})

    assert b"<script>alert" not in answer.content
    assert answer.context["count"] == 0


def test_one_page_of_ones_own_can_be_asked_for(client, alice, charlie):
    mine, other, his = make_page(alice), make_page(alice, slug="other"), make_page(charlie)
    put(alice, tomorrow(8), page=mine, name="Mine")
    put(alice, tomorrow(9), page=other, name="Other")

    assert guests(client.get(f"/bookings?on={other.pk}")) == ["Other"]
    for ignored in (his.pk, 999_999, "x", "-1", "9" * 40):
        assert guests(client.get(f"/bookings?on={ignored}")) == ["Mine", "Other"]
    assert list(client.get("/bookings").context["asked"].pages) == [mine.pk, other.pk]


def test_pages_of_the_list_keep_the_filter(client, alice):
    page = make_page(alice)
    for number in range(45):
        put(alice, tomorrow() + timedelta(hours=number), page=page, name=f"Sam {number}")

    answer = client.get("/bookings", {"q": "sam", "on": page.pk, "page": 2})

    kept = f"show=upcoming&q=sam&on={page.pk}"
    assert guests(answer) == [f"Sam {number}" for number in range(25, 45)]
    assert answer.context["paging"] == Paging(kept, "", f"{kept}&per=50", 50)
    assert f"/bookings?show=past&q=sam&on={page.pk}" in shown(answer)
    assert f"/bookings/export.csv?{kept}" in shown(answer)
    assert guests(client.get("/bookings?page=99")) == [f"Sam {number}" for number in range(25, 45)]
    assert guests(client.get("/bookings?page=x")) == [f"Sam {number}" for number in range(25)]
    assert guests(client.get("/bookings?per=50")) == [f"Sam {number}" for number in range(45)]
    assert len(guests(client.get("/bookings?per=9999999999"))) == 25


def test_empty_lists_say_what_comes_next(client, alice):
    assert "Nobody can book you yet" in shown(client.get("/bookings"))
    make_page(alice)
    assert "http://localhost:8000/alice/intro" in shown(client.get("/bookings"))
    assert "No meeting is over yet" in shown(client.get("/bookings?show=past"))
    assert "Nothing was cancelled" in shown(client.get("/bookings?show=cancelled"))


def test_a_search_without_result_says_where_there_is_one(client, alice):
    put(alice, now() - timedelta(days=2), name="Ada")

    answer = client.get("/bookings?q=ada")

    assert '<a class="button" href="/bookings?show=past&q=ada">1 under Past</a>' in shown(answer)
    assert "Nor is there anything" in shown(client.get("/bookings?q=nobody"))


def badges_of(client):
    (line,) = (line for day in client.get("/bookings").context["days"] for line in day.lines)
    return [(badge.text, badge.tone) for badge in line.badges]


def test_nothing_is_marked_while_all_is_well(client, alice):
    booking = put(alice, tomorrow(), link="ready")
    job(booking, state="done")
    job(booking, run_at=now() + timedelta(days=1))  # a mail that is meant to go out later
    job(booking)  # one that has just been written down

    assert badges_of(client) == []


def test_a_missing_link_is_marked_and_as_worse_when_nobody_tries(client, alice):
    booking = put(alice, tomorrow(), link="waiting")
    making = job(booking, "bookings.fulfil", last_error="Zoom answered 503.")
    assert badges_of(client) == [("Link is late", "warn")]

    Job.objects.filter(pk=making.pk).update(state="failed")
    assert badges_of(client) == [("Link is missing", "bad")]


@pytest.mark.parametrize("name", ["bookings.fulfil", "bookings.move_conference"])
def test_a_link_that_is_being_made_is_not_called_missing_however_old_the_request(client, alice, name):
    booking = put(alice, tomorrow(), link="waiting", created_at=now() - timedelta(days=3))
    Conference.objects.update(problem="")
    CalendarAccount.objects.create(
        host=alice, provider="zoom", expires_at=now(), refresh_token_fingerprint="x"
    )
    making = job(booking, name)

    assert badges_of(client) == []
    page = client.get(f"/bookings/{booking.pk}")
    assert "The link is being made." in shown(page)
    assert [str(one.state) for one in page.context["effects"] if one.title == "Zoom meeting"] == ["busy"]
    Job.objects.filter(pk=making.pk).update(created_at=now() - timedelta(minutes=5))
    assert ("Link is late", "warn") in badges_of(client)
    Job.objects.filter(pk=making.pk).update(state="failed")
    assert ("Link is missing", "bad") in badges_of(client)
    assert "The link is missing." in shown(client.get(f"/bookings/{booking.pk}"))


def test_a_link_that_comes_with_the_event_is_not_missing_while_the_event_is_written(client, alice):
    booking = put(alice, tomorrow(), link="waiting", meeting_type="google_meet")
    Conference.objects.filter(booking=booking).update(provider="google_meet", problem="")
    job(booking, "bookings.event")

    assert badges_of(client) == []
    page = client.get(f"/bookings/{booking.pk}")
    assert "The link is missing." not in shown(page)


def test_mails_that_wait_and_were_refused_are_marked(client, alice):
    booking = put(alice, tomorrow())
    job(booking, last_error="Mail waiting: no mail server is set (EMAIL_URL).")
    job(booking, state="failed", last_error="Mail refused: 550")

    assert badges_of(client) == [("Mail refused", "bad"), ("Mail waiting", "warn")]


def test_a_mail_nobody_sends_is_marked_too(client, alice):
    job(put(alice, tomorrow()), run_at=now() - timedelta(minutes=3))

    assert badges_of(client) == [("Mail waiting", "warn")]


def test_a_refused_mail_that_was_replaced_is_not_marked(client, alice):
    booking = put(alice, tomorrow())
    job(booking, state="failed", last_error="Mail refused: 550")
    Booking.objects.update(revision=1)

    assert badges_of(client) == []


def test_the_list_needs_as_many_queries_for_twenty_as_for_one(client, alice, django_assert_num_queries):
    page = make_page(alice)
    put(alice, tomorrow(), page=page)
    client.get("/bookings")
    with django_assert_num_queries(12):
        client.get("/bookings")
    for number in range(1, 20):
        booking = put(
            alice,
            tomorrow() + timedelta(hours=number),
            page=page,
            link=("ready", "waiting", "refused", None)[number % 4],
        )
        job(booking, "bookings.fulfil", state=("done", "failed", "waiting")[number % 3], last_error="503")
        job(booking, state=("done", "failed", "waiting")[number % 3], last_error="Mail waiting: down.")
        if number % 2:
            put_payment(booking, disputed=not number % 5)
    with django_assert_num_queries(11):  # the guests' names are read once
        assert len(guests(client.get("/bookings?q=sam"))) == 20
    with django_assert_num_queries(12):
        client.get("/bookings/agenda?date=" + tomorrow().date().isoformat())


def test_after_a_late_yes_nobody_reads_that_the_link_is_missing(client, alice, zoom):
    zoom.connect(client, alice)
    page = rule(make_page(alice, kinds=(("zoom", ""),)), approval=True)
    booking = made(page)
    Booking.objects.filter(pk=booking.pk).update(created_at=now() - timedelta(hours=20))

    approve(booking.pk, source="host", now=now())

    assert badges_of(client) == []
    to_host, to_guest = (
        shown(client.get(f"/bookings/{booking.pk}")),
        shown(client.get(link_path(booking.booker))),
    )
    assert "The link is being made." in to_host
    assert "missing" not in to_host
    assert "The link is on its way and appears here by itself." in to_guest
    work_off()
    assert badges_of(client) == []
    assert "The link is being made." not in shown(client.get(f"/bookings/{booking.pk}"))
