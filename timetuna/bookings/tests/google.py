"""A host's Google account in the sandbox: connected, with its calendars, and as its owner sees it."""

from urllib.parse import urlsplit

from django.conf import settings

from sandbox.zoom.control import ZoomControl
from tests.browsing import WEB
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.models import Job
from timetuna.lib.smtp import parse_email_url

PRIMARY, FAMILY = "robin@host.example", "family0robin@group.calendar.google.example"


class Google:
    """The sandbox's Google, as the product's settings see it."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.control = ZoomControl(sandbox.http_url)

    def point_settings_here(self, settings_fixture):
        urls = {f"GOOGLE_{name}_URL": f"{self.sandbox.http_url}/google" for name in ("OAUTH", "TOKEN", "API")}
        keys = {
            "GOOGLE_CLIENT_ID": "sandbox-google-client",
            "GOOGLE_CLIENT_SECRET": "sandbox-google-secret",
        }
        settings_fixture.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | urls | keys
        settings_fixture.MAIL_SERVER = parse_email_url(f"smtp://127.0.0.1:{self.sandbox.smtp_port}")

    def connect(self, client, user, *, account="robin"):
        """Connect as a browser does, and learn which calendars there are and when they are taken."""
        row = self.just_connect(client, user, account=account)
        list_calendars(row.pk)
        for calendar in row.calendars.all():
            refresh(calendar.pk)
        Job.objects.filter(name="calendars.list").delete()
        return row

    def just_connect(self, client, user, *, account="robin"):
        """Connect as a browser does."""
        client.force_login(user)
        self.control.tell("google/decide", decision="allow", account=account)
        start = client.post("/settings/providers/google/connect")
        back = urlsplit(WEB.get(start["Location"]).headers["location"])
        client.get(f"{back.path}?{back.query}")
        return CalendarAccount.objects.filter(host=user, provider="google").latest("connected_at")

    def events(self, calendar=PRIMARY):
        """Return the events that stand in a calendar now."""
        rows = self.control.ask("google/state")["events"]
        return [
            row["body"]
            for row in rows
            if row["calendar"] == calendar and row["body"]["status"] != "cancelled"
        ]

    def delete(self, event, calendar=PRIMARY):
        self.control.tell("google/event/remove", id=calendar, event=event["id"])

    def writes(self):
        """Return the calls that changed something."""
        kinds = {
            "google.events.insert",
            "google.events.patch",
            "google.events.update",
            "google.events.delete",
        }
        return [call["kind"] for call in self.control.calls("google.events") if call["kind"] in kinds]
