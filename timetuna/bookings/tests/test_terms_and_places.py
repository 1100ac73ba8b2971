"""What a guest reads before they book: until when it can be undone, where it is, and who calls whom."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.policies import terms_before
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, order, tomorrow
from timetuna.bookings.tests.leftovers import Seen
from timetuna.l10n import datetimes
from timetuna.pages.models import BookingPage

LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
DAY, NEVER = 1_440, None


def form(client, page, start=None):
    query = f"start={write_start(start or tomorrow())}&duration=30&zone=Europe/London"
    return Seen(client.get(f"/alice/{page.slug}/book?{query}").content.decode()).text()


@pytest.mark.parametrize(
    ("move", "cancel", "said"),
    [
        (0, 0, ["You can move or cancel it until it begins."]),
        (DAY, DAY, ["You can move or cancel it until Mon 23 Nov 2026, 14:00."]),
        (DAY, 0, ["You can move it until Mon 23 Nov 2026, 14:00.", "You can cancel it until it begins."]),
        (
            3 * DAY,
            3 * DAY,
            ["It begins too soon to be moved or cancelled here.", "To change it, write to your host."],
        ),
        (
            NEVER,
            NEVER,
            ["Once booked, it cannot be moved or cancelled here.", "To change it, write to your host."],
        ),
        (
            3 * DAY,
            NEVER,
            [
                "It begins too soon to be moved here.",
                "Once booked, it cannot be cancelled here.",
                "To change it, write to your host.",
            ],
        ),
    ],
)
def test_terms_say_until_when_or_that_it_is_too_late(move, cancel, said):
    page = BookingPage(change_notice_minutes=move, cancel_notice_minutes=cancel)

    assert terms_before(page, START, now=START - timedelta(days=2), zone=LONDON) == said


@pytest.mark.django_db
def test_the_terms_stand_above_the_button(client, page):
    page.change_notice_minutes = page.cancel_notice_minutes = 60
    page.save()
    last = (tomorrow() - timedelta(hours=1)).astimezone(LONDON)

    text = form(client, page)

    said = f"You can move or cancel it until {datetimes.short_when(last, zone=LONDON)}."
    assert text.index(said) < text.index("Confirm ", text.index("Your name"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "detail", "said", "kept"),
    [
        ("in_person", "Room 1, Alexanderplatz", "Room 1, Alexanderplatz", ""),
        ("phone", "", "Alice Host calls you.", ""),
        ("phone", "+49 30 901820", "You call Alice Host. You get the number once you are booked.", "901820"),
        ("link", "https://room.example/alice", "You get the link once you are booked.", "room.example"),
    ],
)
def test_where_it_is_stands_on_the_page_and_in_the_form(client, alice, kind, detail, said, kept):
    """A number or a link is told only to who has booked."""
    page = make_page(alice, kinds=((kind, detail),))

    for text in (Seen(client.get("/alice/intro").content.decode()).text(), form(client, page)):
        assert said in text
        assert not kept or kept not in text


@pytest.mark.django_db
def test_where_there_is_a_choice_each_says_where(client, alice):
    page = make_page(alice, kinds=(("in_person", "Room <b>1</b>"), ("phone", "")))

    text = form(client, page)

    choices = text[text.index("How do you want to meet?") :]
    assert "Phone call Alice Host calls you. In person Room <b>1</b> Your name" in choices


@pytest.mark.django_db
def test_moving_opens_on_the_booked_day_and_shows_both_times(client, page):
    booking = book(order(page, tomorrow() + timedelta(days=40), time_zone="Europe/Berlin"), now=present())
    begins = booking.start_at.astimezone(ZoneInfo("Europe/Berlin"))

    times = client.get(link_path(booking.booker, "booked_move"))

    slots = times.context["slots"]
    days = [day for week in slots.month.weeks for day in week if day.booked]
    assert [day.date for day in days] == [begins.date().isoformat()]
    assert days[0].chosen
    assert days[0].label.endswith("your booking is on this day")
    assert [time.label for time in slots.times if not time.url] == [datetimes.clock(begins)]
    chosen = next(time for time in slots.times if time.url)
    shown = Seen(client.get(chosen.url).content.decode()).text()
    assert f"Until now: {datetimes.day(begins.date())}, {datetimes.clock(begins)} New: " in shown
    assert "You can move or cancel it" in shown


@pytest.mark.parametrize(
    ("begins", "said"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "01:30\xa0BST to 01:00\xa0GMT"),
        (datetime(2026, 3, 29, 0, 45, tzinfo=UTC), "00:45\xa0GMT to 02:15\xa0BST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "01:30 to 02:00"),
    ],
)
def test_a_span_over_a_change_of_the_clocks_names_both(begins, said):
    ends = begins + timedelta(minutes=30)

    assert datetimes.span(begins.astimezone(LONDON), ends.astimezone(LONDON)) == said
    assert said in datetimes.when(begins, minutes=30, zone=LONDON)
