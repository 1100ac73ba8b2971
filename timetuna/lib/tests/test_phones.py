"""Phone numbers as people type them."""

import pytest

from timetuna.lib.phones import (
    PhoneError,
    PhoneLink,
    country_code,
    phone_link,
    read_number,
    shown_number,
)


@pytest.mark.parametrize(
    ("typed", "country", "kept", "shown"),
    [
        ("+49 30 123456", "", "+4930123456", "+49 30 123456"),
        ("030 / 12 34 56", "DE", "+4930123456", "+49 30 123456"),
        ("+49 (0)30 123456", "JP", "+4930123456", "+49 30 123456"),
        ("0049 30 123456", "DE", "+4930123456", "+49 30 123456"),
        ("011 49 30 123456", "US", "+4930123456", "+49 30 123456"),
        ("(212) 555-0100", "US", "+12125550100", "+1 212-555-0100"),
        ("٠٣٠١٢٣٤٥٦", "DE", "+4930123456", "+49 30 123456"),
        ("+８１ ３ １２３４ ５６７８", "", "+81312345678", "+81 3-1234-5678"),  # noqa: RUF001
        ("+49 30 123456 ext. 12", "", "+4930123456;ext=12", "+49 30 123456 ext. 12"),
        ("tel:+49-30-123456;ext=5", "", "+4930123456;ext=5", "+49 30 123456 ext. 5"),
    ],
)
def test_a_number_is_kept_in_one_form_and_shown_in_another(typed, country, kept, shown):
    assert read_number(typed, country=country) == kept
    assert read_number(kept, country="") == kept
    assert shown_number(kept) == shown
    url = "tel:" + shown.replace(" ext. ", ";ext=").replace(" ", "-")
    assert phone_link(kept) == PhoneLink(shown, url)


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("", "DE"),
        ("110", "DE"),
        ("12345", "US"),
        ("030 123456", ""),
        ("call me", "DE"),
        ("+49 30 123456 / +49 30 654321", "DE"),
        ("+999 123456789", ""),
        ("+49" + "1" * 5_000, ""),
        ("+49 30 123456 ext 12345678901", ""),
        ("\x00+49", "DE"),
    ],
)
def test_what_nobody_can_call_is_refused(typed, country):
    with pytest.raises(PhoneError):
        read_number(typed, country=country)


def test_what_was_kept_before_stays_as_it_was_typed():
    assert shown_number("ask for Bob, 12") == "ask for Bob, 12"
    assert phone_link("ask for Bob") == PhoneLink("ask for Bob", "")
    assert (country_code("DE"), country_code("")) == ("+49", "")
