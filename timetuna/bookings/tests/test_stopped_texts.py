"""Whoever has a number answers STOP, and it is so for every page of this server."""

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.models import StoppedNumber
from timetuna.bookings.proofs.numbers import number_hash
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.proving import code_mailed, guest
from timetuna.bookings.tests.remembering import KEPT, agreed, let_them_come, mailed, noon, reminding
from timetuna.bookings.tests.texting import ask, confirm

pytestmark = [pytest.mark.django_db, pytest.mark.vendor, pytest.mark.usefixtures("phones", "letters")]
PATH = "/api/webhooks/twilio"


def answer(said, *, number=KEPT, token="sandbox-twilio-auth", path=PATH, **more):
    """Hand on what somebody answered, as Twilio does; the status."""
    fields = {"From": number, "To": "+15005550006", "Body": said, "NumMedia": "0"} | more
    whole = f"http://localhost:8000{path}" + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(token.encode(), whole.encode(), hashlib.sha1).digest()
    return Client(enforce_csrf_checks=True).post(
        path,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": base64.b64encode(digest).decode()},
    )


def is_stopped():
    return StoppedNumber.objects.filter(number_hash=number_hash(KEPT)).exists()


@pytest.mark.parametrize(
    "said",
    [
        "STOP",
        " stop ",
        "Stop.",
        "s t o p",
        "STOPALL",
        "Unsubscribe",
        "cancel",
        "END",
        "quit!",
        "Stopp",
        "Arrêt",
        "baja",
    ],
)
def test_stop_is_understood_however_it_is_written(said):
    response = answer(said)

    assert (response.status_code, response["Content-Type"]) == (200, "text/xml")
    assert response.content.decode().endswith("<Response></Response>")
    assert is_stopped()


@pytest.mark.parametrize(
    "said", ["", "Yes, I will come", "Please do not stop by", "✋", "STOPSTOPSTOP", "start"]
)
def test_what_is_no_stop_stops_nothing(said):
    assert answer(said).status_code == 200
    assert not is_stopped()


@pytest.mark.parametrize("said", ["START", "unstop ", "Start!"])
def test_start_has_them_again(said):
    answer("STOP")
    answer("STOP")
    assert StoppedNumber.objects.count() == 1

    answer(said)

    assert not is_stopped()


def test_what_twilio_made_of_it_counts():
    answer("Kein Bock mehr", OptOutType="STOP")

    assert is_stopped()


@pytest.mark.parametrize(
    "change", [{"token": "x"}, {"path": "/api/webhooks/vonage"}, {"path": "/api/webhooks/none"}]
)
def test_whoever_cannot_sign_stops_nobody(change):
    assert answer("STOP", **change).status_code in {403, 404}
    assert not is_stopped()


def test_it_is_no_address_for_browsers_and_takes_no_flood(client):
    assert client.get(PATH).status_code == 405
    assert client.post(PATH, b"x" * 70_000, content_type="text/plain").status_code == 413
    assert client.post(PATH, {"From": KEPT, "Body": "STOP"}).status_code == 403
    assert not is_stopped()


def test_an_address_with_a_query_is_signed_with_it():
    assert answer("STOP", path=f"{PATH}?from=twilio").status_code == 200
    assert is_stopped()


def test_a_stopped_number_is_reminded_by_mail_from_every_page_until_start(page, alice, phones, letters):
    reminding(page, 60)
    reminding(make_page(alice, slug="other"), 60)
    first = agreed()
    answer("Stop")
    agreed(noon(3), slug="other")

    let_them_come()

    assert phones.texts() == []
    assert len(mailed(letters)) == 2
    answer("START")
    agreed(noon(5))
    let_them_come()
    assert len(phones.texts()) == 1
    told = [entry.text for entry in first.history.all()]
    assert "The guest answered STOP: no more texts go to their number." in told


def test_the_host_and_the_guest_read_that_it_is_stopped(page, client, alice):
    reminding(page, 60)
    booking = agreed()
    client.force_login(alice)
    text = shown(client.get(f"/bookings/{booking.pk}"))
    assert "Reminders by text: agreed" in text
    assert "before your meeting with Alice Host" in text

    answer("STOP")

    assert "the guest answered STOP" in shown(client.get(f"/bookings/{booking.pk}"))
    path = f"{link_path(booking.booker)}/texts"
    page_of_texts = client.get(path).content.decode()
    assert "You have answered STOP" in page_of_texts
    assert 'name="texts"' not in page_of_texts, "they have ended already"


def test_a_number_is_kept_as_a_keyed_hash_alone():
    answer("STOP")

    assert KEPT not in str(list(StoppedNumber.objects.values()))


@pytest.mark.usefixtures("verified", "quick_proofs")
def test_nobody_who_answered_stop_is_texted_a_code(phones, letters):
    answer("STOP")

    asked = ask()

    assert "by text to" in asked.context["code_note"], "the same sentence"
    code = code_mailed(letters)
    assert phones.texts() == []
    assert confirm(guest(), asked, code).status_code == 302


def test_the_past_is_left_alone(page):
    reminding(page, 60)
    booking = agreed(tomorrow(11))
    booking.start_at = present() - timedelta(days=1)
    booking.save()

    answer("STOP")

    assert not booking.history.filter(event="reminders_stopped").exists()
