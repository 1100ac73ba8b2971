"""How many rooms a Zoom booking goes through, from the first look to the confirmation. Few, so that one can follow."""

import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.template import engines
from django.test import Client

from timetuna.bookings.models import Conference
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
PRODUCT = Path(__file__).resolve().parents[2]
MOST = 66


@contextmanager
def seeing(modules):
    """Collect the product's modules in which a function runs; a test's own do not count."""

    def look(frame, event, _):
        name = frame.f_code.co_filename
        if event == "call" and name.startswith(str(PRODUCT)) and frame.f_code.co_name != "<module>":
            parts = Path(name).relative_to(PRODUCT)
            if not {"tests", "migrations"} & {*parts.parts}:
                modules.add(str(parts))

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def test_a_zoom_booking_goes_through_few_modules(alice, zoom, client):
    zoom.connect(client, alice)
    make_page(alice, kinds=(("zoom", ""),))
    work_off()
    engines.all()  # whatever any template needs is imported with the first, and is not on the way
    guest, steps = Client(), {}
    at = write_start(tomorrow())

    with seeing(steps.setdefault("month", set())):
        month = guest.get("/alice/intro?zone=Europe/Berlin")
    with seeing(steps.setdefault("form", set())):
        form = guest.get(f"/alice/intro/book?start={at}&duration=30&zone=Europe/Berlin&visit=1")
    data = {field.name: field.value() or "" for field in form.context["form"]}
    with seeing(steps.setdefault("post", set())):
        booked = guest.post(
            "/alice/intro/book",
            data | {"name": "Sam", "email": "sam@guest.example", "visit": "1", "kind": "zoom"},
        )
    with seeing(steps.setdefault("work", set())):
        work_off()
    with seeing(steps.setdefault("confirmation", set())):
        shown = guest.get(booked["Location"])

    assert month.status_code == form.status_code == shown.status_code == 200
    assert Conference.objects.get().join_url in shown.content.decode()
    every = sorted(set.union(*steps.values()))
    assert len(every) <= MOST, "\n".join(every)
