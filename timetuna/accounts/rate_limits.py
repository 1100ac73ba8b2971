"""How many mails about accounts people are sent because somebody typed their address."""

from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from timetuna.accounts.models import User
from timetuna.accounts.passwords import known_device
from timetuna.accounts.queries import address_is_taken
from timetuna.lib.mail import mailbox_of
from timetuna.rate_limits.limits import (
    Client,
    GrowingDelay,
    Limit,
    Pair,
    client_of,
    give_back,
    spend,
    spend_all,
    wait,
)

_HOUR, _DAY = 3_600, 86_400
TO_MAILBOX = Limit("account-mail-to", (10, _HOUR), (20, _DAY), strict=True)
FROM_NETWORK_TO_MAILBOX = Limit("account-mail-from-to", (5, 600), (10, _DAY), strict=True)
FROM_DEVICE_TO_MAILBOX = Limit("account-mail-from-device-to", (5, 600), (10, _DAY), strict=True)
"""Of a device that the account is known on: what strangers ask for does not use it up."""
BEYOND_TO_MAILBOX = Limit("account-mail-beyond-to", (20, _DAY), strict=True)
BEYOND_FROM_WIDE = Limit("account-mail-beyond-from", (2, _DAY), strict=True)
"""Where others have used up a mailbox's mails: a few more, and of these only two for each network around an address."""
RESET_TO_MAILBOX = GrowingDelay("reset-mail-to", free=10, first=60, longest=_HOUR, memory=_DAY)
RESET_FROM_NETWORK_TO_MAILBOX = GrowingDelay(
    "reset-mail-from-to", free=5, first=60, longest=_HOUR, memory=_DAY
)
RESET_FROM_DEVICE = GrowingDelay("reset-mail-from-device", free=5, first=60, longest=1_800, memory=_DAY)
"""Mails for a new password have counts of their own: no other mail uses them up."""
LINK = Limit("reset-link", (1, 1_800), strict=True)
"""How long ago a link was mailed that still works: half of what a link lives (PASSWORD_RESET_TIMEOUT)."""
FROM_NETWORK = GrowingDelay("account-mail-from", free=30, first=2, longest=300, memory=_HOUR)
FROM_WIDE_NETWORK = GrowingDelay("account-mail-from-wide", free=150, first=2, longest=300, memory=_HOUR)
LEAVING = GrowingDelay("sign-in-elsewhere", free=30, first=1, longest=30, memory=600, strict=False)
"""Leaving for Google or Microsoft from one network: each time stores something until somebody comes back."""
TEAM_HANDLES = Limit("team-handles", (20, _DAY))
"""Public addresses that one person takes for teams."""
TO_YOU = gettext_lazy(
    "We have sent several mails to this address lately. Look for them, also in the spam folder; "
    "or wait %(wait)s and try again."
)
LINK_IS_THERE = gettext_lazy(
    "Many such mails were asked for lately. If there is an account with this address, a link that works is in its "
    "mailbox: look for it, also in the spam folder. Or wait %(wait)s and try again."
)
FROM_AROUND_YOU = gettext_lazy(
    "Many such mails were asked for from your network lately. Wait %(wait)s and try again."
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
    mailbox, client = mailbox_of(email), client_of(request)
    if device := _device(request, email):
        of_mailbox: list[Pair] = [(FROM_DEVICE_TO_MAILBOX, f"{device}\n{mailbox}")]
        seconds = spend_all(*of_mailbox)
    else:
        mine: Pair = (FROM_NETWORK_TO_MAILBOX, f"{client.network}\n{mailbox}")
        of_mailbox = [(TO_MAILBOX, mailbox), mine]
        seconds = spend_all(*of_mailbox, *_of_network(client))
        if seconds and not spend_all(mine, *_beyond(client, mailbox), *_of_network(client)):
            return
    if seconds:
        raise TooManyMails(str(TO_YOU if wait(*of_mailbox) else FROM_AROUND_YOU), seconds=seconds)


def count_reset_mail(request: HttpRequest, email: str) -> None:
    """Count a mail with a link for a new password, or one that says there is no account. Raises TooManyMails."""
    mailbox, client = mailbox_of(email), client_of(request)
    pairs: list[Pair] = [
        (RESET_TO_MAILBOX, mailbox),
        (RESET_FROM_NETWORK_TO_MAILBOX, f"{client.network}\n{mailbox}"),
        *_of_network(client),
    ]
    if device := _device(request, email):
        pairs = [(RESET_FROM_DEVICE, f"{device}\n{mailbox}")]
    if seconds := spend_all(*pairs):
        raise TooManyMails(str(LINK_IS_THERE), seconds=seconds)


class LastLink:
    """Whether a link for a new password that still works was mailed to this address lately.

    Counted for what makes links void when it changes (password, last sign-in, addresses), and by the exact address: no
    mail to another spelling of the mailbox counts as the owner's link. Costs as much where there is no account.
    """

    def __init__(self, email: str) -> None:
        user = User.objects.filter(email=email).first()
        addresses = EmailAddress.objects.filter(user_id=user.pk if user else 0).values_list(
            "email", flat=True
        )
        state = sorted({email, *addresses}) + ([user.password, str(user.last_login)] if user else [])
        self.owned = address_is_taken(email)
        self._pair: Pair = (LINK, "\n".join(state))

    def note(self) -> bool:
        """Count a link; say whether there was none."""
        return not spend_all(self._pair)

    def take_back(self) -> None:
        """Forget it: it was not mailed after all."""
        give_back(self._pair)


def wait_to_leave(request: HttpRequest) -> float:
    """Count somebody who leaves to sign in elsewhere; return the seconds they have to wait first."""
    return spend(LEAVING, client_of(request).network)


def wait_for_handle(user_id: int) -> float:
    """Count a public address that somebody takes for a team; return the seconds they have to wait first."""
    return spend(TEAM_HANDLES, str(user_id))


def _device(request: HttpRequest, email: str) -> str:
    user = User.objects.filter(email=email).first()
    return known_device(request, user) if user else ""


def _of_network(client: Client) -> list[Pair]:
    return [(FROM_NETWORK, client.network), (FROM_WIDE_NETWORK, client.wide)]


def _beyond(client: Client, mailbox: str) -> list[Pair]:
    return [(BEYOND_TO_MAILBOX, mailbox), (BEYOND_FROM_WIDE, f"{client.wide}\n{mailbox}")]
