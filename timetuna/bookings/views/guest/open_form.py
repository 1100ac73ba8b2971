"""What goes with the form a guest has open: the time that is kept for it, and what shows that a person sends it."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import base36_to_int, int_to_base36
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.host_time import hold, refuse_if_taken, release
from timetuna.bookings.proofs.needed import Evidence, Proof, Purpose, challenge, mailbox_hash, rates
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.lib.mail import mailbox_of
from timetuna.pages.queries import PublicPage
from timetuna.rate_limits.limits import Client

COOKIE, REMEMBERED_FOR, MOST_REMEMBERED = "timetuna_confirmed", timedelta(days=28), 5
TRAP = "extra"
"""No label, no place on the page: people leave it empty, and so do browsers that fill in what they know."""
LEAST_SECONDS = 2.0
_OPENED, _CONFIRMED = "bookings.form", "bookings.confirmed"


# Sent while the page is being left, when no header can be set; the token is the authority.
@csrf_exempt
@require_POST
def release_hold(request: HttpRequest) -> HttpResponse:
    """The answer never tells whether there was one."""
    release(request.POST.get("hold", ""), now=timezone.now())
    return HttpResponse(status=204)


def hold_for_form(request: HttpRequest, query: SlotQuery, *, start_minute: int) -> str:
    """Keep the time for the form that is being opened; return its token, or "". Raises SlotTaken if it is not free.

    Nothing is kept for a browser that only looks ahead, or that another site's page made ask for a picture or a
    frame: nobody has picked the time.
    """
    if request.method == "GET" and _is_visit(request) and not _looks_ahead(request):
        return hold(query, start_minute=start_minute) or ""
    refuse_if_taken(query, start_minute=start_minute)
    return ""


def _is_visit(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _looks_ahead(request: HttpRequest) -> bool:
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(word in purpose.lower() for purpose in said for word in ("prefetch", "preview", "prerender"))


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


def challenge_for(page: PublicPage, client: Client, *, start_minute: int, proof: Proof | None = None) -> str:
    """The challenge that the form comes with; "" where none is asked for.

    proof: what is asked for, where that is known.
    """
    now = timezone.now()
    asked = rates(page.id, client, now=now).asked() if proof is None else proof
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
