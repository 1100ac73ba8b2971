"""Mail addresses as people paste and mistype them."""

import pytest

from timetuna.lib.mail import AddressError, clean_address, likelier_address, pasted_address


@pytest.mark.parametrize(
    "typed",
    [
        "zoe@example.org",
        " zoe@example.org, ",
        "zoe@example.org;",
        "zoe@example.org.",
        "<zoe@example.org>",
        "'zoe@example.org'",
        '"Zoë; Ltd." <zoe@example.org>',
        "Gast, Zoë <zoe@example.org>,",
        "mailto:zoe@example.org",
        "MAILTO:zoe%40example.org?subject=Hi&bcc=evil@example.org",
        "Zoë <mailto:zoe@example.org>",
    ],
)
def test_a_pasted_address_is_what_it_is_about(typed):
    assert clean_address(pasted_address(typed)) == "zoe@example.org"


@pytest.mark.parametrize(
    "typed",
    ["zoe@example.org, kim@example.org", "<a@b.org><c@d.org>", "mailto:", "<>", "a@b\r\nBcc: c@d.org"],
)
def test_what_is_not_one_address_stays_refused(typed):
    with pytest.raises(AddressError):
        clean_address(pasted_address(typed))


def test_a_slip_in_a_large_providers_name_is_seen():
    slips = {
        "gmial.com": "gmail.com",
        "gmai.com": "gmail.com",
        "gmaill.com": "gmail.com",
        "gnail.com": "gmail.com",
        "GMAIL.con": "gmail.com",
        "gmail.co": "gmail.com",
        "hotmial.com": "hotmail.com",
        "yahooo.de": "yahoo.de",
        "outlok.com": "outlook.com",
        "iclod.com": "icloud.com",
        "t-onlin.de": "t-online.de",
    }

    assert {one: likelier_address(f"zoe@{one}") for one in slips} == {
        one: f"zoe@{to}" for one, to in slips.items()
    }


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "mail.com",
        "ymail.com",
        "gmx.de",
        "gmail.de",
        "example.org",
        "yahoo.it",
        "hotmail.be",
        "",
        "x",
    ],
)
def test_what_may_well_be_meant_is_not_doubted(domain):
    assert likelier_address(f"zoe@{domain}") == ""
