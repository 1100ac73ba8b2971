"""A guest shows by a code from a mail that the address is theirs: who gets one, and what it is good for."""

import base64
import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.bookings.forms.book import new_key
from timetuna.bookings.models import Booking, Hold, MailCode
from timetuna.bookings.proofs import mail_code
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.proving import (
    HERE,
    THERE,
    code_mailed,
    filled,
    guest,
    made,
    open_form,
    opened_before,
    post,
    solved,
)
from timetuna.jobs.models import Job
from timetuna.rate_limits.limits import spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_proofs", "letters")]


def test_without_javascript_a_code_comes_by_mail(page, letters):
    made(page, 3)
    who = guest()
    asked = post(who, filled(open_form(who)))

    text = asked.content.decode()
    assert asked.status_code == 428
    assert "We have sent a code with six digits to sam@guest.example." in text
    assert not Booking.objects.filter(attendees__name="Sam Guest").exists()
    code = code_mailed(letters)
    assert code not in json.dumps(list(Job.objects.values_list("arguments", flat=True)))
    assert {code not in str(row) for row in MailCode.objects.values()} == {True}
    answer = post(who, filled(asked, code=f" {code[:3]} {code[3:]} "))
    assert answer.status_code == 302
    booking = Booking.objects.get(attendees__name="Sam Guest")
    assert booking.booker.confirmed
    assert booking.booker.notes == "Hello"
    work_off()
    assert [one["subject"] for one in letters if "sam@" in one["to"]][1:] != []


def test_the_mail_with_a_code_has_no_word_of_the_guests(page, letters):
    made(page, 10)
    data = filled(
        open_form(guest()), name="Win money", notes="https://lure.example", email="kim@guest.example"
    )

    post(guest(), data)
    work_off()

    (letter,) = [one for one in letters if "kim@" in one["to"]]
    assert "Win money" not in str(letter)
    assert "lure" not in str(letter)


def test_the_held_time_stays_held_while_the_mail_is_on_its_way(page):
    made(page, 10)
    who = guest()
    with time_machine.travel(present() - timedelta(minutes=4), tick=False):
        answer = open_form(who)

    post(who, filled(answer))

    assert Hold.objects.get().expires_at > present() + timedelta(minutes=5)


def test_a_mailbox_that_was_confirmed_is_not_asked_again_for_some_weeks(page, letters):
    made(page, 10)
    who = guest()
    asked = post(who, filled(open_form(who)))
    post(who, filled(asked, code=code_mailed(letters)))

    assert post(who, filled(open_form(who, tomorrow(12)))).status_code == 302
    other = post(who, filled(open_form(who, tomorrow(14)), email="kim@guest.example"))
    assert other.status_code == 428
    assert who.cookies["timetuna_confirmed"]["httponly"]
    assert (
        "sam" not in base64.b64decode(who.cookies["timetuna_confirmed"].value.split(":")[0] + "==").decode()
    )


def test_a_cookie_that_was_made_up_is_worth_nothing(page):
    made(page, 10)
    who = guest()
    who.cookies["timetuna_confirmed"] = "WyJhIl0:1abc:xyz"

    assert post(who, filled(open_form(who))).status_code == 428


def test_a_code_has_few_tries_and_an_end(page, settings, letters):
    made(page, 10)
    who = guest()
    asked = post(who, filled(open_form(who)))
    code = code_mailed(letters)
    wrong = "000000" if code != "000000" else "111111"

    answers = [post(who, filled(asked, code=wrong)).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]
    assert post(who, filled(asked, code=code)).status_code == 429
    there = guest(THERE)
    made(page, 40, address=None)
    kept = filled(asked, code=code)
    with time_machine.travel(present() + timedelta(minutes=11), tick=False):
        assert post(there, kept).status_code == 422
    assert post(there, kept).status_code == 302, "a stranger's tries leave the guest theirs"


def test_a_code_serves_one_form_of_one_page_and_one_mailbox(page, alice, letters):
    made(page, 10)
    make_page(alice, slug="other")
    who = guest()
    asked = post(who, filled(open_form(who)))
    code = code_mailed(letters)

    assert post(who, filled(asked, code=code, email="kim@guest.example")).status_code == 422
    assert post(who, filled(asked, code=code), slug="other").status_code == 422
    first, second = (post(who, filled(asked, code=code)) for _ in range(2))
    assert first["Location"] == second["Location"]
    again = filled(asked, code=code, key=new_key(), start=write_start(tomorrow(12)))
    assert post(guest(), again).status_code == 422


def test_codes_are_no_mail_cannon(page):
    made(page, 50, address=None)
    sent = []
    for minute in range(6):
        with time_machine.travel(present() + timedelta(minutes=minute), tick=False):
            who = guest(f"198.51.{minute}.1")
            data = filled(open_form(who, tomorrow(10 + minute)), email=f"v.ictim+{minute}@gmail.com")
            sent.append(post(who, data))

    assert [answer.status_code for answer in sent] == [428] * 3 + [429] * 3
    assert MailCode.objects.count() == 3
    assert "A code was sent to v.ictim+5@gmail.com not long ago." in sent[-1].content.decode()


def test_one_network_gets_so_many_codes_whatever_the_addresses(page):
    made(page, 10)
    answers = [
        post(guest(), filled(open_form(guest()), email=f"s{number}@stranger.example")) for number in range(22)
    ]

    assert [answer.status_code for answer in answers] == [428] * 20 + [429] * 2
    assert "No code can be sent to s21@stranger.example just now." in answers[-1].content.decode()


def test_many_networks_work_for_the_codes_that_they_have_mailed(page):
    made(page, 50, address=None)
    for _ in range(60):
        assert not spend(mail_code.OF_PAGE, str(page.pk))
    answer = open_form(guest())

    first = post(guest(), filled(answer, opened=opened_before()))

    assert first.status_code == 428
    assert not MailCode.objects.exists()
    second = post(guest(), filled(first, proof=solved(first), opened=opened_before()))
    assert "We have sent a code" in second.content.decode()


def test_the_codes_page_leads_back_to_the_form(page):
    made(page, 10)
    asked = post(guest(), filled(open_form(guest())))

    answer = post(guest(), filled(asked, edit="1", code=""))

    assert answer.status_code == 200
    assert "Hello" in answer.content.decode()
    assert answer.context["form"]["email"].value() == "sam@guest.example"


def test_the_codes_page_and_mail_are_german(page, letters):
    made(page, 10)
    who = Client(REMOTE_ADDR=HERE, HTTP_ACCEPT_LANGUAGE="de")

    text = post(who, filled(open_form(who))).content.decode()
    work_off()

    assert "Code aus der Mail" in text
    (letter,) = [one for one in letters if "sam@" in one["to"]]
    assert "Ihr Code" in letter["subject"]
