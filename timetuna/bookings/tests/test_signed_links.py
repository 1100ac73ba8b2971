"""Links that are signed with a page's key: what they fix, for how long, and what becomes of them in wrong hands."""

import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from tests.clock import present
from tests.forms import main_form
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.asked import ask
from timetuna.bookings.tests.conftest import make_page
from timetuna.bookings.tests.test_questions import form_address

pytestmark = [pytest.mark.django_db, pytest.mark.either]
KEY = "a-key-of-this-page"
VALUES = {"email": "ada@crm.example", "q.line": "Lovelace Ltd", "q.one": "few", "metadata.deal": "7"}


@pytest.fixture
def page(alice):
    page = make_page(alice)
    page.link_key = KEY
    page.save()
    for kind in ("line", "one", "yes"):
        ask(page, kind)
    return page


def signed(key=KEY, *, lasts=3_600, lock="email,q.line,q.one", **changes):
    values = VALUES | {"lock": lock, "expires": str(int(present().timestamp()) + lasts)}
    lines = "\n".join(f"{name}={value}" for name, value in sorted(values.items()))
    values["sig"] = hmac.new(key.encode(), lines.encode(), hashlib.sha256).hexdigest()
    return urlencode(values | changes)


def book_with(client, query, **typed):
    """Open the form by a link, type over all of it, and send it as somebody would who knows no limits."""
    path = f"{form_address()}&{query}"
    form = main_form(client.get(path).content.decode())
    sent = dict(form.fields) | {
        "name": "Sam",
        "email": "sam@guest.example",
        "q.line": "Acme",
        "q.one": "many",
    }
    answer = client.post(path, sent | typed)
    assert answer.status_code == 302, answer.context["form"].errors
    booking = Booking.objects.latest("pk")
    answers = {one.key: one.value for one in booking.booker.answers.all()}
    known = getattr(booking, "origin", None)
    return booking.booker.email, answers, known.metadata if known else {}


def test_what_a_signed_link_fixes_cannot_be_changed(client, page):
    shown = client.get(f"{form_address()}&{signed()}&utm_source=mail").context["form"]
    assert {name for name, field in shown.fields.items() if field.disabled} == {"email", "q.line", "q.one"}

    email, answers, metadata = book_with(client, signed() + "&utm_source=mail")

    assert (email, answers["line"], answers["one"]) == ("ada@crm.example", "Lovelace Ltd", "few")
    assert metadata == {"deal": "7", "signed link": "email, q.line, q.one"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "another key"},
        {"lasts": -1},
        {"email": "eve@evil.example"},
        {"expires": "99999999999"},
        {"expires": "²"},
        {"sig": ""},
        {"sig": "é" * 64},
        {"q.yes": "1"},
        {"name": "Eve"},
        {"metadata.signed_link": "email"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_not_signed_is_a_suggestion(client, page, wrong):
    email, answers, metadata = book_with(client, signed(**wrong))

    assert (email, answers["line"], answers["one"]) == ("sam@guest.example", "Acme", "many")
    assert "signed link" not in metadata


def test_a_page_without_a_key_fixes_nothing(client, page):
    page.link_key = ""
    page.save()

    assert book_with(client, signed(""))[0] == "sam@guest.example"


def test_the_key_is_its_hosts_and_off_and_on_makes_another(client, alice, page):
    client.force_login(alice)
    path = f"/booking-pages/{page.pk}/guests"
    keys = []
    for on in (False, True, True, False):
        form = dict(main_form(client.get(path).content.decode()).fields)
        assert client.post(path, form | {"signed_links": "on" if on else ""}).status_code == 302
        page.refresh_from_db()
        keys.append(page.link_key)
        assert ('id="link-key"' in client.get(path).content.decode()) == on
    assert keys[0] == keys[3] == ""
    assert keys[1] == keys[2] not in ("", KEY)
