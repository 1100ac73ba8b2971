import re
from datetime import UTC, datetime, timedelta

import pytest

from timetuna.bookings.actions.renew_link import renew_link
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.bookings.tests.diary import job, now, put, rows_of, shown
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


def effects_of(client, booking):
    found = client.get(f"/bookings/{booking.pk}").context["effects"]
    return [(one.title, str(one.state), one.text, str(one.remedy)) for one in found]


def test_all_facts_stand_on_the_bookings_page(client, alice):
    page = make_page(alice)
    booking = put(
        alice,
        datetime(2030, 7, 1, 8, 0, tzinfo=UTC),
        page=page,
        link="ready",
        phone="+49 (30) 123",
        notes="Hello",
        created_at=datetime(2026, 1, 2, 23, 30, tzinfo=UTC),
    )

    text = shown(client.get(f"/bookings/{booking.pk}"))

    for fact in (
        "Monday 1 July 2030, 10:00 to 10:30 · Germany, Berlin (UTC+2)",
        "Monday 1 July 2030, 04:00 to 04:30 · United States, New York (UTC-4)",
        '<a href="mailto:sam@guest.example">',
        '<a href="tel:+49-30-123">',
        "https://zoom.example/j/91234567890",
        "483920",
        "91234567890",
        "Hello",
        "3 Jan",
        "Unchanged since it was booked",
        f"/booking-pages/{page.pk}",
        "http://localhost:8000" + link_path(booking.booker),
    ):
        assert fact in text


def test_what_went_out_is_told_with_its_time(client, alice):
    booking = put(alice, tomorrow(), link="ready")
    sent = datetime(2020, 5, 1, 8, 2, tzinfo=UTC)
    job(booking, state="done", finished_at=sent)

    assert effects_of(client, booking) == [
        ("Zoom meeting", "done", "Made.", ""),
        ("Mail to the guest: confirmation", "done", "Sent 1 May 2020, 10:02.", ""),
    ]


def test_a_broken_connection_leads_to_the_settings(client, alice):
    booking = put(alice, tomorrow(), link="waiting")
    making = job(booking, "bookings.fulfil", state="failed", last_error="Zoom is not connected.")
    problem = "Zoom is not connected. Connect Zoom and the link is made."

    answer = client.get(f"/bookings/{booking.pk}")

    assert effects_of(client, booking)[0] == ("Zoom meeting", "failed", problem, "connect")
    assert '<a class="button button-main" href="/settings/providers">Connect Zoom</a>' in shown(answer)
    assert "Try again now" not in shown(answer)
    account = CalendarAccount.objects.create(
        host=alice, provider="zoom", expires_at=now(), needs_reconnect=True, refresh_token_fingerprint="x"
    )
    assert "Reconnect Zoom</a>" in shown(client.get(f"/bookings/{booking.pk}"))
    CalendarAccount.objects.filter(pk=account.pk).update(needs_reconnect=False)
    assert effects_of(client, booking)[0][3] == "retry"
    assert "Try again now" in shown(client.get(f"/bookings/{booking.pk}"))
    assert making.pk


def test_the_next_try_is_told_from_now_and_by_the_hosts_clock(client, alice):
    booking = put(alice, tomorrow())
    waits = job(
        booking,
        last_error="Mail waiting: The mail server is away.",
        run_at=now() + timedelta(minutes=4, seconds=20),
    )
    by_clock = waits.run_at.astimezone(now().astimezone().tzinfo)

    (effect,) = effects_of(client, booking)

    assert effect[:2] == ("Mail to the guest: confirmation", "waiting")
    assert effect[2].startswith("Mail waiting: The mail server is away. Next try in 4 minutes, at ")
    assert re.search(rf" at \d\d:{by_clock:%M}( CES?T)?\.$", effect[2])  # the zone where an hour comes twice
    assert effect[3] == "retry"


def test_a_mail_that_a_later_change_replaced_is_not_called_sent(client, alice):
    booking = put(alice, tomorrow())
    job(booking, state="done", finished_at=now() + timedelta(seconds=5))
    Booking.objects.update(revision=1)
    booking.refresh_from_db()
    job(booking, state="done", finished_at=now() + timedelta(seconds=6))

    assert [text.split()[0] for _, _, text, _ in effects_of(client, booking)] == ["Not", "Sent"]


def test_what_stays_in_zoom_is_said(client, alice):
    moved = put(alice, tomorrow(), link="ready")
    Conference.objects.update(scheduled_for=tomorrow(8))
    gone = put(alice, tomorrow(12), link="ready", cancelled_by="host")

    assert effects_of(client, moved)[1][:2] == ("In Zoom", "note")
    assert "still shows the earlier time" in effects_of(client, moved)[1][2]
    assert "Meeting 91234567890 stays in your Zoom account" in effects_of(client, gone)[1][2]


def test_trying_again_leaves_mails_of_a_later_hour_alone(client, alice):
    booking = put(alice, tomorrow())
    later = job(booking, run_at=tomorrow())
    failed = job(booking, state="failed", last_error="Mail refused: 550", finished_at=now())

    client.post(f"/bookings/{booking.pk}/retry")

    later.refresh_from_db()
    failed.refresh_from_db()
    assert later.run_at == tomorrow()
    assert (failed.state, failed.run_at <= now()) == ("waiting", True)


def test_the_page_asks_again_only_while_something_is_under_way(client, alice):
    booking = put(alice, tomorrow())
    mail = job(booking)
    assert "hx-trigger" in shown(client.get(f"/bookings/{booking.pk}"))

    Job.objects.filter(pk=mail.pk).update(state="done", finished_at=now())
    assert "hx-trigger" not in shown(client.get(f"/bookings/{booking.pk}"))


def test_history_says_who_and_when(client, alice):
    booking = put(alice, tomorrow(), name="Ada")
    client.post(f"/bookings/{booking.pk}/cancel", {"note": "I am ill."})

    entries = client.get(f"/bookings/{booking.pk}").context["history"]

    assert [(entry.who, entry.text) for entry in entries] == [
        ("Ada", "Booked by the guest."),
        ("You", "Cancelled. Note: I am ill."),
    ]
    assert str(entries[0].at.tzinfo) == "Europe/Berlin"


def test_a_new_link_kills_the_old_one(client, alice):
    booking = put(alice, tomorrow())
    old = link_path(booking.booker)

    answer = client.post(f"/bookings/{booking.pk}/new-link", follow=True)

    booking.refresh_from_db()
    assert link_path(booking.booker) != old
    assert client.get(old).status_code in {404, 410}
    assert client.get(link_path(booking.booker)).status_code == 200
    assert link_path(booking.booker) in shown(answer)
    assert ("You", "New link for the guest; the old one no longer works.") in [
        (entry.who, entry.text) for entry in answer.context["history"]
    ]
    assert booking.revision == 0


def test_a_new_link_of_a_booking_that_is_gone_raises(db):
    with pytest.raises(Booking.DoesNotExist):
        renew_link(1, actor="host")


@pytest.mark.parametrize("path", ["", "/retry", "/cancel", "/new-link"])
def test_strangers_find_nothing(client, alice, charlie, path):
    booking = put(alice, tomorrow(), name="Ada Lovelace")
    link = booking.booker.link_fingerprint
    client.force_login(charlie)

    answer = client.post(f"/bookings/{booking.pk}{path}") if path else client.get(f"/bookings/{booking.pk}")

    booking.refresh_from_db()
    assert answer.status_code == 404
    assert (booking.status, booking.booker.link_fingerprint) == ("confirmed", link)
    day = tomorrow().date().isoformat()
    for listed in ("/bookings", "/bookings?q=ada", f"/bookings/agenda?date={day}"):
        assert b"Lovelace" not in client.get(listed).content
    assert rows_of(client.get("/bookings/export.csv")) == []


@pytest.mark.parametrize(
    "path", ["", "/agenda", "/export.csv", "/{}", "/{}/retry", "/{}/cancel", "/{}/new-link"]
)
def test_whoever_is_not_signed_in_is_asked_to(client, alice, path):
    path = "/bookings" + path.format(put(alice, tomorrow()).pk)
    client.logout()

    answer = client.post(path) if path.endswith(("retry", "cancel", "link")) else client.get(path)

    assert answer.status_code == 302
    assert answer["Location"] == f"/signin?next={path}"


@pytest.mark.parametrize("path", ["/retry", "/cancel", "/new-link"])
def test_a_look_changes_nothing(client, alice, path):
    booking = put(alice, tomorrow())

    answer = client.get(f"/bookings/{booking.pk}{path}")

    assert (answer.status_code, answer["Location"]) == (302, f"/bookings/{booking.pk}")
    assert list(Booking.objects.values_list("status", "attendees__link_fingerprint")) == [
        ("confirmed", booking.booker.link_fingerprint)
    ]


def test_a_bookings_page_needs_the_same_queries_whatever_happened(
    client, alice, django_assert_max_num_queries
):
    booking = put(alice, tomorrow(), link="waiting", page=make_page(alice))
    for _ in range(10):
        job(booking, state="failed", last_error="Mail refused: 550")
    job(booking, "bookings.fulfil", last_error="503")

    with django_assert_max_num_queries(20):
        client.get(f"/bookings/{booking.pk}")


def test_one_line_says_whether_all_was_delivered(client, alice):
    booking = put(alice, tomorrow(), link="ready")
    mail = job(booking, state="done", finished_at=now())
    Conference.objects.update(problem="")

    def line():
        found = client.get(f"/bookings/{booking.pk}").context["delivery"]
        return found.text, str(found.state), found.open

    assert line() == ("All delivered", "done", False)
    Job.objects.filter(pk=mail.pk).update(state="waiting", last_error="Mail waiting: down.")
    assert line() == ("Tried again: Mail to the guest: confirmation", "waiting", True)
    Job.objects.filter(pk=mail.pk).update(state="waiting", last_error="")
    assert line() == ("On its way: Mail to the guest: confirmation", "busy", False)
    Job.objects.filter(pk=mail.pk).update(state="failed", last_error="Mail refused: 550")
    Conference.objects.update(state="waiting", problem="Zoom is not connected.")
    assert line() == ("Not delivered: Zoom meeting and 1 more", "failed", True)
    text = shown(client.get(f"/bookings/{booking.pk}"))
    assert '<details class="fold" id="delivery" open>' in text
    assert "Mail refused: 550" in text
