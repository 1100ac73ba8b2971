"""What pages lose when an account is disconnected."""

from datetime import timedelta
from typing import Any

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.calendar_impact import losses_of
from timetuna.pages.models import BookingPage, MeetingType


def account(host: User, number: int, provider: str = "google") -> CalendarAccount:
    return CalendarAccount.objects.create(
        host=host,
        provider=provider,
        provider_user_id=str(number),
        expires_at=present() + timedelta(hours=1),
    )


def calendar(of: CalendarAccount, name: str, **fields: Any) -> Calendar:
    return Calendar.objects.create(account=of, outside_id=name, name=name, **fields)


def test_an_account_that_nothing_needs_is_no_loss(alice: User, page: BookingPage) -> None:
    linked = account(alice, 1)
    calendar(linked, "Club", blocks=False)

    assert losses_of(alice.pk) == {linked.pk: []}


def test_pages_are_named_with_the_calendars_that_block_them(alice: User, page: BookingPage) -> None:
    linked, other = account(alice, 1), account(alice, 2)
    club = calendar(linked, "Club", blocks=False)
    calendar(other, "Work")
    page.page_hosts.update(own_calendars=True)
    page.page_hosts.get().calendars.create(calendar=club)
    create_page(alice, title="Review")

    losses = losses_of(alice.pk)

    assert losses[linked.pk] == ["Guests can then book “Intro call” whatever is in “Club”."]
    assert losses[other.pk] == ["Guests can then book “Review” whatever is in “Work”."]


def test_the_next_default_may_carry_the_same_meetings(alice: User, page: BookingPage, settings: Any) -> None:
    keys = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | keys
    first, second = account(alice, 1), account(alice, 2)
    calendar(first, "Work", writable=True, blocks=False, meeting_types="google_meet")
    private = calendar(second, "Private", writable=True, blocks=False)
    MeetingType.objects.create(page=page, kind="google_meet", enabled=True)
    events = "New bookings of “Intro call” no longer go to its calendar."

    assert losses_of(alice.pk)[first.pk] == [events, "Google Meet is then no meeting type of “Intro call”."]

    Calendar.objects.filter(pk=private.pk).update(meeting_types="google_meet")
    assert losses_of(alice.pk)[first.pk] == [events]


def test_many_pages_are_counted(alice: User) -> None:
    linked = account(alice, 1)
    calendar(linked, "Work")
    for title in "ABCDE":
        create_page(alice, title=title)

    (sentence,) = losses_of(alice.pk)[linked.pk]

    assert sentence == "Guests can then book “A”, “B”, “C” and 2 more whatever is in “Work”."


def test_zoom_takes_its_meeting_type_with_it(alice: User, page: BookingPage, connect_zoom: Any) -> None:
    linked = connect_zoom(alice)
    MeetingType.objects.create(page=page, kind="zoom", enabled=True)

    assert losses_of(alice.pk) == {linked.pk: ["Zoom is then no meeting type of “Intro call”."]}


def test_others_pages_are_not_told(alice: User, charlie: User, page: BookingPage) -> None:
    linked = account(charlie, 1)
    calendar(linked, "Work")

    assert losses_of(charlie.pk) == {linked.pk: []}
    assert losses_of(alice.pk) == {}
