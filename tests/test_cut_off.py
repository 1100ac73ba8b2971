"""A form that does not arrive whole is refused and stores nothing, however it was cut: over sockets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest

from tests.forms import Pairs, main_form
from tests.guest import Guest, weekdays
from tests.running import Host, LiveTimeTuna

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.matrix(of="server")]
STORED = """
from timetuna.bookings.models import Booking
from timetuna.pages.models import BookingPage
page = BookingPage.objects.get(pk={page})
booked = Booking.objects.filter(page=page).count()
answer([page.title, page.listed, page.cap_day, page.holds, page.durations.count(), booked])
"""
AS_MADE = ["Intro call", True, None, True, 1, 0]
CHUNKED = "Transfer-Encoding: chunked\r\n"


def chunks(body: bytes, *, last: bool = True) -> bytes:
    middle = len(body) // 2
    parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:middle], body[middle:])]
    return b"".join(parts) + (b"0\r\n\r\n" if last else b"")


def ways(body: bytes) -> dict[str, tuple[str, bytes, set[int]]]:
    """Return each way to send it wrong: the headers that say how long it is, what is sent, how it may be answered."""
    size, half = len(body), body[: len(body) // 2]
    length = f"Content-Length: {size}\r\n"
    return {
        "half of it": (length, half, {400}),
        "all but a byte": (length, body[:-1], {400}),
        "none of it": (length, b"", {400}),
        # The token is cut: a host's form is shown again with what was typed, to be sent once more.
        "a length that is too short": (f"Content-Length: {size - 7}\r\n", body, {302, 403}),
        "no length": ("", body, {403}),
        "two lengths": (f"{length}Content-Length: {size - 7}\r\n", body, {400}),
        "a list of lengths": (f"Content-Length: {size}, {size}\r\n", body, {400}),
        "a negative length": (f"Content-Length: -{size}\r\n", body, {400}),
        "a length with a sign": (f"Content-Length: +{size}\r\n", body, {400}),
        "a length in words": ("Content-Length: all\r\n", body, {400}),
        "an empty length": ("Content-Length: \r\n", body, {400}),
        "a length of thirty digits": (f"Content-Length: {'9' * 30}\r\n", body, {400, 413}),
        "a length of eighteen digits": (f"Content-Length: {'9' * 18}\r\n", body, {413}),
        "whole chunks": (CHUNKED, chunks(body), {411}),
        "no last chunk": (CHUNKED, chunks(body, last=False), {411}),
        "half a chunk": (CHUNKED, chunks(body)[: size // 2], {411}),
        "a broken chunk": (CHUNKED, chunks(body, last=False) + b"zz\r\n", {411}),
        "chunks beside a length": (length + CHUNKED, chunks(body), {400, 411}),
        "chunks of something else": ("Transfer-Encoding: gzip, chunked\r\n", chunks(body), {411}),
        "an encoding that is none": ("Transfer-Encoding: whole\r\n" + length, body, {400}),
    }


def send(url: str, client: httpx2.Client, length: str, body: bytes, *, ended: bool = True) -> int:
    """Send it over a socket of its own, where it has `ended` close that side, and return the answer's status."""
    at, cookies = urlsplit(url), "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    head = (
        f"POST {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\nReferer: {url}\r\nCookie: {cookies}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n{length}\r\n"
    )
    with socket.create_connection((at.hostname, at.port), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        if ended:
            connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").readline()
    return int(answer.split()[1])


def stored(live: LiveTimeTuna, host: Host) -> Any:
    return live.run_python(STORED.format(page=host.page_pk))


@pytest.fixture
def host(live_timetuna: LiveTimeTuna) -> Host:
    return live_timetuna.new_host()


@pytest.fixture
def guest(host: Host) -> Iterator[Guest]:
    guest = Guest(host.page_url)
    yield guest
    guest.close()


@contextmanager
def signed_in(live: LiveTimeTuna, host: Host) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=live.base_url, trust_env=False) as client:
        form = main_form(client.get("/signin").text)
        fields = dict(form.with_values(login=host.email, password=host.password))
        assert (
            client.post("/signin", data=fields, headers={"Referer": f"{live.base_url}/signin"}).status_code
            == 302
        )
        yield client


def refused_otherwise(client: httpx2.Client, url: str, fields: Pairs) -> set[str]:
    """Send the form in each wrong way; return those that were not refused as they should be."""
    body = urlencode(fields).encode()
    return {
        way
        for way, (length, part, allowed) in ways(body).items()
        if send(url, client, length, part) not in allowed
    }


def test_a_booking_that_is_cut_off_is_not_made(live_timetuna: LiveTimeTuna, host: Host, guest: Guest) -> None:
    form = guest.open_form(weekdays(1)[0])
    form["csrfmiddlewaretoken"] = form.pop("csrfmiddlewaretoken")  # the last, as in the page

    assert refused_otherwise(guest.client, f"{host.page_url}/book", list(form.items())) == set()
    assert stored(live_timetuna, host) == AS_MADE
    assert guest.send(form).status_code == 302


@pytest.mark.parametrize("tab", ["booking", "availability"])
def test_settings_that_are_cut_off_stay_as_they_are(
    live_timetuna: LiveTimeTuna, host: Host, tab: str
) -> None:
    with signed_in(live_timetuna, host) as client:
        url = f"{live_timetuna.base_url}/booking-pages/{host.page_pk}/{tab}"
        form = main_form(client.get(url).text)
        fields = form.with_values(title="Another title", cap_day="3")

        assert refused_otherwise(client, url, fields) == set()
        assert stored(live_timetuna, host) == AS_MADE
        body = urlencode(fields).encode()
        assert send(url, client, f"Content-Length: {len(body)}\r\n", body, ended=False) == 302
        assert stored(live_timetuna, host) != AS_MADE


def test_a_call_of_zoom_may_come_in_chunks_and_is_judged_by_its_signature(
    live_timetuna: LiveTimeTuna,
) -> None:
    url, body = f"{live_timetuna.base_url}/api/webhooks/zoom/deauthorize", b'{"event": "app_deauthorized"}'

    with httpx2.Client(trust_env=False) as client:
        assert send(url, client, CHUNKED, chunks(body), ended=False) == 401
        assert send(url, client, CHUNKED, chunks(body, last=False)) == 401
