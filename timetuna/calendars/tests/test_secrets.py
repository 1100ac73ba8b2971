"""Tokens are readable nowhere: not at rest, not in pages, logs, jobs or sessions."""

import base64
import logging

import pytest
from django.apps import apps
from django.db import connection as database

from timetuna import encryption
from timetuna.calendars.access_tokens import open_token, use
from timetuna.calendars.actions.rotate_keys import rotate_keys
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.tests.conftest import allow, connect, expire, leave, signed_in
from timetuna.lib.crypto import SecretBoxError, new_key
from timetuna.providers.base import Tokens
from timetuna.providers.errors import NeedsReconnect, ProviderError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_box():
    yield
    encryption.box.cache_clear()


def with_keys(settings, *keys):
    settings.ENCRYPTION_KEYS = keys
    encryption.box.cache_clear()


def dump():
    rows = []
    with database.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - our own table names
            rows += [str(row) for row in cursor.fetchall()]
    return "\n".join(rows)


def test_no_token_in_database_pages_or_logs(browser, zoom, charlie, caplog):
    caplog.set_level(logging.DEBUG)
    pages = []
    account = connect(browser, zoom)
    expire(account)
    use(account.pk, bool)
    pages.append(browser.get(allow(zoom, leave(browser), user="casey"), follow=True))
    connect(signed_in(charlie), zoom)
    with pytest.raises(NeedsReconnect):
        use(account.pk, bool)
    failing = allow(zoom, leave(browser))
    zoom.fault("invalid_grant")  # its reason may carry the code
    pages += [browser.get(failing, follow=True), browser.get("/settings/providers")]

    text = dump()
    for secret in zoom.secrets():
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode() not in text
        assert secret not in caplog.text
        assert not [page for page in pages if secret in page.content.decode()]


def test_no_token_in_a_traceback(browser, zoom, caplog):
    account = connect(browser, zoom)

    def broken(_token):
        raise RuntimeError("Something broke.")

    try:
        use(account.pk, broken)
    except RuntimeError:
        logging.getLogger("timetuna.jobs").exception("job broke")

    assert not [secret for secret in zoom.secrets() if secret in caplog.text]


def test_tokens_do_not_show_themselves(browser, zoom):
    account = connect(browser, zoom)
    tokens = Tokens("access-canary", "refresh-canary", account.expires_at, frozenset())

    assert "canary" not in repr(tokens)
    assert not [secret for secret in zoom.secrets() if secret in repr(account) + str(account)]


def test_ciphertext_of_another_host_does_not_open(browser, zoom, charlie):
    mine, theirs = connect(browser, zoom, user="robin"), connect(signed_in(charlie), zoom, user="casey")
    CalendarAccount.objects.filter(pk=mine.pk).update(
        access_token=theirs.access_token, refresh_token=theirs.refresh_token
    )

    with pytest.raises(ProviderError) as caught:
        use(mine.pk, bool)

    assert caught.value.code == "sealed"
    assert caught.value.operator


def test_access_and_refresh_token_do_not_open_in_each_others_place(browser, zoom):
    account = connect(browser, zoom)
    account.access_token = account.refresh_token

    with pytest.raises(SecretBoxError):
        open_token(account, column="access_token")


def test_keys_rotate_without_an_interruption(browser, zoom, settings):
    account = connect(browser, zoom)
    browser.get(allow(zoom, leave(browser), user="casey"))
    leave(browser)
    old, new = settings.ENCRYPTION_KEYS, new_key()
    with_keys(settings, new, *old)

    assert use(account.pk, bool)
    assert rotate_keys() == 3
    with_keys(settings, new)

    assert use(account.pk, bool)
    expire(account)
    assert use(account.pk, bool)
    waiting = Authorization.objects.exclude(grant="").get()
    browser.post(f"/settings/providers/zoom/replace/{waiting.pk}", {"answer": "replace"})
    assert CalendarAccount.objects.get().email == "casey@cohost.example"


def test_lost_key_is_said_clearly_and_breaks_nothing(browser, zoom, settings, caplog):
    account = connect(browser, zoom)
    before = CalendarAccount.objects.values().get()
    with_keys(settings, new_key())

    with pytest.raises(ProviderError) as caught:
        use(account.pk, bool)

    assert "keys" in str(caught.value)
    assert "TIMETUNA_ENCRYPTION_KEYS" in caplog.text
    assert CalendarAccount.objects.values().get() == before
    assert browser.get("/settings/providers").status_code == 200
    with pytest.raises(SecretBoxError):
        rotate_keys()


def test_key_lost_while_connecting_starts_afresh(browser, zoom, settings):
    back = allow(zoom, leave(browser))
    with_keys(settings, new_key())

    assert browser.get(back)["Location"] == "/settings/providers/zoom/finish"
    assert zoom.calls("token") == []
