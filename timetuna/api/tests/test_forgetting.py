"""Answers that were kept for requests that may come again go with whom they tell of."""

import pytest

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.api.actions.forget import forget_answers
from timetuna.api.models import StoredAnswer
from timetuna.api.tests.conftest import program_of, wish
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.delete_host import delete_host
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import make_page, staff, tomorrow
from timetuna.bookings.tests.life import made
from timetuna.pages.models import BookingLink

pytestmark = pytest.mark.django_db


def kept():
    return list(StoredAnswer.objects.order_by("pk").values_list("about", flat=True))


@pytest.fixture
def link(program, page):
    """A link for one person, whose name its answer has."""
    sent = {"label": "Canary Bird", "name": "Canary Bird", "email": "canary@guest.example"}
    answer = program.post(f"/pages/{page.public_id}/links", sent, Idempotency_Key="link-1")
    assert answer.status_code == 201, answer.content
    assert kept() == [answer.json()["id"]]
    return BookingLink.objects.get()


def test_of_a_link_when_the_guest_who_booked_by_it_is_erased(program, page, link):
    booking = made(page, worked=False)
    Booking.objects.filter(pk=booking.pk).update(link=link)
    BookingLink.objects.update(used=1)
    cancel(booking.pk, actor="guest", note_text="", now=present())

    erase(booking.pk, actor="host", now=present())

    assert kept() == []


def test_of_a_link_that_is_deleted(link):
    forget_answers()
    assert kept() == [link.public_id]

    link.delete()
    forget_answers()

    assert kept() == []


def test_of_an_invitation_that_is_taken_back(alice, program):
    team = Team.objects.create(name="Crew", handle="crew")
    Membership.objects.create(team=team, user=alice, role=Membership.Role.OWNER)
    path = f"/teams/{team.public_id}"
    answer = program.post(f"{path}/members", {"email": "kim@others.example"}, Idempotency_Key="kim")
    invitation = answer.json()["id"]
    assert kept() == [invitation]

    program.delete(f"{path}/invitations/{invitation}")
    forget_answers()

    assert kept() == []


def test_of_whoever_leaves_in_answers_to_others_and_all_that_their_own_programs_were_told(alice, bob):
    shared, own = staff(make_page(alice), "all", bob), make_page(alice, slug="own")
    program_of(bob).post("/away", {"first": "2027-07-01", "last": "2027-07-02"}, Idempotency_Key="bob")
    program = program_of(alice)
    for number, page in enumerate((shared, own)):
        answer = program.post("/bookings", wish(page, tomorrow(10 + number)), Idempotency_Key=f"a{number}")
        assert answer.status_code == 201, answer.content
    assert len(kept()) == 3
    stays = answer.json()["id"]
    cancel(Booking.objects.exclude(public_id=stays).get().pk, actor="guest", note_text="", now=present())

    delete_host(bob)

    assert kept() == [stays]
