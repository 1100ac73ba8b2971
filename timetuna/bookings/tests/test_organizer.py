"""Who invites: a host alone, or a page whose hosts may change. Calendars take changes from nobody else."""

import json
from dataclasses import asdict

import pytest

from timetuna.accounts.models import Team
from timetuna.bookings.integrations.event import digest, entry_of
from timetuna.bookings.tests.conftest import staff, tomorrow
from timetuna.bookings.tests.life import made, rule
from timetuna.bookings.tests.reading import GUEST, HOST, calendar_parts, read_by_three
from timetuna.lib.crypto import fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.either]
US = "mailto:noreply@localhost"
BOB = "bob@host.example"


def invitations(zoom, to):
    parts = [calendar_parts(mail) for mail in zoom.mails(to)]
    return [read_by_three(part[0]) for part in parts if part]


def roles(invitation):
    return {address.removeprefix("mailto:"): role for address, _, _, role, _ in invitation["attendees"]}


def test_one_host_alone_invites_as_ever(page, zoom):
    booking = made(page, tomorrow())

    assert not booking.neutral_organizer
    assert {one["organizer"] for to in (GUEST, HOST) for one in invitations(zoom, to)} == {
        (f"mailto:{HOST}", "Alice Host")
    }
    entry = entry_of(booking, booking.host_id)
    assert (entry.organizer, entry.hosts) == (None, ())


def test_a_page_whose_host_is_anybody_invites_itself(page, zoom):
    booking = made(rule(page, staffing="any"), tomorrow())

    assert booking.neutral_organizer
    for to in (GUEST, HOST):
        [said] = invitations(zoom, to)
        assert said["organizer"] == (US, "Intro call")
        assert roles(said) == {HOST: "CHAIR", GUEST: "REQ-PARTICIPANT"}


def test_a_teams_page_invites_by_the_teams_name_and_by_the_pages_once_the_team_is_gone(page, zoom):
    team = Team.objects.create(name="Support team", handle="support")
    booking = made(rule(page, team=team), tomorrow())
    assert invitations(zoom, GUEST)[0]["organizer"] == (US, "Support team")

    team.delete()
    booking.refresh_from_db()
    assert entry_of(booking, booking.host_id).organizer.name == "Intro call"


def test_several_hosts_are_invited_the_first_as_chair_and_who_may_stay_away_as_optional(page, zoom, bob):
    staff(page, "all", bob)
    booking = made(page, tomorrow())
    booking.booking_hosts.filter(host=bob).update(part="optional")
    booking.refresh_from_db()

    entries = {host: entry_of(booking, host) for host in (booking.host_id, bob.pk)}

    assert [(one.email, one.leads) for one in entries[bob.pk].hosts] == [(BOB, False), (HOST, True)]
    assert [one.email for one in entries[booking.host_id].hosts] == [HOST, BOB]
    assert {entry.organizer.email for entry in entries.values()} == {"noreply@localhost"}
    [said] = invitations(zoom, BOB)
    assert roles(said) == {HOST: "CHAIR", BOB: "REQ-PARTICIPANT", GUEST: "REQ-PARTICIPANT"}


def test_events_of_before_are_not_written_anew(page):
    entry = entry_of(made(page, tomorrow(), worked=False), page.host_id)

    said = asdict(entry)
    assert (said.pop("organizer"), said.pop("hosts"), said.pop("guest_word")) == (None, (), "Guest")
    said["guests"] = [{"name": "Sam Guest", "email": GUEST}]

    assert digest(entry) == fingerprint(json.dumps(said, default=str, sort_keys=True))
