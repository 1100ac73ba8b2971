"""What goes wrong in the API, as programs read it (RFC 9457). The list of codes stands in `web/problems.py`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext

from timetuna.bookings import errors
from timetuna.web.problems import PROBLEMS, ProblemCode, problem

__all__ = ["PROBLEMS", "Fault", "Problem", "ProblemCode", "answer", "not_found", "of_refusal"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it should be. pointer: where in the body (RFC 6901), or "?name" of the query."""

    pointer: str
    code: str
    detail: str


@dataclass(slots=True)
class Problem(Exception):  # noqa: N818 - it is an answer
    """detail: a sentence for people.  more: members of this problem's own."""

    code: ProblemCode
    detail: str = ""
    errors: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def not_found() -> Problem:
    """Also for what is there and somebody else's."""
    return Problem(ProblemCode.NOT_FOUND, gettext("There is nothing of yours at this address."))


def answer(found: Problem) -> HttpResponse:
    """With its headers."""
    status, title = PROBLEMS[found.code]
    errors = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in found.errors]
    more = ({"errors": errors} if errors else {}) | dict(found.more)
    detail = found.detail or f"{title}."
    response = problem(str(found.code), status, title=str(title), detail=detail, more=more)
    for name, value in found.headers.items():
        response[name] = value
    return response


_REFUSED: Mapping[type[errors.BookingRefused], ProblemCode] = {
    errors.SlotTaken: ProblemCode.SLOT_TAKEN,
    errors.FormUsed: ProblemCode.IDEMPOTENCY_MISMATCH,
    errors.TooManyBookings: ProblemCode.FLOOD,
    errors.TooFar: ProblemCode.TOO_LATE,
    errors.LinkOver: ProblemCode.LINK_OVER,
    errors.NotPossible: ProblemCode.NOT_POSSIBLE,
}


def of_refusal(refused: errors.BookingRefused) -> Problem:
    """What our own actions refuse, in the sentence that people read of it."""
    code = _REFUSED.get(type(refused), ProblemCode.NOT_POSSIBLE)
    wait = refused.wait if isinstance(refused, errors.TooManyBookings) else 0.0
    return Problem(code, str(refused), headers={"Retry-After": str(math.ceil(wait))} if wait else {})
