"""Who paid is forgotten with the booking; how much it was is not, and no secret lies open."""

import pytest
from django.apps import apps
from django.core import serializers

from tests.clock import present
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.tests.conftest import work_off
from timetuna.payments.actions.settle import settle
from timetuna.payments.secrets import reseal_secrets, unsealed
from timetuna.payments.tests.paying import payment_of
from timetuna.payments.tests.test_way import buy

pytestmark = [pytest.mark.django_db(transaction=True)]


def everything():
    return "".join(serializers.serialize("json", model.objects.all()) for model in apps.get_models())


def test_stripes_pages_are_forgotten_and_the_sum_stays(paid_page, paying):
    booking = buy(paid_page, name="Canary Smith", email="canary@guest.example")
    paying.pay(payment_of(booking))
    settle(booking.pk)
    session, receipt = payment_of(booking).session_id, payment_of(booking).receipt_url
    cancel(booking.pk, actor="host", note_text="", now=present())
    work_off()

    erase(booking.pk, actor="host", now=present())
    work_off()

    left = everything()
    assert "anary" not in left
    assert session not in left
    assert receipt not in left
    payment = payment_of(booking)
    assert (payment.amount, payment.state) == (4500, "paid")
    assert payment.intent_id
    assert payment.charge_id


def test_after_erasing_nothing_is_asked_anew(paid_page, paying):
    booking = buy(paid_page)
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()
    erase(booking.pk, actor="host", now=present())
    settle(booking.pk)

    assert len(paying.control.sessions()) == 1
    assert payment_of(booking).session_id == ""


def test_no_secret_stands_in_the_database(paid_page, paying, account, capfd):
    booking = buy(paid_page)
    paying.pay(payment_of(booking))
    paying.tell()
    work_off()

    said = everything() + "".join(capfd.readouterr())
    for secret in (paying.control.key(), unsealed(account, "webhook_secret"), "sandbox-stripe-secret"):
        assert secret not in said
    assert payment_of(booking).state == "paid"


def test_secrets_are_sealed_anew_with_the_newest_key(account):
    before = account.secret
    plain = unsealed(account, "secret")

    reseal_secrets(account)

    assert account.secret != before
    assert unsealed(account, "secret") == plain
