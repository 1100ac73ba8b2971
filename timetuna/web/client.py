"""Who is asking: the address by which a client is counted, and what stands for it where it is remembered."""

import logging
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest

from timetuna.lib.crypto import hmac_hex

Address = IPv4Address | IPv6Address
# By the address's version: what one customer is given, within which addresses can be changed at will; and what one
# customer can have besides.
_PREFIX, _WIDE_PREFIX = {4: 32, 6: 64}, {4: 24, 6: 48}
_SHARED = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
"""Addresses of machines of one's own, and of networks behind a carrier's."""
UNKNOWN = "unknown"
log = logging.getLogger("timetuna.web")


class Client(NamedTuple):
    """What a client is remembered by: keyed hashes of its address, and of that together with its browser.

    Neither proves anything: guests behind one address with equal browsers are one client. "" is nobody.
    visit: of that together with what the addresses of one visit carry, which tells such guests apart.
    wide: of the network around the address (IPv4 /24, IPv6 /48), which one customer may have as a whole.
    shared: many may be behind the address, as behind that of a proxy that TIMETUNA_TRUSTED_PROXIES does not name.
    """

    fingerprint: str = ""
    network: str = ""
    visit: str = ""
    wide: str = ""
    shared: bool = False


NOBODY = Client()


def client_of(request: HttpRequest, *, visit: str = "") -> Client:
    """Who is asking, without anything the address could be read from; `visit` is any text, or ""."""
    nearest = _nearest(request)
    network = hmac_hex(settings.SECRET_KEY, f"client\n{_within(nearest, _PREFIX)}")
    wide = hmac_hex(settings.SECRET_KEY, f"clients\n{_within(nearest, _WIDE_PREFIX)}")
    fingerprint = hmac_hex(network, request.headers.get("User-Agent", ""))
    shared = nearest is None or any(nearest in one for one in _SHARED)
    return Client(fingerprint, network, hmac_hex(fingerprint, visit) if visit else "", wide, shared)


def client_address(request: HttpRequest) -> str:
    """Return the client's IPv4 address, or its IPv6 network ("2001:db8:1:2::/64").

    `X-Forwarded-For` is believed only as far as it was written by the proxies in TIMETUNA_TRUSTED_PROXIES: it is read
    from the right, and the first address that is not one of them is the client. What cannot be read ends the reading.
    """
    return _within(_nearest(request), _PREFIX)


def _nearest(request: HttpRequest) -> Address | None:
    proxies = _networks(tuple(settings.TRUSTED_PROXIES))
    nearest = _address(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and nearest and _within_any(nearest, _SHARED) and not _within_any(nearest, proxies):
        _tell_of_proxy(str(nearest))
    for text in reversed(forwarded.split(",")):
        if nearest is None or not _within_any(nearest, proxies):
            break
        further = _address(text)
        if further is None:
            break
        nearest = further
    return nearest


def _within_any(address: Address, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return any(address in network for network in networks)


@lru_cache(maxsize=8)  # once for each, and never for ever new ones that somebody may invent
def _tell_of_proxy(address: str) -> None:
    log.warning(
        "%s says for whom it asks, but TIMETUNA_TRUSTED_PROXIES does not name it: "
        "all who come through it count as one network",
        address,
    )


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)


def _address(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):  # "[2001:db8::1]:443", as some proxies write it
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _within(address: Address | None, prefixes: dict[int, int]) -> str:
    """The network around the address, or the address alone where the network is no larger."""
    if address is None:
        return UNKNOWN
    prefix = prefixes[address.version]
    whole = prefix == address.max_prefixlen
    return str(address) if whole else str(ip_network((int(address), prefix), strict=False))
