"""`timetuna check` tries a secret of each kind: of every column in which there is one."""

from datetime import timedelta

import pytest
from django.apps import apps

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Attendee
from timetuna.bookings.tests.conftest import make_page, order, tomorrow
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.commands.checks.sealed import KINDS, unopened
from timetuna.encryption import box
from timetuna.jobs.models import Job
from timetuna.lib.crypto import SecretBox, new_key
from timetuna.webhooks.models import WebhookEndpoint

pytestmark = pytest.mark.django_db
SEALED = "gAAAAA"  # what every text begins with that Fernet has sealed, until the year 2106


@pytest.fixture
def secrets_of_all_kinds(alice: User) -> None:
    """Store a secret wherever there may be one."""
    sealed, later = box().seal("x", context="anywhere"), present() + timedelta(hours=1)
    book(order(make_page(alice)), now=present())
    CalendarAccount.objects.create(
        host=alice,
        provider="zoom",
        provider_user_id="u",
        expires_at=later,
        access_token=sealed,
        refresh_token=sealed,
    )
    Authorization.objects.create(
        host=alice,
        provider="zoom",
        state_fingerprint="s",
        code_verifier=sealed,
        grant=sealed,
        expires_at=later,
    )
    WebhookEndpoint.objects.create(owner=alice, url="https://receiver.example/", secret_sealed=sealed)
    Job.objects.create(name="accounts.send_mail", arguments={"mail": "1", "sealed": sealed})


def test_every_column_with_a_secret_is_known(secrets_of_all_kinds: None) -> None:
    found = {
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        for value in model._default_manager.values_list(field.attname, flat=True)
        if SEALED in str(value)
    }

    assert found == {(model, column) for _, model, column in KINDS}


def test_all_of_them_are_opened_or_named(secrets_of_all_kinds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unopened() == []

    other = SecretBox([new_key()])
    monkeypatch.setattr("timetuna.commands.checks.sealed.box", lambda: other)

    assert [
        sentence.partition(" in the database")[0].partition("open the ")[2] for sentence in unopened()
    ] == [what for what, *_ in KINDS]


def test_an_old_secret_counts_beside_a_new_one(alice: User) -> None:
    page = make_page(alice)
    old, new = (book(order(page, start=tomorrow(hour)), now=present()) for hour in (12, 14))
    stranger = SecretBox([new_key()]).seal("x", context="anywhere")
    Attendee.objects.filter(booking=old).update(link_sealed=stranger)

    assert len(unopened()) == 1
    assert new.booker.link_sealed != stranger
