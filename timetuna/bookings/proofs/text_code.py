"""Six digits that go by text to the phone number that a guest typed, so that they can show that it is theirs.

Where no text may go, or the service does not take it, a code by mail serves instead. What the guest reads is the same.
"""

import json
import logging
import secrets
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import get_language, gettext

from timetuna import texts
from timetuna.accounts.emails import send
from timetuna.bookings.consents import is_stopped
from timetuna.bookings.models import NumberCode
from timetuna.bookings.proofs.layers import may_text
from timetuna.bookings.proofs.mail_code import OF_PAGE, hold_on, limits_of, notice_of
from timetuna.bookings.proofs.numbers import number_hash, prefix_hash
from timetuna.bookings.proofs.operator import tell_operator
from timetuna.db.sql import forget_some
from timetuna.encryption import box
from timetuna.jobs.models import Job
from timetuna.jobs.queue import MAIL, job
from timetuna.lib.crypto import equal, fingerprint, hmac_hex
from timetuna.lib.mail import mailbox_of
from timetuna.lib.phones import shown_number
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import page_settings
from timetuna.providers.errors import ProviderError
from timetuna.rate_limits.limits import Client, spend, spend_all

log = logging.getLogger("timetuna.texts")
VALID = timedelta(minutes=10)
MOST_TRIES = 5
_KEPT_FOR = timedelta(days=1)
"""So long they are counted, see `layers`."""
Way = NumberCode.Way


class NumberAsked(NamedTuple):
    """For what a code is good: a form, by its key, and a number. email: where it goes instead."""

    key: str
    number: str
    email: str


def ask(asked: NumberAsked, page: PublicPage, *, client: Client, hold: str, now: datetime) -> None:
    """Have a code sent; earlier ones stay valid as long. A time that is held is held on meanwhile."""
    forget_some(NumberCode.objects.filter(asked_at__lte=now - _KEPT_FOR))
    prefix, number = prefix_hash(asked.number), number_hash(asked.number)
    possible = texts.can_text() and not is_stopped(asked.number)
    may, halted = may_text(page.id, prefix, number, client=client, now=now) if possible else (False, None)
    if halted and halted.all:
        tell_operator(now)
    with transaction.atomic():
        hold_on(hold, now)
        if may:
            _text(asked, page, client=client, now=now)
        else:
            _mail(asked, page, client=client, now=now)


class NumberOutcome(Enum):
    """BY_TEXT and BY_MAIL: it is right, and came that way."""

    BY_TEXT = auto()
    BY_MAIL = auto()
    WRONG = auto()
    TOO_MANY = auto()


RIGHT = frozenset({NumberOutcome.BY_TEXT, NumberOutcome.BY_MAIL})


def check(asked: NumberAsked, code: str, *, page_id: int) -> NumberOutcome:
    """Each try is counted before it is compared, so that no two clients share one; a right code is used then.

    The same form may be sent again with it: it books once.
    """
    now, digits = timezone.now(), "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    mine = NumberCode.objects.filter(
        page_id=page_id,
        form=fingerprint(asked.key),
        number_hash=number_hash(asked.number),
        expires_at__gt=now,
    )
    with transaction.atomic():
        open_rows = [
            row
            for row in mine.order_by("-pk")
            if mine.filter(pk=row.pk, tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
        ]
        for row in open_rows:
            if equal(row.code_hash, _hash(digits, row.salt)):
                mine.filter(pk=row.pk, used_at=None).update(used_at=now)
                return NumberOutcome.BY_TEXT if row.way == Way.TEXT else NumberOutcome.BY_MAIL
        return NumberOutcome.WRONG if open_rows or not mine.exists() else NumberOutcome.TOO_MANY


def code_sent(number: str, email: str) -> str:
    """What the guest reads, whatever became of it."""
    said = gettext(
        "We are sending a code with six digits by text to %(number)s. Where no text can go just now, it comes by email "
        "to %(email)s. It is valid for %(minutes)s minutes."
    )
    minutes = VALID // timedelta(minutes=1)
    return said % {"number": shown_number(number), "email": email, "minutes": minutes}


def wrong_code(outcome: NumberOutcome) -> tuple[int, str]:
    """The status of the answer, and the sentence."""
    if outcome is NumberOutcome.TOO_MANY:
        return 429, gettext("That was tried too often. Have a new code sent.")
    return 422, gettext("This code is not right, or not valid any more. Look at the newest one.")


def _text(asked: NumberAsked, page: PublicPage, *, client: Client, now: datetime) -> None:
    code, row = _stored(Way.TEXT, asked, page.id, network=client.network, now=now)
    said = gettext("%(code)s is your code for booking at %(site)s. It is valid for %(minutes)s minutes.")
    said %= {"code": code, "site": settings.HOST, "minutes": VALID // timedelta(minutes=1)}
    values = {
        "number": asked.number,
        # The last line is for browsers, which offer the code of the site they are at (WebOTP).
        "text": f"{said}\n\n@{settings.HOST} #{code}",
        "key": asked.key,
        "email": asked.email,
        "language": get_language() or settings.LANGUAGE_CODE,
        "wide": client.wide,
        "shared": client.shared,
    }
    sealed = box().seal(json.dumps(values), context=_context(row.pk))
    send_text.enqueue(key=_job_key(row.pk), code=row.pk, sealed=sealed)


def _mail(asked: NumberAsked, page: PublicPage, *, client: Client, now: datetime) -> None:
    """In place of a text, by the limits that all mails with codes have."""
    if spend(OF_PAGE, str(page.id)) or spend_all(*limits_of(mailbox_of(asked.email), client)):
        return
    code, _ = _stored(Way.MAIL, asked, page.id, network=client.network, now=now)
    send(notice_of(page, code), to=asked.email)


def _stored(
    way: Way, asked: NumberAsked, page_id: int, *, network: str, now: datetime
) -> tuple[str, NumberCode]:
    code, salt = f"{secrets.randbelow(1_000_000):06}", secrets.token_hex(8)
    row = NumberCode.objects.create(
        page_id=page_id,
        way=way,
        form=fingerprint(asked.key),
        number_hash=number_hash(asked.number),
        prefix_hash=prefix_hash(asked.number),
        network=network,
        salt=salt,
        code_hash=_hash(code, salt),
        asked_at=now,
        expires_at=now + VALID,
    )
    return code, row


@job("bookings.text_code", lane=MAIL)
def send_text(code: int, sealed: str) -> None:
    """Once: that it may have left is stored before it does, and who was killed in between sends no second one."""
    now = timezone.now()
    if not sealed or not NumberCode.objects.filter(pk=code, sent_at=None, expires_at__gt=now).update(
        sent_at=now
    ):
        return
    values = json.loads(box().open(sealed, context=_context(code)))
    service = texts.service()
    try:
        if service is not None:
            service.send(values["number"], values["text"])
    except ProviderError as error:
        log.warning("a code was not sent by text: %s", error.code)
        if error.operator:
            tell_operator(now, broken=True)
        if not error.outcome_unknown:  # it went nowhere, so that nobody has typed it says nothing
            NumberCode.objects.filter(pk=code).update(way=Way.MAIL, expires_at=now)
        service = None
    if service is None:
        _mail_instead(code, values, now)
    Job.objects.filter(key=_job_key(code)).update(arguments={"code": code, "sealed": ""})


def _mail_instead(code: int, values: dict[str, str], now: datetime) -> None:
    row = NumberCode.objects.get(pk=code)
    page = page_settings(row.page_id)
    if page is None:
        return
    client = Client(network=row.network, wide=values["wide"], shared=bool(values["shared"]))
    asked = NumberAsked(key=values["key"], number=values["number"], email=values["email"])
    with translation.override(values["language"]), transaction.atomic():
        _mail(asked, page, client=client, now=now)


def _hash(code: str, salt: str) -> str:
    return hmac_hex(settings.SECRET_KEY, f"text code\n{salt}\n{code}")


def _job_key(code: int) -> str:
    return f"bookings.text_code:{code}"


def _context(code: int) -> str:
    return f"bookings.text_code:{code}"
