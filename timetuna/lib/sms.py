"""How long a text to a phone is, and how to make it fit: it is sent, and paid for, in segments.

GSM 03.38: 160 signs of seven bits in one segment, 153 in each of several; what has any other sign goes as UTF-16, of
which 70 or 67 units fit.
"""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ONE, _EACH, _ONE_WIDE, _EACH_WIDE = 160, 153, 70, 67
_ESCAPED = frozenset("^{}\\[~]|€\f")
_INSTEAD = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033«»", '"'),
        **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\t", " "),
        **dict.fromkeys("\u2066\u2067\u2068\u2069\u200e\u200f", ""),
        "…": "...",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "œ": "oe",
        "Œ": "OE",
        "\u0131": "i",
        "·": "-",
        "→": "-",
    }
)


def segments(text: str) -> int:
    """How many are paid for."""
    septets = _septets(text)
    if septets is not None:
        return 1 if septets <= _ONE else -(-septets // _EACH)
    units = len(text.encode("utf-16-be", "surrogatepass")) // 2
    return 1 if units <= _ONE_WIDE else -(-units // _EACH_WIDE)


def plain(text: str) -> str:
    """In signs of GSM 03.38, accents left out where it has none, if that can say it; else as it was."""
    found = "".join(map(_plain_sign, text.translate(_INSTEAD)))
    return text if _septets(found) is None else found


def fit(head: str, tail: str, *, most: int = 2) -> str:
    """Both, in so many segments at most: of the head only so much as there is room for. The tail stays as it is."""
    whole = plain(head)
    if segments(whole + tail) <= most:
        return whole + tail
    end = next((end for end in range(len(whole), 0, -1) if segments(_cut(whole, end) + tail) <= most), 0)
    return _cut(whole, end) + tail if end else tail.lstrip()


def _cut(text: str, end: int) -> str:
    return f"{text[:end].rstrip()}..."


def _septets(text: str) -> int | None:
    """None where it has a sign that is not among them."""
    if not all(sign in _BASIC or sign in _ESCAPED for sign in text):
        return None
    return len(text) + sum(sign in _ESCAPED for sign in text)


def _plain_sign(sign: str) -> str:
    if sign in _BASIC or sign in _ESCAPED:
        return sign
    bare = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    return bare if bare and all(one in _BASIC for one in bare) else sign
