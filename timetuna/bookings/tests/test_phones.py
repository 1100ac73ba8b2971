"""A page that asks its guests for a phone number."""

import pytest

from timetuna.bookings.forms.phone import country_choices
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.test_contact import words
from timetuna.bookings.tests.test_public import details

pytestmark = pytest.mark.django_db
OPTIONAL, REQUIRED = "optional", "required"


@pytest.fixture
def asking(page):
    def ask(how):
        page.phone = how
        page.save()
        return page

    return ask


def form_of(client, page, **changes):
    return details(client, page) | changes


def send(client, page, **changes):
    return client.post("/alice/intro/book", form_of(client, page, **changes))


def test_nobody_is_asked_by_a_page_that_asks_for_none(client, page):
    form = client.get("/alice/intro/book", form_of(client, page))

    assert "phone" not in form.context["form"].fields
    assert "phone_country" not in form.context["form"].fields


def test_a_number_that_is_optional_may_be_left_out(client, asking):
    page = asking(OPTIONAL)

    assert send(client, page, phone="", phone_country="DE").status_code == 302
    assert Booking.objects.get().booker.phone == ""


def test_a_number_that_is_required_is_asked_for_beside_its_field(client, asking):
    page = asking(REQUIRED)
    missing, wrong = (
        send(client, page, phone=phone, phone_country="DE", zone="Europe/Berlin") for phone in ("", "110")
    )

    assert missing.status_code == wrong.status_code == 422
    assert missing.context["form"].errors["phone"] == ["Enter your phone number."]
    assert "This number cannot be called." in words(wrong)
    assert 'aria-describedby="id_phone_error"' in missing.content.decode()
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("zone", "country", "typed", "kept"),
    [
        ("Europe/Berlin", "DE", "030 123456", "+4930123456"),
        ("Europe/Berlin", "FR", "01 44 58 65 00", "+33144586500"),
        ("Europe/Berlin", "FR", "+49 30 123456", "+4930123456"),
        ("Asia/Calcutta", "IN", "022 2778 1234", "+912227781234"),
        ("UTC", "US", "(212) 555-0100", "+12125550100"),
        ("Europe/Berlin", "", "030 123456", "+4930123456"),
    ],
)
def test_a_number_counts_as_one_of_the_country_chosen(client, asking, zone, country, typed, kept):
    page = asking(REQUIRED)

    assert send(client, page, phone=typed, phone_country=country, zone=zone).status_code == 302
    assert Booking.objects.get().booker.phone == kept


@pytest.mark.parametrize(
    ("zone", "guessed"), [("Asia/Calcutta", "IN"), ("America/New_York", "US"), ("UTC", "")]
)
def test_the_country_is_guessed_from_the_guests_clock(client, asking, zone, guessed):
    form = client.get("/alice/intro/book", form_of(client, asking(OPTIONAL), zone=zone)).context["form"]

    assert form["phone_country"].value() == guessed
    assert guessed in dict(form.fields["phone_country"].choices)


def test_no_country_but_those_there_are(client, asking):
    answer = send(client, asking(REQUIRED), phone="030 123456", phone_country="<b>")

    assert answer.status_code == 422
    assert answer.context["form"].errors["phone_country"] == ["Choose one from the list."]


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it", "nl", "pl", "pt-br"])
def test_countries_stand_in_the_order_of_their_names(language):
    named = dict(country_choices(language))

    assert len(named) > 230
    assert len({*named.values()}) == len(named)
    assert all(label.endswith(")") and "(+" in label for label in named.values())


def test_a_host_reads_the_number(client, asking, alice):
    send(client, asking(REQUIRED), phone="030 123456", phone_country="DE")
    client.force_login(alice)

    assert "+49 30 123456" in words(client.get(f"/bookings/{Booking.objects.get().pk}"))
    assert "+4930123456" in b"".join(client.get("/bookings/export.csv")).decode()
