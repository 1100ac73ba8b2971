"""Moves are mails: how many of them guests with one address can cause."""

import pytest

from timetuna.bookings.models import Booking
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.test_public import details
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


def test_nobody_is_flooded_with_mails_by_moves(client, page, settings):
    settings.GUEST_MAIL_LIMITS = (5, 2)
    path = client.post("/alice/intro/book", details(client, page))["Location"]

    moves = [
        client.post(
            f"{path}/move/confirm",
            {"zone": "", "hold": "", "note": "", "start": write_start(tomorrow(11 + n))},
        )
        for n in range(3)
    ]

    assert [answer.status_code for answer in moves] == [302, 302, 429]
    assert "has changed many bookings lately" in moves[2].content.decode()
    assert Booking.objects.get().start_at == tomorrow(12)
    assert Job.objects.filter(arguments__kind="moved").count() == 4


def test_moves_of_an_address_count_together(client, page, settings):
    settings.GUEST_MAIL_LIMITS = (5, 2)
    first = client.post("/alice/intro/book", details(client, page))["Location"]
    second = client.post(
        "/alice/intro/book",
        details(client, page, start=write_start(tomorrow(20)), email="sam+1@guest.example"),
    )["Location"]
    for hour in (12, 13):
        client.post(
            f"{first}/move/confirm",
            {"zone": "", "hold": "", "note": "", "start": write_start(tomorrow(hour))},
        )

    assert (
        client.post(
            f"{second}/move/confirm", {"zone": "", "hold": "", "note": "", "start": write_start(tomorrow(14))}
        ).status_code
        == 429
    )
