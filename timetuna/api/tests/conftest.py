"""A host with a page and a key, and a program that speaks JSON."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.api.scopes import ApiScope
from timetuna.bookings.tests.conftest import *  # noqa: F403 - its fixtures

ALL = frozenset(ApiScope)


class Program:
    """Asks as one with a key does; no cookies."""

    def __init__(self, token: str = "") -> None:
        self.client, self.token = Client(), token

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}"} | headers
        send = getattr(self.client, method.lower())
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if method in {"GET", "HEAD"}:
            return send(f"/api/v1{path}", data or {}, headers=headers)
        return send(f"/api/v1{path}", data or {}, content_type="application/json", headers=headers)

    def get(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("GET", path, data, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, data, **headers)

    def patch(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("PATCH", path, data, **headers)

    def delete(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("DELETE", path, data, **headers)


def program_of(owner, scopes: Collection[ApiScope] = ALL, **wanted: Any) -> Program:
    _, token = create_key(owner, NewKey(name="CRM", scopes=scopes, **wanted), now=present())
    return Program(token)


@pytest.fixture
def program(alice) -> Program:
    return program_of(alice)


def wish(page, start: datetime, **more: Any) -> dict[str, Any]:
    """A body that books."""
    return {
        "page": page.public_id,
        "start": start.isoformat(),
        "guest": {"name": "Kim", "email": "kim@guest.example", "time_zone": "Asia/Tokyo"},
    } | more


def later(start: datetime, **by: int) -> str:
    return (start + timedelta(**by)).isoformat()
