"""People are asked by mail, into a team or to host a page: one at a time, and in the forms' own sentences."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

from timetuna.accounts.invitations import NotInvited, take_back
from timetuna.accounts.models import MailedInvitation
from timetuna.accounts.passwords import too_often
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.api.operations import invalid
from timetuna.api.problems import Problem, ProblemCode, not_found
from timetuna.bookings.status.resource import utc

RowT = TypeVar("RowT", bound=MailedInvitation)


def invited(email: str, ask: Callable[[], RowT]) -> RowT:
    """What `ask` has stored. Raises Problem 422 for who cannot be asked, and 429 after too many mails."""
    try:
        return ask()
    except NotInvited as error:
        raise invalid("/email", f"{email} {error}") from error
    except TooManyMails as error:
        wait = {"Retry-After": str(math.ceil(error.seconds))}
        sentence = too_often(str(error), error.seconds).messages[0]
        raise Problem(ProblemCode.FLOOD, sentence, headers=wait) from error


def take_invitation_back(row: MailedInvitation) -> None:
    """Raises Problem 404 where it was answered, or taken back, a moment ago."""
    if not take_back(row):
        raise not_found()


def invitation_resource(row: MailedInvitation) -> dict[str, Any]:
    """As who may invite reads it."""
    return {"id": row.public_id, "email": row.email, "expires_at": utc(row.expires_at)}
