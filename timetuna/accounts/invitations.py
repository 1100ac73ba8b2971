"""Invitations by mail: one link to one address, which works once and for 14 days; into a team, or to host a page.

An invitation is a row of a `MailedInvitation` table with what it leads to. Only the mail has its token, the row a
fingerprint. What differs from table to table an `Asked` says. How it is done, in the caller's transaction and behind a
lock of what is shared (its team, its page), so that one address has one open invitation:

    invitation = asked.open_one(email) or CohostInvitation(page=page, email=email)
    invite(invitation, asked, by=ada)                                     # raises NotInvited, TooManyMails
    invite_again(invitation, asked, by=ada)                               # the former link ends
    take_back(invitation)

Behind the link: `find` a row by its token, ask `state_of` it, and on a POST that says yes or no:

    with answering(CohostInvitation, token, accepted=True) as invitation:  # raises NotOpen
        …                                                                  # what it leads to, in the same transaction

Nobody is let in but by that POST: neither signing up nor opening the link answers anything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.models import MailedInvitation, User
from timetuna.accounts.notices import Notice
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.l10n.datetimes import day_of_year
from timetuna.lib.crypto import fingerprint, random_token
from timetuna.lib.mail import mailbox_of
from timetuna.lib.text import single_line, without_addresses
from timetuna.rate_limits.limits import Limit, spend_all, wait
from timetuna.web.forms import in_full

LASTS = timedelta(days=14)
FORGOTTEN_AFTER = timedelta(days=30)
_HOUR, _DAY = 3_600, 86_400
BY_PERSON = Limit("invitations-by", (60, _HOUR), (200, _DAY), strict=True)
INTO_ONE = Limit("invitations-into", (200, _DAY), strict=True)
"""Into one team, or to one page."""
TO_MAILBOX = Limit("invitations-to", (20, _DAY), strict=True)
BY_PERSON_TO_MAILBOX = Limit("invitations-by-to", (5, _DAY), strict=True)
TO_COLLEAGUE = Limit("invitations-to-colleague", (60, _DAY), strict=True)
"""By one person to one mailbox of who is in the same team: they host many pages, and are asked to each."""
TO_THEM = gettext_lazy("This address was sent several invitations lately. Wait %(wait)s and try again.")
FROM_YOU = gettext_lazy(
    "So many invitations were sent lately that the next one has to wait. Try again in %(wait)s."
)
LONGEST_NAME = 60

RowT = TypeVar("RowT", bound=MailedInvitation)


class State(Enum):
    """What a link is good for."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"


class NotOpen(Exception):  # noqa: N818 - it says what is the matter
    """It cannot be answered any more, or never could. state: None where it was taken back or never existed."""

    def __init__(self, state: State | None) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True, slots=True)
class InvitationMail:
    """What its mail says. Names in it went through `said`.  path: of the link.  button: "" is the usual one."""

    subject: str
    lines: tuple[str, ...]
    path: str
    button: str = ""


class NotInvited(Exception):  # noqa: N818 - it says what is the matter
    """`str()` is a sentence that goes on after the address, as in "is in the team already"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[RowT]):
    """Into what people are invited.  name: where it is counted, as in "team 7".  rows: all its invitations.

    people: who is there already.  colleagues: who gets more of its mails than a stranger.  most: how many there can be,
    those who are asked included.  there, full: why somebody is not invited.  mail: of an invitation and its token.
    deed: what asking somebody is noted as.
    """

    name: str
    rows: QuerySet[RowT]
    people: QuerySet[User]
    colleagues: QuerySet[User]
    most: int
    there: str
    full: str
    mail: Callable[[RowT, str], InvitationMail]
    deed: Deed

    def waiting(self) -> QuerySet[RowT]:
        return self.rows.filter(answered_at=None)

    def open_one(self, email: str) -> RowT | None:
        """To this address, locked."""
        return self.waiting().select_for_update().filter(email=email).first()


def invite(invitation: RowT, into: Asked[RowT], *, by: User) -> RowT:
    """Store a new one, or an open one anew, and enqueue its mail. Raises NotInvited and TooManyMails."""
    if into.people.filter(email=invitation.email).exists():
        raise NotInvited(into.there)
    if invitation.pk is None and into.waiting().count() + into.people.count() >= into.most:
        raise NotInvited(into.full)
    _count(invitation, into, by)
    invitation.invited_by, deed = by, Deed.INVITED_AGAIN if invitation.pk else into.deed
    _mail(invitation, into, issue(invitation))
    _note(invitation, deed)
    return invitation


def invite_again(invitation: RowT, into: Asked[RowT], *, by: User) -> None:
    """With a new link and two more weeks; the former link ends. Raises NotOpen and TooManyMails."""
    with transaction.atomic():
        token = reissue(invitation)
        _count(invitation, into, by)
        into.rows.filter(pk=invitation.pk).update(invited_by=by)
        invitation.invited_by = by
        _mail(invitation, into, token)
        _note(invitation, Deed.INVITED_AGAIN)


def _mail(invitation: RowT, into: Asked[RowT], token: str) -> None:
    """In the language of who has an account with the address, else in that of who invites, as far as it is known."""
    reader, asker = User.objects.filter(email=invitation.email).first(), invitation.invited_by
    known = reader or (asker if asker and asker.language else None)
    with speaking_to(known) if known else nullcontext():
        mail_invitation(invitation, into.mail(invitation, token))


def _note(invitation: MailedInvitation, deed: Deed) -> None:
    note(deed, **invitation.about(), people={"person": (None, invitation.email)})


def issue(invitation: MailedInvitation) -> str:
    """Store it for 14 days from now with a new token, and return that. The one it had before ends.

    Those of its table that are long over are forgotten, with whom they were for.
    """
    token, now = random_token(), timezone.now()
    old = type(invitation)._default_manager.filter(expires_at__lt=now - FORGOTTEN_AFTER)  # noqa: SLF001 - Django's documented API
    old.exclude(pk=invitation.pk).delete()
    invitation.token_fingerprint = fingerprint(token)
    invitation.expires_at = now + LASTS
    invitation.save()
    return token


def reissue(invitation: MailedInvitation) -> str:
    """`issue` one that is stored, if nobody has answered it; also one that has expired. Raises NotOpen."""
    with transaction.atomic():
        stored = type(invitation)._default_manager.select_for_update().filter(pk=invitation.pk).first()  # noqa: SLF001 - as above
        if stored is None:
            raise NotOpen(None)
        if stored.answered_at is not None:
            raise NotOpen(State.ANSWERED)
        token = issue(stored)
    invitation.token_fingerprint, invitation.expires_at = stored.token_fingerprint, stored.expires_at
    return token


def take_back(invitation: MailedInvitation) -> bool:
    """Delete it, unless it was answered; say whether it is gone."""
    rows = type(invitation)._default_manager.filter(pk=invitation.pk, answered_at=None)  # noqa: SLF001 - as above
    with transaction.atomic():
        if gone := bool(rows.delete()[0]):
            _note(invitation, Deed.UNINVITED)
    return gone


def find(model: type[RowT], token: str) -> RowT | None:
    """In any state; None where it was taken back, was sent again with another token, or never existed."""
    rows = model._default_manager.select_related("invited_by")  # noqa: SLF001 - as above
    return rows.filter(token_fingerprint=fingerprint(token)).first()


def state_of(invitation: MailedInvitation, *, now: datetime) -> State:
    if invitation.answered_at is not None:
        return State.ANSWERED
    return State.EXPIRED if invitation.expires_at <= now else State.OPEN


@contextmanager
def answering(model: type[RowT], token: str, *, accepted: bool) -> Iterator[RowT]:
    """Answer it, once, in one transaction with what is done inside. Raises NotOpen."""
    with transaction.atomic():
        rows = model._default_manager.select_for_update()  # noqa: SLF001 - as above
        invitation = rows.filter(token_fingerprint=fingerprint(token)).first()
        now = timezone.now()
        state = state_of(invitation, now=now) if invitation else None
        if invitation is None or state is not State.OPEN:
            raise NotOpen(state)
        invitation.answered_at, invitation.accepted = now, accepted
        invitation.save(update_fields=["answered_at", "accepted"])
        yield invitation


def is_for(invitation: MailedInvitation, user: User) -> bool:
    """Whether they sign in with the address it was mailed to; else they have to say that they mean to answer it."""
    return invitation.email == user.email


def _count(invitation: RowT, into: Asked[RowT], by: User) -> None:
    known = into.colleagues.filter(email=invitation.email).exists()
    count_invitation(by, of=into.name, email=invitation.email, known=known)


def count_invitation(by: User, *, of: str, email: str, known: bool = False) -> None:
    """Count a mail with an invitation. Raises TooManyMails, and counts nothing then.

    of: to what, as in "team 7".  known: to a colleague, who gets more of them than a stranger.
    """
    person, mailbox = str(by.pk), mailbox_of(email)
    both = f"{person}\n{mailbox}"
    theirs = [(TO_COLLEAGUE, both)] if known else [(TO_MAILBOX, mailbox), (BY_PERSON_TO_MAILBOX, both)]
    if seconds := spend_all((BY_PERSON, person), (INTO_ONE, of), *theirs):
        raise TooManyMails(str(TO_THEM if wait(*theirs) else FROM_YOU), seconds=seconds)


def mail_invitation(invitation: MailedInvitation, mail: InvitationMail) -> None:
    """Enqueue it, in the caller's transaction."""
    until = invitation.expires_at
    after = (
        gettext("This invitation is for %(email)s. The link works once, until %(until)s.")
        % {"email": invitation.email, "until": day_of_year(until.date())},
        gettext("You did not expect it? Then do nothing: without your answer nothing happens."),
    )
    send(
        Notice(
            mail.subject,
            mail.lines,
            mail.button or gettext("Look at the invitation"),
            in_full(mail.path),
            after,
        ),
        to=invitation.email,
    )


def said(name: str) -> str:
    """A name that somebody typed, in a mail to who may not know them: no way to send anybody a harmful link."""
    return single_line(without_addresses(name), max_length=LONGEST_NAME)


def inviter(user: User) -> str:
    """Who asks, as a mail says it: strangers can see who it really is."""
    return f"{said(user.name)} ({user.email})"
