"""What the made accounts have at Calendly, in its own words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.base import made
from sandbox.base.keys import KeyAccount

Json = dict[str, Any]
API = "https://api.calendly.com"
LARGE, SMALL, HOSTILE, LOOPING = "large", "small", "hostile", "looping"


def ready_made() -> list[KeyAccount]:
    """Return the accounts of a fresh stand-in."""
    return [
        _account(
            LARGE,
            "Robin Host",
            "robin@host.example",
            "20 event types, cohosts, odd zones, 300 bookings to come",
        ),
        _account(
            SMALL, "Casey Cohost", "casey@cohost.example", "2 event types, 3 bookings to come, all in order"
        ),
        _account(
            HOSTILE, "Mallory", "mallory@hostile.example", "scripts in titles, enormous texts, unknown kinds"
        ),
        _account(
            LOOPING, "Ouroboros", "loop@hostile.example", "a list whose next page is the first one again"
        ),
    ]


def _account(key: str, name: str, email: str, about: str) -> KeyAccount:
    return KeyAccount(key, f"{API}/users/{key.upper()}", email, name, f"sandbox-calendly-{key}", about)


@dataclass(frozen=True)
class CalendlyContents:
    """All of an account's, by what the API calls it."""

    user: Json
    schedules: list[Json]
    event_types: list[Json]
    memberships: dict[str, list[Json]]
    people: list[Json]
    events: list[Json]
    invitees: dict[str, list[Json]]


def contents(account: KeyAccount, now: float) -> CalendlyContents:
    """Return what is there now."""
    return _MAKERS[account.key](account, now)


def _user(account: KeyAccount, zone: str) -> Json:
    return {
        "uri": account.id,
        "name": account.name,
        "slug": account.key,
        "email": account.email,
        "scheduling_url": f"https://calendly.com/{account.key}",
        "timezone": zone,
        "time_notation": "24h",
        "avatar_url": None,
        "created_at": "2024-01-01T00:00:00.000000Z",
        "updated_at": "2026-01-01T00:00:00.000000Z",
        "current_organization": f"{API}/organizations/ORG",
        "resource_type": "User",
        "locale": "en",
    }


def _schedule(key: str, name: str, zone: str, *, days: tuple[str, ...], dates: tuple[Json, ...] = ()) -> Json:
    week = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    hours = [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "17:00"}]
    rules: list[Json] = [
        {"type": "wday", "wday": day, "intervals": hours if day in days else []} for day in week
    ]
    return {
        "uri": f"{API}/user_availability_schedules/{key}",
        "default": key.endswith("1"),
        "name": name,
        "user": f"{API}/users/X",
        "timezone": zone,
        "rules": [*rules, *dates],
    }


def _event_type(account: KeyAccount, number: int, name: str, **fields: Any) -> Json:
    slug = fields.pop("slug", name.lower().replace(" ", "-"))
    return {
        "uri": f"{API}/event_types/{account.key.upper()}{number}",
        "name": name,
        "active": True,
        "booking_method": "instant",
        "slug": slug,
        "scheduling_url": f"https://calendly.com/{account.key}/{slug}",
        "duration": 30,
        "duration_options": None,
        "kind": "solo",
        "pooling_type": None,
        "type": "StandardEventType",
        "color": "#0099ff",
        "description_plain": f"{name}, as it is at Calendly.",
        "description_html": f"<p>{name}, as it is at Calendly.</p>",
        "internal_note": None,
        "profile": {"type": "User", "name": account.name, "owner": account.id},
        "secret": False,
        "deleted_at": None,
        "admin_managed": False,
        "locations": [{"kind": "zoom_conference"}],
        "custom_questions": [
            _question("Please share anything that will help prepare for our meeting.", "text")
        ],
        "position": number,
        "locale": "en",
        **fields,
    }


def _question(name: str, kind: str, *choices: str, required: bool = False, other: bool = False) -> Json:
    return {
        "name": name,
        "type": kind,
        "position": 0,
        "enabled": True,
        "required": required,
        "answer_choices": list(choices),
        "include_other": other,
    }


def _event(account: KeyAccount, now: float, number: int, event_type: Json) -> Json:
    begins = made.start(now, number)
    return {
        "uri": f"{API}/scheduled_events/{account.key.upper()}{number}",
        "name": event_type["name"],
        "status": "active",
        "start_time": made.stamp(begins),
        "end_time": made.stamp(begins.replace(minute=30)),
        "event_type": event_type["uri"],
        "location": {"type": "zoom", "status": "pushed", "join_url": f"https://zoom.us/j/55500{number:04d}"},
        "invitees_counter": {"total": 1, "active": 1, "limit": 1},
        "event_memberships": [{"user": account.id, "user_email": account.email, "user_name": account.name}],
        "event_guests": [],
        "meeting_notes_plain": None,
    }


def _invitee(event: Json, number: int, **fields: Any) -> Json:
    name, email = made.person(number)
    code = event["uri"].rpartition("/")[2]
    return {
        "uri": f"{event['uri']}/invitees/I{number}",
        "name": name,
        "email": email,
        "status": "active",
        "timezone": ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham")[number % 4],
        "questions_and_answers": [
            {
                "question": "Please share anything that will help prepare for our meeting.",
                "answer": f"About {number}.",
                "position": 0,
            }
        ],
        "tracking": {"utm_source": None},
        "cancel_url": f"https://calendly.com/cancellations/{code}",
        "reschedule_url": f"https://calendly.com/reschedulings/{code}",
        "event": event["uri"],
        "rescheduled": False,
        "payment": None,
        "no_show": None,
        **fields,
    }


def _small(account: KeyAccount, now: float) -> CalendlyContents:
    types = [
        _event_type(account, 1, "Intro call", duration=15),
        _event_type(
            account, 2, "Consultation", duration=60, duration_options=[30, 60],
            locations=[{"kind": "physical", "location": "Main Street 1"}, {"kind": "outbound_call"}],
            custom_questions=[_question("How did you hear of us?", "single_select", "A friend", "Search",
                                        required=True)],
        ),
    ]  # fmt: skip
    events = [_event(account, now, number, types[number % 2]) for number in range(3)]
    return _contents(
        account,
        "Europe/Berlin",
        schedules=[
            _schedule(
                "S1", "Working hours", "Europe/Berlin", days=("monday", "tuesday", "wednesday", "thursday")
            )
        ],
        types=types,
        events=events,
    )


def _large(account: KeyAccount, now: float) -> CalendlyContents:
    types = list(_twenty(account))
    events = [_event(account, now, number, types[number % 18]) for number in range(300)]
    del events[7]["event_type"], events[8]["location"], events[9]["end_time"]
    return _contents(
        account,
        "America/Argentina/Buenos_Aires",
        schedules=[
            _schedule("L1", "Working hours", "America/Argentina/Buenos_Aires", days=("monday", "wednesday", "friday"),
                      dates=({"type": "date", "date": made.day(now, 10), "intervals": []},
                             {"type": "date", "date": made.day(now, 11),
                              "intervals": [{"from": "18:00", "to": "23:59"}]},
                             {"type": "date", "date": made.day(now, -30), "intervals": []})),
            _schedule("L2", "Evenings", "Pacific/Chatham", days=("saturday",)),
            _schedule("L3", "", "US/Eastern", days=()),
            _schedule("L4", "Mars", "Mars/Olympus_Mons", days=("sunday",)),
        ],
        types=types,
        events=events,
    )  # fmt: skip


def _twenty(account: KeyAccount) -> Iterator[Json]:
    team = {"type": "Team", "name": "Sales", "owner": f"{API}/teams/SALES"}
    yield _event_type(account, 1, "Intro", slug="intro")
    yield _event_type(account, 2, "Sales round", pooling_type="round_robin", profile=team)
    yield _event_type(account, 3, "Panel", pooling_type="collective", profile=team, duration=90)
    yield _event_type(account, 4, "Workshop", kind="group", duration=120)
    yield _event_type(account, 5, "Secret", secret=True)
    yield _event_type(account, 6, "Switched off", active=False)
    yield _event_type(account, 7, "Webex only", locations=[{"kind": "webex_conference"}])
    yield _event_type(account, 8, "You say where", locations=[{"kind": "ask_invitee"}])
    yield _event_type(
        account, 9, "Call me", locations=[{"kind": "inbound_call", "phone_number": "+49 30 901820"}]
    )
    yield _event_type(
        account, 10, "Own room", locations=[{"kind": "custom", "location": "https://rooms.example/robin"}]
    )
    yield from _ten_more(account)


def _ten_more(account: KeyAccount) -> Iterator[Json]:
    questions = [_question(f"Question {number}", "string") for number in range(12)]
    many = _question("Which of these?", "multi_select", *(f"Option {number}" for number in range(40)))
    other = _question("What is it about?", "single_select", "Price", "Support", other=True, required=True)
    number = _question("Your number", "phone_number", required=True)
    yield _event_type(account, 11, "Many questions", custom_questions=[*questions, many, other, number])
    yield _event_type(account, 12, "Nowhere", locations=None, description_plain=None)
    yield _event_type(account, 13, "Ünïcode Gespräch", slug="ünïcode_Gespräch")
    yield _event_type(account, 14, "Intro", slug="Intro")
    yield _event_type(account, 15, "No length", duration=None)
    yield _event_type(account, 16, "Poll", booking_method="poll", type="AdhocEventType")
    yield _event_type(
        account, 17, "Meet", locations=[{"kind": "google_conference"}, {"kind": "zoom_conference"}]
    )
    yield _event_type(account, 18, "All day", duration=1_440)
    yield _event_type(account, 19, "Managed", admin_managed=True, duration_options=[15, 30, 45, 60])
    bare = _event_type(account, 20, "Bare")
    yield {name: bare[name] for name in ("uri", "name", "duration", "scheduling_url")}


def _hostile(account: KeyAccount, now: float) -> CalendlyContents:
    types = [
        _event_type(
            account, 1, f"{made.SCRIPT} {made.BIDI}", slug="../../signin?next=//evil.example",
            scheduling_url="javascript:alert(1)", description_plain=made.ENORMOUS,
            locations=[{"kind": "custom", "location": "javascript:alert(1)"}, {"kind": "telepathy"}, "no object"],
            custom_questions=[_question(made.SCRIPT * 40, "essay"), _question("\x00\r\nBcc: x@evil.example", "string"),
                              _question("Q", "single_select", "=1+1", "=1+1", made.SCRIPT)],
        ),
        _event_type(account, 2, made.ENORMOUS, kind="swarm", pooling_type="anarchy", duration=10**9),
        {"uri": None, "name": "No id"},
        _event_type(account, 3, "Number for a name", duration="30", description_plain=17, custom_questions={}),
    ]  # fmt: skip
    types[3]["name"] = 12
    events = [_event(account, now, number, types[0]) for number in range(3)]
    events[0]["name"] = made.SCRIPT
    events[1] |= {"start_time": "yesterday-ish"}
    events[2] |= {"end_time": made.stamp(made.start(now, 4_000))}
    found = _contents(account, made.SCRIPT, schedules=[_odd_schedule()], types=types, events=events)
    found.invitees[events[0]["uri"]] = [
        _invitee(events[0], 1, name=f"{made.SCRIPT}\r\nBcc: x@evil.example", email="not an address",
                 cancel_url="javascript:alert(1)", reschedule_url="https://evil.example\\@calendly.com/x",
                 questions_and_answers=[{"question": made.SCRIPT, "answer": made.ENORMOUS}, {"question": 1}])
    ]  # fmt: skip
    return found


def _odd_schedule() -> Json:
    found = _schedule("H1", made.SCRIPT, "../../etc/passwd", days=("monday",))
    found["rules"] += [
        {"type": "wday", "wday": "someday", "intervals": [{"from": "09:00", "to": "10:00"}]},
        {"type": "wday", "wday": "tuesday", "intervals": [{"from": "17:00", "to": "09:00"}, {"from": "x"}]},
        {"type": "date", "date": "2026-02-30", "intervals": []},
        "no object",
    ]
    return found


def _contents(
    account: KeyAccount, zone: str, *, schedules: list[Json], types: list[Json], events: list[Json]
) -> CalendlyContents:
    people = [
        _person(account.id, account.name, account.email),
        _person(f"{API}/users/BOB", "Bob Teammate", "bob@example.org"),
        _person(f"{API}/users/DORA", "Dora Elsewhere", "dora@elsewhere.example"),
    ]
    pooled = [row for row in types if isinstance(row, dict) and row.get("pooling_type")]
    return CalendlyContents(
        user=_user(account, zone),
        schedules=schedules,
        event_types=types,
        memberships={row["uri"]: [{"member": one["user"]} for one in people] for row in pooled},
        people=people,
        events=events,
        invitees={row["uri"]: [_invitee(row, number)] for number, row in enumerate(events)},
    )


def _person(uri: str, name: str, email: str) -> Json:
    return {
        "uri": f"{API}/organization_memberships/{uri[-3:]}",
        "role": "user",
        "user": {"uri": uri, "name": name, "email": email},
    }


_MAKERS: dict[str, Callable[[KeyAccount, float], CalendlyContents]] = {
    LARGE: _large,
    SMALL: _small,
    HOSTILE: _hostile,
    LOOPING: _small,
}
