import pytest
from django.test import RequestFactory

from timetuna.rate_limits.limits import UNKNOWN, Client, client_address, client_of


def address(settings, *, peer: str, forwarded: str = "", proxies: tuple[str, ...] = ("10.0.0.0/8",)) -> str:
    settings.TRUSTED_PROXIES = list(proxies)
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


def test_without_proxies_the_header_is_not_read(settings):
    assert address(settings, peer="203.0.113.9", forwarded="198.51.100.1", proxies=()) == "203.0.113.9"


def test_a_stranger_cannot_name_another_address(settings):
    assert address(settings, peer="203.0.113.9", forwarded="198.51.100.1") == "203.0.113.9"


def test_the_header_is_read_from_the_right(settings):
    assert address(settings, peer="10.0.0.1", forwarded="1.1.1.1, 198.51.100.1, 10.0.0.2") == "198.51.100.1"


def test_what_cannot_be_read_ends_the_reading(settings):
    assert address(settings, peer="10.0.0.1", forwarded="198.51.100.1, nonsense") == "10.0.0.1"


@pytest.mark.parametrize("written", ["198.51.100.1:5678", " 198.51.100.1 ", "::ffff:198.51.100.1"])
def test_other_ways_to_write_an_address(settings, written):
    assert address(settings, peer="10.0.0.1", forwarded=written) == "198.51.100.1"


@pytest.mark.parametrize("written", ["2001:db8:1:2:3::4", "[2001:db8:1:2:ffff::1]:443"])
def test_a_customer_with_many_ipv6_addresses_counts_once(settings, written):
    assert address(settings, peer="10.0.0.1", forwarded=written) == "2001:db8:1:2::/64"


def test_no_address_at_all(settings):
    assert address(settings, peer="") == UNKNOWN


def client(settings, peer: str) -> Client:
    settings.TRUSTED_PROXIES = []
    return client_of(RequestFactory().get("/", REMOTE_ADDR=peer))


@pytest.mark.parametrize(
    ("one", "other", "same_network", "same_wide"),
    [
        ("203.0.113.9", "203.0.113.10", False, True),
        ("203.0.113.9", "203.0.114.9", False, False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", True, True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False, True),
        ("2001:db8:1:2::1", "2001:db8:2:2::1", False, False),
    ],
)
def test_networks_narrow_and_wide(settings, one, other, same_network, same_wide):
    first, second = client(settings, one), client(settings, other)

    assert (first.network == second.network) is same_network
    assert (first.wide == second.wide) is same_wide
    assert first.network != first.wide


def test_a_proxy_that_is_not_named_is_told_once(settings, caplog):
    for _ in range(3):
        address(settings, peer="10.9.8.7", forwarded="198.51.100.1", proxies=())
        address(settings, peer="203.0.113.9", forwarded="198.51.100.1", proxies=())
        address(settings, peer="10.9.8.6", forwarded="198.51.100.1")

    [told] = [record.getMessage() for record in caplog.records if record.name == "timetuna.web"]
    assert told.startswith("10.9.8.7 says for whom it asks, but TIMETUNA_TRUSTED_PROXIES does not name it")
