"""A guest shows by a code from a text that the phone number is theirs."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.errors import NumberNeeded
from timetuna.bookings.forms.book import new_key
from timetuna.bookings.models import Booking, Hold, NumberCode, NumberFacts
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, order, tomorrow, work_off
from timetuna.bookings.tests.proving import THERE, code_mailed, filled, guest, open_form, post
from timetuna.bookings.tests.texting import KEPT, NUMBER, ask, code_texted, confirm, fill
from timetuna.jobs.models import Job
from timetuna.rate_limits.limits import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_proofs", "letters", "verified")]


def sentence(answer):
    return answer.context["code_note"]


def test_the_booking_is_made_once_the_code_is_typed(phones):
    who = guest()
    asked = ask(who)

    assert asked.status_code == 428
    assert "by text to +49 1512 3456789" in sentence(asked)
    assert not Booking.objects.exists()
    code = code_texted(phones)
    assert confirm(who, asked, f" {code[:3]} {code[3:]} ").status_code == 302
    booking = Booking.objects.get()
    assert booking.booker.phone == KEPT
    assert booking.booker.number_facts.shown == "text"


def test_the_text_is_for_browsers_too_and_says_nothing_that_the_guest_typed(phones):
    ask(name="Win money", notes="https://lure.example")
    code = code_texted(phones)

    [text] = phones.texts()
    assert text.body.splitlines()[-1] == f"@localhost #{code}"
    assert text.body.startswith(f"{code} is your code for booking at localhost.")
    assert "lure" not in text.body
    assert "Win" not in text.body


def test_no_number_and_no_code_is_kept_or_logged_in_clear(phones, caplog):
    ask()
    code = code_texted(phones)

    kept = json.dumps(
        [list(Job.objects.values_list("arguments", flat=True)), list(map(str, NumberCode.objects.values()))]
    )
    for secret in (code, KEPT, "3456789", NUMBER):
        assert secret not in kept
        assert secret not in caplog.text


def test_the_held_time_stays_held_while_the_text_is_on_its_way():
    who = guest()
    with time_machine.travel(present() - timedelta(minutes=4), tick=False):
        answer = open_form(who, zone="Europe/Berlin")

    post(who, fill(answer))

    assert Hold.objects.get().expires_at > present() + timedelta(minutes=5)


def test_the_same_number_needs_no_code_on_the_same_device_for_a_month(phones):
    who = guest()
    confirm(who, ask(who), code_texted(phones))

    assert ask(who, tomorrow(12)).status_code == 302
    assert ask(who, tomorrow(14), phone="01512 3456780").status_code == 428
    assert ask(guest(THERE), tomorrow(16)).status_code == 428
    cookie = who.cookies["timetuna_numbers"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "3456789" not in base64.b64decode(cookie.value.split(":")[0] + "==").decode()
    with time_machine.travel(present() + timedelta(days=31), tick=False):
        assert ask(who, tomorrow(12)).status_code == 428


def test_a_code_has_five_tries_and_ten_minutes(phones):
    who = guest()
    asked = ask(who)
    code = code_texted(phones)
    wrong = "000000" if code != "000000" else "111111"

    answers = [confirm(who, asked, wrong).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]
    assert confirm(who, asked, code).status_code == 429
    fresh = post(who, fill(asked, text_again="1"))
    kept, code = fill(fresh), code_texted(phones)
    with time_machine.travel(present() + timedelta(minutes=11), tick=False):
        assert post(who, kept | {"text_code": code}).status_code == 422
    assert post(who, kept | {"text_code": code}).status_code == 302


def test_a_code_serves_one_form_one_number_and_one_page(phones, page, alice):
    other = make_page(alice, slug="other")
    other.phone = "verified"
    other.save()
    who = guest()
    asked = ask(who)
    code = code_texted(phones)

    assert confirm(who, asked, code, phone="01512 3456780").status_code == 422
    assert confirm(who, asked, code, key=new_key()).status_code == 422
    assert post(who, fill(asked, text_code=code), slug="other").status_code == 422
    first, second = (confirm(who, asked, code) for _ in range(2))
    assert first["Location"] == second["Location"]
    again = fill(asked, text_code=code, key=new_key(), start=write_start(tomorrow(12)))
    assert post(guest(), again).status_code == 422
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+49 30 123456", "Europe/Berlin"),
        ("+49 900 1234567", "Europe/Berlin"),
        ("+49 180 1234567", "Europe/Berlin"),
        ("+49 32 123456789", "Europe/Berlin"),
        ("+33 6 12 34 56 78", "Europe/Berlin"),
        ("+1 876 301 2345", "America/New_York"),
        ("+49 1512 3456789 ext 3", "Europe/Berlin"),
    ],
)
def test_a_number_that_could_get_no_text_is_refused_beside_its_field(number, zone):
    answer = ask(phone=number, zone=zone)

    assert answer.status_code == 422
    assert "No code can be sent by text" in answer.context["form"].errors["phone"][0]
    assert not NumberCode.objects.exists()


def test_the_operator_says_which_countries_and_whether_internet_telephony(settings):
    settings.SMS_COUNTRIES, settings.SMS_VOIP = ("FR",), True

    assert ask(phone="+33 6 12 34 56 78").status_code == 428
    assert ask(phone="+33 9 70 01 23 45", start=tomorrow(12)).status_code == 428
    assert ask(phone=NUMBER, start=tomorrow(14)).status_code == 422


def test_a_guest_of_another_country_gets_a_code(phones):
    answer = ask(phone="+33 6 12 34 56 78", zone="Europe/Paris")

    assert answer.status_code == 428
    assert code_texted(phones, "+33612345678")


def test_each_text_costs_some_work(phones):
    who = guest()
    form = open_form(who, zone="Europe/Berlin")
    work = fill(form)

    assert form.context["challenge"]
    lazy = post(who, work | {"proof": "", "asked": ""} | {"key": new_key()})
    assert lazy.status_code in {422, 428}
    assert not NumberCode.objects.exists()
    assert post(who, work).status_code == 428
    assert NumberCode.objects.count() == 1
    post(who, work | {"key": new_key(), "text_again": "1"})
    assert NumberCode.objects.count() == 1, "the same work serves once"


def test_without_javascript_a_code_by_mail_comes_first(phones, letters):
    who = guest()
    form = open_form(who, zone="Europe/Berlin")
    mailed = post(who, fill(form, proof=""))

    assert mailed.status_code == 428
    assert "Check your mail" in mailed.content.decode()
    asked = post(who, fill(mailed, code=code_mailed(letters), asked="work", proof=""))
    assert "by text to" in sentence(asked)
    assert confirm(who, asked, code_texted(phones), proof="").status_code == 302


def test_a_host_who_turns_it_on_meanwhile_gets_no_number_unshown(page):
    page.phone = "off"
    page.save()
    who = guest()
    form = open_form(who, zone="Europe/Berlin")
    page.phone = "verified"
    page.save()

    assert post(who, filled(form)).status_code == 422
    assert not Booking.objects.exists()


def test_the_action_itself_refuses_a_number_that_was_not_shown(page):
    network = client_of(guest().get("/robots.txt").wsgi_request)

    with pytest.raises(NumberNeeded):
        book(replace(order(page, phone=KEPT), client=network), now=present())
    assert book(order(page, phone=KEPT), now=present()).booker.phone == KEPT, (
        "a host's own program answers for it"
    )
    assert not NumberFacts.objects.exists()


def test_the_page_leads_back_to_the_form(phones):
    asked = ask()

    answer = post(guest(), fill(asked, edit="1", text_code=""))

    assert answer.status_code == 200
    assert answer.context["form"]["phone"].value() == NUMBER
    assert answer.context["form"]["phone_country"].value() == "DE"


@pytest.mark.parametrize("name", ["timetuna_numbers", "number_token"])
def test_what_was_made_up_shows_nothing(name):
    who = guest()
    who.cookies["timetuna_numbers"] = "WyJhIl0:1abc:xyz"

    assert ask(who, **{name: "WyJhIl0:1abc:xyz"}).status_code == 428


@pytest.mark.parametrize(
    ("fault", "args"), [("sms_500", {}), ("sms_refused", {}), ("sms_keys", {}), ("sms_lost", {})]
)
def test_where_the_service_fails_the_code_comes_by_mail(phones, letters, fault, args):
    phones.fault(fault, **args)
    who = guest()
    asked = ask(who)

    code = code_mailed(letters)

    assert confirm(who, asked, code).status_code == 302
    assert Booking.objects.get().booker.number_facts.shown == "mail"
    assert ask(who, tomorrow(12)).status_code == 428, "only a text shows whose number it is"


def test_a_text_whose_answer_was_lost_is_not_sent_twice(phones):
    phones.fault("sms_lost")
    ask()
    work_off()
    for job in Job.objects.filter(name="bookings.text_code"):
        assert job.arguments["sealed"] == ""

    assert len(phones.texts()) == 1


def test_a_worker_that_died_before_it_knew_sends_no_second_text(phones):
    ask()
    job = Job.objects.get(name="bookings.text_code")
    kept = dict(job.arguments)
    work_off()
    Job.objects.filter(pk=job.pk).update(state=Job.State.WAITING, arguments=kept)
    work_off()

    assert len(phones.texts()) == 1


def test_without_a_service_a_page_that_had_one_asks_for_a_code_by_mail(settings, letters):
    settings.PROVIDER_SETTINGS = {
        name: value for name, value in settings.PROVIDER_SETTINGS.items() if not name.startswith("TWILIO")
    }
    who = guest()
    asked = ask(who)

    assert confirm(who, asked, code_mailed(letters)).status_code == 302
