"""Pages that offer no times because of a calendar say so to their host."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.calendar_impact import Silence, silences
from timetuna.pages.models import BookingPage, HostRules

HOUR = timedelta(hours=1)


def calendar(host: User, name: str = "Work", *, hours: float | None = None, **fields: Any) -> Calendar:
    account, _ = CalendarAccount.objects.get_or_create(
        host=host,
        provider="google",
        defaults={"expires_at": present() + HOUR, "email": "a@gmail.example"},
    )
    read_at = None if hours is None else present() - hours * HOUR
    return Calendar.objects.create(account=account, outside_id=name, name=name, read_at=read_at, **fields)


def silence(page: BookingPage) -> Silence | None:
    return silences(page.host_id, now=present()).get(page.pk)


def test_a_page_with_good_calendars_or_none_is_not_silent(alice: User, page: BookingPage) -> None:
    assert silence(page) is None

    calendar(alice, hours=1)

    assert silence(page) is None


def test_a_page_is_silent_once_what_is_known_is_too_old(alice: User, page: BookingPage) -> None:
    calendar(alice, hours=3, failing_since=present())
    assert silence(page) is None

    HostRules.objects.create(host=alice, calendar_patience_hours=2)

    assert silence(page) == Silence(("Work",), first=False)


def test_a_calendar_that_is_read_for_the_first_time_is_told_apart(alice: User, page: BookingPage) -> None:
    calendar(alice, "New")
    assert silence(page) == Silence(("New",), first=True)

    calendar(alice, "Old", hours=30, failing_since=present())

    assert silence(page) == Silence(("Old",), first=False)


def test_only_the_calendars_of_a_page_count_for_it(alice: User, page: BookingPage) -> None:
    good = calendar(alice, "Good", hours=1, blocks=False)
    calendar(alice, "Bad", hours=30)
    page.page_hosts.update(own_calendars=True)
    page.page_hosts.get().calendars.create(calendar=good)

    assert silence(page) is None


def test_the_list_and_the_editor_say_it_with_a_link(alice: User, page: BookingPage, as_alice: Client) -> None:
    calendar(alice, hours=30)
    sentence = "Offers no times, because “Work” cannot be read."

    for path in ("/booking-pages", f"/booking-pages/{page.pk}/booking"):
        text = as_alice.get(path).content.decode()
        assert sentence in text
        assert f'href="/booking-pages/{page.pk}/calendars"' in text


@pytest.mark.parametrize(
    ("names", "first", "sentence"),
    [
        (("A", "B"), True, "Offers no times yet: “A” and “B” are being read."),
        (("A",), True, "Offers no times yet: “A” is being read."),
        (("A", "B"), False, "Offers no times, because “A” and “B” cannot be read."),
    ],
)
def test_sentences(names: tuple[str, ...], first: bool, sentence: str) -> None:  # noqa: FBT001
    assert Silence(names, first).sentence() == sentence
