"""Addresses that lead inward by whatever spelling, and answers that are made to hurt: each is one attempt."""

import gzip
import socket
import time

import pytest

from timetuna.bookings.tests.life import made
from timetuna.lib import http_connect
from timetuna.lib.http import Budget
from timetuna.webhooks import sending
from timetuna.webhooks.models import DeliveryAttempt
from timetuna.webhooks.tests.conftest import listen

pytestmark = pytest.mark.django_db
INWARD = {
    "a name": "localhost",
    "a number": "2130706433",
    "hexadecimal": "0x7f000001",
    "octal": "0177.0.0.1",
    "short": "127.1",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped, in hexadecimal": "[::ffff:7f00:1]",
    "NAT64": "[64:ff9b::7f00:1]",
    "6to4": "[2002:7f00:1::]",
    "link-local": "169.254.169.254",
    "every address": "0.0.0.0",  # noqa: S104
    "of an office": "10.0.0.1",
    "unique local": "[fd00::1]",
}


@pytest.fixture
def dialled(monkeypatch):
    """To where a connection was begun."""
    found = []
    real = socket.socket.connect

    def connect(self, address):
        found.append(address)
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return found


def problem():
    return DeliveryAttempt.objects.values_list("status", "problem").get()


@pytest.mark.parametrize("host", INWARD.values(), ids=INWARD)
def test_an_address_that_leads_inward_is_not_dialled(alice, page, receiver, settings, dialled, host):
    settings.WEBHOOK_ALLOW_PRIVATE = settings.WEBHOOK_ALLOW_HTTP = False
    listen(alice, receiver, url=f"https://{host}/hook")

    made(page)

    status, kind = problem()
    assert status is None
    assert kind in {"refused_address", "dns", "address"}, "some of these spellings no system knows"
    assert [one for one in dialled if one[1] == 443] == []


def test_a_name_that_means_another_machine_once_it_is_trusted(
    alice, page, receiver, settings, monkeypatch, dialled
):
    """Asked again it leads inward; but each call asks once, and dials what it has judged."""
    settings.WEBHOOK_ALLOW_PRIVATE = settings.WEBHOOK_ALLOW_HTTP = False
    answers = [("93.184.215.14", 443), ("127.0.0.1", 443)]
    asked = []

    def resolve(name, port, **_):
        asked.append(name)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", found)]

    monkeypatch.setattr(http_connect, "getaddrinfo", resolve)
    monkeypatch.setattr(sending, "_BUDGET", Budget(connect_seconds=0.2, total_seconds=0.4))
    sending._client.cache_clear()
    listen(alice, receiver, url="https://rebinding.example/hook")

    made(page)
    sending._client.cache_clear()

    assert asked == ["rebinding.example"]
    assert ("127.0.0.1", 443) not in dialled


def test_a_redirect_inward_is_an_answer_and_no_way(page, receiver, hooked):
    def lead(handler):
        handler.send_response(307)
        handler.send_header("Location", receiver.url.replace("/hook", "/admin"))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answers = [lead]

    made(page)

    assert problem() == (307, "")
    assert len(receiver.messages) == 1


def test_a_bomb_of_gzip_is_unpacked_as_far_as_is_kept(page, receiver, hooked):
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=1)

    def burst(handler):
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(bomb)))
        handler.end_headers()
        handler.wfile.write(bomb)

    receiver.answers = [burst]
    began = time.monotonic()

    made(page)

    assert problem() == (200, "")
    assert len(DeliveryAttempt.objects.get().answer) <= 500
    assert time.monotonic() - began < 10


def test_an_answer_that_drips_ends_with_the_budget(page, receiver, hooked, monkeypatch):
    monkeypatch.setattr(sending, "_BUDGET", Budget(total_seconds=0.6, read_seconds=0.6))
    sending._client.cache_clear()

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x")
            time.sleep(0.1)

    receiver.answers = [drip]
    began = time.monotonic()

    made(page)
    sending._client.cache_clear()

    assert problem() == (None, "timeout")
    assert time.monotonic() - began < 3.5


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000, b"\0\1\2\r\n\r\n", b"HTTP/1.1 999\r\n\r\n"]
)
def test_what_is_no_http_is_a_failure(page, receiver, hooked, head):
    def speak(handler):
        handler.wfile.write(head)
        handler.close_connection = True

    receiver.answers = [speak]

    made(page)

    status, kind = problem()
    assert status is None or status not in range(200, 300)
    assert kind in {"protocol", "too_large", "reset", ""}
