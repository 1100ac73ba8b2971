"""How many times a client can keep from others, and what that costs everybody else."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.host_time import (
    CLIENT_AT_ONCE,
    NETWORK_AT_ONCE,
    WIDE_NETWORK_AT_ONCE,
    hold,
    release,
)
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.models import Hold
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.bookings.tests.holding import live, open_form, sees, send, slot_query, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.vendor, pytest.mark.matrix(of="file")]


def test_a_client_holds_three_times_at_once_and_may_book_a_fourth(page, alice, sam, kim):
    for number in range(1, CLIENT_AT_ONCE + 1):
        make_page(alice, slug=f"page{number}")
        open_form(sam, tomorrow(10 + number), slug=f"page{number}")

    answer = open_form(sam)

    assert (answer.status_code, token_of(answer)) == (200, "")
    assert live().count() == CLIENT_AT_ONCE
    assert sees(kim)
    assert send(sam).status_code == 302


def test_a_client_places_thirty_holds_in_ten_minutes(page):
    start = minute_of(tomorrow())

    tokens = [hold(slot_query(page), start_minute=start) for _ in range(31)]

    assert [token is not None for token in tokens] == [True] * 30 + [False]
    assert live().count() == 0, "the one before was given back all the same"
    with time_machine.travel(present() + timedelta(minutes=10)):
        assert hold(slot_query(page), start_minute=start)
    assert Hold.objects.count() == 1, "what is over is forgotten"


def test_released_holds_count_as_placed(page):
    start, began = minute_of(tomorrow()), present()
    for _ in range(30):
        release(hold(slot_query(page, at=began), start_minute=start), now=began)

    assert hold(slot_query(page, at=began), start_minute=start) is None


def test_an_address_with_ever_new_browsers_is_one_network(page):
    start = minute_of(tomorrow())

    tokens = [
        hold(slot_query(page, number, network="one"), start_minute=start + 30 * number)
        for number in range(NETWORK_AT_ONCE + 1)
    ]

    assert [token is not None for token in tokens] == [True] * NETWORK_AT_ONCE + [False]


def test_many_addresses_of_one_customer_are_one_network(page):
    """A /24 of IPv4, a /48 of IPv6: whoever has one keeps no more from others than a large office."""
    start, placed = tomorrow(), []
    for number in range(WIDE_NETWORK_AT_ONCE + 2):
        guest = Client(REMOTE_ADDR=f"198.51.100.{number + 1}")
        at = start + timedelta(minutes=30 * number)
        placed.append(bool(token_of(open_form(guest, at, visit=f"visit{number:07}"))))

    assert placed == [True] * WIDE_NETWORK_AT_ONCE + [False] * 2
    elsewhere = Client(REMOTE_ADDR="198.51.101.1")
    assert token_of(open_form(elsewhere, start - timedelta(hours=1), visit="elsewhere000"))


def test_holds_do_not_cost_queries(page, sam, kim, django_assert_num_queries):
    sees(kim)
    with django_assert_num_queries(4):
        sees(kim)
    for number in range(8):
        hold(slot_query(page, number), start_minute=minute_of(tomorrow(10)) + 30 * number)

    with django_assert_num_queries(4):
        sees(kim)


def test_a_hold_is_refused_in_the_action_too(page):
    hold(slot_query(page), start_minute=minute_of(tomorrow()))

    with pytest.raises(SlotTaken):
        hold(slot_query(page, 2), start_minute=minute_of(tomorrow()))
