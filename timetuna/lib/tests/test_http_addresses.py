import socket

import pytest

from timetuna.lib import http_connect
from timetuna.lib.http import HttpClient, HttpError
from timetuna.lib.http_connect import is_off_limits, is_public


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001::200e"]
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.0.8",
        "192.88.99.1",
        "198.18.0.1",
        "203.0.113.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2606:4700::5efe:10.0.0.1",
        "2606:4700::200:5efe:10.0.0.1",
        "::5efe:10.0.0.1",
        "fec0::1",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "3fff::1",
        "localhost",
        "",
        "127.1",
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "2606:4700::5efe:169.254.169.254",
        "fd00::200:5efe:169.254.169.254",
        "100.100.100.200",
        "::ffff:100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "224.0.0.1",
        "ff02::1",
        "localhost",
        "",
    ],
)
def test_off_limits_even_where_private_addresses_are_allowed(address: str) -> None:
    assert is_off_limits(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "8.8.8.8"],
)  # fmt: skip
def test_private_addresses_can_be_allowed(address: str) -> None:
    assert not is_off_limits(address)


@pytest.mark.parametrize(
    "answers", [["169.254.169.254"], ["127.0.0.1", "fe80::1%lo"], ["::ffff:169.254.169.254"]]
)
def test_a_name_that_leads_there_is_not_dialled(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in answers]
    monkeypatch.setattr(http_connect, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(HttpError) as raised:
        HttpClient(user_agent="TimeTuna", allow_private=True).request("GET", "http://metadata.test/")

    assert (raised.value.kind, raised.value.sent) == ("off_limits", False)
