"""A host moves a booking to any time: warned, asked once, and never onto another booking."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.forms import forms_of
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.reschedule import Wish, reschedule
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.models import Booking
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow, work_off
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.life import events, kinds, made, now, rule, state
from timetuna.bookings.tests.reading import GUEST
from timetuna.pages.models import BookingPage, WeeklyHours

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def closed(page):
    """Return a page that is open from 9 to 10 by its host's clock, and a booking of it."""
    booking = made(page)
    WeeklyHours.objects.update(start_minute=540, end_minute=600)
    return booking


def ask(client, booking, **typed):
    return client.get(f"/bookings/{booking.pk}/move/confirm", typed)


def send(client, booking, start, **more):
    return client.post(
        f"/bookings/{booking.pk}/move/confirm",
        {"note": "", "start": write_start(start), "was": write_start(start_of(booking))} | more,
    )


def start_of(booking):
    return Booking.objects.values_list("start_at", flat=True).get(pk=booking.pk)


def test_free_times_and_a_form_for_any_other(client, page):
    booking = made(page)

    answer = client.get(f"/bookings/{booking.pk}/move")

    assert answer.context["slots"].times
    assert answer.context["slots"].times[0].url.startswith(f"/bookings/{booking.pk}/move/confirm?")
    assert 'type="date"' in shown(answer)
    fragment = client.get(f"/bookings/{booking.pk}/move", headers={"HX-Request": "true"})
    assert fragment.content.strip().startswith(b"<section")
    assert start_of(booking) == tomorrow()


def test_a_free_time_is_confirmed_without_a_warning(client, page, zoom):
    booking = made(page)

    asked = ask(client, booking, start=write_start(tomorrow(15)))
    assert "Move the booking" in shown(asked)
    assert "Guests could not book" not in shown(asked)
    send(client, booking, tomorrow(15), note="My dentist")
    work_off()

    assert start_of(booking) == tomorrow(15)
    assert "Alice Host wrote: My dentist" in zoom.mails(GUEST)[-1]["text"]
    assert ("host", "host", "moved") in events(booking)


def test_a_time_outside_the_rules_is_warned_of_and_possible(client, closed):
    night = (tomorrow() + timedelta(days=1)).replace(hour=2, minute=7)
    local = night.astimezone(BERLIN)

    asked = ask(client, closed, date=local.date().isoformat(), time=f"{local:%H:%M}")
    assert "Guests could not book this time:" in shown(asked)
    assert "Move it anyway" in shown(asked)
    without = send(client, closed, night)
    assert (without.status_code, start_of(closed)) == (409, tomorrow())
    assert send(client, closed, night, anyway="yes").status_code == 302
    assert start_of(closed) == night


def test_another_booking_is_never_moved_onto(client, page):
    booking = made(page)
    made(page, tomorrow(14), email="kim@guest.example")
    near = tomorrow(14, 15)

    asked = ask(client, booking, start=write_start(near))
    assert "Another booking of yours takes this time" in shown(asked)
    assert "Move it anyway" not in shown(asked)
    assert send(client, booking, near, anyway="yes").status_code == 409
    with pytest.raises(SlotTaken):
        reschedule(booking.pk, start_minute=minute_of(near), actor="host", now=now(), wish=Wish(anyway=True))
    assert start_of(booking) == tomorrow()


def test_what_is_over_cannot_be_chosen(client, page):
    booking = made(page)
    yesterday = tomorrow() - timedelta(days=2)

    assert "This time is over" in shown(ask(client, booking, start=write_start(yesterday)))
    assert send(client, booking, yesterday, anyway="yes").status_code == 409
    assert start_of(booking) == tomorrow()


def test_a_guest_cannot_move_anyway(page):
    booking = made(page)
    WeeklyHours.objects.all().delete()

    with pytest.raises(SlotTaken):
        reschedule(
            booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now(), wish=Wish(anyway=True)
        )


def test_a_booking_whose_page_is_gone_can_still_be_moved_by_its_host(client, page):
    booking = made(page)
    BookingPage.objects.all().delete()

    assert client.get(f"/bookings/{booking.pk}/move").context["slots"] is None
    assert send(client, booking, tomorrow(15)).status_code == 302
    assert start_of(booking) == tomorrow(15)


def test_a_meeting_under_way_can_be_moved_and_one_that_is_over_cannot(client, page):
    booking, later, latest = made(page), tomorrow(20), tomorrow(23)
    under_way, over = tomorrow(10, 5), tomorrow(21)

    with time_machine.travel(under_way, tick=True):
        client.force_login(page.host)
        assert send(client, booking, later).status_code == 302
    with time_machine.travel(over, tick=True):
        client.force_login(page.host)
        assert client.get(f"/bookings/{booking.pk}/move")["Location"] == f"/bookings/{booking.pk}"
        wish = Wish(anyway=True)
        with pytest.raises(NotPossible):
            reschedule(booking.pk, start_minute=minute_of(latest), actor="host", now=now(), wish=wish)


@time_machine.travel(datetime(2026, 10, 20, 8, tzinfo=BERLIN), tick=True)
def test_the_clock_change_is_asked_about(client, page):
    booking = made(page)

    twice = ask(client, booking, date="2026-10-25", time="02:30")
    assert [text for _, text in twice.context["twice"]] == ["02:30 CEST (first)", "02:30 CET (second)"]
    assert [url[-17:] for url, _ in twice.context["twice"]] == ["2026-10-25T00:30Z", "2026-10-25T01:30Z"]
    skipped = ask(client, booking, date="2027-03-28", time="02:30")
    assert (skipped.status_code, "The clock skips this time" in shown(skipped)) == (422, True)
    unreadable = ask(client, booking, date="soon", time="25:00")
    assert (unreadable.status_code, "soon" in shown(unreadable)) == (422, True)


def test_looking_changes_nothing_and_strangers_find_nothing(client, page, charlie):
    booking = made(page)
    before = kinds(booking), events(booking)

    for path in ("move", f"move/confirm?start={write_start(tomorrow(15))}"):
        assert client.get(f"/bookings/{booking.pk}/{path}").status_code == 200
    client.force_login(charlie)
    for path in ("move", f"move/confirm?start={write_start(tomorrow(15))}"):
        assert client.get(f"/bookings/{booking.pk}/{path}").status_code == 404
    assert send(client, booking, tomorrow(15)).status_code == 404
    assert (kinds(booking), events(booking), start_of(booking)) == (*before, tomorrow())


def test_a_request_is_answered_before_it_is_moved(client, page):
    booking = made(rule(page, approval=True))

    assert client.get(f"/bookings/{booking.pk}/move")["Location"] == f"/bookings/{booking.pk}"
    assert send(client, booking, tomorrow(15), anyway="yes").status_code == 302
    assert (state(booking), start_of(booking)) == ("pending", tomorrow())


AGENDA = "/bookings/agenda?view=week&date=2026-11-25"


def test_a_move_from_the_agenda_leads_back_there_and_can_be_undone(client, page, zoom):
    booking = made(page)
    was, new = tomorrow(), tomorrow(15)

    asked = ask(client, booking, start=write_start(new), was=write_start(was), back=AGENDA)
    assert f'name="back" value="{AGENDA}"' in shown(asked)
    done = client.post(f"/bookings/{booking.pk}/move/confirm", dict(form_of(asked).with_values()))
    assert (done.status_code, done["Location"], start_of(booking)) == (302, AGENDA, new)
    there = client.get(AGENDA)
    assert there.context["moved"].booking == booking
    back = client.post(
        f"/bookings/{booking.pk}/move/confirm", dict(form_of(there, "/move/confirm").with_values())
    )
    assert (back["Location"], start_of(booking)) == (AGENDA, was)
    work_off()
    assert [kind for kind, audience in kinds(booking) if audience == "guest"].count("moved") == 2
    with time_machine.travel(now() + timedelta(minutes=11)):
        client.force_login(page.host)
        assert client.get(AGENDA).context["moved"] is None


def form_of(answer, ending=""):
    text = answer.content.decode()
    [form] = [
        form for form in forms_of(text) if form.method == "post" and form.action.endswith(ending or "confirm")
    ]
    return form


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/bookings/agenda", "/bookings/agendas", "/signout", "x"]
)
def test_a_move_leads_back_to_the_agenda_or_to_the_booking(client, page, back):
    booking = made(page)

    assert 'name="back"' not in shown(ask(client, booking, start=write_start(tomorrow(15)), back=back))
    assert send(client, booking, tomorrow(15), back=back)["Location"] == f"/bookings/{booking.pk}"


def test_a_time_that_was_chosen_for_another_is_refused_in_words(client, page):
    booking, first, second = made(page), tomorrow(15), tomorrow(17)
    stale = {"was": write_start(tomorrow())}
    assert send(client, booking, first).status_code == 302

    asked = ask(client, booking, start=write_start(second), **stale)
    assert "This booking was moved meanwhile. Look at both times again." in shown(asked)
    refused = send(client, booking, second, anyway="yes", **stale)
    assert (refused.status_code, "This booking was moved meanwhile, to" in shown(refused)) == (409, True)
    assert send(client, booking, second, was="").status_code == 422
    assert start_of(booking) == first
    again = send(client, booking, first, **stale)
    assert (again.status_code, kinds(booking).count(("moved", "guest"))) == (302, 1), (
        "asked twice, moved once"
    )
    assert send(client, booking, second).status_code == 302


def test_what_cannot_be_moved_any_more_says_why(client, page):
    booking = made(page)
    client.post(f"/bookings/{booking.pk}/cancel", {"note": ""})

    answer = client.get(f"/bookings/{booking.pk}/move/confirm?start={write_start(tomorrow(15))}", follow=True)

    assert "This booking is cancelled, so it cannot be moved." in shown(answer)


def test_the_dialog_of_the_agenda_is_the_part_that_the_page_has(client, page):
    booking = made(page)
    path = f"/bookings/{booking.pk}/move/confirm?start={write_start(tomorrow(15))}"

    part = client.get(path, headers={"HX-Request": "true"})

    assert part["Vary"].startswith("HX-Request")
    assert b"<html" not in part.content
    assert form_of(part).names() == form_of(client.get(path)).names()
