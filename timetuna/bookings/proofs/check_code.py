"""Compares what a guest typed with the codes that were mailed to them."""

from datetime import datetime
from enum import Enum, auto

from django.db import transaction
from django.db.models import F

from timetuna.bookings.models import MailCode
from timetuna.bookings.proofs.needed import mailbox_hash
from timetuna.bookings.proofs.send_code import code_hash
from timetuna.lib.crypto import equal, fingerprint
from timetuna.lib.mail import mailbox_of
from timetuna.rate_limits.limits import Limit, spend
from timetuna.web.client import Client

MOST_TRIES = 20
"""Of one code, by whomever: one in 50,000 guessers is lucky."""
TRIES = Limit("tries of codes", (5, 600), (30, 86_400), strict=True)
"""Of one mailbox from one network: a stranger's tries leave the guest theirs."""


class Outcome(Enum):
    RIGHT = auto()
    WRONG = auto()
    TOO_MANY = auto()


def check_code(page_id: int, code: str, *, email: str, key: str, client: Client, now: datetime) -> Outcome:
    """A right one of the codes that are valid is good for the form with this key alone."""
    mailbox = mailbox_of(email)
    digits = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    form = fingerprint(key)
    with transaction.atomic():
        rows = MailCode.objects.select_for_update().filter(
            page_id=page_id, mailbox_hash=mailbox_hash(mailbox), expires_at__gt=now
        )
        open_rows = [row for row in rows if row.tries < MOST_TRIES and row.used_for in {"", form}]
        right = [row for row in open_rows if equal(row.code_hash, code_hash(digits, row.salt))]
        if any(row.used_for == form for row in right):
            return Outcome.RIGHT
        if spend(TRIES, f"{client.network}\n{mailbox}"):
            return Outcome.TOO_MANY
        if right:
            MailCode.objects.filter(pk=right[0].pk).update(used_for=form)
            return Outcome.RIGHT
        MailCode.objects.filter(pk__in=[row.pk for row in open_rows]).update(tries=F("tries") + 1)
        return Outcome.WRONG
