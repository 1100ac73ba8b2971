"""Which IP addresses a stranger may make us talk to."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# `ipaddress.is_global` of Python 3.11 lets all of these through (measured): they lead to private addresses,
# to many machines at once, or to nobody in particular.
_CLOSED_V4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4")))
_GLOBAL_UNICAST = IPv6Network(
    "2000::/3"
)  # all that is assigned; leaves out mapped, NAT64, site-local, multicast
_CLOSED_V6 = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)  # Teredo, 6to4, examples
# Where machines of a cloud ask who they are and get their passwords; 169.254.169.254 is link-local by itself.
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")))
_EMBEDDING = tuple(
    (IPv6Network(network), shift)
    for network, shift in (
        ("::/96", 0),
        ("::ffff:0:0/96", 0),
        ("64:ff9b::/96", 0),
        ("64:ff9b:1::/48", 0),
        ("2002::/16", 80),
    )
)  # IPv4 inside IPv6: compatible, mapped, NAT64 (RFC 6052, 8215), 6to4; and by how many bits it stands from the end
_ISATAP = 0x00005EFE  # RFC 5214: ::0:5efe:a.b.c.d and ::200:5efe:a.b.c.d carry an IPv4 address
_ISATAP_MASK = 0xFCFFFFFF


def is_public(address: str) -> bool:
    """Tell whether this literal address is one machine on the public internet, and no disguise of another."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _public_v4(parsed) if isinstance(parsed, IPv4Address) else _public_v6(parsed)


def is_off_limits(address: str) -> bool:
    """Tell whether nobody may have us talk to this address, not even where private ones are allowed.

    Link-local ones (169.254.0.0/16, fe80::/10) and those of cloud metadata services give away the machine itself;
    multicast is many machines. Disguises as IPv6 count as what they lead to, and what is no address is one of these.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return True
    return any(map(_off_limits, [parsed, *_embedded(parsed)]))


def _off_limits(address: IPv4Address | IPv6Address) -> bool:
    plain = address if isinstance(address, IPv4Address) else IPv6Address(int(address))  # without a scope
    return plain.is_link_local or plain.is_multicast or plain in _METADATA


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address may stand for."""
    if isinstance(address, IPv4Address):
        return []
    number = int(address)
    shifts = [shift for network, shift in _EMBEDDING if IPv6Address(number) in network]
    if ((number >> 32) & _ISATAP_MASK) == _ISATAP:
        shifts.append(0)
    return [IPv4Address((number >> shift) & 0xFFFFFFFF) for shift in shifts]


def _public_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _CLOSED_V4)


def _public_v6(address: IPv6Address) -> bool:
    return (
        address.is_global
        and address.scope_id is None
        and address in _GLOBAL_UNICAST
        and not any(address in network for network in _CLOSED_V6)
        and ((int(address) >> 32) & _ISATAP_MASK) != _ISATAP
    )
