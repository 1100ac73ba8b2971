"""What Calendly's rows are in our words. Whatever is missing or unknown in one is said, and never guessed."""

from collections.abc import Iterator
from typing import TypeVar

from timetuna.lib.http import Json, part, parts, text
from timetuna.lib.text import multi_line, single_line, spoken
from timetuna.providers.bundle import (
    OutsideBooking,
    OutsidePage,
    OutsidePerson,
    OutsidePlace,
    OutsideQuestion,
    OutsideSchedule,
    Span,
)
from timetuna.providers.outside_texts import (
    DAYS,
    LINE,
    TEXT,
    address,
    day,
    is_path,
    last_part,
    line,
    lines,
    link,
    minute,
    outside_id,
    whole,
    window,
)

__all__ = ["T", "address", "booking", "is_path", "is_shared", "line", "page", "person", "schedule"]

T = TypeVar("T")
_STAFFING = {"round_robin": "any", "collective": "all"}
_QUESTIONS = {
    "string": "line",
    "text": "text",
    "phone_number": "phone",
    "single_select": "one",
    "multi_select": "many",
}
_PLACES = {
    "physical": ("in_person", spoken("In person")),
    "zoom_conference": ("zoom", "Zoom"),
    "google_conference": ("google_meet", "Google Meet"),
    "microsoft_teams_conference": ("teams", "Microsoft Teams"),
    "outbound_call": ("phone", spoken("Phone call, you call")),
    "inbound_call": ("phone", spoken("Phone call, the guest calls")),
    "webex_conference": ("", "Webex"),
    "gotomeeting_conference": ("", "GoTo Meeting"),
    "gotomeeting": ("", "GoTo Meeting"),
    "ask_invitee": ("", spoken("A place that the guest names")),
}
_MOST_ANSWERS, _MOST_OTHERS = 50, 50


def is_shared(row: Json) -> bool:
    return text(row, "pooling_type") in _STAFFING or text(part(row, "profile"), "type") == "Team"


def person(row: Json) -> OutsidePerson:
    return OutsidePerson(name=line(row, "name"), email=address(text(row, "email")))


def schedule(row: Json) -> OutsideSchedule | None:
    """None without an id."""
    found = outside_id(row.get("uri"))
    if not found:
        return None
    weekly: list[tuple[int, int, int]] = []
    dates: dict[str, tuple[Span, ...]] = {}
    for rule in parts(row, "rules"):
        spans = tuple(_spans(rule))
        if text(rule, "type") == "date" and (on := day(rule.get("date"))):
            dates[on] = spans
        elif text(rule, "wday") in DAYS:
            weekly += [(DAYS.index(text(rule, "wday")), *span) for span in spans]
    return OutsideSchedule(
        id=found,
        name=line(row, "name"),
        time_zone=line(row, "timezone"),
        is_default=row.get("default") is True,
        weekly=tuple(weekly),
        dates=tuple(dates.items()),
    )


def _spans(rule: Json) -> Iterator[Span]:
    for one in parts(rule, "intervals"):
        if span := window(one.get("from"), one.get("to")):
            yield span


def page(row: Json, hosts: tuple[OutsidePerson, ...]) -> OutsidePage | None:
    """None without an id or a name."""
    found, title = outside_id(row.get("uri")), line(row, "name")
    if not found or not title:
        return None
    options = row.get("duration_options")
    given = [*options, row.get("duration")] if isinstance(options, list) else [row.get("duration")]
    minutes = sorted({length for one in given if (length := whole(one))})
    return OutsidePage(
        id=found,
        title=title,
        slug=line(row, "slug") or last_part(text(row, "scheduling_url")),
        url=link(text(row, "scheduling_url")),
        description=lines(row, "description_plain"),
        minutes=tuple(minutes),
        places=tuple(_place(one) for one in parts(row, "locations")),
        questions=tuple(_questions(row)),
        secret=row.get("secret") is True,
        active=row.get("active") is not False,
        staffing=_STAFFING.get(text(row, "pooling_type"), "solo"),
        hosts=hosts,
        seats=2 if text(row, "kind") == "group" else 1,
        lost=tuple(_lost(row)),
    )


def _lost(row: Json) -> Iterator[str]:
    if text(row, "booking_method") == "poll":
        yield spoken("It is a poll there; here it is an ordinary page.")
    if text(row, "type") == "AdhocEventType":
        yield spoken("It was made for one occasion there.")
    if text(row, "pooling_type") == "multi_pool":
        yield spoken("Several groups of hosts come together there; here you host it alone.")
    if row.get("admin_managed") is True:
        yield spoken("Your organisation manages it there; here it is yours.")


def _place(row: Json) -> OutsidePlace:
    named = text(row, "kind")
    detail = line(row, "location") or line(row, "phone_number")
    if named == "custom":
        kind = "link" if link(detail) else "in_person"
        return OutsidePlace(kind=kind, said="Custom", detail=detail)
    kind, said = _PLACES.get(named, ("", single_line(named, max_length=40) or spoken("Not said")))
    return OutsidePlace(kind=kind, said=said, detail=detail if named in {"physical", "inbound_call"} else "")


def _questions(row: Json) -> Iterator[OutsideQuestion]:
    found = [one for one in parts(row, "custom_questions") if one.get("enabled") is not False]
    for one in sorted(found, key=lambda question: whole(question.get("position")) or 0):
        choices = one.get("answer_choices")
        options = [single_line(choice, max_length=LINE) for choice in _texts(choices)]
        named = text(one, "type")
        yield OutsideQuestion(
            kind=_QUESTIONS.get(named, ""),
            said=single_line(named, max_length=40),
            label=line(one, "name", longest=TEXT),
            required=one.get("required") is True,
            options=tuple(filter(None, options)),
            other=one.get("include_other") is True,
        )


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def booking(row: Json, invitees: list[Json]) -> OutsideBooking | None:
    """None without an id or its times. Of several who share a time the first is its guest, the others come too."""
    found, start, end = (
        outside_id(row.get("uri")),
        minute(text(row, "start_time")),
        minute(text(row, "end_time")),
    )
    if not found or start is None or end is None or end <= start:
        return None
    place, first = part(row, "location"), next(iter(invitees), {})
    extra = [person(one) for one in (*invitees[1:], *parts(row, "event_guests"))]
    return OutsideBooking(
        id=found,
        title=line(row, "name"),
        start_minute=start,
        minutes=end - start,
        page=outside_id(row.get("event_type")),
        guest=person(first),
        guest_zone=line(first, "timezone"),
        others=tuple(one for one in extra if one.email)[:_MOST_OTHERS],
        answers=tuple(_answers(first)),
        place=line(place, "location"),
        join_url=link(text(place, "join_url")),
        cancel_url=link(text(first, "cancel_url")),
        reschedule_url=link(text(first, "reschedule_url")),
    )


def _answers(row: Json) -> Iterator[tuple[str, str]]:
    for one in parts(row, "questions_and_answers")[:_MOST_ANSWERS]:
        asked, answer = line(one, "question"), multi_line(text(one, "answer"), max_length=2_000)
        if asked and answer:
            yield asked, answer
