"""Web addresses in what hosts write become links on guests' pages. Whatever else is in a text stays text."""

import re

from django.template import Library
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from timetuna.lib.urls import read_web_url

_ADDRESS = re.compile(
    r"https?://[^\s<>\"“”„«»\\^`{|}\x00-\x20\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f]+", re.IGNORECASE
)
_LINE_ENDS = re.compile(r"^\s*\n\s*|\s*\n\s*$")
_ENDS_A_SENTENCE = ".,;:!?…'\N{RIGHT SINGLE QUOTATION MARK}*_~"
_BRACKETS = {")": "(", "]": "["}
register = Library()


@register.filter
def linked(text: str) -> SafeString:
    """Of an address with a name before its host ("https://bank.example@evil.example") none is made.

    Links open beside the page, which may hold a form that somebody is filling in, or stand in another page.
    """
    parts, after = [], 0
    for found in _ADDRESS.finditer(text):
        address = _without_end(found[0])
        parts += [_between(text[after : found.start()]), _link(address)]
        after = found.start() + len(address)
    return mark_safe("".join([*parts, _between(text[after:]) if after else conditional_escape(text)]))  # noqa: S308 - each part is escaped


def _between(text: str) -> str:
    """Escaped. What ends a line beside a link is a tag, as space beside tags is left out of pages."""
    return _LINE_ENDS.sub(lambda found: "<br>" * found[0].count("\n"), conditional_escape(text))


def _without_end(address: str) -> str:
    """Without what ends the sentence or closes the bracket that the address stands in."""
    while (last := address[-1]) in _ENDS_A_SENTENCE or (
        last in _BRACKETS and address.count(last) > address.count(_BRACKETS[last])
    ):
        address = address[:-1]
    return address


def _link(address: str) -> SafeString:
    url = read_web_url(address)
    if url is None or url.userinfo:
        return conditional_escape(address)
    return format_html(
        '<a href="{}" target="_blank" rel="nofollow noopener noreferrer" dir="ltr">{}</a>', address, address
    )
