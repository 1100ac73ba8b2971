"""A guest comes back to the form that has booked: its page knows them, and nobody else."""

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.events import GUEST
from timetuna.bookings.models import Booking
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.test_public import details

pytestmark = pytest.mark.django_db


def form_url(start=None):
    return (
        f"/alice/intro/book?start={write_start(start or tomorrow())}&duration=30&zone=UTC&visit=123456789012"
    )


@pytest.fixture
def booked(client, page):
    """The address of the booking's page, and what was sent to make it."""
    data = details(client, page)
    return client.post("/alice/intro/book", data)["Location"], data


def test_back_leads_to_the_booking(client, booked):
    answer = client.get(form_url())

    assert answer.status_code == 200
    assert "You booked this" in answer.content.decode()
    assert f'href="{booked[0]}"' in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert client.head(form_url())["X-Booked"] == "1"


def test_the_cookie_is_the_pages_alone_and_says_nothing(client, booked):
    cookie = client.cookies["timetuna_booked"]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/alice/intro", True, "Lax")
    assert booked[0].removeprefix("/b/") not in cookie.value


def test_somebody_else_is_told_nothing(booked):
    stranger = Client()
    stranger.cookies["timetuna_booked"] = "WzFd:forged:signature"

    answer = stranger.get(form_url())

    assert answer.status_code == 409
    assert "You booked this" not in answer.content.decode()
    assert booked[0] not in answer.content.decode()


def test_another_time_is_an_ordinary_form(client, booked):
    assert client.get(form_url(tomorrow(12))).context["form"]


def test_what_was_cancelled_can_be_booked_again(client, booked):
    cancel(Booking.objects.get().pk, actor=GUEST, note_text="", now=present())

    assert client.get(form_url()).context["form"]


def test_a_form_sent_again_with_another_address_leads_to_what_it_has_booked(booked):
    without_cookies = Client()

    answer = without_cookies.post("/alice/intro/book", booked[1] | {"email": "other@guest.example"})

    assert "You booked this" in answer.content.decode()
    assert "What you have changed in it since is not part of the booking" in answer.content.decode()
    assert f'href="{booked[0]}"' in answer.content.decode()
    assert Booking.objects.get().booker.email == "sam@guest.example"


def test_a_request_is_called_one(client, page):
    page.approval = True
    page.save()
    client.post("/alice/intro/book", details(client, page))

    text = client.get(form_url()).content.decode()

    assert "You asked for this" in text
    assert "See your request" in text
