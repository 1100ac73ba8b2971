"""Connecting a host to the sandbox the way a browser does it."""

from urllib.parse import urlsplit

from django.conf import settings

from sandbox.zoom.control import ZoomControl
from tests.browsing import WEB
from timetuna.lib.smtp import parse_email_url


class Zoom:
    """The sandbox, as the product's settings see it."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.control = ZoomControl(sandbox.http_url)

    def point_settings_here(self, settings_fixture):
        urls = {"ZOOM_OAUTH_URL": self.sandbox.http_url, "ZOOM_API_URL": self.sandbox.http_url}
        settings_fixture.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | urls
        settings_fixture.MAIL_SERVER = parse_email_url(f"smtp://127.0.0.1:{self.sandbox.smtp_port}")

    def connect(self, client, user, *, as_user="robin"):
        client.force_login(user)
        self.control.decide("allow", user=as_user)
        start = client.post("/settings/providers/zoom/connect")
        back = WEB.get(start["Location"])
        parts = urlsplit(back.headers["location"])
        return client.get(f"{parts.path}?{parts.query}")

    def created(self):
        return len(self.control.calls("v2.create"))

    def mails(self, to=""):
        return [mail | {"text": mail["text"].replace("\r\n", "\n")} for mail in self.control.mail(to)]
