"""Proofs of work: a browser shows that it has calculated for a while, for one form, page and day.

Challenges are ALTCHA's (version 2, PBKDF2), signed and nowhere stored; what was used is, until it expires.
"""

import base64
import json
import secrets
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from altcha import Challenge, Payload, Solution, create_challenge, verify_solution
from django.conf import settings
from django.db import transaction

from timetuna.bookings.models import UsedProof
from timetuna.bookings.proofs.needed import Proof
from timetuna.lib.crypto import fingerprint, hmac_hex

ALGORITHM, ROUNDS = "PBKDF2/SHA-256", 2_000
STEPS = {Proof.WORK: 400, Proof.HARD_WORK: 6_000}
"""Keys to try at most; half of them on average. A phone of these years tries 1,000 to 2,000 in a second."""
VALID_FOR = timedelta(minutes=20)
_LONGEST_PAYLOAD = 4_000
_SWEPT_AT_ONCE = 500


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
    _forget_old(now)
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


def _forget_old(now: datetime) -> None:
    old = UsedProof.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:_SWEPT_AT_ONCE]
    if found := list(old):
        UsedProof.objects.filter(pk__in=found).delete()


def _key(purpose: str) -> str:
    return hmac_hex(settings.SECRET_KEY, f"proof of work\n{purpose}")
