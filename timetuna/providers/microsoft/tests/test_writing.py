"""Events beyond the contract: Teams links, nobody mailed, the text, events that were moved, deleted or lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.microsoft.control import MicrosoftControl
from timetuna.providers.base import Person, Written
from timetuna.providers.errors import ProviderError
from timetuna.providers.microsoft.provider import MicrosoftProvider
from timetuna.providers.microsoft.taken import PROPERTY
from timetuna.providers.microsoft.tests.conftest import PRIMARY, words_of
from timetuna.providers.tests.contracts.calendar import NOON, booked

Fault = Callable[..., Any]
Put = Callable[..., Written]
TEAMS = booked(meeting_type="teams", location="")


def kinds(microsoft: MicrosoftControl) -> list[str]:
    return [
        row["kind"].removeprefix("microsoft.events.") for row in microsoft.sandbox.calls("microsoft.events")
    ]


def test_outlook_is_told_all_of_it_and_mails_nobody(put: Put, microsoft: MicrosoftControl) -> None:
    written = put(booked(tentative=True))

    (event,) = microsoft.events()
    assert (event["id"], event["iCalUId"]) == (written.reference, written.ical_uid)
    assert event["start"] == {"dateTime": "2031-03-05T12:00:00", "timeZone": "UTC"}
    assert event["end"] == {"dateTime": "2031-03-05T12:30:00", "timeZone": "UTC"}
    assert (event["showAs"], event["isOnlineMeeting"], event["attendees"]) == ("tentative", False, [])
    assert event["marks"] == {PROPERTY: "b-17"}
    assert words_of(event) == "Guest: Ada Lovelace <ada@guest.example>\nChange it: https://timetuna.test/b/17"
    assert '<a href="https://timetuna.test/b/17">https://timetuna.test/b/17</a>' in event["body"]["content"]


def test_all_guests_are_named(put: Put, microsoft: MicrosoftControl) -> None:
    put(booked(guests=(Person("Ada", "ada@guest.example"), Person("Bo", "bo@guest.example")), description=""))

    assert words_of(microsoft.events()[0]) == "Guest: Ada <ada@guest.example>\nGuest: Bo <bo@guest.example>"


def test_a_guests_markup_stays_text(put: Put, microsoft: MicrosoftControl) -> None:
    sly = 'x</div><a href="https://evil.example">'
    put(
        booked(guests=(Person(sly, "eve@guest.example"),), description=f"{sly} & https://a.example/?b=1&c=2.")
    )
    put(booked(description="Changed"))

    (event,) = microsoft.events()
    assert words_of(event) == "Guest: Ada Lovelace <ada@guest.example>\nChanged"


def test_a_web_address_is_a_link_and_nothing_else_is(put: Put, microsoft: MicrosoftControl) -> None:
    put(booked(description='See https://a.example/?b=1&c="2 and javascript:alert(1).'))

    content = microsoft.events()[0]["body"]["content"]
    assert '<a href="https://a.example/?b=1&amp;c=">https://a.example/?b=1&amp;c=</a>&quot;2 and' in content
    assert content.count("<a ") == 1


def test_a_first_writing_is_two_calls_and_a_change_as_well(put: Put, microsoft: MicrosoftControl) -> None:
    reference = put(booked()).reference
    put(booked(revision=1), reference)

    assert kinds(microsoft) == ["list", "create", "list", "patch"]


def test_a_meeting_made_at_once_has_its_link(put: Put, microsoft: MicrosoftControl) -> None:
    written = put(TEAMS)

    (event,) = microsoft.events()
    assert written.join_url == event["onlineMeeting"]["joinUrl"]
    assert event["onlineMeetingProvider"] == "teamsForBusiness"
    assert event["location"]["displayName"] == "Microsoft Teams Meeting"
    assert put(TEAMS, written.reference) == written


def test_a_meeting_that_takes_a_moment_is_waited_for(
    put: Put, microsoft: MicrosoftControl, fault: Fault
) -> None:
    fault("microsoft_meeting_late", looks=2)

    assert put(TEAMS).join_url == microsoft.events()[0]["onlineMeeting"]["joinUrl"]


def test_a_meeting_that_takes_long_is_looked_for_again(
    put: Put, microsoft: MicrosoftControl, fault: Fault
) -> None:
    fault("microsoft_meeting_late", looks=7)

    first = put(TEAMS)
    second = put(TEAMS, first.reference)

    assert first.join_url == ""
    assert second.join_url == microsoft.events()[0]["onlineMeeting"]["joinUrl"]
    assert kinds(microsoft).count("get") <= 8


def test_a_changed_text_keeps_the_way_into_the_meeting(put: Put, microsoft: MicrosoftControl) -> None:
    written = put(TEAMS)
    changed = replace(TEAMS, revision=1, description="Bring the plans.", guests=())

    assert put(changed, written.reference).join_url == written.join_url

    (event,) = microsoft.events()
    assert words_of(event) == "Bring the plans.\nJoin the meeting now"
    assert written.join_url in event["body"]["content"]


def test_a_text_that_its_host_rewrote_is_left_alone(
    provider: MicrosoftProvider, put: Put, microsoft: MicrosoftControl, token: str
) -> None:
    written = put(TEAMS)
    content = f'<p>My own words</p><a href="{written.join_url}">Join</a>'
    path = f"/me/events/{written.reference}"
    provider._api.call(
        "PATCH", path, credential=token, body={"body": {"contentType": "html", "content": content}}
    )

    put(replace(TEAMS, revision=1, title="Moved", description="Other"), written.reference)

    (event,) = microsoft.events()
    assert (event["subject"], words_of(event)) == ("Moved", "My own words\nJoin")
    assert event["isOnlineMeeting"]


@pytest.mark.parametrize("name", ["microsoft_link_http", "microsoft_link_javascript"])
def test_a_link_that_is_not_https_goes_to_nobody(
    put: Put, microsoft: MicrosoftControl, fault: Fault, name: str
) -> None:
    fault(name)

    with pytest.raises(ProviderError) as raised:
        put(TEAMS)

    assert (raised.value.code, raised.value.permanent) == ("microsoft:link", False)
    assert put(TEAMS).join_url.startswith("https://teams.microsoft.example/")
    assert len(microsoft.events()) == 1


def test_a_booking_that_becomes_a_teams_meeting_gets_its_link(put: Put) -> None:
    written = put(booked())

    assert written.join_url == ""
    assert put(TEAMS, written.reference).join_url.startswith("https://")


def test_a_calendar_without_teams_says_so_and_keeps_nothing(
    provider: MicrosoftProvider, microsoft: MicrosoftControl, connect: Callable[[], Any]
) -> None:
    microsoft.decide("allow", account="zoe")
    token = connect().access_token
    (only,) = provider.calendars(credential=token)

    with pytest.raises(ProviderError, match="cannot have Teams") as raised:
        provider.put(TEAMS, calendar=only.id, reference="", credential=token)

    assert (raised.value.permanent, raised.value.code) == (True, "microsoft:no-teams")
    assert microsoft.events(only.id) == []


def test_an_event_that_cannot_become_a_teams_meeting_stays(
    put: Put, microsoft: MicrosoftControl, fault: Fault
) -> None:
    reference = put(booked()).reference
    fault("microsoft_meeting_missing")

    with pytest.raises(ProviderError, match="cannot have Teams"):
        put(TEAMS, reference)

    assert [event["id"] for event in microsoft.events()] == [reference]


def test_a_meeting_of_another_service_is_a_mistake(put: Put) -> None:
    with pytest.raises(ValueError, match="type"):
        put(booked(meeting_type="google_meet"))


def test_a_long_link_is_left_out_rather_than_cut(put: Put, microsoft: MicrosoftControl) -> None:
    put(booked(location="https://meet.example/" + "x" * 300))
    assert microsoft.events()[0]["location"]["displayName"] == ""

    put(booked(location="Hall " + "x" * 300))
    assert microsoft.events()[0]["location"]["displayName"].endswith("…")


def test_an_event_in_the_bin_is_not_taken_for_one_that_stands(put: Put, microsoft: MicrosoftControl) -> None:
    first = put(booked())
    microsoft.remove_event(first.reference)

    again = put(booked(revision=1), first.reference)

    assert again.reference != first.reference
    assert [event["id"] for event in microsoft.events()] == [again.reference]


def test_an_event_that_was_deleted_again_and_again_is_made_each_time(
    put: Put, microsoft: MicrosoftControl
) -> None:
    for known in (False, False, True, False):
        microsoft.remove_event(put(booked()).reference)
        made = put(booked(), "AAkALgAA" + "0" * 60 if known else "")
        assert [event["id"] for event in microsoft.events()] == [made.reference]


def test_an_event_that_its_host_moved_to_another_calendar_is_changed_there(
    put: Put, microsoft: MicrosoftControl
) -> None:
    first = put(booked())
    family = microsoft.state()["calendars"][1]["id"]
    microsoft.move_event(first.reference, family)

    moved = put(booked(revision=1, title="Moved"), first.reference)

    assert moved.reference == first.reference
    assert microsoft.events() == []
    assert [event["subject"] for event in microsoft.events(family)] == ["Moved"]


def test_a_transaction_that_is_refused_leads_to_the_event(
    put: Put, microsoft: MicrosoftControl, fault: Fault
) -> None:
    microsoft.remove_event(put(booked()).reference)
    fault("microsoft_transaction_conflict")

    written = put(booked())

    assert [event["id"] for event in microsoft.events()] == [written.reference]


def test_an_event_that_goes_while_it_is_changed_is_made_again(
    put: Put, microsoft: MicrosoftControl, fault: Fault
) -> None:
    first = put(booked())
    fault("microsoft_404", on="microsoft.events.patch")

    again = put(booked(revision=1, title="Again"), first.reference)

    assert again.reference in {event["id"] for event in microsoft.events()}
    assert [row["rule"] for row in microsoft.sandbox.violations()] == ["microsoft-second-event"]
    microsoft.sandbox.reset()  # the first one was not really gone


def test_a_quote_in_the_bookings_uid_finds_only_its_own(put: Put, microsoft: MicrosoftControl) -> None:
    put(booked())
    odd = "x' or p/value eq 'b-17"

    first = put(booked(booking=odd))

    assert put(booked(booking=odd)).reference == first.reference
    assert len(microsoft.events()) == 2


def test_removing_without_a_number_is_refused(provider: MicrosoftProvider, token: str) -> None:
    with pytest.raises(ProviderError) as raised:
        provider.remove("", calendar=PRIMARY, credential=token)

    assert raised.value.code == "microsoft:no-reference"


@pytest.mark.parametrize("reference", ["neverwas", "AAkALgAA" + "0" * 60])
def test_removing_what_microsoft_does_not_know_is_fine(
    provider: MicrosoftProvider, token: str, gone: str, reference: str
) -> None:
    provider.remove(reference, calendar=PRIMARY, credential=token)
    provider.remove(reference, calendar=gone, credential=token)


def test_removing_what_is_out_of_the_bin_is_fine(
    provider: MicrosoftProvider, put: Put, fault: Fault, token: str
) -> None:
    reference = put(booked()).reference
    provider.remove(reference, calendar=PRIMARY, credential=token)
    fault("microsoft_empty_bin")

    provider.remove(reference, calendar=PRIMARY, credential=token)


def test_a_removal_that_fails_for_now_is_said(
    provider: MicrosoftProvider, put: Put, microsoft: MicrosoftControl, fault: Fault, token: str
) -> None:
    reference = put(booked()).reference
    fault("microsoft_503", on="microsoft.events.delete")

    with pytest.raises(ProviderError) as raised:
        provider.remove(reference, calendar=PRIMARY, credential=token)

    assert not raised.value.permanent
    assert len(microsoft.events()) == 1


def test_a_moved_event_is_at_its_new_time(put: Put, microsoft: MicrosoftControl) -> None:
    reference = put(TEAMS).reference
    put(replace(TEAMS, revision=1, start=NOON + timedelta(days=1)), reference)

    assert microsoft.events()[0]["start"]["dateTime"] == "2031-03-06T12:00:00"
