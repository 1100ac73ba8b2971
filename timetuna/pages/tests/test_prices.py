"""What guests pay: set in the editor, read by guests before they book."""

from collections.abc import Collection
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from timetuna.pages import hooks
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.hooks import PaidInto
from timetuna.pages.models import BookingPage
from timetuna.pages.prices import Price, free
from timetuna.pages.tests.test_booking_tab import save, stored, typed

EDITOR = "/booking-pages/{}/booking"


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> dict[int, PaidInto]:
    """Return the accounts of hosts, to be filled."""
    accounts: dict[int, PaidInto] = {}

    def asked(host_ids: Collection[int]) -> dict[int, PaidInto]:
        return {host: account for host, account in accounts.items() if host in host_ids}

    monkeypatch.setattr(hooks, "_accounts_asked", [asked])
    return accounts


@pytest.fixture
def connected(paid: dict[int, PaidInto], page: BookingPage) -> dict[int, PaidInto]:
    paid[page.host_id] = PaidInto("eur")
    return paid


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


@pytest.mark.usefixtures("connected")
def test_a_price_is_saved_and_shown_as_it_was_typed(as_alice: Client, page: BookingPage) -> None:
    answer = save(
        as_alice, page, typed(price="1.234,50 €", currency="eur", charges_tax="on", refund_hours="24")
    )

    found = stored(page)
    assert answer.status_code == 302
    assert found.price_of(30) == Price(123_450, "eur", tax=True)
    assert found.settings.refund_hours == 24
    assert 'value="1234.50"' in text_of(as_alice.get(EDITOR.format(page.pk)))


@pytest.mark.usefixtures("connected")
def test_a_length_may_cost_something_else_or_nothing(as_alice: Client, page: BookingPage) -> None:
    rows = [{"minutes": 15, "price": "0"}, {"minutes": 30}, {"minutes": 60, "price": "80"}]

    save(as_alice, page, typed(rows, price="45"))

    assert stored(page).prices() == [None, Price(4500, "eur"), Price(8000, "eur")]


@pytest.mark.usefixtures("connected")
def test_one_length_alone_may_cost_something(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed([{"minutes": 15}, {"minutes": 60, "price": "9000"}], currency="jpy"))

    assert stored(page).prices() == [None, Price(9000, "jpy")]


@pytest.mark.usefixtures("connected")
def test_a_price_that_is_taken_away_leaves_nothing(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed(price="45"))
    save(as_alice, page, typed(price=""))

    found = stored(page)
    assert found.price_of(30) is None
    assert (found.settings.currency, found.settings.price) == ("", None)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"price": "a lot"}, "Enter an amount, such as 45 or 45.50."),
        ({"price": "1.000"}, "“1.000” can be read in two ways. For thousands, write 1000."),
        ({"price": "-5"}, "Enter an amount, such as 45 or 45.50."),
        ({"price": "45,5055"}, "Euro (EUR) has 2 decimals at most."),
        ({"price": "45.50", "currency": "jpy"}, "Japanese Yen (JPY) has no decimals: enter a whole number."),
        ({"price": "0.49"}, "Stripe takes 0.50 € at least."),
        ({"price": "1000000"}, "Stripe takes 999,999.99 € at most."),
        (
            {"price": "5.124", "currency": "kwd"},
            "Stripe takes amounts in Kuwaiti Dinar (KWD) whose last digit is 0, such as KWD 5.120.",
        ),
        ({"price": "45", "currency": "xxx"}, "Choose one from the list."),
        ({"price": "45", "refund_hours": "-1"}, "Enter a whole number from 0 to 8784."),
    ],
)
def test_what_cannot_be_charged_is_refused_in_a_sentence(
    as_alice: Client, page: BookingPage, fields: dict[str, str], sentence: str
) -> None:
    answer = save(as_alice, page, typed(**fields))

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert stored(page).price_of(30) is None


@pytest.mark.usefixtures("connected")
def test_a_price_of_a_length_is_refused_beside_it(as_alice: Client, page: BookingPage) -> None:
    answer = save(as_alice, page, typed([{"minutes": 30, "price": "x"}]))

    assert answer.status_code == 422
    assert 'id="id_durations-0-price_error"' in answer.content.decode()


@pytest.mark.usefixtures("paid")
@pytest.mark.parametrize("rows", [None, [{"minutes": 30, "price": "45"}]])
def test_without_an_account_nobody_can_be_charged(
    as_alice: Client, page: BookingPage, rows: list[dict[str, Any]] | None
) -> None:
    answer = save(as_alice, page, typed(rows, price="" if rows else "45"))

    assert answer.status_code == 422
    assert "Connect Stripe first, so that guests can pay." in text_of(answer)
    assert "Connect Stripe" in text_of(as_alice.get(EDITOR.format(page.pk)))


@pytest.mark.parametrize(("works", "open_now"), [(True, True), (False, False), (None, False)])
def test_a_page_whose_host_cannot_be_paid_takes_no_bookings(
    as_alice: Client,
    page: BookingPage,
    connected: dict[int, PaidInto],
    works: bool | None,  # noqa: FBT001
    open_now: bool,  # noqa: FBT001
) -> None:
    save(as_alice, page, typed(price="45"))
    connected.pop(page.host_id)
    if works is not None:
        connected[page.host_id] = PaidInto("eur", works=works)

    text = text_of(Client().get("/alice/intro-call"))
    editor = text_of(as_alice.get(EDITOR.format(page.pk)))

    closed = "No times are offered here at the moment." in text
    warned = "Stripe cannot take payments: guests find no times on this page." in editor
    assert (closed, warned) == (not open_now, not open_now)
    assert save(as_alice, page, typed(price="50", title="Other")).status_code == 302


def test_the_currency_begins_as_the_account_has_it_or_the_host_s_country(
    as_alice: Client, page: BookingPage, paid: dict[int, PaidInto]
) -> None:
    of_country = as_alice.get(EDITOR.format(page.pk)).content.decode()
    paid[page.host_id] = PaidInto("chf")
    of_account = as_alice.get(EDITOR.format(page.pk)).content.decode()

    assert page.host.time_zone == "Europe/Berlin"
    assert '<option value="eur" selected>' in of_country
    assert '<option value="chf" selected>' in of_account


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("language", "fact", "button"),
    [("en", "45.00 €", "Pay 45.00 € and confirm"), ("de", "45,00 €", "45,00 € zahlen und bestätigen")],
)
def test_guests_read_the_price_before_the_form_and_on_its_button(
    as_alice: Client, page: BookingPage, language: str, fact: str, button: str
) -> None:
    save(as_alice, page, typed(price="45", refund_hours="24"))
    guest = Client(headers={"Accept-Language": language})

    month = guest.get("/alice/intro-call")
    form = guest.get(month.context["slots"].parts[0][1][0][3])

    assert fact in text_of(month)
    assert button in text_of(form)
    with override(language):
        assert "24" in text_of(form)


@pytest.mark.usefixtures("connected")
def test_with_approval_the_button_says_that_it_is_asked_first(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed(price="45", charges_tax="on"))
    BookingPage.objects.filter(pk=page.pk).update(approval=True)
    guest = Client()

    month = guest.get("/alice/intro-call")
    form = text_of(guest.get(month.context["slots"].parts[0][1][0][3]))

    assert "Request and set aside 45.00 € plus tax" in form
    assert "taken only if your booking is confirmed" in form


@pytest.mark.usefixtures("connected")
def test_lengths_that_cost_differently_say_so_each(as_alice: Client, page: BookingPage) -> None:
    rows = [{"minutes": 15, "price": "0"}, {"minutes": 30}]
    save(as_alice, page, typed(rows, price="45"))

    lengths = text_of(Client().get("/alice/intro-call"))
    free = text_of(Client().get("/alice/intro-call?duration=15"))

    assert "Free" in lengths
    assert "45.00 €" in lengths
    assert "Paid online when you book" not in free


@pytest.mark.usefixtures("connected")
def test_a_copy_costs_the_same(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed([{"minutes": 30}, {"minutes": 60, "price": "80"}], price="45"))

    copy = duplicate_page(BookingPage.objects.get(pk=page.pk), by=page.host)

    assert stored(copy).prices() == [Price(4500, "eur"), Price(8000, "eur")]


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("rows", "price", "mine", "guests"),
    [
        ([{"minutes": 30}], "", "30 min · Phone call", "30 minutes</span>"),
        ([{"minutes": 30}], "45", "30 min · 45.00 € · ", "30 minutes · 45.00 €"),
        (
            [{"minutes": 15, "price": "0"}, {"minutes": 30}],
            "45",
            "15 and 30 min · Free to 45.00 € · ",
            "15 minutes or 30 minutes · Free to 45.00 €",
        ),
        (
            [{"minutes": 30}, {"minutes": 60, "price": "80"}],
            "45",
            "30 and 60 min · 45.00 € to 80.00 € · ",
            "45.00 € to 80.00 €",
        ),
    ],
)
def test_lists_of_pages_say_what_each_costs(
    as_alice: Client, page: BookingPage, rows: list[dict[str, Any]], price: str, mine: str, guests: str
) -> None:
    save(as_alice, page, typed(rows, price=price, listed="on"))

    assert mine in text_of(as_alice.get("/booking-pages"))
    assert guests in text_of(Client().get("/alice"))


def test_a_price_costs_the_list_no_query_for_each_page(
    as_alice: Client, page: BookingPage, connected: dict[int, PaidInto]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            as_alice.get("/booking-pages")
        return len(found)

    save(as_alice, page, typed(price="45"))
    pages = [duplicate_page(BookingPage.objects.get(pk=page.pk), by=page.host)]
    few = queries()
    pages += [duplicate_page(pages[0], by=page.host) for _ in range(5)]

    assert connected
    assert queries() == few


def test_nothing_to_pay_is_not_called_as_free_time_is() -> None:
    with override("de"):
        assert free() == "Kostenlos"
