"""What is stored in the frozen databases, and what its people still do with it after an upgrade."""

import os
from datetime import UTC, datetime, timedelta

from django.test import Client

from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_host, make_page, open_always, order, set_reminders, work_off
from timetuna.bookings.tests.zoom import Zoom
from timetuna.pages.models import BookingPage, PageHost

MADE_AT = datetime(2035, 3, 5, 9, tzinfo=UTC)
"""Long after every moment that tests begin at: all that is stored is still to come."""
HOSTS, BOOKINGS = 2, 5


def fill() -> dict[str, str]:
    """Store hosts, pages, a connected account and bookings; return the path of each guest's page by what it is."""
    alice, bob = make_host("alice", "Alice Host"), make_host("bob", "Bob Host")
    Zoom(_Sandbox()).connect(_browser(), alice)
    online = make_page(alice, slug="online", kinds=(("zoom", ""),))
    set_reminders(online, guest=(1440, 60), host=(60,), after=(120,))
    room = make_page(alice, slug="room")
    asked = make_page(alice, slug="asked", kinds=(("phone", ""),))
    BookingPage.objects.filter(pk=asked.pk).update(approval_hours=48, most_guests=3)
    both = make_page(alice, slug="both")
    open_always(bob)
    PageHost.objects.create(page=both, host=bob)
    links = {
        "with Zoom": _booked(online, 0, kind="zoom"),
        "in a room": _booked(room, 1),
        "asked for": _booked(asked, 2, kind="phone", phone="+1 202 555 0123"),
        "with two hosts": _booked(both, 3),
        "called off": _booked(room, 4),
    }
    answer = _browser().post(f"{links['called off']}/cancel", {"note": "Something came up"})
    assert answer.status_code == 302, answer.status_code
    work_off()
    return links


def use(links: dict[str, str]) -> None:
    """See, change, cancel and book as guest and host do; AssertionError where something is lost or refused."""
    guest, host = _browser(), _browser()
    pages = {name: guest.get(path) for name, path in links.items()}
    assert {page.status_code for page in pages.values()} == {200}
    assert "zoom" in pages["with Zoom"].content.decode()
    assert "Sam Guest" in pages["in a room"].content.decode()
    assert host.login(username="alice@host.example", password="correct horse battery")
    listed = host.get("/bookings").content.decode()
    assert listed.count("Sam Guest") >= BOOKINGS - 2, "the request and what is off are in other lists"
    assert guest.post(f"{links['in a room']}/cancel", {"note": ""}).status_code == 302
    again = _booked(BookingPage.objects.get(slug="room"), 1)
    assert guest.get(again).status_code == 200
    asked = Booking.objects.get(page__slug="asked")
    seen = {"answer": "yes", "seen": str(asked.revision), "note": ""}
    assert host.post(f"/bookings/{asked.pk}/answer", seen).status_code == 302
    asked.refresh_from_db()
    assert asked.status == Booking.Status.CONFIRMED
    work_off()


def _booked(page: BookingPage, hours: int, *, kind: str = "in_person", **guest: str) -> str:
    start = MADE_AT + timedelta(days=1, hours=hours)
    return link_path(book(order(page, start, kind=kind, **guest), now=MADE_AT).booker)


def _browser() -> Client:
    return Client(SERVER_NAME="localhost", SERVER_PORT="8000")


class _Sandbox:
    http_url = os.environ.get("ZOOM_API_URL", "")
