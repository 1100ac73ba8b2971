"""Where a meeting is, by which link and at which number, is told to who takes part in it: at no address to others."""

import pytest
from django.db import transaction
from django.test import Client

from tests.test_rights import routes
from timetuna.bookings.models import TAKES_TIME, Booking, BookingHost
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.diary import put, put_attendee

pytestmark = pytest.mark.django_db

OWN = "b/<str:token>"
TELL = {"", "/link", "/invite.ics"}
READERS = {
    "booker": None,
    "other": {},
    "left": {"active": False, "removed_by": "attendee"},
    "removed": {"active": False, "removed_by": "guest"},
}
KINDS = {
    "zoom": ({"link": "ready"}, ("zoom.example/j/91234567890", "483920")),
    "in_person": ({"location": "Room 7734"}, ("Room 7734",)),
    "phone": ({"meeting_type": "phone", "location": "", "phone": "+49 30 7734"}, ("+49 30 7734",)),
}


def reader_of(booking, name):
    if READERS[name] is None:
        return booking.booker
    email = f"{name}@others.example"
    return put_attendee(booking, is_booker=False, email=email, time_zone="UTC", **READERS[name])


def asked(path):
    """Return all that an address answers to each way of asking, and leave everything as it was.

    Where a line may end in a number says nothing of who reads it.
    """
    client, start = Client(), write_start(tomorrow(15))
    with transaction.atomic():
        answers = (
            client.get(path, {"start": start}),
            client.get(path, headers={"HX-Request": "true"}),
            client.post(path, {"start": start, "zone": "UTC"}),
        )
        after = client.get(path, headers={"HX-Request": "true"}) if answers[-1].status_code < 400 else None
        transaction.set_rollback(True)
    texts = (f"{one.headers}\n{one.content.decode()}" for one in (*answers, after) if one)
    return "\n".join(texts).replace("\r\n ", "").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.matrix
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", Booking.Status)
def test_the_place_is_told_where_the_meeting_stands_to_who_takes_part(page, status, kind):
    columns, secrets = KINDS[kind]
    booking = put(page.host, tomorrow(), page=page, status=status, **columns)
    BookingHost.objects.update(active=status in TAKES_TIME)
    below = [route.removeprefix(OWN) for route in routes() if route.startswith(OWN)]
    assert set(below) > TELL
    told = {
        (name, route)
        for name in READERS
        for reader in [reader_of(booking, name)]
        for route in below
        for answers in [asked(link_path(reader) + route)]
        if any(secret in answers for secret in secrets)
    }

    take_part = [name for name in ("booker", "other") if status == "confirmed"]
    if kind == "phone":
        take_part = take_part[:1]
    assert told == {(name, route) for name in take_part for route in TELL}


@pytest.mark.parametrize("status", ["pending", "declined", "lapsed", "withdrawn", "cancelled_by_host"])
def test_a_page_that_still_asks_for_the_link_is_shown_anew(client, page, status):
    path = link_path(put(page.host, tomorrow(), page=page, status=status, link="ready").booker)

    polled = client.get(f"{path}/link?state=coming", headers={"HX-Request": "true"})
    opened = client.get(f"{path}/link?state=coming")

    assert (polled.status_code, polled["HX-Refresh"], polled.content) == (204, "true", b"")
    assert (opened.status_code, opened["Location"]) == (302, path)
    assert polled["Cache-Control"] == opened["Cache-Control"] == "private, no-store"
