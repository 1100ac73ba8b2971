"""What whoever opens a page brings along: in its address, and in their browser.

An address has suggestions for the form, and where somebody comes from. Anybody may have typed it: it is bounded here,
and a suggestion counts only once it has gone through the form. A browser knows which bookings were made in it lately.
"""

import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlsplit, urlunsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from timetuna.bookings.events import FRESH
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.lib.crypto import equal, fingerprint, hmac_hex
from timetuna.lib.text import multi_line, single_line
from timetuna.lib.urls import may_lead_to, website_of
from timetuna.pages.models import BookingPage
from timetuna.web.framing import EMBED, frame_words

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
ANSWER, METADATA = "q.", "metadata."
CARRIED = "from"
"""The field in which the form carries all of it."""
LONGEST = 3_000
"""So many signs of an address; what comes later in it than that is left out."""
MOST_METADATA = 10
LINK = "link"
"""The secret part of a link that the page's host has made, see `pages/links.py`."""
_LENGTHS = {LINK: 64, "name": 100, "email": 254, "phone": 60, "ref": 200, "redirect": 500}
_LENGTHS |= {**dict.fromkeys(UTM, 200), "lock": 300, "expires": 12, "sig": 64}
_WORDS = {"guests": 1_000, "notes": 500}
_ANSWER_LENGTH, _VALUE_LENGTH = 500, 200
_SIGNED = {"name", "email", "phone", "notes", "guests", "lock", "expires"}
SIGNED_LINK = "signed link"
_OTHER_NAMES = {"guest": "guests", "attendeePhoneNumber": "phone"}
"""What Cal.com calls them."""
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_PLACE = re.compile(r"a([1-9]|1[0-9]|20)")
_IN_BRACKETS = re.compile(r"metadata\[([^\[\]]*)\]")

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Came:
    """pairs: names and values in our own words, as addresses and the form carry them on.  query: the same, encoded."""

    pairs: Pairs = ()
    query: str = ""

    def of(self, name: str) -> str:
        return next((value for known, value in self.pairs if known == name), "")

    def suggested(self) -> dict[str, str]:
        """For the form's own fields."""
        return {name: value for name, value in self.pairs if name in {"name", "email", "phone", *_WORDS}}

    def with_values(self, prefill: Mapping[str, str]) -> "Came":
        """With what a link fills in where the address says nothing; no address carries that on."""
        known = {name for name, _ in self.pairs}
        more = tuple(one for one in prefill.items() if one[0] not in known)
        return Came(self.pairs + more, self.query) if more else self

    def answer(self, key: str, place: int) -> str:
        """For the host's question of that key; Calendly's links know it by its place on the form, from 1 on."""
        return self.of(ANSWER + key) or self.of(f"a{place}")

    def locked(self, key: str, *, now: datetime) -> frozenset[str]:
        """What of it guests cannot change: the names that a link says that is signed with this key, and not over."""
        expires = self.of("expires")
        if not key or not (expires.isascii() and expires.isdigit()) or int(expires) < now.timestamp():
            return frozenset()
        right = hmac_hex(key, signed_text(self.pairs))
        if not equal(right, self.of("sig").lower()):
            return frozenset()
        return frozenset(name for name in self.of("lock").split(",") if self.of(name) and _is_signed(name))

    def origin(self, locked: Collection[str] = ()) -> dict[str, Any]:
        """By column of `BookingOrigin`; empty where nothing is known. An address brings no key with a space in it."""
        metadata = {
            name.removeprefix(METADATA): value for name, value in self.pairs if name.startswith(METADATA)
        }
        if locked:
            metadata[SIGNED_LINK] = ", ".join(sorted(locked))
        columns = {name: self.of(name) for name in UTM} | {"referrer": self.of("ref"), "metadata": metadata}
        return {name: value for name, value in columns.items() if value}


NOTHING_CAME = Came()


def signed_text(pairs: Iterable[tuple[str, str]]) -> str:
    """What is signed of an address: name=value, one a line, in the order of their names."""
    return "\n".join(f"{name}={value}" for name, value in sorted(pairs) if _is_signed(name))


def _is_signed(name: str) -> bool:
    return name in _SIGNED or name.startswith((ANSWER, METADATA))


def read_came(request: HttpRequest) -> Came:
    """From the address, or from the form that was opened there; and from where the browser says it comes."""
    if request.method == "POST":
        return came_with(request.POST.get(CARRIED, ""))
    came_from = request.headers.get("Referer", "")
    referrer = website_of(came_from) if came_from else ""
    own = {settings.BASE_URL, f"{request.scheme}://{request.get_host()}"}
    return _came(request.GET, referrer="" if referrer in own else referrer)


def came_with(carried: str) -> Came:
    """As the form carries it."""
    return _came(QueryDict(carried[: 2 * LONGEST]))


def _came(query: QueryDict, referrer: str = "") -> Came:
    found = _named(query)
    if referrer and not found.get("ref"):
        found["ref"] = referrer
    if not found:
        return NOTHING_CAME
    pairs, parts, length = [], list[str](), 0
    for name, value in found.items():
        part = f"{quote_plus(name)}={quote_plus(value)}"
        length += len(part) + 1
        if length <= LONGEST:
            pairs.append((name, value))
            parts.append(part)
    return Came(tuple(pairs), "&".join(parts))


def _named(query: QueryDict) -> dict[str, str]:
    """By our own names, cleaned, what is empty left out; what came under ours goes before what others call it."""
    found = frame_words(query) if EMBED in query else {}
    if link := single_line(query.get(LINK, ""), max_length=_LENGTHS[LINK]):
        found[LINK] = link  # first, so that there is room for it
    full = f"{query.get('first_name', '')} {query.get('last_name', '')}"
    metadata = 0
    for name, values in sorted(query.lists(), key=lambda one: one[0] in _OTHER_NAMES):
        known, value = _cleaned(name, values)
        metadata += known.startswith(METADATA)
        if known and value and not (known.startswith(METADATA) and metadata > MOST_METADATA):
            found.setdefault(known, value)
    if name := single_line(full, max_length=_LENGTHS["name"]):
        found.setdefault("name", name)
    return found


def _cleaned(name: str, values: list[Any]) -> tuple[str, str]:
    """Our own name of it, "" for what is none of ours, and its value."""
    known = _OTHER_NAMES.get(name, name)
    latest = str(values[-1]) if values else ""
    if known in _WORDS:
        text = "\n".join(map(str, values)) if known == "guests" else latest
        return known, multi_line(text, max_length=_WORDS[known])
    if known in _LENGTHS:
        line = single_line(latest, max_length=_LENGTHS[known])
        return known, website_of(line) if known == "ref" else line
    return _cleaned_own(known, values)


def _cleaned_own(known: str, values: list[Any]) -> tuple[str, str]:
    """What hosts give names to: answers and metadata."""
    latest = str(values[-1]) if values else ""
    if known.startswith(ANSWER) and _KEY.fullmatch(known.removeprefix(ANSWER)):
        return known, multi_line(",".join(map(str, values)), max_length=_ANSWER_LENGTH)
    if _PLACE.fullmatch(known):
        return known, multi_line(latest, max_length=_ANSWER_LENGTH)
    if bracketed := _IN_BRACKETS.fullmatch(known):
        known = METADATA + bracketed[1]
    if known.startswith(METADATA) and _KEY.fullmatch(known.removeprefix(METADATA)):
        return known, single_line(latest, max_length=_VALUE_LENGTH)
    return "", ""


def onward(page: BookingPage, wanted: str, public_id: str) -> str:
    """Where a guest is led who has booked, told of nothing but the booking's public id; "" is nowhere.

    wanted: what the address of the page asked for; it counts where the host has listed the website.
    """
    websites = page.redirect_origins.split()
    for address in (wanted, page.redirect_url):
        if address and may_lead_to(address, websites):
            parts = urlsplit(address)
            told = f"booking={public_id}"
            return urlunsplit(parts._replace(query=f"{parts.query}&{told}" if parts.query else told))
    return ""


ONWARD_COOKIE, _PAYS_WITHIN = "timetuna_onward", timedelta(hours=2)


def keep_onward(response: HttpResponse, wanted: str, *, path: str) -> None:
    """Let the booking's own address, which alone gets the cookie, know where its guest is led once they have paid."""
    _set_signed(
        response, ONWARD_COOKIE, signing.dumps(wanted, salt=ONWARD_COOKIE), _PAYS_WITHIN, path=f"{path}/"
    )


def onward_kept(request: HttpRequest) -> str:
    """What the address of the page had asked for before its guest went to pay, or ""."""
    try:
        kept = signing.loads(request.COOKIES.get(ONWARD_COOKIE, ""), salt=ONWARD_COOKIE, max_age=_PAYS_WITHIN)
    except signing.BadSignature:
        return ""
    return str(kept)


BOOKED_COOKIE, _BOOKED, _BOOKED_FOR, _MOST_BOOKED = "timetuna_booked", "bookings.booked", timedelta(days=1), 5
MADE_COOKIE = "timetuna_made"
_VISIT = re.compile(r"[A-Za-z0-9_-]{12}")


def read_visit(query: QueryDict) -> str:
    """What tells this visit from others, or ""."""
    visit = query.get("visit", "")
    return visit if _VISIT.fullmatch(visit) else ""


def new_visit() -> str:
    """What the times shown to one guest carry."""
    return secrets.token_urlsafe(9)


def bookings_kept(request: HttpRequest) -> list[int]:
    """Which bookings this browser has made on the page that asks, the latest first."""
    try:
        found = signing.loads(request.COOKIES.get(BOOKED_COOKIE, ""), salt=_BOOKED, max_age=_BOOKED_FOR)
    except signing.BadSignature:
        return []
    return found if isinstance(found, list) else []


def keep_booking(request: HttpRequest, response: HttpResponse, booking_id: int, *, path: str) -> HttpResponse:
    """Let the page at that path and its form, which alone get the cookie, know whoever comes back to them."""
    kept = [booking_id, *(one for one in bookings_kept(request) if one != booking_id)][:_MOST_BOOKED]
    _set_signed(response, BOOKED_COOKIE, signing.dumps(kept, salt=_BOOKED), _BOOKED_FOR, path=path)
    return keep_made(request, response, booking_id)


def made_lately(request: HttpRequest) -> dict[str, list[str]]:
    """Which bookings this browser has just made, by id, each with the fingerprints of its links that are dead since."""
    try:
        found = signing.loads(request.COOKIES.get(MADE_COOKIE, ""), salt=MADE_COOKIE, max_age=FRESH)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def keep_made(
    request: HttpRequest, response: HttpResponse, booking_id: int, *, dead_link: str = ""
) -> HttpResponse:
    """Let the pages of bookings, which alone get the cookie, know the browser that has just made this one.

    dead_link: the fingerprint of the link that led there until now.
    """
    made = made_lately(request)
    links = [*made.pop(str(booking_id), []), *([dead_link] if dead_link else [])]
    kept = {str(booking_id): links} | dict([*made.items()][: _MOST_BOOKED - 1])
    path = reverse("booked", args=["-"]).removesuffix("-")
    _set_signed(response, MADE_COOKIE, signing.dumps(kept, salt=MADE_COOKIE), FRESH, path=path)
    return response


def led_on(request: HttpRequest, token: str) -> str:
    """Where a link leads that is dead since this browser has given another mail address; "" for others."""
    dead = fingerprint(token)
    number = next((number for number, links in made_lately(request).items() if dead in links), "")
    booking = Booking.objects.filter(pk=number).first() if number else None
    return link_path(booking.booker) if booking else ""


def _set_signed(response: HttpResponse, name: str, value: str, age: timedelta, *, path: str) -> None:
    response.set_cookie(
        name, value, max_age=age, path=path, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
