"""Six digits that are mailed to the address that a guest typed, so that they can show that it is theirs."""

import secrets
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from timetuna.accounts.emails import send
from timetuna.accounts.notices import Notice
from timetuna.bookings.models import Hold, MailCode
from timetuna.bookings.proofs.needed import mailbox_hash
from timetuna.db.sql import forget_some
from timetuna.lib.crypto import equal, fingerprint, hmac_hex
from timetuna.lib.mail import mailbox_of
from timetuna.pages.public import PublicPage, met_on
from timetuna.rate_limits.limits import Client, Limit, spend, spend_all, wait

VALID_MINUTES = 10
TO_MAILBOX = Limit("codes to a mailbox", (1, 30), (3, 3_600), (6, 86_400), strict=True)
FROM_NETWORK = Limit("codes from a network", (20, 3_600), (60, 86_400), strict=True)
FROM_SHARED_NETWORK = Limit("codes from a shared network", (120, 3_600), (600, 86_400), strict=True)
FROM_WIDER_NETWORK = Limit("codes from a wider network", (60, 3_600), (240, 86_400), strict=True)
OF_PAGE = Limit("codes of a page", (60, 600), (300, 86_400))
"""Beyond it a code is mailed to whoever has worked for it: many networks cannot mail many strangers for nothing."""
HELD_AT_MOST = timedelta(minutes=10)
"""From when it was picked: as long as holds are counted."""


class Sending(NamedTuple):
    """Whether a mail went out. If not: in how many seconds one may, or whether only who has worked gets one now."""

    sent: bool = False
    wait: float = 0.0
    needs_work: bool = False


def send_code(
    page: PublicPage, *, email: str, client: Client, hold: str, worked: bool, now: datetime
) -> Sending:
    """Mail a code, valid for VALID_MINUTES; earlier ones stay valid as long. A time that is held is held on meanwhile.

    The mail has no word in it that the guest typed: whoever gets it may never have heard of the page.
    """
    mailbox = mailbox_of(email)
    limits = limits_of(mailbox, client)
    if pause := wait(*limits):
        return Sending(wait=pause)
    if not worked and spend(OF_PAGE, str(page.id)):
        return Sending(needs_work=True)
    if pause := spend_all(*limits):
        return Sending(wait=pause)
    code, salt = f"{secrets.randbelow(1_000_000):06}", secrets.token_hex(8)
    with transaction.atomic():
        forget_some(MailCode.objects.filter(expires_at__lte=now))
        MailCode.objects.create(
            page_id=page.id,
            mailbox_hash=mailbox_hash(mailbox),
            salt=salt,
            code_hash=code_hash(code, salt),
            expires_at=now + timedelta(minutes=VALID_MINUTES),
        )
        hold_on(hold, now)
        send(notice_of(page, code), to=email)
    return Sending(sent=True)


def limits_of(mailbox: str, client: Client) -> list[tuple[Limit, str]]:
    """How many mails with codes one mailbox gets, and one network has sent."""
    of_network = FROM_SHARED_NETWORK if client.shared else FROM_NETWORK
    limits = [(TO_MAILBOX, mailbox), (of_network, client.network)]
    if client.wide and not client.shared:
        limits.append((FROM_WIDER_NETWORK, client.wide))
    return limits


def has_code(page_id: int, email: str, *, now: datetime) -> bool:
    """Whether a code that was mailed to the mailbox is still valid."""
    mine = mailbox_hash(mailbox_of(email))
    return MailCode.objects.filter(page_id=page_id, mailbox_hash=mine, expires_at__gt=now).exists()


def code_hash(code: str, salt: str) -> str:
    """What is kept of a code."""
    return hmac_hex(settings.SECRET_KEY, f"mail code\n{salt}\n{code}")


def hold_on(token: str, now: datetime) -> None:
    """Keep a held time while a code is on its way."""
    held = Hold.objects.filter(token_fingerprint=fingerprint(token), expires_at__gt=now).first()
    if held is not None:
        held.expires_at = max(held.expires_at, held.placed_at + HELD_AT_MOST)
        held.save(update_fields=["expires_at"])


def notice_of(page: PublicPage, code: str) -> Notice:
    """The mail with a code, which has no word in it that the guest typed."""
    blanks = {
        "title": page.title,
        "host": met_on(page, now=timezone.now()).hosts,
        "minutes": VALID_MINUTES,
        "code": code,
    }
    return Notice(
        subject=gettext("%(code)s is your code for booking") % blanks,
        lines=(
            gettext(
                "Somebody, probably you, is booking “%(title)s” with %(host)s and gave this email address. "
                "To confirm the booking, type this code on the page you came from:"
            )
            % blanks,
        ),
        code=code,
        after=(
            gettext("It is valid for %(minutes)s minutes.") % blanks,
            gettext("If that was not you, do nothing: without the code nothing is booked."),
        ),
    )


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


def code_sent(email: str) -> str:
    """What the guest reads then."""
    said = gettext("We have sent a code with six digits to %(email)s. It is valid for %(minutes)s minutes.")
    return said % {"email": email, "minutes": VALID_MINUTES}


def no_code(email: str, minutes: int, *, there_is_one: bool) -> str:
    """Why none goes out, and in how many minutes one may. there_is_one: one was mailed before that is still valid."""
    if there_is_one:
        said = ngettext(
            "A code was sent to %(email)s not long ago. Type the newest one. "
            "Another one can be sent in %(minutes)s minute.",
            "A code was sent to %(email)s not long ago. Type the newest one. "
            "Another one can be sent in %(minutes)s minutes.",
            minutes,
        )
    else:
        said = ngettext(
            "No code can be sent to %(email)s just now. What you typed is still here; "
            "try again in %(minutes)s minute.",
            "No code can be sent to %(email)s just now. What you typed is still here; "
            "try again in %(minutes)s minutes.",
            minutes,
        )
    return said % {"email": email, "minutes": minutes}


def wrong_code(outcome: Outcome) -> tuple[int, str]:
    """The status of the answer, and the sentence."""
    if outcome is Outcome.TOO_MANY:
        return 429, gettext("That was tried too often. Wait ten minutes, and try again.")
    return 422, gettext("This code is not right, or not valid any more. Look at the newest mail.")
