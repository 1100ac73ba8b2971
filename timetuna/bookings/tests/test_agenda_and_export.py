import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from timetuna.accounts.models import User
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.bookings.tests.diary import guests, put, put_payment, rows_of, shown, times

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


def agenda(client, query, **headers):
    answer = client.get(f"/bookings/agenda?{query}", headers=headers)
    return [(day.date.isoformat(), times(day)) for day in answer.context["days"]]


def test_a_week_has_seven_days_and_what_is_on_them(client, alice):
    put(alice, datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    put(alice, datetime(2026, 11, 29, 22, 30, tzinfo=UTC), minutes=60)  # until Monday 00:30 in Berlin
    put(alice, datetime(2026, 11, 25, 12, 0, tzinfo=UTC), cancelled_by="host")

    week = agenda(client, "view=week&date=2026-11-25")

    assert [day for day, _ in week] == [f"2026-11-{day}" for day in range(23, 30)]
    assert [times for _, times in week] == [[], [], ["10:00 - 10:30"], [], [], [], ["23:30 - Mon 00:30"]]
    assert agenda(client, "view=day&date=2026-11-30") == [("2026-11-30", ["Sun 23:30 - 00:30"])]


def test_a_week_begins_where_it_does_for_the_host(client):
    week = agenda(client, "date=2026-11-25", **{"Accept-Language": "en-US"})

    assert [week[0][0], week[-1][0]] == ["2026-11-22", "2026-11-28"]


@pytest.mark.parametrize(
    ("day", "inside", "outside"),
    [
        # Berlin's 29 March 2026 has 23 hours, its 25 October 25.
        ("2026-03-29", [(28, 23, 0), (29, 21, 59)], [(28, 22, 29), (29, 22, 0)]),
        ("2026-10-25", [(24, 22, 0), (25, 22, 59)], [(24, 21, 29), (25, 23, 0)]),
    ],
)
def test_days_with_a_clock_change_are_as_long_as_they_are(client, alice, day, inside, outside):
    month = int(day[5:7])
    for date, hour, minute in (*inside, *outside):
        put(
            alice,
            datetime(2026, month, date, hour, minute, tzinfo=UTC),
            minutes=1,
            name=f"{date} {hour}:{minute}",
        )

    answer = client.get(f"/bookings/agenda?view=day&date={day}")

    assert guests(answer) == [f"{date} {hour}:{minute}" for date, hour, minute in inside]


def test_the_agenda_leads_on_and_back(client):
    answer = client.get("/bookings/agenda?view=day&date=2025-11-25")

    assert answer.context["ways"].steps.before == "/bookings/agenda?view=day&date=2025-11-24"
    assert answer.context["ways"].steps.after == "/bookings/agenda?view=day&date=2025-11-26"
    assert answer.context["title"] == "Tuesday 25 November 2025"
    assert client.get("/bookings/agenda?date=2025-09-30").context["title"] == "29 September to 5 October 2025"
    assert client.get("/bookings/agenda?view=day&date=2100-12-31").context["ways"].steps.after == ""
    either = client.get("/bookings/agenda?date=2025-11-26").context
    assert either["ways"].steps.after == "/bookings/agenda?date=2025-12-01"
    assert either["ways"].narrow.after == "/bookings/agenda?date=2025-11-27"


@pytest.mark.parametrize("text", ["2026-02-30", "9999-12-31", "0001-01-01", "x" * 500, "<script>"])
def test_a_date_that_is_none_gets_a_sentence(client, text):
    answer = client.get("/bookings/agenda", {"date": text})

    assert answer.status_code == 400
    assert "is not a date this agenda can show" in shown(answer)
    assert b"<script>" not in answer.content.replace(b"<script src", b"")


def test_the_table_has_both_clocks_and_is_safe_for_spreadsheets(client, alice):
    page = make_page(alice)
    put(
        alice,
        datetime(2025, 7, 1, 8, 0, tzinfo=UTC),
        page=page,
        link="ready",
        name='=HYPERLINK("https://evil.example")',
        phone="+49 30 123456",
        notes="first line\n@second; line",
    )

    answer = client.get("/bookings/export.csv?show=past")
    (row,) = rows_of(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="bookings-past-20')
    assert (
        row
        | {
            "Start (Europe/Berlin)": "2025-07-01 10:00",
            "End (Europe/Berlin)": "2025-07-01 10:30",
            "Start (UTC)": "2025-07-01T08:00Z",
            "End (UTC)": "2025-07-01T08:30Z",
            "Minutes": "30",
            "Status": "Confirmed",
            "Booking page": "Intro call",
            "Guest": '\'=HYPERLINK("https://evil.example")',
            "Guest phone": "'+49 30 123456",
            "Notes": "first line @second; line",
            "Meeting type": "Zoom",
            "Join link": "https://zoom.example/j/91234567890",
        }
        == row
    )


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("UTC", ["Start", "End", "Start (UTC)", "End (UTC)"]),
        ("Europe/Berlin", ["Start (Europe/Berlin)", "End (Europe/Berlin)", "Start (UTC)", "End (UTC)"]),
    ],
)
def test_no_two_columns_have_the_same_title(client, alice, zone, first):
    User.objects.filter(pk=alice.pk).update(time_zone=zone)

    text = b"".join(client.get("/bookings/export.csv").streaming_content).decode("utf-8-sig")
    [titles] = csv.reader(io.StringIO(text))

    assert titles[:4] == first
    assert len(set(titles)) == len(titles)


def test_the_table_holds_no_link_but_the_one_to_join(client, alice):
    booking = put(alice, tomorrow(), link="ready")
    put(alice, tomorrow(12), link="ready", cancelled_by="guest")

    text = b"".join(client.get("/bookings/export.csv").streaming_content).decode()
    (cancelled,) = rows_of(client.get("/bookings/export.csv?show=cancelled"))

    assert link_path(booking.booker).removeprefix("/b/") not in text
    assert booking.booker.link_fingerprint not in text
    assert text.count("http") == 1
    assert (cancelled["Join link"], cancelled["Passcode"], cancelled["Cancelled by"]) == ("", "", "guest")


def test_the_table_follows_the_filter_beyond_one_page(client, alice, django_assert_num_queries):
    for number in range(25):
        booking = put(alice, tomorrow() + timedelta(hours=number), name=f"Sam {number}")
        if number % 2:
            put_payment(booking)
    put(alice, tomorrow() + timedelta(hours=30), name="Ada", email="ada@web.example")

    with django_assert_num_queries(9):
        rows = rows_of(client.get("/bookings/export.csv?q=sam"))

    assert [row["Guest"] for row in rows] == [f"Sam {number}" for number in range(25)]
