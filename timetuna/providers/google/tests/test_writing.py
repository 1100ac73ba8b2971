"""Events beyond the contract: Meet links, what Google is told, events that were deleted or are of the invitation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.google.control import GoogleControl
from timetuna.providers.base import Entry, Person, Written
from timetuna.providers.errors import ProviderError
from timetuna.providers.google import writing
from timetuna.providers.google.provider import GoogleProvider
from timetuna.providers.google.tests.conftest import PRIMARY
from timetuna.providers.tests.contracts.calendar import NOON, booked

Fault = Callable[..., Any]
Put = Callable[..., Written]
MEET = booked(meeting_type="google_meet")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_PAUSE_SECONDS", 0.01)


@pytest.fixture
def put(provider: GoogleProvider, token: str) -> Put:
    def putting(entry: Entry, reference: str = "", *, calendar: str = PRIMARY) -> Written:
        return provider.put(entry, calendar=calendar, reference=reference, credential=token)

    return putting


def test_google_is_told_all_of_it_and_mails_nobody(put: Put, google: GoogleControl) -> None:
    written = put(booked(revision=2, tentative=True))

    (event,) = google.events()
    assert (event["id"], event["iCalUID"]) == (written.reference, "b-17@timetuna.test")
    assert written.ical_uid == "b-17@timetuna.test"
    assert event["start"] == {"dateTime": "2031-03-05T12:00:00Z", "timeZone": "Europe/Berlin"}
    assert event["end"] == {"dateTime": "2031-03-05T12:30:00Z", "timeZone": "Europe/Berlin"}
    assert event["extendedProperties"] == {"private": {"timetuna": "b-17"}}
    assert (event["sequence"], event["status"], event["transparency"]) == (2, "tentative", "opaque")
    assert event["attendees"] == [
        {"email": "ada@guest.example", "displayName": "Ada Lovelace", "responseStatus": "needsAction"}
    ]


def test_who_was_brought_has_not_said_yes(put: Put, google: GoogleControl) -> None:
    put(
        booked(
            guests=(Person("Ada", "ada@guest.example"), Person("Kim", "kim@guest.example", accepted=False))
        )
    )

    (event,) = google.events()
    assert [one["responseStatus"] for one in event["attendees"]] == ["accepted", "needsAction"]


def test_a_guests_markup_stays_text(put: Put, google: GoogleControl) -> None:
    put(booked(description='5 < 6 <a href="https://evil.example">here</a>'))

    assert google.events()[0]["description"] == '5 < 6 < a href="https://evil.example">here< /a>'


def test_a_meeting_made_at_once_has_its_link(put: Put, google: GoogleControl) -> None:
    written = put(MEET)

    assert written.join_url == google.events()[0]["hangoutLink"]
    assert put(MEET, written.reference).join_url == written.join_url


def test_a_meeting_that_takes_a_moment_is_waited_for(put: Put, google: GoogleControl, fault: Fault) -> None:
    fault("google_conference_pending", looks=2)

    assert put(MEET).join_url == google.events()[0]["hangoutLink"]


def test_a_meeting_that_takes_long_is_looked_for_again(put: Put, google: GoogleControl, fault: Fault) -> None:
    fault("google_conference_pending", looks=7)

    first = put(MEET)
    second = put(MEET, first.reference)

    assert first.join_url == ""
    assert second.join_url == google.events()[0]["hangoutLink"]
    assert len(google.sandbox.calls("google.events.get")) <= 9


def test_a_meeting_that_failed_is_asked_for_anew(put: Put, google: GoogleControl, fault: Fault) -> None:
    fault("google_conference_fails")

    with pytest.raises(ProviderError, match="Meet link") as raised:
        put(MEET)

    assert (raised.value.code, raised.value.permanent) == ("google:conference", False)
    assert put(MEET).join_url.startswith("https://")
    assert len(google.events()) == 1


@pytest.mark.parametrize("name", ["google_link_http", "google_link_javascript"])
def test_a_link_that_is_not_https_goes_to_nobody(
    put: Put, google: GoogleControl, fault: Fault, name: str
) -> None:
    fault(name)

    with pytest.raises(ProviderError) as raised:
        put(MEET)

    assert raised.value.code == "google:link"
    assert put(MEET).join_url.startswith("https://meet.google.example/")
    assert len(google.events()) == 1


def test_a_booking_that_becomes_a_meet_meeting_gets_its_link(put: Put) -> None:
    written = put(booked())

    assert written.join_url == ""
    assert put(MEET, written.reference).join_url.startswith("https://")


def test_a_calendar_without_meet_says_so(
    provider: GoogleProvider, google: GoogleControl, connect: Callable[[], Any]
) -> None:
    google.decide("allow", account="zoe")

    with pytest.raises(ProviderError, match="cannot have Google Meet") as raised:
        provider.put(MEET, calendar="primary", reference="", credential=connect().access_token)

    assert raised.value.permanent
    assert google.events("zoe@lukasiewicz.example") == []


def test_a_meeting_of_another_service_is_a_mistake(put: Put) -> None:
    with pytest.raises(ValueError, match="type"):
        put(booked(meeting_type="microsoft_teams"))


def test_a_deleted_event_comes_back_as_itself(put: Put, google: GoogleControl) -> None:
    first = put(MEET)
    google.remove_event(first.reference)

    again = put(replace(MEET, revision=1), first.reference)

    assert again == first


@pytest.mark.parametrize("name", ["google_404", "google_410"])
def test_an_event_that_google_forgot_is_found_by_its_uid(
    put: Put, google: GoogleControl, fault: Fault, name: str
) -> None:
    first = put(booked())
    google.remove_event(first.reference)
    fault(name, on="google.events.get")

    put(booked(revision=1), first.reference)

    (event,) = google.events()
    assert event["iCalUID"] == "b-17@timetuna.test"


def test_an_event_that_cannot_come_back_is_made_anew(put: Put, google: GoogleControl, fault: Fault) -> None:
    first = put(booked())
    google.remove_event(first.reference)
    fault("google_410", times=2, on="google.events.patch")

    again = put(booked(revision=1), first.reference)

    assert again.reference != first.reference
    assert [event["id"] for event in google.events()] == [again.reference]
    assert put(booked(revision=2)).reference == again.reference


def test_the_invitation_in_the_hosts_own_mail_and_the_event_are_one(put: Put, google: GoogleControl) -> None:
    invited = google.add_event(NOON, NOON + timedelta(minutes=30), iCalUID="b-17@timetuna.test")

    written = put(booked())

    assert written.reference == invited["id"]
    assert len(google.events()) == 1


def test_the_sequence_never_falls(put: Put, google: GoogleControl) -> None:
    reference = put(booked()).reference
    for hour in (1, 2, 3):  # Google counts each move by itself
        put(booked(revision=1, start=NOON + timedelta(hours=hour)), reference)

    put(booked(revision=1, title="Other words", start=NOON + timedelta(hours=3)), reference)

    (event,) = google.events()
    assert (event["sequence"], event["summary"]) == (3, "Other words")


def test_removing_without_a_number_is_refused(provider: GoogleProvider, token: str) -> None:
    with pytest.raises(ProviderError) as raised:
        provider.remove("", calendar=PRIMARY, credential=token)

    assert raised.value.code == "google:no-reference"


def test_removing_what_google_forgot_is_fine(provider: GoogleProvider, token: str) -> None:
    provider.remove("neverwas", calendar=PRIMARY, credential=token)
    provider.remove("neverwas", calendar="gone@group.calendar.google.example", credential=token)


def test_a_removal_that_fails_for_now_is_said(
    provider: GoogleProvider, put: Put, google: GoogleControl, fault: Fault, token: str
) -> None:
    reference = put(booked()).reference
    fault("google_503", on="google.events.delete")

    with pytest.raises(ProviderError) as raised:
        provider.remove(reference, calendar=PRIMARY, credential=token)

    assert not raised.value.permanent
    assert len(google.events()) == 1
