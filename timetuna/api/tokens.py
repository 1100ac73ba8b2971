"""What a key looks like: `tt_live_<8 signs>_<32 signs>_<6 signs>`.

The first part is for programs that look for secrets in code, the second tells keys apart in lists, the third is 190
random bits, and the last a checksum, so that a slip in typing needs no query.
"""

import secrets
import string
import zlib

PREFIX = "tt_live_"
_SIGNS = string.digits + string.ascii_letters
_NAME, _SECRET, _CHECK = 8, 32, 6


def new_token() -> str:
    """Shown once; only its fingerprint is kept."""
    head = f"{PREFIX}{_random(_NAME)}_{_random(_SECRET)}"
    return f"{head}_{_checksum(head)}"


def looks_like_key(token: str) -> bool:
    """Whether it is written as a key is, which another program's token never is."""
    return token.startswith(PREFIX)


def is_well_formed(token: str) -> bool:
    """Whether it can be a key at all."""
    head, _, check = token.rpartition("_")
    return looks_like_key(token) and len(token) < 2 * _SECRET and check == _checksum(head)


def name_of(token: str) -> str:
    """What tells it apart and opens nothing."""
    return token[: len(PREFIX) + _NAME]


def _random(length: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(length))


def _checksum(head: str) -> str:
    """CRC-32 in base 62."""
    number, signs = zlib.crc32(head.encode("utf-8", "replace")), ""
    for _ in range(_CHECK):
        number, place = divmod(number, len(_SIGNS))
        signs = _SIGNS[place] + signs
    return signs
