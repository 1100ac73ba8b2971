"""What is said where an address leads to nothing."""

import pytest
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/bookings/999999", "/booking-pages/999999/booking", "/settings/nowhere/at-all"]
)
def test_a_host_stays_within_their_rooms(as_alice, path):
    answer = as_alice.get(path)
    text = answer.content.decode()

    assert answer.status_code == 404
    assert 'href="/booking-pages"' in text
    assert "Sign out" in text
    assert "Ask the person who sent you the link" not in text


def test_a_guests_address_speaks_to_guests_whoever_asks(as_alice):
    for client in (as_alice, Client()):
        text = client.get("/nobody-here/nothing").content.decode()

        assert "Ask the person who sent you the link" in text
        assert "Sign out" not in text


@override_settings(HOST_LANGUAGES=["en", "de"])
def test_a_host_reads_it_in_their_language(as_alice, alice):
    alice.language = "de"
    alice.save()

    for path in ("/bookings/999999", "/settings/nowhere/at-all"):
        text = as_alice.get(path).content.decode()

        assert '<html lang="de"' in text
        assert "Buchungsseiten" in text
