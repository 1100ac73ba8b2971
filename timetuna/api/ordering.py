"""A booking that a program asks for, as the guest's own form reads it: the same cleaning, the same sentences."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from timetuna.api.faults import FaultCode
from timetuna.api.problems import Fault, Problem, ProblemCode
from timetuna.api.schemas.bookings import BookingIn, FurtherGuestIn
from timetuna.bookings.actions.book import Order
from timetuna.bookings.forms.book import GuestBookingForm
from timetuna.bookings.guests import Guest
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.visitor import ANSWER
from timetuna.lib.crypto import fingerprint
from timetuna.lib.text import single_line
from timetuna.pages.models import Question
from timetuna.pages.public import PublicPage
from timetuna.web.middleware import meant

_POINTERS = {
    "start": "/start",
    "duration": "/duration",
    "zone": "/guest/time_zone",
    "kind": "/meeting_type",
    "name": "/guest/name",
    "email": "/guest/email",
    "phone": "/guest/phone",
    "notes": "/guest/notes",
    "guests": "/guests",
}
_LENGTH = 48


def order_of(
    asked: BookingIn,
    page: PublicPage,
    questions: Sequence[Question],
    *,
    minutes: int,
    key: str,
    person: int | None,
) -> Order:
    """key: what makes it one booking however often it is asked for. Raises Problem 422 that names each field."""
    _refuse_unknown_answers(asked, questions)
    form = GuestBookingForm(page, _typed(asked, page, questions, minutes, key), questions=questions)
    if not form.is_valid():
        raise _problem(form, page)
    data, origin = form.cleaned_data, {"utm_source": asked.source, "metadata": asked.metadata}
    language = meant(asked.guest.language) or "en"
    return Order(
        page_id=page.id,
        minutes=data["duration"],
        start_minute=data["start"],
        kind=data["kind"],
        guest=Guest(data["name"], data["email"], data["zone"], language, form.answers()),
        key=data["key"],
        person=person,
        others=data.get("guests", ()),
        answers=form.given(),
        origin={name: value for name, value in origin.items() if value},
        link=asked.link,
        waived=frozenset(asked.force),
    )


def form_key(principal: str, key: str) -> str:
    """What a booking is kept under: of this key's owner alone, so that nobody can ask for another's."""
    return "api-" + fingerprint(principal + "\n" + key)[:_LENGTH]


def _typed(
    asked: BookingIn, page: PublicPage, questions: Sequence[Question], minutes: int, key: str
) -> QueryDict:
    kinds = [choice.kind for choice in page.meeting_types]
    only = kinds[0] if len(kinds) == 1 else ""
    values: dict[str, Any] = {
        "start": write_start(_whole(asked.start)),
        "duration": str(minutes),
        "zone": asked.guest.time_zone or page.time_zone,
        "key": key,
        "hold": "",
        "kind": asked.meeting_type or only,
        "name": asked.guest.name,
        "email": asked.guest.email,
        "as_typed": asked.guest.email.strip().lower(),
        "phone_country": "",
        "phone": asked.guest.phone,
        "texts": "",
        "notes": asked.guest.notes,
        "guests": lines_of(asked.guests),
    }
    typed = QueryDict(mutable=True)
    for name, value in values.items():
        typed[name] = value
    for name, sent in _answers(asked, questions):
        typed.setlist(name, sent)
    return typed


def lines_of(guests: Sequence[FurtherGuestIn]) -> str:
    """As somebody types them, one a line."""
    lines = [
        (single_line(one.name, max_length=100), single_line(one.email, max_length=254)) for one in guests
    ]
    return "\n".join(f"{name} <{email}>" if name else email for name, email in lines)


def _whole(start: datetime) -> datetime:
    """Raises Problem for a start between two minutes: nothing begins there."""
    if start.second or start.microsecond:
        sentence = gettext("A meeting starts on a full minute.")
        raise Problem(ProblemCode.VALIDATION, sentence, [Fault("/start", "invalid", sentence)])
    return start


def _answers(asked: BookingIn, questions: Sequence[Question]) -> Iterator[tuple[str, list[str]]]:
    """By field, as a browser sends them; options by their id or by what they are called."""
    for question in questions:
        given = asked.answers.get(question.key, "")
        options = {label.casefold(): key for key, label in question.choices()}
        if isinstance(given, bool):
            sent = ["on"] if given else [""]
        elif isinstance(given, list):
            sent = [options.get(one.casefold(), one) for one in given]
        elif question.kind == Question.Kind.MANY:
            sent = [options.get(str(given).casefold(), str(given))] if given != "" else []
        else:
            sent = [options.get(str(given).casefold(), str(given))]
        yield ANSWER + question.key, sent or [""]


def _refuse_unknown_answers(asked: BookingIn, questions: Sequence[Question]) -> None:
    """Raises Problem for an answer to nothing: nobody loses a guest's words because of a slip."""
    known = {one.key for one in questions}
    sentence = gettext("The page asks no such question.")
    if faults := [
        Fault(f"/answers/{key}", FaultCode.UNKNOWN, sentence) for key in asked.answers if key not in known
    ]:
        raise Problem(ProblemCode.VALIDATION, sentence, faults)


def _problem(form: GuestBookingForm, page: PublicPage) -> Problem:
    faults = [
        _which_kind(page) if name == "kind" else Fault(_pointer(name), "invalid", str(sentence))
        for name, sentences in form.errors.items()
        for sentence in sentences
        if name != "__all__" or len(form.errors) == 1
    ]
    return Problem(ProblemCode.VALIDATION, " ".join(dict.fromkeys(one.detail for one in faults)), faults)


def _which_kind(page: PublicPage) -> Fault:
    """A program does not see what a guest could choose."""
    sentence = gettext("Say how you want to meet, in meeting_type. This page has: %(kinds)s.")
    kinds = ", ".join(choice.kind for choice in page.meeting_types)
    return Fault(_POINTERS["kind"], FaultCode.CHOICE, sentence % {"kinds": kinds})


def _pointer(field: str) -> str:
    if field.startswith(ANSWER):
        return f"/answers/{field.removeprefix(ANSWER)}"
    return _POINTERS.get(field, "")
