from typing import Any

import pytest
from django.test import Client

from tests.forms import submit
from timetuna.pages.models import BookingPage


def save(client: Client, page: BookingPage, **data: str) -> Any:
    return submit(client, f"/booking-pages/{page.pk}/notifications", data)


def stored(page: BookingPage) -> tuple[str, str]:
    found = BookingPage.objects.get(pk=page.pk)
    return found.mail_subject, found.mail_message


def test_saving_stores_both(as_alice: Client, page: BookingPage) -> None:
    response = save(
        as_alice, page, subject="{page} on {start}", message="Hello {guest name}\r\n\r\nBring tea."
    )

    assert response["Location"] == f"/booking-pages/{page.pk}/notifications"
    assert stored(page) == ("{page} on {start}", "Hello {guest name}\n\nBring tea.")
    assert 'value="{page} on {start}"' in as_alice.get(response["Location"]).content.decode()


def test_both_may_be_empty(as_alice: Client, page: BookingPage) -> None:
    assert save(as_alice, page, subject="", message="").status_code == 302
    assert stored(page) == ("", "")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\v"])
def test_a_subject_of_two_lines_is_refused(as_alice: Client, page: BookingPage, end: str) -> None:
    response = save(as_alice, page, subject=f"Hello{end}Bcc: x@example.org", message="Kept")

    text = response.content.decode()
    assert response.status_code == 422
    assert "The subject has to be one line." in text
    assert "Kept" in text
    assert stored(page) == ("", "")


@pytest.mark.parametrize("field", ["subject", "message"])
def test_an_unknown_placeholder_is_named(as_alice: Client, page: BookingPage, field: str) -> None:
    response = save(as_alice, page, **{"subject": "", "message": "", field: "Hi {guest.password}"})

    text = response.content.decode()
    assert response.status_code == 422
    assert "TimeTuna cannot fill in {guest.password}. You can use {guest name}, " in text
    assert "Hi {guest.password}" in text
    assert stored(page) == ("", "")


def test_too_long_is_kept_and_refused(as_alice: Client, page: BookingPage) -> None:
    response = save(as_alice, page, subject="s" * 151, message="")

    assert response.status_code == 422
    assert "s" * 151 in response.content.decode()
    assert "This can have 150 characters at most." in response.content.decode()


def test_a_stranger_finds_nothing(as_charlie: Client, page: BookingPage) -> None:
    assert as_charlie.get(f"/booking-pages/{page.pk}/notifications").status_code == 404
    assert save(as_charlie, page, subject="Mine", message="").status_code == 404
    assert stored(page) == ("", "")
