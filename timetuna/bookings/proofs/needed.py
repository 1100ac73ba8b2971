"""What a guest is asked for before a booking is made while unusually many are made; nothing while a page is quiet.

What is counted is what was let in: bookings of the page, and bookings from the guest's network on any page. They are
read under the host's lock, so that forms sent at the same time cannot slip through together. The rate of a page only
raises what is asked; a network is refused at last, and only where it can be told from others.

A browser shows by a proof of work that it has calculated for a while, for one form, page and day. Challenges are
ALTCHA's (version 2, PBKDF2), signed and nowhere stored; what was used is, until it expires.
"""

import base64
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from altcha import Challenge, Payload, Solution, create_challenge, verify_solution
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import base36_to_int, int_to_base36

from timetuna.availability.interval import moment_of
from timetuna.bookings.models import Booking, UsedProof
from timetuna.db.sql import forget_some
from timetuna.lib.crypto import fingerprint, hmac_hex
from timetuna.lib.mail import mailbox_of
from timetuna.pages.public import PublicPage
from timetuna.rate_limits.limits import Client, Limit, room_in, spend, used


class Proof(IntEnum):
    """Each asks for more than the one before."""

    NONE = 0
    WORK = 1
    """The browser calculates for a moment; without JavaScript a code by mail."""
    HARD_WORK = 2
    CODE = 3
    """A code by mail."""


class Threshold(NamedTuple):
    """How many bookings within so long ask for what."""

    within: timedelta
    work: int
    hard_work: int
    code: int

    def proof(self, moments: Iterable[datetime], now: datetime) -> Proof:
        """What is asked after bookings at these moments."""
        count = sum(moment > now - self.within for moment in moments)
        return Proof(sum(count >= most for most in (self.work, self.hard_work, self.code)))

    def quiet_in(self, moments: Sequence[datetime], now: datetime) -> float:
        """In how many seconds nothing is asked any more, unless more comes; moments: the latest first."""
        return room_in(moments, self.work, self.within, now=now)


_BRIEFLY, _HOUR, _DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)
OF_NETWORK = (Threshold(_BRIEFLY, 3, 6, 10), Threshold(_DAY, 10, 20, 40))
OF_PAGE = (Threshold(_BRIEFLY, 8, 20, 50), Threshold(_HOUR, 20, 50, 100), Threshold(_DAY, 40, 100, 200))
MOST_OF_NETWORK = ((60, _HOUR), (150, _DAY))
"""With codes, too: whoever owns a domain owns as many mailboxes as they like."""
WIDER_NETWORK = Limit("bookings by wider network", (10_000, 600), (10_000, 86_400))
"""Never closed; counted for what is asked."""
_OF_WIDER_NETWORK = ((12, 24, 40), (40, 80, 160))


class NumberShown(StrEnum):
    """How a guest has shown that a phone number is theirs. EXCUSED: no text could go, and a mail served instead."""

    NOT = ""
    BY_TEXT = "text"
    EXCUSED = "mail"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a form brings along. work: a solved challenge, or "".

    confirmed: its guest has shown that mails to their address reach them.  suspicious: it looks as if a program had
    filled it in; that alone is no reason to ask.  number: about the phone number, where the page wants it shown.
    """

    work: str = ""
    confirmed: bool = False
    suspicious: bool = False
    number: NumberShown = NumberShown.NOT


NOTHING_SHOWN = Evidence()


@dataclass(frozen=True, slots=True)
class Rates:
    """How busy the guest's network and the page are, as what is asked because of it.

    refused_for, quiet_in: in so many seconds nothing is refused, or asked, any more.
    """

    network: Proof = Proof.NONE
    page: Proof = Proof.NONE
    refused_for: float = 0.0
    quiet_in: float = 0.0

    def asked(self, *, suspicious: bool = False, brings_others: bool = False) -> Proof:
        """Who brings others has them mailed, so then it is the code at once."""
        most = max(self.network, self.page)
        if most is Proof.NONE:
            return most
        return Proof.CODE if brings_others else Proof(min(most + suspicious, Proof.CODE))


def rates(page_id: int, client: Client, *, now: datetime) -> Rates:
    """Two queries; none where nobody knows who asks, as for the host's own programs."""
    if not client.network or not settings.BOOKING_PROOFS:
        return Rates()
    of_network = _moments(now, _most(OF_NETWORK, MOST_OF_NETWORK), source_network=client.network)
    of_page = _moments(now, _most(OF_PAGE), page_id=page_id)
    network = max(one.proof(of_network, now) for one in OF_NETWORK)
    refused_for = max(room_in(of_network, most, within, now=now) for most, within in MOST_OF_NETWORK)
    quiet_in = max(
        *(one.quiet_in(of_network, now) for one in OF_NETWORK),
        *(one.quiet_in(of_page, now) for one in OF_PAGE),
    )
    return Rates(
        network=max(network, _of_wider(client)),
        page=max(one.proof(of_page, now) for one in OF_PAGE),
        refused_for=0.0 if client.shared else refused_for,
        quiet_in=quiet_in,
    )


def count_booking(client: Client) -> None:
    """Where counting the bookings themselves does not do it."""
    if client.wide:
        spend(WIDER_NETWORK, client.wide)


def _of_wider(client: Client) -> Proof:
    if not client.wide:
        return Proof.NONE
    counts = [used(WIDER_NETWORK, client.wide, window=number) for number in (0, 1)]
    return Proof(
        max(
            sum(count >= most for most in steps)
            for count, steps in zip(counts, _OF_WIDER_NETWORK, strict=True)
        )
    )


def _moments(now: datetime, most: int, **which: object) -> list[datetime]:
    rows = Booking.objects.filter(created_at__gt=now - _DAY, **which).exclude(source_network="")
    return list(rows.order_by("-created_at").values_list("created_at", flat=True)[:most])


def _most(thresholds: Sequence[Threshold], limits: Sequence[tuple[int, timedelta]] = ()) -> int:
    return max(*(one.code for one in thresholds), *(most for most, _ in limits))


def mailbox_hash(mailbox: str) -> str:
    """What stands for a mailbox where codes are kept."""
    return hmac_hex(settings.SECRET_KEY, f"mailbox\n{mailbox}")


ALGORITHM, ROUNDS = "PBKDF2/SHA-256", 2_000
STEPS = {Proof.WORK: 400, Proof.HARD_WORK: 6_000}
"""Keys to try at most; half of them on average. A phone of these years tries 1,000 to 2,000 in a second."""
VALID_FOR = timedelta(minutes=20)
_LONGEST_PAYLOAD = 4_000


class Purpose(NamedTuple):
    """What a proof is good for: a page, the day (UTC) that the booking begins on, and the guest's visit."""

    page_id: int
    day: date
    visit: str

    def as_data(self, steps: int) -> dict[str, Any]:
        """What is signed into the challenge."""
        return {
            "page": self.page_id,
            "day": self.day.isoformat(),
            "visit": fingerprint(self.visit)[:16],
            "steps": steps,
        }


def challenge(purpose: Purpose, proof: Proof, *, now: datetime) -> str:
    """As the browser gets it, in JSON."""
    steps = STEPS[proof]
    made = create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=secrets.randbelow(steps),
        expires_at=now + VALID_FOR,
        data=purpose.as_data(steps),
        hmac_secret=_key("challenge"),
        hmac_key_secret=_key("solution"),
    )
    return json.dumps(made.to_dict(), separators=(",", ":"))


def use(work: str, purpose: Purpose, proof: Proof, *, now: datetime) -> bool:
    """Whether it is a proof for this purpose, at least as costly as asked, and not used; then it is used up.

    In the caller's transaction: a form that is refused in the end keeps its proof.
    """
    payload = _read(work)
    if payload is None or not _fits(payload, purpose, proof):
        return False
    nonce, ends = payload.challenge.parameters.nonce, now + VALID_FOR
    forget_some(UsedProof.objects.filter(expires_at__lte=now))
    _, is_new = UsedProof.objects.get_or_create(nonce=fingerprint(nonce), defaults={"expires_at": ends})
    return is_new


def use_at_once(work: str, purpose: Purpose, proof: Proof, *, now: datetime) -> bool:
    """The same in a transaction of its own: for what is no booking yet."""
    with transaction.atomic():
        return bool(work) and use(work, purpose, proof, now=now)


def _fits(payload: Payload, purpose: Purpose, proof: Proof) -> bool:
    verified = verify_solution(payload, _key("challenge"), hmac_key_secret=_key("solution")).verified
    parameters = payload.challenge.parameters
    if not verified or parameters.expires_at is None:
        return False
    steps = (parameters.data or {}).get("steps", 0)
    return steps >= STEPS[proof] and parameters.data == purpose.as_data(steps)


def _read(work: str) -> Payload | None:
    """What a browser sends: our challenge as it got it, and its solution, in base64. None where it cannot be read."""
    if not work or len(work) > _LONGEST_PAYLOAD:
        return None
    try:
        sent = json.loads(base64.b64decode(work, validate=True))
        return Payload(Challenge.from_dict(sent["challenge"]), Solution.from_dict(sent["solution"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _key(purpose: str) -> str:
    return hmac_hex(settings.SECRET_KEY, f"proof of work\n{purpose}")


COOKIE, REMEMBERED_FOR, MOST_REMEMBERED = "timetuna_confirmed", timedelta(days=28), 5


TRAP = "extra"
"""No label, no place on the page: people leave it empty, and so do browsers that fill in what they know."""


LEAST_SECONDS = 2.0


_OPENED, _CONFIRMED = "bookings.form", "bookings.confirmed"


def opened_now() -> str:
    """What a form carries to tell when it was opened."""
    return signing.Signer(salt=_OPENED).sign(int_to_base36(int(timezone.now().timestamp())))


def evidence_of(request: HttpRequest, email: str) -> Evidence:
    """What the form that was sent brings along."""
    return Evidence(
        work=request.POST.get("proof", ""),
        confirmed=is_confirmed(request, email),
        suspicious=bool(request.POST.get(TRAP)) or _seconds_open(request) < LEAST_SECONDS,
    )


def is_confirmed(request: HttpRequest, email: str) -> bool:
    """Whether this browser has shown lately that the mailbox is its guest's."""
    return mailbox_hash(mailbox_of(email)) in _remembered(request)


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Let the browser show for some weeks that the mailbox is its guest's."""
    mine = mailbox_hash(mailbox_of(email))
    kept = [mine, *(one for one in _remembered(request) if one != mine)][:MOST_REMEMBERED]
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=_CONFIRMED),
        max_age=REMEMBERED_FOR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def challenge_for(
    page: PublicPage,
    client: Client,
    *,
    start_minute: int,
    proof: Proof | None = None,
    least: Proof = Proof.NONE,
) -> str:
    """The challenge that the form comes with; "" where none is asked for.

    proof: what is asked for, where that is known.  least: else this in any case.
    """
    now = timezone.now()
    asked = max(rates(page.id, client, now=now).asked(), least) if proof is None else proof
    if asked not in {Proof.WORK, Proof.HARD_WORK}:
        return ""
    purpose = Purpose(page.id, moment_of(start_minute).date(), client.visit)
    return challenge(purpose, asked, now=now)


def came_without_work(request: HttpRequest) -> bool:
    """Whether work was asked for and none was done: there is no JavaScript, or it cannot calculate here."""
    return "asked" in request.POST and not request.POST.get("proof")


def _remembered(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_CONFIRMED, max_age=REMEMBERED_FOR)
    except signing.BadSignature:
        return []
    return found if isinstance(found, list) else []


def _seconds_open(request: HttpRequest) -> float:
    """For how long the form was open, 0.0 where it does not say."""
    try:
        opened = signing.Signer(salt=_OPENED).unsign(request.POST.get("opened", ""))
    except signing.BadSignature:
        return 0.0
    return timezone.now().timestamp() - base36_to_int(opened)
