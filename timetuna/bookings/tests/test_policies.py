"""What a page lets its guests do with a booking, what it asks them, and what they read where it does not."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import Wish, reschedule
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import without_quote
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow, work_off
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.life import made, now, rule, state
from timetuna.bookings.tests.reading import GUEST, HOST

pytestmark = pytest.mark.django_db
ASK = "To change it, write to Alice Host: alice@host.example."
FAR = timedelta(days=4)


def page_of(client, booking):
    return shown(client.get(link_path(booking.booker)))


def move(booking, start, **wish):
    return reschedule(booking.pk, start_minute=minute_of(start), actor="guest", now=now(), wish=Wish(**wish))


def test_without_rules_nothing_is_said(client, page):
    text = page_of(client, made(page))

    assert "Move to another time" in text
    assert "Cancel the booking" in text
    assert "You can move" not in text
    assert ASK not in text


def test_deadlines_are_said_by_the_guests_clock(client, page):
    rule(page, change_notice_minutes=24 * 60, cancel_notice_minutes=120)
    booking = made(page, tomorrow() + FAR)
    text = page_of(client, booking)

    day_before = tomorrow() + FAR - timedelta(days=1)
    assert f"You can move it until {day_before:%a} {day_before.day}" in text
    assert "You can cancel it until" in text


def test_deadlines_are_written_as_the_other_times_of_the_page(client, page):
    rule(page, change_notice_minutes=120, cancel_notice_minutes=120)
    path = link_path(made(page, tomorrow(14) + FAR, time_zone="UTC").booker)

    text = shown(client.get(path, headers={"Accept-Language": "en-US"}))
    assert "2:00 pm to 2:30 pm" in text.replace("\xa0", " ")
    assert ", 12:00 pm." in text.replace("\xa0", " ")
    rule(page, approval=True, approval_hours=24 * 7)
    path = link_path(made(page, tomorrow(16), time_zone="UTC").booker)
    text = shown(client.get(path, headers={"Accept-Language": "en-US"}))
    assert ", 4:00 pm at the latest" in text.replace("\xa0", " ")


def test_after_the_deadline_nothing_can_be_done_by_any_way(client, page):
    rule(page, change_notice_minutes=3 * 24 * 60, cancel_notice_minutes=3 * 24 * 60)
    booking = made(page)
    text = page_of(client, booking)

    assert "This booking could be moved until" in text
    assert "This booking could be cancelled until" in text
    assert text.count(ASK) == 1
    assert "Move to another time" not in text
    for path in ("move", f"move/confirm?start={write_start(tomorrow(15))}", "cancel"):
        assert client.get(f"{link_path(booking.booker)}/{path}")["Location"] == link_path(booking.booker)
    refused = client.post(f"{link_path(booking.booker)}/cancel", {"note": "Sorry"})
    assert (refused.status_code, ASK in shown(refused), "Sorry" in shown(refused)) == (422, True, True)
    with pytest.raises(NotPossible, match="could be moved until"):
        move(booking, tomorrow(15))
    assert state(booking) == "confirmed"


def test_never_is_never(client, page):
    rule(page, change_notice_minutes=None, cancel_notice_minutes=None)
    booking = made(page, tomorrow() + FAR)

    assert client.get(link_path(booking.booker)).context["changes"].terms == [
        "This booking cannot be moved by its guest.",
        "This booking cannot be cancelled by its guest.",
        ASK,
    ]
    with pytest.raises(NotPossible, match="cannot be cancelled by its guest"):
        cancel(booking.pk, actor="guest", note_text="", now=now())


def test_the_host_is_bound_by_none_of_it(page):
    rule(page, change_notice_minutes=None, cancel_notice_minutes=None)
    booking = made(page)

    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="host", now=now())
    cancel(booking.pk, actor="host", note_text="", now=now())

    assert state(booking) == "cancelled_by_host"


def test_a_meeting_that_has_begun_is_left_alone_by_its_guest(client, page):
    booking = made(page)

    with time_machine.travel(tomorrow() + timedelta(minutes=5), tick=True):
        assert "Move to another time" not in page_of(client, booking)
        with pytest.raises(NotPossible, match="has begun"):
            cancel(booking.pk, actor="guest", note_text="", now=now())


@pytest.mark.parametrize(
    ("asks", "label"), [("no", None), ("optional", "Message to Alice Host"), ("required", "Why?")]
)
def test_a_reason_is_asked_as_the_page_says(client, page, asks, label):
    rule(page, ask_reason=asks)
    booking = made(page)
    forms = [
        f"{link_path(booking.booker)}/cancel",
        f"{link_path(booking.booker)}/move/confirm?start={write_start(tomorrow(15))}",
    ]

    for path in forms:
        text = shown(client.get(path))
        assert ('name="note"' in text) is (label is not None)
        assert label is None or label in text


def test_a_reason_that_is_required_has_to_be_given(client, page, zoom):
    rule(page, ask_reason="required")
    booking = made(page)
    moving = f"{link_path(booking.booker)}/move/confirm"
    start = write_start(tomorrow(15))

    without = client.post(moving, {"zone": "", "hold": "", "start": start, "note": " \u200b "})
    assert (without.status_code, "Say why" in shown(without)) == (422, True)
    assert (
        client.post(moving, {"zone": "", "hold": "", "start": start, "note": "My train is late"}).status_code
        == 302
    )
    work_off()
    bare = client.post(f"{link_path(booking.booker)}/cancel", {"note": ""})
    assert (bare.status_code, "Say why" in shown(bare)) == (422, True)

    booking.refresh_from_db()
    assert booking.start_at == tomorrow(15)
    assert "Sam Guest wrote: My train is late" in zoom.mails(HOST)[-1]["text"]
    assert "My train is late" not in zoom.mails(GUEST)[-1]["text"]
    entry = booking.history.filter(event="moved").get()
    assert entry.text.endswith(" Note: My train is late")
    assert "train" not in without_quote(entry.text)


def test_a_word_that_nobody_asked_for_is_not_taken(client, page):
    rule(page, ask_reason="no")
    booking = made(page)

    client.post(f"{link_path(booking.booker)}/cancel", {"note": "https://lure.example"})

    booking.refresh_from_db()
    assert (booking.status, booking.cancel_note) == ("cancelled_by_guest", "")


def test_page_and_mail_name_the_earlier_time_after_a_move(client, page, zoom):
    booking = made(page)
    move(booking, tomorrow(15))
    work_off()
    booking.refresh_from_db()

    answer = client.get(link_path(booking.booker))

    earlier = tomorrow().astimezone(ZoneInfo("America/New_York"))
    assert answer.context["old_time_label"].endswith(f"{earlier:%H:%M}")
    assert "Before, it was on " in zoom.mails(GUEST)[-1]["text"]
    assert "Before, it was on " in zoom.mails(HOST)[-1]["text"]
    entry = booking.history.filter(event="moved").get()
    assert entry.changes == {"start": [tomorrow().isoformat(), tomorrow(15).isoformat()]}


def test_the_move_page_opens_at_the_bookings_month(client, page):
    start = tomorrow() + timedelta(days=40)
    booking = made(page, start)

    month = client.get(f"{link_path(booking.booker)}/move").context["slots"].month.title

    assert month == f"{start:%B %Y}"


def test_only_the_links_holder_gets_in(page):
    booking = made(page)
    stranger = Client()

    for path in ("", "/move", "/cancel", "/guests", "/invite.ics"):
        assert stranger.get(f"/b/{'x' * 43}{path}").status_code == 404
        assert stranger.get(f"{link_path(booking.booker)}{path}").status_code in {200, 302}
