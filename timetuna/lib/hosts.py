"""Host names and origins in the one form in which browsers send them (WHATWG URL standard, sections 3.5 and 4.5)."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import urlsplit

import idna

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_NAME = 253
_DEFAULT_PORTS = {"http": 80, "https": 443}


def normal_host(text: str) -> str:
    """Return a host as a browser sends it: lower-case punycode without a last dot, IPv6 compressed and in brackets.

    Raises ValueError with a sentence.
    """
    if ":" in text or text.startswith("["):
        return f"[{_normal_v6(text.removeprefix('[').removesuffix(']'))}]"
    name = _punycode(text.removesuffix("."))
    if _NUMBER.fullmatch(name.rpartition(".")[2]):  # browsers read "127.1" and "0x7f000001" as addresses
        return _normal_v4(name)
    if "_" in name:
        raise ValueError(f"{text} has an underscore, which no host name may have; use a hyphen.")
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, name.split("."))):
        raise ValueError(f"{text} is no host name.")
    return name


def normal_origin(text: str) -> str:
    """Scheme, host and port as a browser sends them as its Origin. Raises ValueError with a sentence."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("its host or port cannot be read; it looks like https://book.example.org.") from None
    own = (parts.scheme in _DEFAULT_PORTS, host, parts.path in {"", "/"}, "@" not in parts.netloc, port != 0)
    if not all(own) or parts.query or parts.fragment:
        raise ValueError("it must look like https://book.example.org, without a path.")
    shown = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{normal_host(host or '')}{shown}"


def _punycode(name: str) -> str:
    try:
        return name.lower() if name.isascii() else idna.encode(name, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise ValueError(f"{name} is no host name.") from None


def _normal_v4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        raise ValueError(f"{text} is no IPv4 address; it has four numbers, like 192.168.1.5.") from None


def _normal_v6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        raise ValueError(f"[{text}] is no IPv6 address.") from None
    if address.scope_id is not None:
        raise ValueError(f"[{text}] names a network card, which browsers do not allow in an address.")
    if address.ipv4_mapped:  # Python writes these with dots since 3.13, browsers never do
        return f"::ffff:{int(address) >> 16 & 0xFFFF:x}:{int(address) & 0xFFFF:x}"
    return str(address)
