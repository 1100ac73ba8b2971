from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.calendars.models import CalendarAccount
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    pass


def host(name: str, **fields: Any) -> User:
    user = User.objects.create_user(
        f"{name.lower()}@example.org", "a long password", name=name, handle=name.lower(), **fields
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def alice() -> User:
    return host("Alice", time_zone="Europe/Berlin")


@pytest.fixture
def charlie() -> User:
    return host("Charlie")


@pytest.fixture
def page(alice: User) -> BookingPage:
    return create_page(alice, title="Intro call")


@pytest.fixture
def as_alice(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def as_charlie(charlie: User) -> Client:
    return signed_in(charlie)


@pytest.fixture
def connect_zoom() -> Callable[..., CalendarAccount]:
    def connect(user: User, **fields: Any) -> CalendarAccount:
        return CalendarAccount.objects.create(
            host=user,
            provider="zoom",
            provider_user_id=f"zoom-{user.handle}",
            access_token="sealed",
            refresh_token="sealed",
            refresh_token_fingerprint="f",
            expires_at=present() + timedelta(hours=1),
            **fields,
        )

    return connect


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
