"""How many mails about accounts people are sent because somebody typed their address."""

from django.http import HttpRequest

from timetuna.accounts.devices import known_device
from timetuna.accounts.models import User
from timetuna.lib.mail import mailbox_of
from timetuna.rate_limits.limits import GrowingDelay, Limit, Pair, spend, spend_all, wait
from timetuna.web.client import client_of

_HOUR, _DAY = 3_600, 86_400
TO_MAILBOX = Limit("account-mail-to", (10, _HOUR), (20, _DAY), strict=True)
FROM_NETWORK_TO_MAILBOX = Limit("account-mail-from-to", (5, 600), (10, _DAY), strict=True)
FROM_DEVICE_TO_MAILBOX = Limit("account-mail-from-device-to", (5, 600), (10, _DAY), strict=True)
"""Of a device that the account is known on: what strangers ask for does not use it up."""
FROM_NETWORK = GrowingDelay("account-mail-from", free=30, first=2, longest=300, memory=_HOUR)
FROM_WIDE_NETWORK = GrowingDelay("account-mail-from-wide", free=150, first=2, longest=300, memory=_HOUR)
LEAVING = GrowingDelay("sign-in-elsewhere", free=30, first=1, longest=30, memory=600, strict=False)
"""Leaving for Google or Microsoft from one network: each time stores something until somebody comes back."""
TO_YOU = (
    "We have sent several mails to this address lately. Please look for them, also in the spam folder; "
    "or wait %(wait)s and try again."
)
FROM_AROUND_YOU = (
    "Many such mails were asked for from your network lately. Please wait %(wait)s and try again."
)


class TooManyMails(Exception):  # noqa: N818 - it says what is the matter
    """So many mails went to this mailbox, or were asked for from this network, that another one has to wait.

    `str()` is a sentence with `%(wait)s` for how long.
    """

    def __init__(self, sentence: str, *, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = seconds


def count_account_mail(request: HttpRequest, email: str) -> None:
    """Count a mail that anybody can have sent to this address. Raises TooManyMails, and counts nothing then.

    Spellings of one mailbox count together. Whether the address has an account makes no difference.
    """
    of_mailbox, of_network = _limits(request, email)
    seconds = spend_all(*of_mailbox, *of_network)
    if seconds:
        raise TooManyMails(TO_YOU if wait(*of_mailbox) else FROM_AROUND_YOU, seconds=seconds)


def wait_to_leave(request: HttpRequest) -> float:
    """Count somebody who leaves to sign in elsewhere; return the seconds they have to wait first."""
    return spend(LEAVING, client_of(request).network)


def _limits(request: HttpRequest, email: str) -> tuple[list[Pair], list[Pair]]:
    """Return the limits of the mailbox, and those of the network."""
    mailbox, client = mailbox_of(email), client_of(request)
    user = User.objects.filter(email=email).first()
    if user and (device := known_device(request, user)):
        return [(FROM_DEVICE_TO_MAILBOX, f"{device}\n{mailbox}")], []
    of_mailbox: list[Pair] = [
        (TO_MAILBOX, mailbox),
        (FROM_NETWORK_TO_MAILBOX, f"{client.network}\n{mailbox}"),
    ]
    return of_mailbox, [(FROM_NETWORK, client.network), (FROM_WIDE_NETWORK, client.wide)]
