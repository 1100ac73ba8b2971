"""An app comes for its tokens in the moment in which its host disconnects it: neither waits for the other for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from tests.clock import present
from timetuna.oauth import server
from timetuna.oauth.actions import disconnect as disconnecting
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.tests.conftest import App

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.vendor, pytest.mark.slow]
MOMENT = 1.5
"""Seconds in which the other is as far as it gets: it holds what it has locked, or waits at the first lock."""


def alone(do: Callable[[], Any]) -> Any:
    """With a connection of the thread's own, which ends with it."""
    try:
        return do()
    finally:
        connections.close_all()


@pytest.fixture
def meeting(monkeypatch) -> Callable[[str], Event]:
    """Whoever comes, by what it calls once it has locked, waits there until the other is at the tokens."""

    def meet(calls: str) -> Event:
        has_locked, goes_on = Event(), Event()
        real, real_drop = getattr(server, calls), disconnecting.drop_tokens

        def waited(*args: Any, **named: Any) -> Any:
            has_locked.set()
            goes_on.wait(MOMENT)
            return real(*args, **named)

        def dropped(*args: Any) -> None:
            goes_on.set()
            real_drop(*args)

        monkeypatch.setattr(server, calls, waited)
        monkeypatch.setattr(disconnecting, "drop_tokens", dropped)
        return has_locked

    return meet


@pytest.mark.parametrize("comes_with", ["code", "refresh"])
def test_it_ends_whoever_is_first(app: App, browser: Client, page, meeting, comes_with):
    """In another order of locks one of them would hold codes and want the connection, and the other the reverse."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    tokens = app.tokens(browser)
    code = app.told(browser)["code"]
    row = ConnectedApp.objects.select_related("user", "application").get()
    has_locked = meeting("connect" if comes_with == "code" else "_keep_scopes")

    def come() -> int:
        answer = app.exchange(code) if comes_with == "code" else app.refresh(tokens["refresh_token"])
        return int(answer.status_code)

    def end() -> None:
        has_locked.wait(20)
        disconnecting.disconnect(row, by=ConnectedApp.End.PERSON, now=present())

    with ThreadPoolExecutor(2) as pool:
        came, ended = pool.submit(alone, come), pool.submit(alone, end)
        assert came.result(30) in {200, 400}
        ended.result(30)
    assert ConnectedApp.objects.filter(ended_at=None).count() <= 1
