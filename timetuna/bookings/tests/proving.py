"""What guests send while unusually many bookings are made, and what they are asked for."""

import base64
import json
import re
from datetime import timedelta

import time_machine
from altcha import Challenge, solve_challenge
from django.test import Client

from tests.clock import present
from timetuna.bookings.models import Booking
from timetuna.bookings.proofs.needed import opened_now
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow, work_off
from timetuna.bookings.tests.diary import put
from timetuna.rate_limits.limits import client_of

HERE, THERE = "198.51.100.7", "203.0.113.9"


def guest(address=HERE):
    return Client(REMOTE_ADDR=address)


def network(address=HERE):
    return client_of(guest(address).get("/robots.txt").wsgi_request).network


def made(page, count, *, address=HERE, ago=timedelta(minutes=1), **columns):
    """Store so many bookings of a page from a network, or each from another with address=None."""
    first = tomorrow(0) + timedelta(days=40 * (1 + Booking.objects.count()))
    for number in range(count):
        put(
            page.host,
            first + timedelta(minutes=30 * number),
            page=page,
            source_network=network(address) if address else f"network {number}",
            created_at=present() - ago,
            **{"name": f"Guest {number}"} | columns,
        )


def open_form(who, start=None, *, slug="intro", **query):
    asked = {"start": write_start(start or tomorrow()), "duration": "30", "zone": "UTC", "visit": "v" * 12}
    return who.get(f"/alice/{slug}/book", asked | query)


def opened_before():
    """Return what a form carries that was opened a minute ago."""
    with time_machine.travel(present() - timedelta(minutes=1), tick=False):
        return opened_now()


def filled(answer, **changes):
    """Return what a browser would send of the form on this page, filled in."""
    text = answer.content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="([\w]+)" value="([^"]*)"', text))
    fields |= {"visit": "v" * 12, "name": "Sam Guest", "email": "sam@guest.example", "notes": "Hello"}
    fields |= {"guests": ""}
    if answer.context.get("challenge"):
        fields |= {"asked": "work", "proof": ""}
    return fields | changes


def solved(answer, **other):
    """Return the proof of work that the page asks for, of a challenge in which `other` was changed."""
    challenge = json.loads(answer.context["challenge"]) | other
    solution = solve_challenge(Challenge.from_dict(challenge))
    found = {"counter": solution.counter, "derivedKey": solution.derived_key}
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": found}).encode()).decode()


def post(who, data, *, slug="intro"):
    return who.post(f"/alice/{slug}/book", data)


def code_mailed(letters, to="sam@guest.example"):
    """Let the mails go out, and return the newest code that was mailed to the address."""
    work_off()
    texts = [letter["text"] for letter in letters if to in letter["to"]]
    return re.search(r"^(\d{6})$", texts[-1], re.MULTILINE)[1]
