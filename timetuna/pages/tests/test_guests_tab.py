from typing import Any

import pytest
from django.test import Client

from tests.forms import submit
from timetuna.pages.models import BookingPage

FORM = {
    "approval": "on",
    "approval_hours": "48",
    "change_notice_minutes": "1440",
    "cancel_notice_minutes": "never",
    "ask_reason": "required",
    "most_guests": "2",
}
KEPT = (
    "approval",
    "approval_hours",
    "change_notice_minutes",
    "cancel_notice_minutes",
    "ask_reason",
    "most_guests",
)


def save(client: Client, page: BookingPage, **changes: str) -> Any:
    return submit(client, f"/booking-pages/{page.pk}/guests", FORM | changes)


def stored(page: BookingPage) -> tuple[Any, ...]:
    found = BookingPage.objects.get(pk=page.pk)
    return tuple(getattr(found, name) for name in KEPT)


def test_what_was_saved_is_shown_again(as_alice: Client, page: BookingPage) -> None:
    response = save(as_alice, page)

    assert response["Location"] == f"/booking-pages/{page.pk}/guests"
    assert stored(page) == (True, 48, 1440, None, "required", 2)
    text = as_alice.get(response["Location"]).content.decode()
    for shown in ('value="48"', '<option value="never" selected>', '<option value="1440" selected>'):
        assert shown in text


def test_a_page_begins_with_what_nobody_has_to_set(as_alice: Client, page: BookingPage) -> None:
    assert stored(page) == (False, 24, 0, 0, "optional", 5)
    assert "Until the start" in as_alice.get(f"/booking-pages/{page.pk}/guests").content.decode()


def test_what_is_seldom_needed_is_folded_until_something_is_set_there(
    as_alice: Client, page: BookingPage
) -> None:
    path = f"/booking-pages/{page.pk}/guests"
    before = as_alice.get(path).content.decode()
    BookingPage.objects.filter(pk=page.pk).update(embed_origins="https://example.org")
    after = as_alice.get(path).content.decode()

    assert before.count('<details class="fold" >') == 3
    assert after.count('<details class="fold" >') == 2
    assert after.count('<details class="fold" open>') == 1


def test_a_length_that_is_not_among_the_usual_ones_is_kept(as_alice: Client, page: BookingPage) -> None:
    BookingPage.objects.filter(pk=page.pk).update(change_notice_minutes=90)
    shown = as_alice.get(f"/booking-pages/{page.pk}/guests").content.decode()

    assert '<option value="90" selected>Until 90 min before the start</option>' in shown
    assert save(as_alice, page, change_notice_minutes="90").status_code == 302
    assert stored(page)[2] == 90


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("approval_hours", "0"),
        ("approval_hours", "337"),
        ("most_guests", "21"),
        ("most_guests", ""),
        ("change_notice_minutes", "17"),
        ("cancel_notice_minutes", ""),
        ("ask_reason", "loudly"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_lost(
    as_alice: Client, page: BookingPage, field: str, value: str
) -> None:
    before = stored(page)

    response = save(as_alice, page, **{field: value})

    assert response.status_code == 422
    assert stored(page) == before
    assert '<option value="required" selected>' in response.content.decode() or field == "ask_reason"


def test_a_stranger_finds_nothing(as_charlie: Client, page: BookingPage) -> None:
    before = stored(page)

    assert as_charlie.get(f"/booking-pages/{page.pk}/guests").status_code == 404
    assert save(as_charlie, page).status_code == 404
    assert stored(page) == before
