"""A guest agrees to reminders by text, on the form or later, and to nothing that they have not read."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.actions.reminders.hear_text import hear_text
from timetuna.bookings.models import Booking, SentText, StoppedNumber, TextConsent
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import work_off
from timetuna.bookings.tests.proving import filled, guest, open_form, post
from timetuna.bookings.tests.remembering import (
    NUMBER,
    ZONE,
    agree,
    agreed,
    let_them_come,
    mailed,
    mark,
    noon,
    reminding,
)
from timetuna.bookings.tests.texting import KEPT
from timetuna.providers.texting import InboundText

pytestmark = [pytest.mark.django_db, pytest.mark.vendor, pytest.mark.usefixtures("phones", "letters")]


@pytest.fixture
def texting(page):
    return reminding(page, 60)


@pytest.mark.usefixtures("texting")
def test_what_was_agreed_to_is_kept_with_when():
    booking = agreed()

    consent = booking.booker.text_consent
    assert consent.wording.startswith(
        "Remind me by text message\nlocalhost sends one text to this number before"
    )
    assert "with Alice Host" in consent.wording
    assert "Answer STOP" in consent.wording
    assert "Your phone company may charge" in consent.wording
    assert consent.agreed_at == booking.created_at
    assert "3456789" not in consent.wording


@pytest.mark.usefixtures("texting")
def test_nothing_ticks_the_box_but_the_guest(phones, letters):
    who = guest()
    form = open_form(who, noon(), zone=ZONE, texts="on", phone=NUMBER)
    mark(form)
    sent = filled(form, phone=NUMBER, phone_country="DE", zone=ZONE)

    assert post(who, sent).status_code == 302
    work_off()
    let_them_come()

    assert not TextConsent.objects.exists()
    assert phones.texts() == []
    assert len(mailed(letters)) == 1, "without the tick it comes by mail"


@pytest.mark.usefixtures("texting")
@pytest.mark.parametrize("sent", ["on", "True", "0123456789abcdef"])
def test_nobody_agrees_to_what_they_have_not_read(sent):
    answer = agree(texts=sent)

    assert answer.status_code == 422
    assert "has changed" in answer.context["form"].errors["texts"][0]
    mark(answer)
    assert not Booking.objects.exists()


def test_the_box_says_how_many_and_whoever_agreed_to_one_did_not_to_two(texting):
    who = guest()
    old = mark(open_form(who, noon(), zone=ZONE))
    texting.reminders.create(audience="guest", minutes=120, channel="text")

    assert "sends 2 texts" in open_form(who, noon(), zone=ZONE).content.decode()
    assert agree(texts=old).status_code == 422


@pytest.mark.usefixtures("texting")
@pytest.mark.parametrize(
    ("phone", "field"), [("", "phone"), ("+49 30 123456", "texts"), ("+33 6 12 34 56 78", "texts")]
)
def test_a_tick_without_a_number_that_gets_texts_is_refused_beside_it(phone, field):
    answer = agree(phone=phone)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Booking.objects.exists()


def test_without_a_service_or_reminders_nobody_is_asked(page, settings):
    for texts in ((), (60,)):
        reminding(page, *texts)
        if texts:
            settings.PROVIDER_SETTINGS = {}
        assert 'name="texts"' not in open_form(guest(), noon(), zone=ZONE).content.decode()


@pytest.mark.usefixtures("texting")
def test_the_bookings_page_ends_them_and_has_them_again(phones, letters, sam):
    booking = agreed()
    path = f"{link_path(booking.booker)}/texts"
    assert path in sam.get(link_path(booking.booker)).content.decode()

    assert "Reminders come by text" in sam.get(path).content.decode()
    assert TextConsent.objects.get().withdrawn_at is None, "a scanner opens every link"
    sam.post(path, {"texts": "off"})
    sam.post(path, {"texts": "off"})
    answer = sam.get(path)
    assert "Reminders come by mail" in answer.content.decode()
    assert TextConsent.objects.get().withdrawn_at is not None
    let_them_come()
    assert (phones.texts(), len(mailed(letters))) == ([], 1)
    sam.post(path, {"texts": "on"})
    assert TextConsent.objects.get().withdrawn_at is not None, "only what was read is agreed to"
    sam.post(path, {"texts": answer.context["mark"]})
    assert TextConsent.objects.get().withdrawn_at is None
    assert [entry.text for entry in booking.history.all()][-2:] == [
        "The guest wants no reminders by text any more.",
        "The guest agreed to reminders by text.",
    ]


@pytest.mark.usefixtures("texting")
def test_who_did_not_agree_on_the_form_can_later(phones, sam):
    who = guest()
    post(who, filled(open_form(who, noon(), zone=ZONE), phone=NUMBER, phone_country="DE", zone=ZONE))
    work_off()
    booking = Booking.objects.get()

    path = f"{link_path(booking.booker)}/texts"
    sam.post(path, {"texts": sam.get(path).context["mark"]})
    let_them_come()

    assert len(phones.texts()) == 1


def test_a_booking_without_a_number_has_nothing_to_say_of_texts(texting, sam):
    who = guest()
    post(who, filled(open_form(who, noon(), zone=ZONE), phone="", phone_country="DE", zone=ZONE))
    booking = Booking.objects.get()

    assert sam.get(f"{link_path(booking.booker)}/texts").status_code == 302
    assert "/texts" not in sam.get(link_path(booking.booker)).content.decode()
    assert texting.reminders.count() == 1


def test_consent_and_texts_go_with_the_guest_and_the_stop_stays(texting, phones):
    booking = agreed()
    let_them_come()
    hear_text(InboundText(KEPT, "Stop"), now=present())
    assert (TextConsent.objects.count(), SentText.objects.count()) == (1, 1)

    erase(booking.pk, actor="host", now=booking.end_at() + timedelta(minutes=1))

    assert not TextConsent.objects.exists()
    assert not SentText.objects.exists()
    assert StoppedNumber.objects.count() == 1
    assert len(phones.texts()) == 1
    assert texting.reminders.count() == 1


def test_a_program_agrees_to_nothing(texting):
    from timetuna.bookings.actions.book import book  # noqa: PLC0415
    from timetuna.bookings.tests.conftest import order  # noqa: PLC0415

    book(order(texting, noon(), phone=KEPT), now=present())

    assert not TextConsent.objects.exists()
