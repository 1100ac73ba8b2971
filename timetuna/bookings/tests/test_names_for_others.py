"""Whom a guest brings reads names as somebody else typed them: whatever is opened or mailed, no address is in them."""

from html import unescape

import pytest
from django.db import transaction

from tests.test_rights import routes
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.fulfilment.ensure import meeting_of
from timetuna.bookings.guests import Guest
from timetuna.bookings.integrations.event import entry_of
from timetuna.bookings.models import Attendee
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, set_reminders, tomorrow, work_off
from timetuna.bookings.tests.life import made, now
from timetuna.bookings.tests.reading import HOST, calendar_parts, event, message
from timetuna.bookings.tests.test_further_guests import KIM, LEE, add
from timetuna.bookings.tests.test_reminders import pass_the_moments

pytestmark = pytest.mark.django_db
NAME = '=HYPERLINK("http://evil.example/x") Sam'
OTHERS = (Guest("Prize at www.evil.example/kim", KIM.email), Guest("evil.example/lee Lee", LEE.email))


@pytest.fixture
def booking(alice, zoom):
    page = make_page(alice, slug="call", kinds=(("phone", ""),))
    set_reminders(page, guest=[60], after=[30])
    return made(page, phone="+49 30 111", name=NAME, notes=NAME, others=OTHERS)


def kim_of(booking):
    return Attendee.objects.get(booking=booking, email=KIM.email)


def opened(client, booking):
    """Return all that Kim can open or send now, and leave everything as it was."""
    own, path, said = "b/<str:token>", link_path(kim_of(booking)), []
    for route in [route.removeprefix(own) for route in routes() if route.startswith(own)]:
        for send in (client.get, client.post):
            with transaction.atomic():
                answer = send(path + route, {"start": write_start(tomorrow(15))})
                transaction.set_rollback(True)
            said.append(f"{answer.headers} {unescape(answer.content.decode())}")
    return "\n".join(said).replace("\r\n ", "")


def sent(zoom, to):
    """Return each mail as its reader has it: headers, texts and invitation."""
    for mail in zoom.mails(to):
        parsed, invitation = message(mail), b"".join(calendar_parts(mail)).replace(b"\r\n ", b"")
        headers = "\n".join(map(str, parsed.values()))
        yield "\n".join((headers, mail["text"], unescape(mail["html"]), invitation.decode()))


def test_no_page_or_mail_of_theirs_has_an_address_in_a_name(client, booking, zoom):
    pages = [opened(client, booking)]
    assert "(address left out) Sam and Alice Host are told" in " ".join(pages[0].split())
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())
    work_off()
    client.post(f"{link_path(kim_of(booking))}/leave", {"answer": "leave"})
    work_off()
    pages.append(opened(client, booking))
    client.post(f"{link_path(kim_of(booking))}/leave", {"undo": ""})
    work_off()
    add(booking, Guest("www.evil.example/max", "max@others.example"))
    pass_the_moments()
    cancel(booking.pk, actor="guest", note_text=NAME, now=now())
    work_off()
    pages.append(opened(client, booking))

    mails = list(sent(zoom, KIM.email))
    assert len(mails) >= 7
    assert [text for text in (*pages, *mails) if "evil.example" in text] == []
    assert NAME in str(event(zoom.mails(HOST)[0])["summary"])


def test_what_they_see_in_calendars_and_meetings_has_none_either(booking):
    seen = f"{entry_of(booking, booking.host_id)} {meeting_of(booking)}"

    assert "evil.example" not in seen
    assert seen.count("(address left out) Sam") >= 4


def test_who_booked_reads_their_own_name_as_they_typed_it(client, booking):
    own = unescape(client.get(link_path(booking.booker)).content.decode())

    assert f"<bdi>{NAME}</bdi>" in own
    assert OTHERS[0].name in own
