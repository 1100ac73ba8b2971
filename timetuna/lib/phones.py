"""Phone numbers as people type them; kept as E.164, with an extension as RFC 3966 writes it: "+4930123456;ext=12"."""

from dataclasses import dataclass

from phonenumbers import (
    PhoneNumber,
    PhoneNumberFormat,
    country_code_for_region,
    format_number,
    is_valid_number,
    parse,
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


def _parsed(text: str, country: str) -> PhoneNumber | None:
    try:
        return parse(text[:_LONGEST], country or None)
    except NumberParseException:
        return None
