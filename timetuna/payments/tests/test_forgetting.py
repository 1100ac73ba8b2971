"""Who paid is forgotten with the booking; how much it was is not, and no secret lies open."""

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse

from tests.clock import present
from timetuna.bookings.actions.answer_request import decline
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import work_off
from timetuna.jobs.models import Job
from timetuna.payments.actions.settle import settle
from timetuna.payments.secrets import reseal_secrets, unsealed
from timetuna.payments.tests.paying import payment_of, price
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


def test_what_becomes_of_the_money_is_told_to_its_host_after_erasing(paid_page, paying, letters):
    booking = buy(paid_page, name="Canary Smith", email="canary@guest.example")
    paying.pay(payment_of(booking))
    settle(booking.pk)
    session, receipt = payment_of(booking).session_id, payment_of(booking).receipt_url
    cancel(booking.pk, actor="host", note_text="", now=present())
    paying.tell()
    work_off()
    erase(booking.pk, actor="host", now=present())
    letters.clear()

    paying.control.refund(session, 1500)
    paying.control.dispute(session)
    assert set(paying.tell()) == {200}
    work_off()

    payment = payment_of(booking)
    assert (payment.state, payment.refunded, payment.disputed) == ("partly_refunded", 1500, True)
    assert [row.event for row in booking.history.all()][-2:] == ["refunded_at_stripe", "disputed"]
    assert {letter["subject"].partition(":")[0] for letter in letters} == {"Money back", "Payment disputed"}
    assert all(booking.host.email in letter["to"] for letter in letters)
    left = everything()
    for secret in ("anary", session, receipt):
        assert secret not in left
    assert not Job.objects.filter(state="failed").exists()


@pytest.mark.parametrize("by", ["guest", "host"])
def test_a_page_that_may_still_be_paid_on_is_ended_before_it_is_forgotten(paid_page, paying, by):
    booking = buy(paid_page)
    session = payment_of(booking).session_id
    cancel(booking.pk, actor=by, note_text="Canary words", now=present())
    erase(booking.pk, actor="host", now=present())
    work_off()

    assert [one["status"] for one in paying.control.sessions()] == ["expired"]
    assert session not in everything()
    assert "anary" not in everything()
    assert paying.charged() == 0


def test_what_is_set_aside_is_let_go_after_erasing(paid_page, paying):
    price(paid_page, approval=True, approval_hours=24)
    booking = buy(paid_page)
    paying.pay(payment_of(booking))
    settle(booking.pk)
    decline(booking.pk, note_text="", source="host", now=present())
    erase(booking.pk, actor="host", now=present())
    work_off()

    assert payment_of(booking).state == "released"
    assert paying.set_aside() == 0


HOSTS = (
    "/settings/providers",
    "/settings/providers/stripe/key",
    "/bookings",
    "/bookings/export.csv",
    "/insights",
)
FAULTS = ("stripe_500", "stripe_not_json", "stripe_forbidden", "stripe_lost_answer")


def test_secrets_are_nowhere(paid_page, paying, account, alice, letters, caplog, capfd):
    """In no row, log, page or mail: whether all goes well, or each call is answered by something else."""
    caplog.set_level(0)
    host, guest = Client(), Client()
    host.force_login(alice)
    secrets = [paying.control.key(), unsealed(account, "webhook_secret"), *paying.settings().values()]
    secrets = [one for one in secrets if not one.startswith("http") and not one.startswith("ca_")]
    booking = buy(paid_page)
    for fault in FAULTS:
        paying.control.fault(fault)
        settle(booking.pk)
    paying.pay(payment_of(booking))
    paying.tell()
    host.post("/settings/providers/stripe/key", {"key": paying.control.key() + "x"})
    work_off()
    own = link_path(booking.booker)
    paths = (*HOSTS, f"/booking-pages/{paid_page.pk}/booking", reverse("booking", args=[booking.pk]))
    pages = [host.get(path) for path in paths] + [
        guest.get(own),
        guest.get(f"{own}/pay"),
        guest.get(f"{own}/paid"),
    ]

    said = [everything(), *capfd.readouterr(), caplog.text, *(str(one.items()) for one in pages)]
    said += [b"".join(one).decode() if one.streaming else one.content.decode() for one in pages]
    said += [str(one) for one in letters]
    assert len(secrets) >= 4
    assert [(secret, part[:80]) for secret in secrets for part in said if secret in part] == []
    assert payment_of(booking).state == "paid"
    assert len(letters) >= 1


def test_secrets_are_sealed_anew_with_the_newest_key(account):
    before = account.secret
    plain = unsealed(account, "secret")

    reseal_secrets(account)

    assert account.secret != before
    assert unsealed(account, "secret") == plain
