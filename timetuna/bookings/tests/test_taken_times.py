"""A time that is not free any more: a sentence, the three nearest, the month; the form only after a choice."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, order, staff, tomorrow
from timetuna.bookings.tests.test_public import details

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Second Guest",
    "email": "second@guest.example",
    "notes": "Long story",
    "guests": "kim@x.example",
}


def sent_too_late(client, page):
    """What a guest gets whose time was taken while they typed."""
    page.holds = False
    page.save()
    data = details(client, page) | TYPED
    book(order(page), now=present())
    return client.post("/alice/intro/book", data)


def as_sent(answer, **button):
    """What the browser sends of the page's form when a button of it is pressed."""
    form = answer.context["form"]
    values = {field.name: field.value() or "" for field in form}
    return values | {"opened": answer.context["opened"], "visit": answer.context["visit"]} | button


def test_who_opens_a_time_that_is_taken_sees_the_nearest_and_the_month(client, page):
    book(order(page), now=present())

    answer = client.get(f"/alice/intro/book?start={write_start(tomorrow())}&duration=30&zone=UTC")

    slots = answer.context["slots"]
    nearest = [tomorrow() - timedelta(minutes=30), tomorrow() + timedelta(minutes=30)]
    assert answer.status_code == 409
    assert "This time is not free any more" in slots.notice
    assert len(slots.nearest) == 3
    assert {write_start(time) for time in nearest} < {time.value for time in slots.nearest}
    assert "form" not in answer.context
    assert client.get(slots.nearest[0].url).context["form"]["start"].value() == slots.nearest[0].value


def test_who_has_typed_chooses_first_and_then_finds_it_all_there(client, alice):
    page = make_page(alice)
    page.most_guests = 3
    page.save()
    answer = sent_too_late(client, page)

    assert answer.status_code == 409
    assert "what you typed is still here" in answer.content.decode()
    assert 'type="text"' not in answer.content.decode().split("<form")[1].split("<div hidden>")[0]
    day = tomorrow().date() + timedelta(days=3)
    turned = client.post("/alice/intro/book", as_sent(answer, day=day.isoformat()))
    assert turned.context["slots"].times[0].value.startswith(str(day)[:7])
    picked = turned.context["slots"].times[5].value
    form = client.post("/alice/intro/book", as_sent(turned, pick=picked))
    assert form.status_code == 200
    assert not form.context["form"].errors
    shown = {name: form.context["form"][name].value() for name in (*TYPED, "start")}
    assert shown == TYPED | {"start": picked}
    done = client.post("/alice/intro/book", as_sent(form))
    assert done.status_code == 302
    assert Booking.objects.get(attendees__email="second@guest.example").booker.notes == "Long story"


def test_months_are_turned_with_what_was_typed(client, page):
    answer = sent_too_late(client, page)

    turned = client.post("/alice/intro/book", as_sent(answer, month=answer.context["slots"].month.later))

    assert turned.context["slots"].month.title != answer.context["slots"].month.title
    assert "Long story" in turned.content.decode()


def test_a_choice_that_is_taken_meanwhile_is_no_form(client, page):
    answer = sent_too_late(client, page)

    again = client.post("/alice/intro/book", as_sent(answer, pick=write_start(tomorrow())))

    assert again.status_code == 409
    assert again.context["nearest"]


@pytest.mark.parametrize("picked", ["", "x", "9" * 300])
def test_a_damaged_choice_breaks_nothing(client, page, picked):
    answer = sent_too_late(client, page)

    assert client.post("/alice/intro/book", as_sent(answer, pick=picked)).status_code in {200, 409, 422}


def test_moving_to_a_time_that_is_taken_shows_the_nearest_but_its_own(client, page):
    mine = book(order(page, tomorrow(11, 30)), now=present())
    book(order(page, tomorrow(12), email="other@guest.example"), now=present())

    path = link_path(mine.booker, "booked_move_confirm")
    answer = client.get(f"{path}?start={write_start(tomorrow(12))}&zone=UTC")

    near = [time.value for time in answer.context["slots"].nearest]
    assert answer.status_code == 409
    assert near == [write_start(tomorrow(*at)) for at in ((11, 15), (12, 30), (12, 45))]
    assert client.get(answer.context["slots"].nearest[1].url).status_code == 200


def test_where_only_the_way_to_meet_is_gone_the_time_itself_comes_first(client, alice, bob, zoom):
    zoom.connect(Client(), alice)
    page = staff(make_page(alice, kinds=(("zoom", ""), ("in_person", "Room 1"))), "any", bob, holds=False)
    data = details(client, page, kind="zoom") | {"name": "Ben", "email": "ben@guest.example"}
    book(order(page, kind="zoom", email="ann@guest.example"), now=present())

    answer = client.post("/alice/intro/book", data)

    assert "Zoom is not possible at this time any more" in answer.content.decode()
    assert answer.context["nearest"][0].value == write_start(tomorrow())
    form = client.post("/alice/intro/book", as_sent(answer, pick=write_start(tomorrow())))
    assert form.context["form"]["name"].value() == "Ben"
    assert client.post("/alice/intro/book", as_sent(form)).status_code == 302
    assert Booking.objects.get(attendees__email="ben@guest.example").meeting_type == "in_person"
