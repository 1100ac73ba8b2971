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
_ISATAP = 0x00005EFE  # RFC 5214: ::0:5efe:a.b.c.d and ::200:5efe:a.b.c.d carry an IPv4 address
_ISATAP_MASK = 0xFCFFFFFF


def is_public(address: str) -> bool:
    """Tell whether this literal address is one machine on the public internet, and no disguise of another."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _public_v4(parsed) if isinstance(parsed, IPv4Address) else _public_v6(parsed)


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
