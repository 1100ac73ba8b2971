"""What a guest's form brings to show that a person sends it, and what is asked for where that is not enough."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import base36_to_int, int_to_base36

from timetuna.availability.interval import moment_of
from timetuna.bookings.proofs.needed import Evidence, Proof, mailbox_hash, rates
from timetuna.bookings.proofs.work import Purpose, challenge
from timetuna.lib.mail import mailbox_of
from timetuna.pages.queries import PublicPage
from timetuna.web.client import Client

COOKIE, REMEMBERED_FOR, MOST_REMEMBERED = "timetuna_confirmed", timedelta(days=28), 5
TRAP = "extra"
"""No label, no place on the page: people leave it empty, and so do browsers that fill in what they know."""
LEAST_SECONDS = 2.0
_OPENED, _CONFIRMED = "bookings.form", "bookings.confirmed"


def opened_now() -> str:
    """Return what a form carries to tell when it was opened."""
    return signing.Signer(salt=_OPENED).sign(int_to_base36(int(timezone.now().timestamp())))


def evidence_of(request: HttpRequest, email: str) -> Evidence:
    """Return what the form that was sent brings along."""
    return Evidence(
        work=request.POST.get("proof", ""),
        confirmed=is_confirmed(request, email),
        suspicious=bool(request.POST.get(TRAP)) or _seconds_open(request) < LEAST_SECONDS,
    )


def is_confirmed(request: HttpRequest, email: str) -> bool:
    """Say whether this browser has shown lately that the mailbox is its guest's."""
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


def work_context(
    page: PublicPage, client: Client, *, start_minute: int | None, proof: Proof | None = None
) -> dict[str, Any]:
    """Return the challenge that the form comes with; nothing where none is asked for.

    proof: what is asked for, where that is known.
    """
    now = timezone.now()
    if start_minute is None:
        return {}
    asked = rates(page.id, client, now=now).asked() if proof is None else proof
    if asked not in {Proof.WORK, Proof.HARD_WORK}:
        return {}
    purpose = Purpose(page.id, moment_of(start_minute).date(), client.visit)
    return {"challenge": challenge(purpose, asked, now=now)}


def came_without_work(request: HttpRequest) -> bool:
    """Say whether work was asked for and none was done: there is no JavaScript, or it cannot calculate here."""
    return "asked" in request.POST and not request.POST.get("proof")


def _remembered(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_CONFIRMED, max_age=REMEMBERED_FOR)
    except signing.BadSignature:
        return []
    return found if isinstance(found, list) else []


def _seconds_open(request: HttpRequest) -> float:
    """Return for how long the form was open, 0.0 where it does not say."""
    try:
        opened = signing.Signer(salt=_OPENED).unsign(request.POST.get("opened", ""))
    except signing.BadSignature:
        return 0.0
    return timezone.now().timestamp() - base36_to_int(opened)
