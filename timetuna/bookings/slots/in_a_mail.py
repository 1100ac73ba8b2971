"""A few free times as a text for a mail that a host writes: each is a link to the form at that time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from timetuna.bookings.slots.selection import write_start
from timetuna.l10n import datetimes
from timetuna.pages.public import PublicPage
from timetuna.web.forms import in_full
from timetuna.web.middleware import PARAMETER


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """To whom and how: in which zone and language, of which length, and the secret part of the link they book by."""

    zone: ZoneInfo
    language: str
    minutes: int
    token: str = ""


@dataclass(frozen=True, slots=True)
class TimesInAMail:
    """text: plain.  html: as it looks, with its links."""

    text: str
    html: str


def in_a_mail(page: PublicPage, times: Sequence[datetime], told: Told) -> TimesInAMail:
    """In the guest's language. It says that nothing is held."""
    with translation.override(told.language):
        others = _address(page, told)
        zone = datetimes.zone_label(told.zone, at=times[0])
        named = {"title": page.title, "length": _lasts(told.minutes), "zone": zone}
        asks = gettext("Would one of these times suit you? %(title)s, %(length)s, times in %(zone)s:") % named
        more = gettext("Other times:")
        free = gettext("They are free as I write this, and not held for you.")
        lines = [(_address(page, told, time), _said(time.astimezone(told.zone))) for time in times]
    listed = "\n".join(f"- {said}: {address}" for address, said in lines)
    text = f"{asks}\n\n{listed}\n\n{more} {others}\n{free}\n"
    items = format_html_join("", '<li><a href="{}">{}</a></li>', lines)
    html = format_html(
        '<p>{}</p><ul>{}</ul><p>{} <a href="{}">{}</a><br>{}</p>',
        *(asks, items, more, others, page.shown_address(), free),
    )
    return TimesInAMail(text, html)


def _lasts(minutes: int) -> str:
    return datetimes.length(minutes)


def _said(time: datetime) -> str:
    note = datetimes.which_of_two(time)
    said = f"{datetimes.day(time.date())}, {datetimes.clock(time)}"
    return f"{said} {note}" if note else said


def _address(page: PublicPage, told: Told, time: datetime | None = None) -> str:
    """Of the form at that time, or of the page."""
    query = {"start": write_start(time)} if time else {}
    query |= {"duration": str(told.minutes), "zone": told.zone.key, PARAMETER: told.language}
    if told.token:
        query["link"] = told.token
    path = reverse("public_book" if time else "public_page", args=[page.handle, page.slug])
    return f"{in_full(path)}?{urlencode(query, safe='/:')}"
