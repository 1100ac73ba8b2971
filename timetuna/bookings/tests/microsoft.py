"""A host's Microsoft account in the sandbox: connected, with its calendars, and as its owner sees it."""

from urllib.parse import urlsplit

from django.conf import settings

from tests.browsing import WEB
from timetuna.bookings.tests.google import Google
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.models import Job


class Microsoft(Google):
    """The sandbox's Microsoft, as the product's settings see it."""

    def point_settings_here(self, settings_fixture):
        super().point_settings_here(settings_fixture)
        settings_fixture.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {
            "MICROSOFT_CLIENT_ID": "sandbox-microsoft-client",
            "MICROSOFT_CLIENT_SECRET": "sandbox-microsoft-secret",
            "MICROSOFT_OAUTH_URL": f"{self.sandbox.http_url}/microsoft",
            "MICROSOFT_API_URL": f"{self.sandbox.http_url}/microsoft",
        }

    def connect(self, client, user, *, account="robin"):
        """Connect as a browser does, and learn which calendars there are and when they are taken."""
        client.force_login(user)
        self.control.tell("microsoft/decide", decision="allow", account=account)
        start = client.post("/settings/providers/microsoft/connect")
        back = urlsplit(WEB.get(start["Location"]).headers["location"])
        client.get(f"{back.path}?{back.query}")
        row = CalendarAccount.objects.get(host=user, provider="microsoft")
        list_calendars(row.pk)
        for calendar in row.calendars.all():
            refresh(calendar.pk)
        Job.objects.filter(name="calendars.list").delete()
        return row

    def events(self, calendar=""):
        """Return the events that stand in the account's calendars now."""
        rows = self.control.ask("microsoft/state")["events"]
        return [row for row in rows if not row["binned"] and calendar in {"", row["calendar"]}]
