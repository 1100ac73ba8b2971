"""The mail that asks a host to reconnect."""

import pytest

from timetuna.calendars.access_tokens import use
from timetuna.calendars.tests.conftest import connect, do, expire, jobs
from timetuna.lib.smtp import MailServer
from timetuna.providers.errors import NeedsReconnect

pytestmark = pytest.mark.django_db


def test_reconnect_mail_says_why_and_has_one_button(browser, zoom, running, settings):
    settings.MAIL_SERVER = MailServer("127.0.0.1", running[0].smtp_port)
    account = connect(browser, zoom)
    zoom.fault("revoke_grant")
    expire(account)
    with pytest.raises(NeedsReconnect):
        use(account.pk, bool)

    do(jobs("calendars.reconnect_mail")[0])

    (mail,) = zoom.wait_for_mail("alice@example.org")
    assert mail["subject"] == "Zoom needs to be connected again"
    account.refresh_from_db()
    for part in (mail["text"], mail["html"]):
        assert account.needs_reconnect_reason in part
        assert "http://localhost:8000/settings/providers" in part


def test_reconnect_mail_is_not_sent_when_mended_meanwhile(browser, zoom, running, settings):
    settings.MAIL_SERVER = MailServer("127.0.0.1", running[0].smtp_port)
    account = connect(browser, zoom)
    zoom.fault("revoke_grant")
    expire(account)
    with pytest.raises(NeedsReconnect):
        use(account.pk, bool)
    connect(browser, zoom)

    do(jobs("calendars.reconnect_mail")[0])

    assert zoom.mail() == []
