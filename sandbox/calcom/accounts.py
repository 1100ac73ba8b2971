"""What the made accounts have at Cal.com, in its own words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.base import made
from sandbox.base.keys import KeyAccount

Json = dict[str, Any]
LARGE, SMALL, HOSTILE, REPEATING = "large", "small", "hostile", "repeating"


def ready_made() -> list[KeyAccount]:
    """Return the accounts of a fresh stand-in."""
    return [
        _account(
            LARGE,
            "101",
            "Robin Host",
            "robin@host.example",
            "20 event types, a team, odd zones, 300 bookings",
        ),
        _account(
            SMALL, "102", "Casey Cohost", "casey@cohost.example", "2 event types, 3 bookings, all in order"
        ),
        _account(
            HOSTILE, "103", "Mallory", "mallory@hostile.example", "scripts, enormous texts, unknown kinds"
        ),
        _account(REPEATING, "104", "Ouroboros", "loop@hostile.example", "pages of bookings that repeat"),
    ]


def _account(key: str, number: str, name: str, email: str, about: str) -> KeyAccount:
    return KeyAccount(key, number, email, name, f"cal_sandbox_{key}", about)


@dataclass(frozen=True)
class CalComContents:
    """All of an account's, by what the API calls it."""

    me: Json
    schedules: list[Json]
    event_types: list[Json]
    teams: list[Json]
    members: list[Json]
    team_event_types: list[Json]
    bookings: list[Json]


def contents(account: KeyAccount, now: float) -> CalComContents:
    """Return what is there now."""
    return _MAKERS[account.key](account, now)


def _me(account: KeyAccount, zone: str, default: int) -> Json:
    return {
        "id": int(account.id),
        "username": account.key,
        "email": account.email,
        "name": account.name,
        "timeFormat": 24,
        "defaultScheduleId": default,
        "weekStart": "Monday",
        "timeZone": zone,
        "locale": "en",
        "organizationId": None,
    }


def _schedule(number: int, name: str, zone: str, days: list[str], **fields: Any) -> Json:
    return {
        "id": number,
        "ownerId": 101,
        "name": name,
        "timeZone": zone,
        "availability": [{"days": days, "startTime": "09:00", "endTime": "17:00"}],
        "isDefault": False,
        "overrides": [],
        **fields,
    }


def _default_fields() -> list[Json]:
    told = {"isDefault": True, "required": True, "hidden": False}
    return [
        {"type": "name", "slug": "name", **told},
        {"type": "email", "slug": "email", **told},
        {"type": "phone", "slug": "attendeePhoneNumber", **told, "required": False, "hidden": True},
        {"type": "textarea", "slug": "notes", **told, "required": False},
        {"type": "multiemail", "slug": "guests", **told, "required": False},
        {"type": "textarea", "slug": "rescheduleReason", **told, "required": False},
    ]


def _event_type(number: int, title: str, **fields: Any) -> Json:
    own = fields.pop("questions", [])
    return {
        "id": number,
        "ownerId": 101,
        "lengthInMinutes": 30,
        "lengthInMinutesOptions": [],
        "title": title,
        "slug": title.lower().replace(" ", "-"),
        "description": f"{title}, as it is at Cal.com.",
        "locations": [{"type": "integration", "integration": "zoom"}],
        "bookingFields": [*_default_fields(), *own],
        "recurrence": None,
        "disableGuests": False,
        "slotInterval": None,
        "minimumBookingNotice": 120,
        "beforeEventBuffer": 0,
        "afterEventBuffer": 0,
        "metadata": {},
        "price": 0,
        "currency": "usd",
        "seats": {"disabled": True},
        "scheduleId": None,
        "hidden": False,
        "confirmationPolicy": {"disabled": True},
        "bookingWindow": {"disabled": True},
        "bookingLimitsCount": {"disabled": True},
        "successRedirectUrl": None,
        "users": [],
        **fields,
    }


def _field(kind: str, slug: str, label: str, *options: str, **fields: Any) -> Json:
    return {"type": kind, "slug": slug, "label": label, "isDefault": False, "required": False, "hidden": False,
            **({"options": list(options)} if options else {}), **fields}  # fmt: skip


def _booking(now: float, number: int, event_type: Json) -> Json:
    begins = made.start(now, number)
    name, email = made.person(number)
    return {
        "id": 9_000 + number,
        "uid": f"calcom{number:05d}",
        "title": f"{event_type['title']} between Robin Host and {name}",
        "description": "",
        "hosts": [
            {"id": 101, "name": "Robin Host", "email": "robin@host.example", "timeZone": "Europe/Berlin"}
        ],
        "status": "accepted",
        "start": begins.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "end": begins.replace(minute=30).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "duration": 30,
        "eventTypeId": event_type["id"],
        "eventType": {"id": event_type["id"], "slug": event_type.get("slug", "")},
        "location": f"https://zoom.us/j/66600{number:04d}",
        "meetingUrl": f"https://zoom.us/j/66600{number:04d}",
        "absentHost": False,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "attendees": [
            {"name": name, "email": email, "timeZone": "Asia/Kolkata", "language": "en", "absent": False}
        ],
        "guests": [],
        "bookingFieldsResponses": {"name": name, "email": email, "notes": f"About {number}."},
    }


def _small(account: KeyAccount, now: float) -> CalComContents:
    types = [
        _event_type(1, "Intro call", lengthInMinutes=15, scheduleId=11),
        _event_type(
            2, "Consultation", lengthInMinutes=60, lengthInMinutesOptions=[30, 60], beforeEventBuffer=10,
            afterEventBuffer=5, minimumBookingNotice=1_440, slotInterval=15,
            locations=[{"type": "address", "address": "Main Street 1", "public": True}, {"type": "attendeePhone"}],
            bookingWindow={"type": "calendarDays", "value": 30, "rolling": True},
            questions=[_field("select", "source", "How did you hear of us?", "A friend", "Search", required=True)],
        ),
    ]  # fmt: skip
    return CalComContents(
        me=_me(account, "Europe/Berlin", 11),
        schedules=[_schedule(11, "Working hours", "Europe/Berlin", ["Monday", "Tuesday"], isDefault=True)],
        event_types=types,
        teams=[],
        members=[],
        team_event_types=[],
        bookings=[_booking(now, number, types[number % 2]) for number in range(3)],
    )


def _large(account: KeyAccount, now: float) -> CalComContents:
    types = list(_twenty(now))
    closed = {"date": made.day(now, 10), "startTime": "00:00", "endTime": "00:00"}
    later = {"date": made.day(now, 11), "startTime": "18:00", "endTime": "21:00"}
    bookings = [_booking(now, number, types[number % 18]) for number in range(300)]
    del bookings[5]["eventTypeId"], bookings[5]["eventType"], bookings[6]["end"], bookings[8]["attendees"]
    return CalComContents(
        me=_me(account, "America/Argentina/Buenos_Aires", 21),
        schedules=[
            _schedule(21, "Working hours", "America/Argentina/Buenos_Aires", ["Monday", "Friday"],
                      overrides=[closed, later]),
            _schedule(22, "Nights", "Pacific/Chatham", ["Saturday"]),
            _schedule(23, "Mars", "Mars/Olympus_Mons", ["Sunday"]),
        ],
        event_types=types,
        teams=[{"id": 7, "name": "Sales", "slug": "sales"}],
        members=[
            _member(101, account.name, account.email),
            _member(201, "Bob Teammate", "bob@example.org"),
            _member(202, "Dora Elsewhere", "dora@elsewhere.example"),
        ],
        team_event_types=[
            _event_type(71, "Sales round", schedulingType="roundRobin", hosts=[{"userId": 101}, {"userId": 201}]),
            _event_type(72, "Panel", schedulingType="collective", hosts=[{"userId": 101}, {"userId": 202}]),
        ],
        bookings=bookings,
    )  # fmt: skip


def _member(number: int, name: str, email: str) -> Json:
    return {"id": number, "teamId": 7, "userId": number, "accepted": True, "role": "MEMBER",
            "user": {"name": name, "email": email, "username": name.lower()}}  # fmt: skip


def _twenty(now: float) -> Iterator[Json]:
    yield _event_type(1, "Intro", slug="intro", scheduleId=21)
    yield _event_type(2, "Paid", price=5_000)
    yield _event_type(3, "Series", recurrence={"interval": 1, "occurrences": 5, "frequency": "weekly"})
    yield _event_type(4, "Workshop", seats={"seatsPerTimeSlot": 8, "showAttendeeInfo": True})
    yield _event_type(5, "Hidden", hidden=True)
    yield _event_type(6, "To confirm", confirmationPolicy={"type": "always"})
    yield _event_type(7, "Cal Video", locations=[{"type": "integration", "integration": "cal-video"}])
    yield _event_type(8, "You say where", locations=[{"type": "attendeeDefined"}])
    yield _event_type(9, "Call me", locations=[{"type": "phone", "phone": "+49 30 901820", "public": True}])
    yield _event_type(10, "Own room", locations=[{"type": "link", "link": "https://rooms.example/robin"}])
    yield from _ten_more(now)


def _ten_more(now: float) -> Iterator[Json]:
    kinds = (
        "text",
        "textarea",
        "number",
        "email",
        "phone",
        "address",
        "url",
        "boolean",
        "date",
        "multiemail",
    )
    asked = [_field(kind, f"q-{kind}", f"A {kind}") for kind in kinds]
    chosen = [
        _field(kind, f"q-{kind}", f"A {kind}", "One", "Two") for kind in ("select", "radio", "checkbox")
    ]
    yield _event_type(
        11, "All questions", questions=[*asked, *chosen, _field("text", "source", "Source", hidden=True)]
    )
    yield _event_type(12, "Far", bookingWindow={"type": "calendarDays", "value": 900, "rolling": True})
    yield _event_type(
        13, "Until", bookingWindow={"type": "range", "value": [made.day(now, 0), made.day(now, 40)]}
    )
    yield _event_type(
        14, "Working days", bookingWindow={"type": "businessDays", "value": 10, "rolling": True}
    )
    yield _event_type(15, "Long buffers", beforeEventBuffer=600, afterEventBuffer=600, slotInterval=1)
    yield _event_type(16, "Limits", bookingLimitsCount={"day": 2}, disableGuests=True)
    yield _event_type(17, "Intro", slug="Intro")
    yield _event_type(18, "Evenings", scheduleId=22, minimumBookingNotice=10**6)
    yield _event_type(19, "Elsewhere", successRedirectUrl="https://example.org/thanks", scheduleId=999)
    yield {"id": 20, "title": "Bare", "lengthInMinutes": 45}


def _hostile(account: KeyAccount, now: float) -> CalComContents:
    types = [
        _event_type(
            1, f"{made.SCRIPT} {made.BIDI}", slug="../../signin?next=//evil.example", description=made.ENORMOUS,
            locations=[{"type": "link", "link": "javascript:alert(1)"}, {"type": "telepathy"}, "no object"],
            questions=[_field("essay", "x", made.SCRIPT * 40), _field("select", "y", "Q", "=1+1", "=1+1"), 17],
        ),
        _event_type(2, made.ENORMOUS, schedulingType="anarchy", lengthInMinutes=10**9),
        {"id": None, "title": "No id"},
        {"id": 3, "title": 12, "lengthInMinutes": "30"},
    ]  # fmt: skip
    bookings = [_booking(now, number, types[0]) for number in range(2)]
    bookings[0] |= {"title": made.SCRIPT, "meetingUrl": "javascript:alert(1)", "uid": "../../x"}
    bookings[0]["attendees"] = [{"name": f"{made.SCRIPT}\r\nBcc: x@evil.example", "email": "not an address"}]
    bookings[0]["bookingFieldsResponses"] = {made.SCRIPT: made.ENORMOUS, "n": {"deep": [1]}}
    bookings[1]["start"] = "yesterday-ish"
    return CalComContents(
        me=_me(account, made.SCRIPT, 31),
        schedules=[
            _schedule(31, made.SCRIPT, "../../etc/passwd", ["Someday", "Monday"], overrides=["no object"])
        ],
        event_types=types,
        teams=[],
        members=[],
        team_event_types=[],
        bookings=bookings,
    )


def _repeating(account: KeyAccount, now: float) -> CalComContents:
    found = _small(account, now)
    return CalComContents(**{**vars(found), "bookings": found.bookings * 60})


_MAKERS: dict[str, Callable[[KeyAccount, float], CalComContents]] = {
    LARGE: _large,
    SMALL: _small,
    HOSTILE: _hostile,
    REPEATING: _repeating,
}
