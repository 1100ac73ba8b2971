"""A host's other calendars: a web server that publishes feeds, and misbehaves when told to."""

import hashlib
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

from django.conf import settings as django_settings

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.tests.diary import put_booker
from timetuna.calendars.actions.connect_by_form import log_in
from timetuna.calendars.actions.list_calendars import list_calendars

FORM = "%Y%m%dT%H%M%SZ"


class FeedServer:
    """Feeds by their path.

    faults: what is wrong with a path: a status, "slow", "cut", "reset", "empty", "html" or "garbage".
    meanwhile: what happens after the next answer was made and before it is sent, by path.
    """

    def __init__(self):
        self.events, self.faults, self.headers, self.asked = {}, {}, {}, []
        self.unchanged, self.meanwhile = 0, {}
        handler = type("Handler", (_Handler,), {"feeds": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def put(self, path, start, minutes=60, *, uid="one@feeds.example", lines=()):
        """Put an event into a feed."""
        end = start + timedelta(minutes=minutes)
        rows = [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTART:{start.astimezone(UTC).strftime(FORM)}",
            f"DTEND:{end.astimezone(UTC).strftime(FORM)}",
            *lines,
            "END:VEVENT",
        ]
        self.events.setdefault(path, []).append("\r\n".join(rows))

    def clear(self, path):
        self.events[path] = []

    def body(self, path):
        inside = "\r\n".join(self.events.get(path, []))
        name = path.strip("/").removesuffix(".ics").capitalize()
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:{name}\r\n{inside}\r\nEND:VCALENDAR\r\n"
        return text.replace("\r\n\r\n", "\r\n").encode()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        feeds, fault = self.feeds, self.feeds.faults.get(self.path)
        feeds.asked.append(self.path)
        if isinstance(fault, int):
            return self._answer(fault, b"no", feeds.headers.get(self.path, {}))
        if fault == "slow":
            time.sleep(3)
        if fault == "reset":
            return self.connection.close()
        body = b"" if fault == "empty" else feeds.body(self.path)
        feeds.meanwhile.pop(self.path, lambda: None)()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag and not fault:
            feeds.unchanged += 1
            return self._answer(304, b"", {"ETag": tag})
        if fault == "html":
            body = b"<!doctype html><title>Sign in</title>"
        if fault == "garbage":
            body = body.replace(b"DTSTART:", b"DTSTART:yesterday").replace(b"DTEND:", b"DTEND:tomorrow")
        if fault == "cut":
            return self._cut(body)
        return self._answer(200, body, {"ETag": tag})

    def _answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])

    def log_message(self, *_):
        pass


@contextmanager
def publishing():
    server = FeedServer()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()


def allow_feeds(settings):
    """Let hosts connect feeds on this machine."""
    settings.PROVIDER_SETTINGS = django_settings.PROVIDER_SETTINGS | {
        "ICALFEED_ALLOW_PRIVATE": "yes",
        "ICALFEED_ALLOW_HTTP": "yes",
    }


def connect_feed(host, server, path="/office.ics"):
    """Connect a feed as its form does, and learn its name; return its calendar, not read yet."""
    account = log_in("icalfeed", {"address": server.url + path}, host_id=host.pk)
    list_calendars(account.pk)
    return account.calendars.get()


def tomorrow(hour=10, minute=0):
    """A moment of tomorrow, UTC."""
    day = present().date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def booked_at(host, start):
    booking = Booking.objects.create(
        host=host,
        title="Intro call",
        start_at=start,
        minutes=60,
        host_time_zone="UTC",
        meeting_type="phone",
        idempotency_key=uuid4().hex,
    )
    first = minute_of(start)
    BookingHost.objects.create(booking=booking, host=host, start_minute=first, end_minute=first + 60)
    put_booker(booking)
    return booking
