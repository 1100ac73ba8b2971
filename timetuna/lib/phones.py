"""Phone numbers as people type them; kept as E.164, with an extension as RFC 3966 writes it: "+4930123456;ext=12"."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from phonenumbers import (
    SUPPORTED_REGIONS,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    country_code_for_region,
    format_number,
    is_valid_number,
    number_type,
    parse,
    region_code_for_number,
)
from phonenumbers.phonenumberutil import NumberParseException

_LONGEST, _LONGEST_EXTENSION = 60, 10


class PhoneError(ValueError):
    """Nobody can be called at this number."""


def read_number(text: str, *, country: str) -> str:
    """Return it as it is kept. country: whose numbers need no country code (ISO 3166), or "". Raises PhoneError.

    The digits of every script are understood, and what people write between them.
    """
    number = _parsed(text, country)
    if number is None or not is_valid_number(number) or len(number.extension or "") > _LONGEST_EXTENSION:
        raise PhoneError
    extension = f";ext={number.extension}" if number.extension else ""
    return format_number(number, PhoneNumberFormat.E164) + extension


def shown_number(kept: str) -> str:
    """As people read it, "+49 30 123456 ext. 12"; what was kept before numbers were read stays as it was typed."""
    number = _parsed(kept, "")
    if number is None or not is_valid_number(number):
        return kept
    return format_number(number, PhoneNumberFormat.INTERNATIONAL)


@dataclass(frozen=True, slots=True)
class PhoneLink:
    """A number to read, and what a phone dials (RFC 3966), or ""."""

    text: str
    url: str


def phone_link(kept: str) -> PhoneLink:
    number = _parsed(kept, "")
    return PhoneLink(shown_number(kept), format_number(number, PhoneNumberFormat.RFC3966) if number else "")


def country_code(country: str) -> str:
    """As in "+49"; "" where it has none."""
    code = country_code_for_region(country)
    return f"+{code}" if code else ""


class NumberKind(StrEnum):
    """What a number is, as far as texts are concerned. OTHER: none can go there, or it costs who sends it."""

    MOBILE = "mobile"
    VOIP = "voip"
    OTHER = "other"


class KnownNumber(NamedTuple):
    """country: ISO 3166."""

    kind: NumberKind
    country: str


_KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.MOBILE,
    PhoneNumberType.VOIP: NumberKind.VOIP,
}


def kind_of(kept: str) -> KnownNumber:
    """Of a number as it is kept; one with an extension is a desk's."""
    number = _parsed(kept, "")
    if number is None or not is_valid_number(number) or number.extension:
        return KnownNumber(NumberKind.OTHER, "")
    return KnownNumber(
        _KINDS.get(number_type(number), NumberKind.OTHER), region_code_for_number(number) or ""
    )


def regions() -> dict[str, str]:
    """The code of each country that has numbers: "DE" is "+49"."""
    return {country: country_code(country) for country in sorted(SUPPORTED_REGIONS)}


def _parsed(text: str, country: str) -> PhoneNumber | None:
    try:
        return parse(text[:_LONGEST], country or None)
    except NumberParseException:
        return None
