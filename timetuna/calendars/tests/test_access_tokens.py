"""Tokens are renewed in time, saved before they are used, and never lost to a race."""

import logging
from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.calendars import access_tokens
from timetuna.calendars.access_tokens import use
from timetuna.calendars.actions.disconnect import disconnect
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.queries import linkable, usable
from timetuna.calendars.tests.conftest import connect, expire, jobs
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


@pytest.fixture
def account(browser, zoom):
    return connect(browser, zoom)


def read_profile(token):
    return linkable("zoom").profile(token).email


def row_of(account):
    return CalendarAccount.objects.values().get(pk=account.pk)


def ended(account):
    account.refresh_from_db()
    return account.needs_reconnect


def test_living_token_is_used_as_it_is(account, zoom):
    assert use(account.pk, bool) is True
    assert zoom.calls("token.refresh") == []


def test_token_that_ends_within_a_minute_is_renewed_first(account, zoom):
    CalendarAccount.objects.update(expires_at=present() + timedelta(seconds=59))
    before = row_of(account)

    use(account.pk, bool)

    after = row_of(account)
    assert len(zoom.calls("token.refresh")) == 1
    assert after["refresh_token_fingerprint"] != before["refresh_token_fingerprint"]
    assert after["expires_at"] > present() + timedelta(minutes=58)
    assert (after["refresh_lease"], after["refresh_lease_until"]) == ("", None)


def test_tokens_are_saved_before_they_are_used(account, zoom):
    before = row_of(account)
    expire(account)
    seen = []

    use(account.pk, lambda _: seen.append(row_of(account)["refresh_token_fingerprint"]))

    assert seen != [before["refresh_token_fingerprint"]]


def test_refused_token_is_renewed_once_and_the_call_repeated_once(account, zoom):
    zoom.fault("expire_access_token")
    tokens = []

    def call(token):
        tokens.append(token)
        if len(tokens) == 1:
            raise AccessTokenRefused("Zoom does not accept the token.", code="zoom:124")
        return "done"

    assert use(account.pk, call) == "done"
    assert len(set(tokens)) == 2
    assert len(zoom.calls("token.refresh")) == 1


def test_newer_stored_token_is_used_without_a_refresh(account, zoom):
    tokens = []

    def call(token):
        tokens.append(token)
        if len(tokens) > 1:
            return "done"
        expire(account)  # another process renews while our call is under way
        use(account.pk, bool)
        raise AccessTokenRefused("Zoom does not accept the token.", code="zoom:124")

    assert use(account.pk, call) == "done"
    assert len(zoom.calls("token.refresh")) == 1


def test_token_refused_twice_is_temporary_and_leaves_the_connection(account, zoom):
    def call(_token):
        raise AccessTokenRefused("Zoom does not accept the token.", code="zoom:124")

    with pytest.raises(ProviderError) as caught:
        use(account.pk, call)

    assert not isinstance(caught.value, AccessTokenRefused)
    assert caught.value.permanent is False
    assert len(zoom.calls("token.refresh")) == 1
    assert not ended(account)


def test_dead_grant_needs_its_host_and_is_told_once(account, zoom, alice):
    zoom.fault("revoke_grant")
    expire(account)

    for _ in range(3):
        with pytest.raises(NeedsReconnect):
            use(account.pk, bool)

    assert ended(account)
    assert account.needs_reconnect_reason
    assert usable(alice.pk, "zoom") is False
    assert len(zoom.calls("token.refresh")) == 1
    assert [job.arguments for job in jobs("calendars.reconnect_mail")] == [{"account_id": account.pk}]


@pytest.mark.parametrize("fault", ["old_error_texts", "bare_error"])
def test_dead_grant_is_known_by_older_answers_too(account, zoom, fault):
    zoom.fault("revoke_grant")
    zoom.fault(fault)
    expire(account)

    with pytest.raises(NeedsReconnect):
        use(account.pk, bool)

    assert ended(account)


def test_lost_answer_of_a_refresh_ends_in_reconnect_needed(account, zoom):
    zoom.fault("rotate_drop")
    expire(account)
    before = row_of(account)

    with pytest.raises(ProviderError):
        use(account.pk, bool)
    assert row_of(account) == before
    with pytest.raises(NeedsReconnect):
        use(account.pk, bool)

    assert ended(account)
    assert len(zoom.calls("token.refresh")) == 2


@pytest.mark.parametrize(
    "fault", ["token_500_html", "token_502_html", "token_429", "token_without_refresh", "truncated"]
)
def test_trouble_at_zoom_leaves_the_row(account, zoom, fault):
    zoom.fault(fault, on="token.refresh")
    expire(account)
    before = row_of(account)

    with pytest.raises(ProviderError):
        use(account.pk, bool)

    assert row_of(account) == before


def test_wrong_keys_of_this_server_leave_every_row_and_alarm_the_operator(account, zoom, caplog):
    zoom.fault("invalid_client")
    expire(account)
    before = row_of(account)

    with pytest.raises(ProviderError) as caught, caplog.at_level(logging.ERROR):
        use(account.pk, bool)

    assert caught.value.operator
    assert row_of(account) == before
    assert [record.levelname for record in caplog.records if record.name == "timetuna.calendars"] == ["ERROR"]


def test_call_that_needs_the_host_marks_the_connection(account, zoom):
    def call(_token):
        raise NeedsReconnect("Zoom did not give the permission to make meetings.", code="zoom:4711")

    with pytest.raises(NeedsReconnect):
        use(account.pk, call)

    assert ended(account)
    assert account.needs_reconnect_reason == "Zoom did not give the permission to make meetings."
    assert zoom.calls("token.refresh") == []
    assert len(jobs("calendars.reconnect_mail")) == 1


def test_late_refusal_does_not_mark_a_connection_made_meanwhile(account, zoom, browser):
    def call(_token):
        connect(browser, zoom)
        raise NeedsReconnect("Zoom did not give the permission to make meetings.", code="zoom:4711")

    with pytest.raises(ProviderError) as caught:
        use(account.pk, call)

    assert caught.value.code == "reconnected"
    assert not ended(account)


def test_late_invalid_grant_uses_the_newer_pair(account, zoom, browser):
    """The host reconnects while a refresh with the older token is on its way."""
    expire(account)
    older = linkable("zoom").refresh

    class Slow:
        def refresh(self, token):
            connect(browser, zoom)
            return older(token)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access_tokens, "linkable", lambda _slug: Slow())
        assert use(account.pk, bool) is True

    assert not ended(account)


def test_row_never_comes_back(account, zoom, alice):
    """The host disconnects while a refresh is on its way; its late save finds no row."""
    expire(account)
    real = linkable("zoom").refresh

    class Slow:
        def refresh(self, token):
            tokens = real(token)
            disconnect(account.pk, host_id=alice.pk)
            return tokens

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access_tokens, "linkable", lambda _slug: Slow())
        with pytest.raises(NeedsReconnect) as caught:
            use(account.pk, bool)

    assert caught.value.code == "disconnected"
    assert not CalendarAccount.objects.exists()


def test_vanished_row_is_disconnected(account, zoom, alice):
    disconnect(account.pk, host_id=alice.pk)

    with pytest.raises(NeedsReconnect) as caught:
        use(account.pk, bool)

    assert caught.value.code == "disconnected"


def test_dead_holder_of_the_lease_is_waited_for_and_then_replaced(account, zoom, monkeypatch):
    expire(account)
    CalendarAccount.objects.update(
        refresh_lease="of a process that was killed",
        refresh_lease_until=present() + timedelta(seconds=0.3),
    )
    monkeypatch.setattr(access_tokens, "POLL_SECONDS", 0.05)

    assert use(account.pk, bool) is True
    assert len(zoom.calls("token.refresh")) == 1


def test_waiting_for_the_lease_ends(account, zoom, monkeypatch):
    expire(account)
    CalendarAccount.objects.update(
        refresh_lease="held", refresh_lease_until=present() + timedelta(seconds=60)
    )
    monkeypatch.setattr(access_tokens, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(access_tokens, "POLL_SECONDS", 0.02)

    with pytest.raises(ProviderError) as caught:
        use(account.pk, bool)

    assert caught.value.code == "refresh-busy"


def test_lease_outlives_the_slowest_refresh():
    assert access_tokens.LEASE.total_seconds() > 35
    assert access_tokens.LEASE.total_seconds() < access_tokens.PATIENCE_SECONDS
