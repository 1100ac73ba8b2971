"""What a guest does who picks a time, and what another one sees of it."""

from tests.clock import present
from timetuna.bookings.models import Hold
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.pages.queries import values
from timetuna.rate_limits.limits import Client


def open_form(guest, start=None, *, slug="intro", visit=None, **headers):
    query = f"start={write_start(start or tomorrow())}&duration=30&zone=UTC&visit={visit or visit_of(guest)}"
    return guest.get(f"/alice/{slug}/book?{query}", headers=headers)


def visit_of(guest):
    """Return what the addresses of a guest's visit carry: one for each guest, by the last digits of their address."""
    return guest.defaults.get("REMOTE_ADDR", "127.0.0.1")[-3:].replace(".", "-").rjust(12, "v")


def sees(guest, start=None, *, slug="intro", visit=None):
    start = start or tomorrow()
    visit = visit or visit_of(guest)
    answer = guest.get(f"/alice/{slug}?zone=UTC&duration=30&day={start.date()}&visit={visit}")
    return f"{start:%H:%M}" in [time.label for time in answer.context["slots"].times]


def token_of(answer):
    return answer.context["form"]["hold"].value()


def live():
    return Hold.objects.filter(expires_at__gt=present())


def send(guest, at=None, *, slug="intro", **changes):
    typed = {"start": write_start(at or tomorrow()), "duration": "30", "zone": "UTC", "kind": "in_person"}
    typed |= {"key": "k" * 24, "name": "Sam Guest", "email": "sam@guest.example", "notes": ""}
    typed |= {"hold": "", "guests": ""}
    typed |= {"visit": visit_of(guest)}
    return guest.post(f"/alice/{slug}/book", typed | changes)


def slot_query(page, number=1, *, at=None, network=None):
    client = Client(f"client {number}", network or f"network {number}", f"visit {number}")
    return SlotQuery(page=values(page), minutes=30, now=at or present(), client=client)
