"""Four outside accounts that a host can connect, each with one calendar that can be written in and broken."""

import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import httpx2
from django.conf import settings
from django.test import Client

from sandbox.google.control import GoogleControl
from sandbox.microsoft.control import MicrosoftControl
from tests.browsing import WEB
from timetuna.calendars.actions.connect_by_form import log_in
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.tests.feeds import FORM, allow_feeds, connect_feed
from timetuna.providers.caldav.tests.servers import PASSWORD, USER

HOUR = timedelta(hours=1)


class _Sandboxed:
    """An account of the sandbox: connected with a browser, broken by the sandbox's faults."""

    slug = ""
    control_class = GoogleControl

    def __init__(self, sandbox, control, settings_fixture):
        self.sandbox, self.control = sandbox, control
        self.account = self.control_class(control)
        control.reset()
        self.point(settings_fixture)

    def point(self, settings_fixture):
        """Lead the product's settings to the sandbox."""
        name = self.slug.upper()
        urls = {
            f"{name}_{part}_URL": f"{self.sandbox.http_url}/{self.slug}" for part in ("OAUTH", "TOKEN", "API")
        }
        keys = {
            f"{name}_CLIENT_ID": f"sandbox-{self.slug}-client",
            f"{name}_CLIENT_SECRET": f"sandbox-{self.slug}-secret",
        }
        settings_fixture.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | urls | keys

    def connect(self, host):
        """Connect, also once more; learn the calendars, of which only the primary one takes time; return that."""
        browser = Client()
        browser.force_login(host)
        self.account.decide("allow")
        start = browser.post(f"/settings/providers/{self.slug}/connect")
        back = urlsplit(WEB.get(start["Location"]).headers["location"])
        browser.get(f"{back.path}?{back.query}")
        row = CalendarAccount.objects.get(host=host, provider=self.slug)
        list_calendars(row.pk)
        row.calendars.filter(is_primary=False).update(blocks=False)
        return row.calendars.get(is_primary=True)

    def add(self, start):
        """Put an hour into the calendar."""
        self.account.add_event(start, start + HOUR)

    def break_with(self, fault):
        """Break it, until it is mended."""
        for name in fault.split("+"):
            if name == "pages":
                self.account.page_size(1)
            elif name == "shared":
                self.control.fault(f"{self.slug}_403_forbidden", times=None)
            else:
                self.control.fault(f"{self.slug}_{name}", times=None)

    def mend(self):
        self.control.clear_faults()


class Google(_Sandboxed):
    """Google Calendar."""

    slug = "google"


class Microsoft(_Sandboxed):
    """Microsoft 365."""

    slug = "microsoft"
    control_class = MicrosoftControl


class Feed:
    """A feed on a web server."""

    slug = "icalfeed"

    def __init__(self, server, settings_fixture):
        self.server = server
        server.events.clear()
        self.mend()
        allow_feeds(settings_fixture)

    def connect(self, host):
        return connect_feed(host, self.server)

    def add(self, start):
        self.server.put("/office.ics", start, uid=f"{start:%H}@feeds.example")

    def break_with(self, fault):
        self.server.faults["/office.ics"] = int(fault) if fault.isdigit() else fault

    def mend(self):
        self.server.faults.clear()
        self.server.headers.clear()


class CalDAV:
    """A calendar on a real CalDAV server, behind a gateway that can misbehave."""

    slug = "caldav"

    def __init__(self, server, gateway, settings_fixture):
        self.server, self.gateway = server, gateway
        self.mend()
        settings_fixture.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {
            "CALDAV_ALLOW_PRIVATE": "yes",
            "CALDAV_ALLOW_HTTP": "yes",
        }
        self.path = server.make_calendar(f"work{gateway.made}")
        gateway.made += 1

    def connect(self, host):
        given = {"server": self.gateway.url, "user": USER, "password": PASSWORD}
        account = log_in("caldav", given, host_id=host.pk)
        list_calendars(account.pk)
        name = self.path.rstrip("/").rpartition("/")[2].capitalize()
        account.calendars.exclude(name=name).update(blocks=False)
        return account.calendars.get(name=name)

    def add(self, start):
        uid = f"{start:%H}@servers.example"
        self.server.store(
            f"{self.path}{start:%H}.ics",
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{start.strftime(FORM)}",
            f"DTSTART:{start.strftime(FORM)}",
            f"DTEND:{(start + HOUR).strftime(FORM)}",
            "END:VEVENT",
        )

    def break_with(self, fault):
        self.gateway.fault = fault

    def mend(self):
        self.gateway.fault = ""


class Gateway:
    """Hands requests on to a server.

    fault: a status, "slow", "reset", "cut", "html" or "lies" (an object that is none).
    """

    def __init__(self, target):
        self.target, self.fault, self.made = target, "", 0
        methods = [f"do_{name}" for name in ("GET", "PUT", "DELETE", "OPTIONS", "PROPFIND", "REPORT")]
        handler = type("Handler", (_Hands,), {"gateway": self} | dict.fromkeys(methods, _Hands.hand_on))
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.url = f"http://localhost:{self.http.server_port}"
        self.client = httpx2.Client(base_url=target, trust_env=False, timeout=30)


class _Hands(BaseHTTPRequestHandler):
    def hand_on(self):
        gateway = self.gateway
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if gateway.fault.isdigit():
            return self._say(int(gateway.fault), b"no")
        if gateway.fault == "reset":
            return self.connection.close()
        if gateway.fault == "slow":
            time.sleep(3)
        if gateway.fault == "html":
            return self._say(200, b"<!doctype html><title>Please sign in</title>")
        skipped = {"host", "connection", "accept-encoding", "content-length"}
        headers = {name: value for name, value in self.headers.items() if name.lower() not in skipped}
        headers["Host"] = self.headers["Host"]
        answer = gateway.client.request(self.command, self.path, headers=headers, content=body)
        content = answer.content
        if gateway.fault == "lies":
            content = content.replace(b"DTSTART:", b"DTSTART:yesterday").replace(b"DTEND:", b"DTEND:tomorrow")
        if gateway.fault == "cut":
            content = content[: len(content) // 2]
        kept = {
            name: value for name, value in answer.headers.items() if name in {"content-type", "dav", "etag"}
        }
        return self._say(answer.status_code, content, kept)

    def _say(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def gateway_to(target):
    gateway = Gateway(target)
    Thread(target=gateway.http.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield gateway
    finally:
        gateway.client.close()
        gateway.http.shutdown()
        gateway.http.server_close()


def read_all():
    """Have every calendar read now, whatever pause it was given."""
    return [refresh(pk) for pk in Calendar.objects.filter(blocks=True).values_list("pk", flat=True)]
