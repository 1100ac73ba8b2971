"""What Cal.com's rows are in our words. Whatever is missing or unknown in one is said, and never guessed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote

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
    line,
    lines,
    link,
    minute,
    outside_id,
    whole,
    window,
)

__all__ = [
    "T",
    "address",
    "as_default",
    "booking",
    "line",
    "outside_id",
    "page",
    "person",
    "schedule",
]

T = TypeVar("T")
HOME = "https://cal.com"
_STAFFING = {"roundrobin": "any", "collective": "all"}
_QUESTIONS = {
    "text": "line",
    "textarea": "text",
    "number": "number",
    "email": "email",
    "phone": "phone",
    "address": "address",
    "url": "url",
    "select": "one",
    "multiselect": "many",
    "radio": "one",
    "checkbox": "many",
    "boolean": "yes",
    "date": "date",
}
_APPS = {
    "zoom": ("zoom", "Zoom"),
    "google-meet": ("google_meet", "Google Meet"),
    "office365-video": ("teams", "Microsoft Teams"),
    "cal-video": ("", spoken("Cal Video")),
}
_OWN_FIELDS = frozenset(
    {"name", "splitName", "email", "location", "notes", "guests", "rescheduleReason", "title"}
)
"""Those that every booking form has here as well, or that make no sense here."""
_MOST_ANSWERS, _MOST_OTHERS = 50, 50
_MOST_DAYS = 3_650


def person(row: Json) -> OutsidePerson:
    return OutsidePerson(name=line(row, "name"), email=address(text(row, "email")))


def as_default(one: OutsideSchedule) -> OutsideSchedule:
    return replace(one, is_default=True)


def schedule(row: Json) -> OutsideSchedule | None:
    """None without an id. An override from 00:00 to 00:00 is a closed day there."""
    if not (found := outside_id(row.get("id"))):
        return None
    weekly: list[tuple[int, int, int]] = []
    for rule in parts(row, "availability"):
        span = window(rule.get("startTime"), rule.get("endTime"))
        named = rule.get("days")
        days = [one.casefold() for one in named if isinstance(one, str)] if isinstance(named, list) else []
        weekly += [(DAYS.index(one), *span) for one in days if span and one in DAYS]
    dates: dict[str, tuple[Span, ...]] = {}
    for rule in parts(row, "overrides"):
        if on := day(rule.get("date")):
            span = window(rule.get("startTime"), rule.get("endTime"))
            closed = text(rule, "startTime")[:5] == text(rule, "endTime")[:5]
            dates[on] = (*dates.get(on, ()), span) if span and not closed else dates.get(on, ())
    return OutsideSchedule(
        id=found,
        name=line(row, "name"),
        time_zone=line(row, "timeZone"),
        is_default=row.get("isDefault") is True,
        weekly=tuple(weekly),
        dates=tuple(dates.items()),
    )


def page(
    row: Json, *, handle: str = "", people: Mapping[str, OutsidePerson] | None = None
) -> OutsidePage | None:
    """None without an id or a name. people: of its team, by their ids."""
    found, title = outside_id(row.get("id")), line(row, "title")
    if not found or not title:
        return None
    slug = line(row, "slug")
    options = row.get("lengthInMinutesOptions")
    given = (
        [*options, row.get("lengthInMinutes")] if isinstance(options, list) else [row.get("lengthInMinutes")]
    )
    shared = text(row, "schedulingType").replace("_", "").casefold()
    hosts = (people or {}).get
    return OutsidePage(
        id=found,
        title=title,
        slug=slug,
        url=f"{HOME}/{quote(handle)}/{quote(slug)}" if handle and slug else "",
        description=lines(row, "description"),
        minutes=tuple(sorted({length for one in given if (length := whole(one))})),
        places=tuple(_place(one) for one in parts(row, "locations")),
        questions=tuple(_questions(row)),
        schedule=outside_id(row.get("scheduleId")),
        **_rules(row),
        secret=row.get("hidden") is True,
        staffing=_STAFFING.get(shared, "solo"),
        hosts=tuple(
            one
            for entry in parts(row, "hosts")
            if (one := hosts(outside_id(entry.get("userId")))) and one.email
        ),
        seats=whole(part(row, "seats").get("seatsPerTimeSlot")) or 1,
        lost=tuple(_lost(row)),
    )


def _rules(row: Json) -> dict[str, Any]:
    """Without an interval of their own, times start one length after another there."""
    return {
        "buffer_before": whole(row.get("beforeEventBuffer")),
        "buffer_after": whole(row.get("afterEventBuffer")),
        "notice": whole(row.get("minimumBookingNotice")),
        "increment": whole(row.get("slotInterval")) or whole(row.get("lengthInMinutes")),
        "most_guests": 0 if row.get("disableGuests") is True else None,
        "approval": text(part(row, "confirmationPolicy"), "type") in {"always", "time"},
        **_window(part(row, "bookingWindow")),
    }


def _window(told: Json) -> dict[str, Any]:
    """How far ahead guests can book; nothing told is without an end there."""
    kind, value = text(told, "type"), told.get("value")
    if kind == "range" and isinstance(value, list) and len(value) == 2 and day(value[1]):  # noqa: PLR2004 - from, to
        return {"window_until": day(value[1])}
    if (days := whole(value, most=_MOST_DAYS)) and kind == "calendarDays":
        return {"window_days": days}
    if days and kind == "businessDays":
        return {"window_days": -(-days * 7 // 5)}
    return {"endless": True}


def _lost(row: Json) -> Iterator[str]:
    price = row.get("price")
    if isinstance(price, int | float) and not isinstance(price, bool) and price > 0:
        yield spoken("It asks for payment there; payments are not taken over.")
    if part(row, "recurrence") and part(row, "recurrence").get("disabled") is not True:
        yield spoken("It is booked as a series there; here each booking is one meeting.")
    if text(part(row, "bookingWindow"), "type") == "businessDays":
        yield spoken("Guests can book for a number of working days there; here those are turned into days.")
    if text(part(row, "confirmationPolicy"), "type") == "time":
        yield spoken(
            "You confirm only what is booked at short notice there; here you would confirm everything."
        )
    limits = part(row, "bookingLimitsCount")
    if limits and limits.get("disabled") is not True:
        yield spoken("Its limits on bookings a day, week or month are not taken over.")
    if text(row, "successRedirectUrl"):
        yield spoken("Where guests are led after booking is not taken over.")
    if text(row, "schedulingType").casefold() == "managed":
        yield spoken("Your team manages it there; here it is yours.")


def _place(row: Json) -> OutsidePlace:
    kind = text(row, "type")
    if kind == "address":
        return OutsidePlace(kind="in_person", said=spoken("In person"), detail=line(row, "address"))
    if kind == "link":
        return OutsidePlace(kind="link", said="Link", detail=line(row, "link", longest=500))
    if kind == "phone":
        return OutsidePlace(
            kind="phone", said=spoken("Phone call, the guest calls"), detail=line(row, "phone")
        )
    if kind == "attendeePhone":
        return OutsidePlace(kind="phone", said=spoken("Phone call, you call"))
    if kind == "integration":
        named = text(row, "integration")
        ours, said = _APPS.get(named, ("", single_line(named, max_length=40)))
        return OutsidePlace(kind=ours, said=said or spoken("An app that is not named"))
    said = {
        "attendeeAddress": spoken("A place that the guest names"),
        "attendeeDefined": spoken("A place that the guest names"),
        "organizersDefaultApp": spoken("Your default app there"),
        "conferencing": spoken("Your default app there"),
    }.get(kind, single_line(text(row, "location") or kind, max_length=40) or spoken("Not said"))
    return OutsidePlace(kind="", said=said)


def _questions(row: Json) -> Iterator[OutsideQuestion]:
    for one in parts(row, "bookingFields"):
        slug, named = text(one, "slug"), text(one, "type")
        if one.get("isDefault") is True and slug in _OWN_FIELDS:
            continue
        if slug == "attendeePhoneNumber" and one.get("hidden") is True:
            continue
        options = one.get("options")
        given = (
            [single_line(option, max_length=LINE) for option in options if isinstance(option, str)]
            if isinstance(options, list)
            else []
        )
        label = line(one, "label", longest=TEXT) or (
            spoken("Phone number") if slug == "attendeePhoneNumber" else ""
        )
        yield OutsideQuestion(
            kind=_QUESTIONS.get(named, ""),
            said=single_line(named, max_length=40),
            label=label or line(one, "slug"),
            help=line(one, "placeholder"),
            required=one.get("required") is True,
            hidden=one.get("hidden") is True,
            options=tuple(filter(None, given)),
        )


def booking(row: Json) -> OutsideBooking | None:
    """None without an id or its times, or where it does not take place."""
    found, start, end = outside_id(row.get("uid")), minute(text(row, "start")), minute(text(row, "end"))
    if not found or start is None or end is None or end <= start:
        return None
    people = parts(row, "attendees")
    first = next(iter(people), {})
    others = [person(one) for one in people[1:]] + [
        OutsidePerson(name="", email=address(one)) for one in _texts(row.get("guests"))
    ]
    met = text(row, "meetingUrl") or text(row, "location")
    return OutsideBooking(
        id=found,
        title=line(row, "title"),
        start_minute=start,
        minutes=end - start,
        page=outside_id(row.get("eventTypeId")) or outside_id(part(row, "eventType").get("id")),
        guest=person(first),
        guest_zone=line(first, "timeZone"),
        others=tuple(one for one in others if one.email)[:_MOST_OTHERS],
        answers=tuple(_answers(part(row, "bookingFieldsResponses"))),
        place="" if link(met) else single_line(met, max_length=LINE),
        join_url=link(met),
        cancel_url=f"{HOME}/booking/{quote(found, safe='')}?cancel=true",
        reschedule_url=f"{HOME}/reschedule/{quote(found, safe='')}",
    )


def _answers(given: Json) -> Iterator[tuple[str, str]]:
    for name, value in list(given.items())[:_MOST_ANSWERS]:
        if name in _OWN_FIELDS - {"notes"}:
            continue
        said = ", ".join(_texts(value)) if isinstance(value, list) else _said(value)
        if cleaned := multi_line(said, max_length=2_000):
            yield single_line(name, max_length=200), cleaned


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value) if isinstance(value, str | int | float) else ""


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
