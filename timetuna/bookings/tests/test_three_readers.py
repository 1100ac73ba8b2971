"""Every invitation of a booking's life is read by three independent parsers, which agree on what it says."""

import pytest

from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import remove_guest
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Attendee
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import tomorrow, work_off
from timetuna.bookings.tests.life import made, now
from timetuna.bookings.tests.reading import GUEST, HOST, calendar_parts, read_by_three
from timetuna.bookings.tests.test_further_guests import KIM, LEE, add

pytestmark = pytest.mark.django_db
HOSTILE = (
    'Sam "the" Guest',
    "Sam; Guest, X: Y",
    "Sam\\nBEGIN:VEVENT\\, \\;",
    "^n^' Sam ^^",
    "\u202eSam\u2066 \U0001f41f Gu\u00e9st",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "S\u00e4m " + "\u00fc\U0001f41f" * 45,
    "  .  ",
    "END:VCALENDAR",
)


def invitations(zoom, to):
    """Return what each of the mails' invitations says, the oldest first; the one who is mailed acts on it."""
    parts = [calendar_parts(mail) for mail in zoom.mails(to)]
    return [read_by_three(part[0]) for part in parts if part]


def test_a_whole_life_with_further_guests(page, zoom, client):
    booking = made(page, tomorrow(10), others=[KIM])
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())
    work_off()
    add(booking, LEE)
    remove_guest(booking.pk, attendee_id=Attendee.objects.get(is_booker=False, email=KIM.email).pk, now=now())
    work_off()
    cancel(booking.pk, actor="host", note_text="", now=now())
    work_off()

    said = {to: invitations(zoom, to) for to in (GUEST, HOST, KIM.email, LEE.email)}

    ways = {
        to: [(one["method"], one["sequence"], one["status"]) for one in each] for to, each in said.items()
    }
    asked, over = ("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED")
    whole = [(asked[0], number, asked[1]) for number in range(4)] + [(over[0], 4, over[1])]
    assert ways[GUEST] == ways[HOST] == whole
    assert ways[KIM.email] == [*whole[:2], ("CANCEL", 3, "")]
    assert ways[LEE.email] == [*whole[2:3], whole[4]]
    assert len({one["uid"] for each in said.values() for one in each}) == 1
    last = said[GUEST][-1]
    assert (last["dtstart"], (last["dtend"] - last["dtstart"]).seconds) == (tomorrow(15), 30 * 60)
    assert last["organizer"] == ("mailto:alice@host.example", "Alice Host")
    asked = {address: answer for address, _, *answer in said[KIM.email][0]["attendees"]}
    assert asked == {
        f"mailto:{HOST}": ["ACCEPTED", "CHAIR", "FALSE"],
        f"mailto:{GUEST}": ["ACCEPTED", "REQ-PARTICIPANT", "FALSE"],
        f"mailto:{KIM.email}": ["NEEDS-ACTION", "REQ-PARTICIPANT", "TRUE"],
    }
    assert all(who[-1] == "FALSE" for who in said[LEE.email][-1]["attendees"]), "a cancellation asks nobody"
    people = [address for address, *_ in said[GUEST][2]["attendees"]]
    assert people == [f"mailto:{to}" for to in (HOST, GUEST, KIM.email, LEE.email)]
    assert read_by_three(client.get(f"{link_path(booking.booker)}/invite.ics").content)["method"] == "CANCEL"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_notes_and_places(page, zoom, name):
    page.meeting_types.update(detail=f"Room {name}"[:300])
    booking = made(
        page,
        tomorrow(10),
        name=name[:100],
        notes=f"{name}\r\nATTENDEE:mailto:x@evil.example",
        others=[Guest(name[:100], KIM.email)],
    )

    said = [*invitations(zoom, GUEST), *invitations(zoom, HOST), *invitations(zoom, KIM.email)]

    assert len(said) == 3
    for one in said:
        assert one["uid"] == f"{booking.uid}@localhost"
        assert [address for address, *_ in one["attendees"]] == [
            f"mailto:{to}" for to in (HOST, GUEST, KIM.email)
        ]
